// One map: its face to the pages (what is pointed at, chosen, in view). Layers are drawn by layers.ts, coloured by wardrobe.ts.
import { Map as GlMap, setWorkerUrl, type GeoJSONSource, type MapGeoJSONFeature } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import { tileOf } from '@/charts/contours'
import type { View } from '@/lib/state'
import type { Bounds, Level, LevelFacts } from '@/lib/types'
import { hatchImage, type Ink } from './ink'
import { addLayers, autoLevels, EMPTY, FINE_FIRST, inkLayers, lastTiles, showLevels, startOf } from './layers'
import { outlineOf } from './outline'
import { onTile, serveTiles } from './tiles'
import { Wardrobe, type Looks } from './wardrobe'

setWorkerUrl(workerUrl)
serveTiles()

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

export class Engine {
  readonly map: GlMap
  private readonly levels: LevelFacts[]
  private readonly wardrobe: Wardrobe
  private readonly deaf: () => void
  private readonly hatched: Partial<Record<Level, boolean>> = {}
  private chosen: Level | 'auto' = 'auto'
  private ink: Ink
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
    this.wardrobe = new Wardrobe(this.map)
    this.deaf = onTile((cut) => this.wardrobe.arrived(cut))
    this.map.touchZoomRotate.disableRotation()
    this.map.keyboard.disableRotation()
    const canvas = this.map.getCanvas()
    canvas.setAttribute('aria-label', options.label)
    this.map.once('style.load', () => this.dressed(options.tiles))
    this.map.on('mousemove', (event) => this.moved(event.point.x, event.point.y))
    this.map.on('mouseout', () => this.hover(null))
    this.map.on('click', (event) => this.onpick(this.at(event.point.x, event.point.y), event.originalEvent.shiftKey))
    this.map.on('movestart', (event) => (this.touched ||= 'originalEvent' in event && !!event.originalEvent))
    this.map.on('move', () => {
      this.wardrobe.settle()
      this.onmoving()
    })
    this.map.on('resize', () => this.wardrobe.settle())
    this.map.on('moveend', () => this.viewed())
    this.map.on('idle', () => this.again())
  }

  private dressed(tiles: string): void {
    this.inked()
    addLayers(this.map, tiles, this.levels, this.ink)
    this.levelled()
    this.onlevel(this.level)
  }

  private drawn(name: 'hovered' | 'picked', place: { level: Level; row: number } | null): void {
    const source = this.map.getSource(name) as GeoJSONSource | undefined
    source?.setData(place ? outlineOf(this.map, place.level, place.row) : EMPTY)
  }

  /** The level that is coloured now: the chosen one, or the finest that this zoom draws well. */
  get level(): Level {
    if (this.chosen !== 'auto') return this.chosen
    const zoom = this.map.getZoom()
    return autoLevels(this.levels).findLast((level, rank) => rank === 0 || zoom >= startOf(level))?.id ?? 'bureau'
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

  private levelled(): void {
    showLevels(this.map, { levels: this.levels, chosen: this.chosen, hatched: this.hatched })
  }

  /** Colours a level: the next frame has the colours of all that is on the screen. */
  paint(level: Level, looks: Looks): void {
    if (!this.ready) return void this.map.once('idle', () => this.paint(level, looks))
    if (!this.hatched[level] && looks.hatch.includes(1)) {
      this.hatched[level] = true // for good: to show and hide hatching is to cut the tiles again
      this.levelled()
    }
    this.wardrobe.wear(level, looks, this.tilesInView(level))
    this.map.triggerRepaint()
  }

  /** The names (zoom/column/line) of the tiles of a level that this view is drawn from. */
  private tilesInView(level: Level): string[] {
    const facts = this.levels.find((one) => one.id === level)
    if (!facts) return []
    const zoom = Math.max(facts.minzoom, Math.min(lastTiles(this.levels, facts), Math.floor(this.map.getZoom())))
    const bounds = this.map.getBounds()
    const [left, top] = tileOf(bounds.getWest(), bounds.getNorth(), zoom).map(Math.floor) as [number, number]
    const [right, bottom] = tileOf(bounds.getEast(), bounds.getSouth(), zoom).map(Math.floor) as [number, number]
    const across = Array.from({ length: right - left + 1 }, (_, at) => left + at)
    return across.flatMap((x) => Array.from({ length: bottom - top + 1 }, (_, at) => `${zoom}/${x}/${top + at}`))
  }

  /** Wears other inks (light, dark): grounds, lines, hatching. Levels are painted again by the caller. */
  wear(ink: Ink): void {
    this.ink = ink
    if (!this.ready) return
    this.inked()
    inkLayers(this.map, this.levels, ink)
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
    const codes = new Set<string>()
    for (const found of this.map.queryRenderedFeatures({ layers: [`${this.level}-fill`] })) {
      codes.add(String(found.properties.code))
      if (codes.size >= most) break
    }
    return [...codes]
  }

  /** The rows of the places of the level that are on the screen. */
  rowsInView(): number[] {
    if (!this.ready || !this.map.getLayer(`${this.level}-fill`)) return []
    const found = this.map.queryRenderedFeatures({ layers: [`${this.level}-fill`] })
    return [...new Set(found.map((one) => Number(one.properties.id)))]
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
    this.deaf()
    this.map.remove()
  }
}
