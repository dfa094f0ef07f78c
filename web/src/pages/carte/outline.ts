// The outline of one place, put together from the pieces that the tiles at hand hold of it.
import type { Map as GlMap, MapGeoJSONFeature } from 'maplibre-gl'
import type { Level } from '@/lib/types'

type Point = [number, number]
type Box = { west: number; east: number; north: number; south: number }
export type Outline = { type: 'Feature'; properties: Record<string, never>; geometry: { type: 'MultiLineString'; coordinates: Point[][] } }

/** The outline of the place of a row, as far as the tiles on the screen hold it. */
export function outlineOf(map: GlMap, level: Level, row: number): Outline {
  const pieces = map.getSource(level) ? map.querySourceFeatures(level, { sourceLayer: level, filter: ['==', ['get', 'id'], row] }) : []
  const lines = pieces.flatMap((piece) => {
    const box = boxOf(piece)
    return ringsOf(piece).flatMap((ring) => (box ? inside(ring, box) : [ring]))
  })
  return { type: 'Feature', properties: {}, geometry: { type: 'MultiLineString', coordinates: lines } }
}

function ringsOf(piece: Pick<MapGeoJSONFeature, 'geometry'>): Point[][] {
  if (piece.geometry.type === 'Polygon') return piece.geometry.coordinates as Point[][]
  return piece.geometry.type === 'MultiPolygon' ? (piece.geometry.coordinates as Point[][][]).flat() : []
}

function boxOf(piece: unknown): Box | null {
  const tile = (piece as { tile?: { z: number; x: number; y: number } }).tile
  return tile ? tileBox(tile.z, tile.x, tile.y) : null
}

/** What a tile covers, in degrees. */
export function tileBox(z: number, x: number, y: number): Box {
  const across = 2 ** z
  const latitude = (row: number) => (Math.atan(Math.sinh(Math.PI * (1 - (2 * row) / across))) * 180) / Math.PI
  return { west: (x / across) * 360 - 180, east: ((x + 1) / across) * 360 - 180, north: latitude(y), south: latitude(y + 1) }
}

/** The parts of a ring that stand in a tile: its cuts, which run along or outside the edges, are no contour. */
export function inside(ring: readonly Point[], box: Box): Point[][] {
  const [dx, dy] = [(box.east - box.west) * 1e-3, (box.north - box.south) * 1e-3]
  const within = (a: Point, b: Point) => {
    const [x, y] = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]
    return x > box.west - dx && x < box.east + dx && y > box.south - dy && y < box.north + dy
  }
  const parts: Point[][] = []
  let part: Point[] = []
  for (let at = 1; at < ring.length; at++) {
    const [a, b] = [ring[at - 1] as Point, ring[at] as Point]
    if (within(a, b)) part = part.length ? [...part, b] : [a, b]
    else if (part.length) {
      parts.push(part)
      part = []
    }
  }
  return part.length ? [...parts, part] : parts
}
