/** The contours of places as SVG paths, read from the tiles that the map already uses: no other file, no other host. */

import { PMTiles } from 'pmtiles'
import { polygonsOf } from './mvt'

export type Bounds = readonly [number, number, number, number]

/** One place: what to fill, what to stroke (never the edge of a tile), and the box it stands in. */
export interface Contour {
  id: number
  code: string
  fill: string
  edge: string
  box: [number, number, number, number]
}

/** Contours and the box they are drawn in; one unit is one 4096th of a tile. */
export interface Sheet {
  contours: Contour[]
  zoom: number
  origin: [number, number]
}

const UNITS = 4096
const MOST_TILES = 20
const archives = new Map<string, PMTiles>()

/** Where a longitude and a latitude stand at `zoom`, in tiles (Web Mercator). */
export function tileOf(lon: number, lat: number, zoom: number): [number, number] {
  const around = 2 ** zoom
  const sine = Math.sin((Math.max(-85, Math.min(85, lat)) * Math.PI) / 180)
  return [((lon + 180) / 360) * around, (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * around]
}

/** Where a longitude and a latitude stand on a sheet. */
export function placed(sheet: Sheet, lon: number, lat: number): [number, number] {
  const [x, y] = tileOf(lon, lat, sheet.zoom)
  return [(x - sheet.origin[0]) * UNITS, (y - sheet.origin[1]) * UNITS]
}

function range(bounds: Bounds, zoom: number): { x: [number, number]; y: [number, number]; count: number } {
  const [left, top] = tileOf(bounds[0], bounds[3], zoom)
  const [right, bottom] = tileOf(bounds[2], bounds[1], zoom)
  const x: [number, number] = [Math.floor(left), Math.floor(right)]
  const y: [number, number] = [Math.floor(top), Math.floor(bottom)]
  return { x, y, count: (x[1] - x[0] + 1) * (y[1] - y[0] + 1) }
}

/** The finest zoom between `least` and `most` at which the bounds need few tiles. */
function zoomFor(bounds: Bounds, least: number, most: number): number {
  for (let zoom = most; zoom > least; zoom -= 1) if (range(bounds, zoom).count <= MOST_TILES) return zoom
  return least
}

interface Drawing {
  code: string
  fill: string[]
  edge: string[]
  box: [number, number, number, number]
}

/** Adds one ring to a drawing; a side that lies outside the tile is its neighbour's to stroke. */
function add(drawing: Drawing, ring: [number, number][], shift: [number, number], extent: number): void {
  const scale = UNITS / extent
  const outside = (a: number, b: number): boolean => (a <= 0 && b <= 0) || (a >= extent && b >= extent)
  const at = ([x, y]: [number, number]): string =>
    `${Math.round(x * scale + shift[0])} ${Math.round(y * scale + shift[1])}`
  drawing.fill.push(`M${ring.map(at).join('L')}Z`)
  let pen = false
  ring.forEach((from, index) => {
    const to = ring[(index + 1) % ring.length] as [number, number]
    if (outside(from[0], to[0]) || outside(from[1], to[1])) {
      pen = false
      return
    }
    drawing.edge.push(pen ? `L${at(to)}` : `M${at(from)}L${at(to)}`)
    pen = true
  })
  for (const [x, y] of ring) {
    const [px, py] = [
      Math.min(extent, Math.max(0, x)) * scale + shift[0],
      Math.min(extent, Math.max(0, y)) * scale + shift[1],
    ]
    drawing.box = [
      Math.min(drawing.box[0], px),
      Math.min(drawing.box[1], py),
      Math.max(drawing.box[2], px),
      Math.max(drawing.box[3], py),
    ]
  }
}

export interface Wanted {
  url: string
  layer: string
  bounds: Bounds
  zooms: readonly [number, number]
}

/** The contours of a layer inside `bounds`, each place whole across the tiles it spans. */
export async function contoursOf(wanted: Wanted): Promise<Sheet> {
  const archive = archives.get(wanted.url) ?? new PMTiles(wanted.url)
  archives.set(wanted.url, archive)
  const zoom = zoomFor(wanted.bounds, ...wanted.zooms)
  const { x, y } = range(wanted.bounds, zoom)
  const origin: [number, number] = [x[0], y[0]]
  const drawings = new Map<number, Drawing>()
  const cells: [number, number][] = []
  for (let column = x[0]; column <= x[1]; column += 1)
    for (let row = y[0]; row <= y[1]; row += 1) cells.push([column, row])
  await Promise.all(
    cells.map(async ([column, row]) => {
      const tile = await archive.getZxy(zoom, column, row)
      if (!tile) return
      const shift: [number, number] = [(column - origin[0]) * UNITS, (row - origin[1]) * UNITS]
      for (const polygon of polygonsOf(new Uint8Array(tile.data), wanted.layer)) {
        const drawing = drawings.get(polygon.id) ?? {
          code: polygon.code,
          fill: [],
          edge: [],
          box: [1e9, 1e9, -1e9, -1e9],
        }
        drawings.set(polygon.id, drawing)
        for (const ring of polygon.rings) add(drawing, ring, shift, polygon.extent)
      }
    }),
  )
  const contours = [...drawings].map(([id, one]) => ({
    id,
    code: one.code,
    fill: one.fill.join(''),
    edge: one.edge.join(''),
    box: one.box,
  }))
  return { contours, zoom, origin }
}

/** The box that holds every contour given, with a margin around (a share of its width). */
export function boxOf(contours: readonly Contour[], around = 0.04): [number, number, number, number] {
  if (contours.length === 0) return [0, 0, UNITS, UNITS]
  const box = contours.reduce<[number, number, number, number]>(
    (most, { box: one }) => [
      Math.min(most[0], one[0]),
      Math.min(most[1], one[1]),
      Math.max(most[2], one[2]),
      Math.max(most[3], one[3]),
    ],
    [1e9, 1e9, -1e9, -1e9],
  )
  const pad = Math.max(box[2] - box[0], box[3] - box[1], 1) * around
  return [box[0] - pad, box[1] - pad, box[2] - box[0] + 2 * pad, box[3] - box[1] + 2 * pad]
}

/** True when a point is inside a polygon (even-odd rule). */
export function inside(point: readonly [number, number], ring: readonly (readonly [number, number])[]): boolean {
  let within = false
  for (let at = 0, before = ring.length - 1; at < ring.length; before = at, at += 1) {
    const [ax, ay] = ring[at] as [number, number]
    const [bx, by] = ring[before] as [number, number]
    if (ay > point[1] !== by > point[1] && point[0] < ((bx - ax) * (point[1] - ay)) / (by - ay) + ax) within = !within
  }
  return within
}
