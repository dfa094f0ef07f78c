// From the rows of a plan for the field to its ranking and to one sheet per team. Pure.
import { figureOf, textOf, type Row } from './facts'

export type Stop = { order: number; sector: string; street: string; part: string; station: string; commune: string; doors: number; walk: number; start: number; minutes: number; lon: number | null; lat: number | null }
export type Outing = { number: number; stops: Stop[]; doors: number; walk: number; minutes: number }
export type Sheet = { team: string; outings: Outing[]; doors: number }

/** One sheet per team: its outings in order, the stops of each in the order in which they are walked. */
export function sheetsOf(rows: readonly Row[]): Sheet[] {
  const teams = new Map<string, Map<number, Stop[]>>()
  for (const row of rows) {
    const outings = teams.get(textOf(row, 'equipe')) ?? new Map<number, Stop[]>()
    const number = figureOf(row, 'sortie') ?? 0
    outings.set(number, [...(outings.get(number) ?? []), stopOf(row)])
    teams.set(textOf(row, 'equipe'), outings)
  }
  return [...teams]
    .map(([team, outings]) => {
      const all = [...outings].sort(([a], [b]) => a - b).map(([number, stops]) => outingOf(number, stops))
      return { team, outings: all, doors: sum(all.map((outing) => outing.doors)) }
    })
    .sort((a, b) => Number(a.team) - Number(b.team))
}

function stopOf(row: Row): Stop {
  const figure = (name: string) => figureOf(row, name) ?? 0
  return {
    order: figure('ordre'),
    sector: textOf(row, 'secteur'),
    street: textOf(row, 'voie'),
    part: textOf(row, 'troncon'),
    station: textOf(row, 'bv_id'),
    commune: textOf(row, 'libelle_commune'),
    doors: figure('portes_prevues'),
    walk: figure('marche'),
    start: figure('debut'),
    minutes: figure('duree'),
    lon: figureOf(row, 'longitude'),
    lat: figureOf(row, 'latitude'),
  }
}

function outingOf(number: number, unordered: readonly Stop[]): Outing {
  const stops = [...unordered].sort((a, b) => a.order - b.order)
  const last = stops.at(-1)
  return { number, stops, doors: sum(stops.map((stop) => stop.doors)), walk: sum(stops.map((stop) => stop.walk)), minutes: last ? last.start + last.minutes : 0 }
}

/** Where a stop is, as a team reads it: its street and the part of it, or the code of a sector whose streets have no name. */
export const placeOf = ({ street, part, sector }: Pick<Stop, 'street' | 'part' | 'sector'>): string => (street ? [street, part].filter(Boolean).join(', ') : sector)

/** Minutes as a watch says them: `1 h 05`. */
export function watch(minutes: number): string {
  const whole = Math.round(minutes)
  return whole < 60 ? `${whole}\u00a0min` : `${Math.floor(whole / 60)}\u00a0h\u00a0${String(whole % 60).padStart(2, '0')}`
}

export type Dot = { x: number; y: number; text: string; outing: number }

/** The stops of a team on a drawing of a given size: one metre is as long in both directions. Empty without coordinates. */
export function dotsOf(sheet: Sheet, width: number, height: number, pad = 16): { dots: Dot[]; metre: number } {
  const stops = sheet.outings.flatMap((outing) => outing.stops.filter((stop) => stop.lon !== null && stop.lat !== null).map((stop) => ({ stop, outing: outing.number })))
  if (!stops.length) return { dots: [], metre: 0 }
  const METRES = 111_320
  const flat = Math.cos(((stops[0]?.stop.lat ?? 0) * Math.PI) / 180)
  const places = stops.map(({ stop, outing }) => ({ x: (stop.lon ?? 0) * METRES * flat, y: -(stop.lat ?? 0) * METRES, text: String(stop.order), outing }))
  const [left, top] = [Math.min(...places.map((one) => one.x)), Math.min(...places.map((one) => one.y))]
  const [wide, high] = [Math.max(...places.map((one) => one.x)) - left, Math.max(...places.map((one) => one.y)) - top]
  const metre = Math.min((width - 2 * pad) / Math.max(wide, 1), (height - 2 * pad) / Math.max(high, 1))
  const [dx, dy] = [(width - wide * metre) / 2, (height - high * metre) / 2]
  return { dots: places.map((one) => ({ ...one, x: dx + (one.x - left) * metre, y: dy + (one.y - top) * metre })), metre }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
