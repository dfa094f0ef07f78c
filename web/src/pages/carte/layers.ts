// The layers of the map: which there are, when each is seen, how they are drawn. Colours are states (wardrobe.ts).
import type { ExpressionSpecification, Map as GlMap } from 'maplibre-gl'
import type { Level, LevelFacts } from '@/lib/types'
import type { Ink } from './ink'
import { INKS, NEVER } from './inks'

export const FINE_FIRST: readonly Level[] = ['bureau', 'iris', 'commune', 'circonscription', 'departement']
export const EMPTY = { type: 'FeatureCollection' as const, features: [] }
const AUTO: readonly Level[] = ['departement', 'commune', 'bureau']
// How far a border is drawn beyond the last zoom of its tiles: further, its simplification would show.
const BORDER_BEYOND = 2.6
// Every ink there is, so that changing colours is a change of states and never cuts the tiles again.
const COLOURED = [
  'match',
  ['coalesce', ['feature-state', 'c'], NEVER],
  ...INKS.flatMap((ink, rank) => [rank, ink]),
  'rgba(128, 124, 112, 0.12)',
] as unknown as ExpressionSpecification

/** The levels that follow one another as the map comes closer. */
export function autoLevels(levels: readonly LevelFacts[]): LevelFacts[] {
  return AUTO.flatMap((id) => levels.filter((level) => level.id === id))
}

/** The zoom from which a level is the one that is coloured. */
export function startOf({ id, minzoom }: LevelFacts): number {
  const wanted = id === 'commune' ? 6.7 : id === 'bureau' ? 9.6 : 0
  return Math.max(wanted, minzoom)
}

/** The last zoom of the tiles of a level: before a finer level joins it in the same tiles, which would then be paid twice. */
export function lastTiles(levels: readonly LevelFacts[], { id, minzoom, maxzoom }: LevelFacts): number {
  const auto = autoLevels(levels)
  const own = auto.findIndex((level) => level.id === id)
  const finer = auto[own + 1]
  return finer && own >= 0 ? Math.max(minzoom, Math.min(maxzoom, finer.minzoom - 1)) : maxzoom
}

/** Adds every source and layer to a bare map. */
export function addLayers(map: GlMap, tiles: string, levels: readonly LevelFacts[], ink: Ink): void {
  for (const level of levels) {
    const [minzoom, maxzoom] = [level.minzoom, lastTiles(levels, level)]
    map.addSource(level.id, { type: 'vector', url: `pmtiles://${tiles}`, promoteId: 'id', minzoom, maxzoom })
  }
  // The coarsest first: finer contours are drawn over it, then the lines, then what is pointed at.
  for (const level of [...levels].reverse()) addFill(map, level.id)
  for (const level of [...levels].reverse()) addLine(map, level.id, ink)
  addMarks(map, ink)
  addNames(map, ink)
}

function addFill(map: GlMap, id: Level): void {
  const about = { source: id, 'source-layer': id, type: 'fill' as const }
  map.addLayer({ id: `${id}-fill`, ...about, paint: { 'fill-color': COLOURED, 'fill-antialias': false } })
  map.addLayer({
    id: `${id}-hatch`,
    ...about,
    layout: { visibility: 'none' },
    paint: {
      'fill-pattern': 'hatch',
      'fill-opacity': ['coalesce', ['feature-state', 'h'], 0],
      'fill-antialias': false,
    },
  })
}

function addLine(map: GlMap, id: Level, ink: Ink): void {
  const about = { source: id, 'source-layer': id, type: 'line' as const }
  map.addLayer({ id: `${id}-line`, ...about, paint: { 'line-color': ink.line, 'line-width': widthOf(id), 'line-opacity': 0.8 } })
}

function widthOf(level: Level): ExpressionSpecification {
  if (level === 'departement') return ['interpolate', ['linear'], ['zoom'], 4, 0.6, 8, 1.6, 12, 2.4]
  if (level === 'bureau' || level === 'iris') return ['interpolate', ['linear'], ['zoom'], 8, 0.05, 10, 0.3, 13, 0.9, 16, 1.6]
  return ['interpolate', ['linear'], ['zoom'], 5, 0.02, 7, 0.15, 9, 0.5, 12, 1.4]
}

/** What is pointed at and what is chosen, drawn from their own contours: no place pays for a ring it does not wear. */
function addMarks(map: GlMap, ink: Ink): void {
  map.addSource('hovered', { type: 'geojson', data: EMPTY })
  map.addSource('picked', { type: 'geojson', data: EMPTY })
  const rings = [['picked-halo', 'picked', ink.halo, 6.5], ['picked', 'picked', ink.accent, 3.5], ['hovered', 'hovered', ink.edge, 2]] as const
  for (const [name, source, colour, width] of rings) {
    map.addLayer({
      id: name,
      type: 'line',
      source,
      layout: { 'line-join': 'round', 'line-cap': 'round' },
      paint: { 'line-color': colour, 'line-width': width },
    })
  }
}

function addNames(map: GlMap, ink: Ink): void {
  map.addSource('labels', { type: 'geojson', data: EMPTY })
  map.addLayer({
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
    paint: { 'text-color': ink.text, 'text-halo-color': ink.halo, 'text-halo-width': 1.6 },
  })
}

/** Other inks for the ground, the lines, the rings and the names. */
export function inkLayers(map: GlMap, levels: readonly LevelFacts[], ink: Ink): void {
  map.setPaintProperty('ground', 'background-color', ink.ground)
  for (const { id } of levels) map.setPaintProperty(`${id}-line`, 'line-color', ink.line)
  map.setPaintProperty('hovered', 'line-color', ink.edge)
  map.setPaintProperty('picked', 'line-color', ink.accent)
  map.setPaintProperty('picked-halo', 'line-color', ink.halo)
  map.setPaintProperty('labels', 'text-color', ink.text)
  map.setPaintProperty('labels', 'text-halo-color', ink.halo)
}

type Shown = { levels: readonly LevelFacts[]; chosen: Level | 'auto'; hatched: Partial<Record<Level, boolean>> }

/** Shows the layers of the levels that a choice may need; the borders of coarser levels stay, as lines. */
export function showLevels(map: GlMap, { levels, chosen, hatched }: Shown): void {
  const auto = autoLevels(levels)
  for (const level of levels) {
    const { id, minzoom, maxzoom } = level
    const rank = auto.findIndex((one) => one.id === id)
    const next = auto[rank + 1]
    const own: [number, number] = chosen === 'auto' ? [rank <= 0 ? 0 : startOf(level), next ? startOf(next) : 24] : [minzoom, 24]
    const shown = chosen === 'auto' ? rank >= 0 : id === chosen
    show(map, `${id}-fill`, shown, own)
    show(map, `${id}-hatch`, shown && !!hatched[id], own)
    const border = id === 'departement' || id === 'commune'
    const lines: [number, number] = [shown ? own[0] : id === 'commune' ? 8 : 0, border && chosen !== id ? maxzoom + BORDER_BEYOND : own[1]]
    show(map, `${id}-line`, shown || (border && isCoarser(id, chosen)), lines)
  }
}

function isCoarser(level: Level, chosen: Level | 'auto'): boolean {
  return chosen === 'auto' || FINE_FIRST.indexOf(level) > FINE_FIRST.indexOf(chosen)
}

function show(map: GlMap, layer: string, shown: boolean, [from, to]: [number, number]): void {
  const visibility = shown ? 'visible' : 'none'
  const found = map.getLayer(layer)
  // Asking for what is there already would make the engine cut every tile again.
  if (map.getLayoutProperty(layer, 'visibility') !== visibility) map.setLayoutProperty(layer, 'visibility', visibility)
  if (found && (found.minzoom !== from || found.maxzoom !== to)) map.setLayerZoomRange(layer, from, to)
}
