// One map: contours by PMTiles, colours by feature states. The only file that speaks to MapLibre.
import { Map as GlMap, setWorkerUrl, type ExpressionSpecification, type GeoJSONSource, type MapGeoJSONFeature } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import type { Bounds, Level, LevelFacts } from '@/lib/types'
import type { View } from '@/lib/state'
import { hatchImage, type Ink } from './ink'
import { INKS, isDimmed, NEVER } from './inks'
import { outlineOf } from './outline'
import { serveTiles } from './tiles'

setWorkerUrl(workerUrl)
serveTiles()
/** What each place of a level looks like, by its row: its ink (inks.ts) and its hatching (1: fragile or no figure). */
export type Looks = { inks: Uint8Array; hatch: Uint8Array }
export type Hit = { level: Level; row: number; code: string; x: number; y: number }
export type Options = {
  container: HTMLElement
  tiles: string
  levels: readonly LevelFacts[]
  view: View | null
  bounds: Bounds
  ink: Ink
  label: string
  reducedMotion: boolean
}
export type Label = { name: string; lon: number; lat: number; weight: number }

const FINE_FIRST: readonly Level[] = ['bureau', 'iris', 'commune', 'circonscription', 'departement']
// How far a border is drawn beyond the last zoom of its tiles: further, its simplification would show.
const BORDER_BEYOND = 2.6
const SLICE = 12_000
const EMPTY = { type: 'FeatureCollection' as const, features: [] }
// Every ink there is, so that changing colours is a change of states and never cuts the tiles again.
const COLOURED = [
  'match',
  ['coalesce', ['feature-state', 'c'], NEVER],
  ...INKS.flatMap((ink, rank) => [rank, ink]),
  'rgba(128, 124, 112, 0.12)',
] as unknown as ExpressionSpecification
const STATES = new Map<number, { c: number; h: number }>()

/** One object per look, shared by all the places that have it. */
function stateOf(ink: number, hatch: number): { c: number; h: number } {
  const key = ink * 2 + hatch
  let found = STATES.get(key)
  if (!found) STATES.set(key, (found = { c: ink, h: isDimmed(ink) ? 0 : hatch }))
  return found
}

const AUTO: readonly Level[] = ['departement', 'commune', 'bureau']

export class Engine {
  readonly map: GlMap
  private readonly levels: LevelFacts[]
  private chosen: Level | 'auto' = 'auto'
  private ink: Ink
  private inView: { level: Level; rows: Set<number> } | null = null
  private readonly turns: Partial<Record<Level, number>> = {}
  private removed = false
  private readonly worn: Partial<Record<Level, Looks>> = {}
  private readonly hatched: Partial<Record<Level, boolean>> = {}
  private hovered: Hit | null = null
  private picked: { level: Level; row: number } | null = null
  private waiting: { x: number; y: number } | null = null
  /** Whether somebody has moved the map: until then its view is nobody's choice. */
  touched = false
  onhover: (hit: Hit | null) => void = () => undefined
  onpick: (hit: Hit | null, added: boolean) => void = () => undefined
  onview: (view: View) => void = () => undefined
  onlevel: (level: Level) => void = () => undefined
  onmoving: () => void = () => undefined

  constructor(options: Options) {
    this.levels = FINE_FIRST.flatMap((id) => options.levels.filter((level) => level.id === id))
    this.ink = options.ink
    this.map = new GlMap({
      container: options.container,
      style: { version: 8, sources: {}, layers: [{ id: 'ground', type: 'background', paint: { 'background-color': options.ink.ground } }] },
      ...(options.view
        ? { center: [options.view.lon, options.view.lat] as [number, number], zoom: options.view.zoom }
        : { bounds: options.bounds, fitBoundsOptions: { padding: 24 } }),
      minZoom: 2,
      maxZoom: 17,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      renderWorldCopies: false,
      fadeDuration: options.reducedMotion ? 0 : 120,
      canvasContextAttributes: { preserveDrawingBuffer: true, antialias: false },
      localIdeographFontFamily: 'sans-serif',
    })
    this.map.touchZoomRotate.disableRotation()
    this.map.keyboard.disableRotation()
    const canvas = this.map.getCanvas()
    canvas.setAttribute('aria-label', options.label)
    this.map.once('style.load', () => this.dressed(options.tiles))
    this.map.on('mousemove', (event) => this.moved(event.point.x, event.point.y))
    this.map.on('mouseout', () => this.hover(null))
    this.map.on('click', (event) => this.onpick(this.at(event.point.x, event.point.y), event.originalEvent.shiftKey))
    this.map.on('movestart', (event) => (this.touched ||= 'originalEvent' in event && !!event.originalEvent))
    this.map.on('move', () => this.onmoving())
    this.map.on('moveend', () => this.viewed())
    this.map.on('idle', () => this.again())
  }

  private dressed(tiles: string): void {
    const { map } = this
    for (const level of this.levels) {
      map.addSource(level.id, {
        type: 'vector',
        url: `pmtiles://${tiles}`,
        promoteId: 'id',
        minzoom: level.minzoom,
        maxzoom: this.lastTiles(level),
      })
    }
    this.inked()
    // The coarsest first: finer contours are drawn over it, then the lines, then what is pointed at.
    for (const level of [...this.levels].reverse()) this.filled(level)
    for (const level of [...this.levels].reverse()) this.outlined(level)
    map.addSource('labels', { type: 'geojson', data: { type: 'FeatureCollection', features: [] } })
    this.marked()
    this.lettered()
    this.levelled()
    this.onlevel(this.level)
  }

  /** The last zoom of the tiles of a level: before a finer level joins it in the same tiles, which would then be paid twice. */
  private lastTiles({ id, minzoom, maxzoom }: LevelFacts): number {
    const auto = this.autoLevels()
    const finer = auto[auto.findIndex((level) => level.id === id) + 1]
    return finer && auto.some((level) => level.id === id) ? Math.max(minzoom, Math.min(maxzoom, finer.minzoom - 1)) : maxzoom
  }

  private filled({ id }: LevelFacts): void {
    const about = { source: id, 'source-layer': id }
    this.map.addLayer({ id: `${id}-fill`, type: 'fill', ...about, paint: { 'fill-color': COLOURED, 'fill-antialias': false } })
    this.map.addLayer({
      id: `${id}-hatch`,
      type: 'fill',
      ...about,
      layout: { visibility: 'none' },
      paint: {
        'fill-pattern': 'hatch',
        'fill-opacity': ['coalesce', ['feature-state', 'h'], 0],
        'fill-antialias': false,
      },
    })
  }

  private outlined({ id }: LevelFacts): void {
    const about = { source: id, 'source-layer': id, type: 'line' as const, layout: { 'line-join': 'round' as const } }
    this.map.addLayer({ id: `${id}-line`, ...about, paint: { 'line-color': this.ink.line, 'line-width': this.width(id), 'line-opacity': 0.8 } })
  }

  private width(level: Level): ExpressionSpecification {
    if (level === 'departement') return ['interpolate', ['linear'], ['zoom'], 4, 0.6, 8, 1.6, 12, 2.4]
    if (level === 'bureau' || level === 'iris') return ['interpolate', ['linear'], ['zoom'], 8, 0.05, 10, 0.3, 13, 0.9, 16, 1.6]
    return ['interpolate', ['linear'], ['zoom'], 5, 0.02, 7, 0.15, 9, 0.5, 12, 1.4]
  }

  /** What is pointed at and what is chosen, drawn from their own contours: no place pays for a ring it does not wear. */
  private marked(): void {
    this.map.addSource('hovered', { type: 'geojson', data: EMPTY })
    this.map.addSource('picked', { type: 'geojson', data: EMPTY })
    const rings = [['picked-halo', 'picked', this.ink.halo, 6.5], ['picked', 'picked', this.ink.accent, 3.5], ['hovered', 'hovered', this.ink.edge, 2]] as const
    for (const [name, source, colour, width] of rings) {
      this.map.addLayer({
        id: name,
        type: 'line',
        source,
        layout: { 'line-join': 'round', 'line-cap': 'round' },
        paint: { 'line-color': colour, 'line-width': width },
      })
    }
  }

  private drawn(name: 'hovered' | 'picked', place: { level: Level; row: number } | null): void {
    const source = this.map.getSource(name) as GeoJSONSource | undefined
    source?.setData(place ? outlineOf(this.map, place.level, place.row) : EMPTY)
  }

  private lettered(): void {
    this.map.addLayer({
      id: 'labels',
      type: 'symbol',
      source: 'labels',
      layout: {
        'text-field': ['get', 'name'],
        'text-size': ['interpolate', ['linear'], ['get', 'rank'], 0, 14, 1, 11],
        'text-max-width': 8,
        'text-padding': 6,
        'symbol-sort-key': ['get', 'rank'],
        'text-font': ['Open Sans Regular'],
      },
      paint: { 'text-color': this.ink.text, 'text-halo-color': this.ink.halo, 'text-halo-width': 1.6 },
    })
  }

  /** The level that is coloured now: the chosen one, or the finest that this zoom draws well. */
  get level(): Level {
    if (this.chosen !== 'auto') return this.chosen
    const zoom = this.map.getZoom()
    return this.autoLevels().findLast((level, rank) => rank === 0 || zoom >= this.startOf(level.id))?.id ?? 'bureau'
  }

  private autoLevels(): LevelFacts[] {
    return AUTO.flatMap((id) => this.levels.filter((level) => level.id === id))
  }

  private startOf(level: Level): number {
    const facts = this.levels.find((one) => one.id === level)
    const wanted = level === 'commune' ? 6.7 : level === 'bureau' ? 9.6 : 0
    return Math.max(wanted, facts?.minzoom ?? 0)
  }

  /** Whether the chosen level is too fine for this zoom: a coarser one is then seen below it. */
  get tooFar(): boolean {
    const facts = this.levels.find((one) => one.id === this.level)
    return !!facts && this.map.getZoom() < facts.minzoom
  }

  choose(level: Level | 'auto'): void {
    this.chosen = level
    if (!this.ready) return
    this.levelled()
    this.onlevel(this.level)
  }

  private get ready(): boolean {
    return !!this.map.getLayer('labels')
  }

  /** Shows the layers of the levels that this choice may need; the borders of coarser levels stay, as lines. */
  private levelled(): void {
    const auto = this.autoLevels()
    for (const { id, minzoom, maxzoom } of this.levels) {
      const rank = auto.findIndex((level) => level.id === id)
      const next = auto[rank + 1]
      const own: [number, number] =
        this.chosen === 'auto' ? [rank <= 0 ? 0 : this.startOf(id), next ? this.startOf(next.id) : 24] : [minzoom, 24]
      const shown = this.chosen === 'auto' ? rank >= 0 : id === this.chosen
      this.set(`${id}-fill`, shown, own)
      this.set(`${id}-hatch`, shown && !!this.hatched[id], own)
      const border = id === 'departement' || id === 'commune'
      const lines: [number, number] = [shown ? own[0] : id === 'commune' ? 8 : 0, border && this.chosen !== id ? maxzoom + BORDER_BEYOND : own[1]]
      this.set(`${id}-line`, shown || (border && this.coarser(id)), lines)
    }
  }

  private coarser(level: Level): boolean {
    const own = FINE_FIRST.indexOf(level)
    return this.chosen === 'auto' || own > FINE_FIRST.indexOf(this.chosen)
  }

  private set(layer: string, shown: boolean, [from, to]: [number, number]): void {
    const visibility = shown ? 'visible' : 'none'
    const found = this.map.getLayer(layer)
    // Asking for what is there already would make the engine cut every tile again.
    if (this.map.getLayoutProperty(layer, 'visibility') !== visibility) this.map.setLayoutProperty(layer, 'visibility', visibility)
    if (found && (found.minzoom !== from || found.maxzoom !== to)) this.map.setLayerZoomRange(layer, from, to)
  }

  /**
   * Inks a level: what is on the screen at once, the rest by slices in the moments that follow, so that nobody waits for
   * what nobody sees. Every place has its state in the end: moving about then costs nothing.
   */
  paint(level: Level, looks: Looks): void {
    if (!this.ready) return void this.map.once('idle', () => this.paint(level, looks))
    const { inks, hatch } = looks
    const worn = (this.worn[level] ??= { inks: new Uint8Array(inks.length).fill(NEVER), hatch: new Uint8Array(inks.length) })
    const seen = this.inView?.level === level ? this.inView.rows : null
    const later: number[] = []
    const now: number[] = []
    for (let row = 0; row < inks.length; row++) {
      if (worn.inks[row] === inks[row] && worn.hatch[row] === hatch[row]) continue
      ;(!seen?.size || seen.has(row) ? now : later).push(row)
    }
    this.hatched[level] = hatch.includes(1)
    this.levelled()
    this.dress(level, looks, now)
    const turn = (this.turns[level] = (this.turns[level] ?? 0) + 1)
    const slice = (from: number) => {
      if (from >= later.length || turn !== this.turns[level] || this.removed) return
      this.dress(level, looks, later.slice(from, from + SLICE))
      setTimeout(() => slice(from + SLICE), 25)
    }
    if (later.length) setTimeout(() => slice(0), 60)
  }

  private dress(level: Level, { inks, hatch }: Looks, rows: readonly number[]): void {
    const worn = this.worn[level]
    const feature = { source: level, sourceLayer: level, id: 0 }
    for (const row of rows) {
      const [ink, lines] = [inks[row] as number, hatch[row] as number]
      feature.id = row
      this.map.setFeatureState(feature, stateOf(ink, lines))
      if (worn) [worn.inks[row], worn.hatch[row]] = [ink, lines]
    }
  }

  /** Wears other inks (light, dark): grounds, lines, hatching. Levels are painted again by the caller. */
  wear(ink: Ink): void {
    this.ink = ink
    if (!this.ready) return
    const { map } = this
    this.inked()
    map.setPaintProperty('ground', 'background-color', ink.ground)
    for (const { id } of this.levels) {
      map.setPaintProperty(`${id}-line`, 'line-color', ink.line)
    }
    map.setPaintProperty('hovered', 'line-color', ink.edge)
    map.setPaintProperty('picked', 'line-color', ink.accent)
    map.setPaintProperty('picked-halo', 'line-color', ink.halo)
    map.setPaintProperty('labels', 'text-color', ink.text)
    map.setPaintProperty('labels', 'text-halo-color', ink.halo)
  }

  private inked(): void {
    const image = hatchImage(this.ink)
    if (this.map.hasImage('hatch')) this.map.updateImage('hatch', image)
    else this.map.addImage('hatch', image, { pixelRatio: 2 })
  }

  labels(labels: readonly Label[]): void {
    const most = Math.max(1, ...labels.map((label) => label.weight))
    const features = labels.map((label) => ({
      type: 'Feature' as const,
      geometry: { type: 'Point' as const, coordinates: [label.lon, label.lat] },
      properties: { name: label.name, rank: 1 - Math.sqrt(label.weight / most) },
    }))
    const source = this.map.getSource('labels') as { setData?: (data: unknown) => void } | undefined
    source?.setData?.({ type: 'FeatureCollection', features })
  }

  private at(x: number, y: number): Hit | null {
    const { level } = this
    if (!this.ready || !this.map.getLayer(`${level}-fill`)) return null
    const [found] = this.map.queryRenderedFeatures([x, y], { layers: [`${level}-fill`] })
    return found ? this.hitOf(found, level, x, y) : null
  }

  private hitOf(found: MapGeoJSONFeature, level: Level, x: number, y: number): Hit {
    return { level, row: Number(found.properties.id), code: String(found.properties.code), x, y }
  }

  private moved(x: number, y: number): void {
    const asked = this.waiting !== null
    this.waiting = { x, y }
    if (asked) return // at most one question per frame
    requestAnimationFrame(() => {
      const point = this.waiting
      this.waiting = null
      if (point && !this.map.isMoving()) this.hover(this.at(point.x, point.y))
    })
  }

  private hover(hit: Hit | null): void {
    const before = this.hovered
    if (before?.row !== hit?.row || before?.level !== hit?.level) {
      this.drawn('hovered', hit)
      this.map.getCanvas().style.cursor = hit ? 'pointer' : ''
    }
    this.hovered = hit
    this.onhover(hit)
  }

  /** Rings a place, as when its row of a table is pointed at. */
  ring(place: { level: Level; row: number } | null): void {
    this.hovered = place ? { ...place, code: '', x: 0, y: 0 } : null
    this.drawn('hovered', place)
  }

  /** Rings the chosen place for as long as it is chosen, and again when the tiles it is cut from have changed. */
  pick(place: { level: Level; row: number } | null): void {
    this.picked = place
    this.drawn('picked', place)
  }

  private ringed = ''
  private again(): void {
    const { picked } = this
    const view = picked ? `${picked.level}/${picked.row}/${Math.floor(this.map.getZoom())}/${this.map.getCenter().toArray().map((x) => x.toFixed(3))}` : ''
    if (picked && view !== this.ringed) this.drawn('picked', picked)
    this.ringed = view
  }

  private viewed(): void {
    const center = this.map.getCenter()
    this.onview({ zoom: this.map.getZoom(), lat: center.lat, lon: center.lng })
    this.onlevel(this.level)
  }

  /** The codes of the places of the level that are on the screen, each once. */
  codesInView(most = 600): string[] {
    if (!this.ready) return []
    const [codes, rows] = [new Set<string>(), new Set<number>()]
    for (const found of this.map.queryRenderedFeatures({ layers: [`${this.level}-fill`] })) {
      codes.add(String(found.properties.code))
      rows.add(Number(found.properties.id))
      if (codes.size >= most) break
    }
    this.inView = { level: this.level, rows }
    return [...codes]
  }

  /** Closer by some zooms, or further when negative. */
  zoom(by: number, still: boolean): void {
    this.touched = true
    this.map.easeTo({ zoom: this.map.getZoom() + by, duration: still ? 0 : 160 })
  }

  /** Leaves the foot of the map free: what is looked at is centred in the rest. */
  pad(bottom: number, still: boolean): void {
    if (Math.abs((this.map.getPadding().bottom ?? 0) - bottom) > 1) this.map.easeTo({ padding: { bottom }, duration: still ? 0 : 140 })
  }

  goTo(bounds: Bounds, still: boolean): void {
    this.touched = true
    this.map.fitBounds(bounds, { padding: 56, maxZoom: 15, duration: still ? 0 : 180, linear: true })
  }

  remove(): void {
    this.removed = true
    this.map.remove()
  }
}
