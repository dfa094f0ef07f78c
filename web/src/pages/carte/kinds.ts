// Types of stations on the map: what is read, what each place wears, how many of each are in view.
import { vector } from '@/lib/api'
import { kindColour } from '@/lib/kinds'
import type { Indicator, Level, Meta, StationType, TypesFacts } from '@/lib/types'
import { bareNumber, inkNumber } from './inks'
import type { Shades } from './shades'

export const KIND = 'type'
/** Under this certainty a second type is almost as near (one station of France in nine): drawn hatched. */
export const UNSURE = 0.1
/** A larger place is drawn hatched when its main type leads the second by less than this, in points of its voters. */
export const CLOSE = 5
/** `sure`: how certain a type is, or by how much it leads; `parts`: for larger places, the share of each type in turn. */
export type KindFigures = { codes: Float32Array | null; sure: Float32Array | null; weights: Float32Array | null; parts?: Float32Array[] | null }
export type KindTally = { count: number; voters: number }

export const isKind = (indicator: Pick<Indicator, 'name'>): boolean => indicator.name === KIND
/** Whether the places of a level are told by the types of their stations. */
export const isMadeOf = (facts: TypesFacts, level: Level): boolean => facts.made_of.includes(level)

/** The indicators that a map can show: the type of a station, where it is told, then all that are numbers. */
export function choosable(meta: Meta): Indicator[] {
  if (!meta.types) return meta.indicators
  const { source, date, method, column } = meta.types
  const bare = { theme: '', unit: '', status: '', family: '', description: '' }
  return [{ ...bare, name: column, title: 'Type de bureau', title_en: 'Station type', kind: 'kind', source, vintage: date, method }, ...meta.indicators]
}

/** The types that an address isolates, by their names or that of their family; none when all are shown. */
export function isolatedIn(facts: TypesFacts, asked: readonly string[]): StationType[] {
  return facts.types.filter((one) => asked.includes(one.id) || asked.includes(one.group))
}

export async function kindFiguresOf(facts: TypesFacts, level: Level, version: string): Promise<KindFigures> {
  const own = facts.levels.includes(level)
  const weights = await vector(level, 'inscrits', version).catch(() => null)
  if (!own && !isMadeOf(facts, level)) return { codes: null, sure: null, weights }
  if (own) {
    const [codes, sure] = await Promise.all([vector(level, facts.column, version), vector(level, facts.certainty, version).catch(() => null)])
    return { codes, sure, weights }
  }
  const [codes, ...parts] = await Promise.all([facts.column, ...facts.types.map((one) => one.part)].map((name) => vector(level, name, version)))
  return { codes: codes as Float32Array, sure: leadOf(parts), weights, parts }
}

/** By how many points the first type of each place leads its second; NaN where there is none. */
export function leadOf(parts: readonly Float32Array[]): Float32Array {
  return Float32Array.from(parts[0] ?? [], (_, row) => {
    const [first = 0, second = 0] = parts.map((one) => one[row] as number).sort((a, b) => b - a)
    return first > 0 ? first - second : NaN
  })
}

/** Whether a type is to be read with care: a second one is nearly as near, or has nearly as many voters. */
export function isUnsure(sure: number | null | undefined, made: boolean): boolean {
  return sure !== null && sure !== undefined && sure < (made ? CLOSE : UNSURE)
}

export type KindWanted = { facts: TypesFacts; level: Level; dark: boolean; inside: Set<number> | null; isolated: readonly StationType[] }

/** The looks of a level: a colour per type, hatched where unsure or missing; the types that are not isolated dimmed. */
export function kindShadesOf(figures: KindFigures, wanted: KindWanted): Shades {
  const { facts, level, dark, inside, isolated } = wanted
  const colours = facts.types.map((one) => kindColour(facts, one, dark))
  const [full, faded] = [false, true].map((dimmed) => [bareNumber(dark, dimmed), ...colours.map((one) => inkNumber(one, dimmed))])
  const alone = new Set(isolated.map((one) => one.code))
  const made = isMadeOf(facts, level)
  const size = figures.codes?.length ?? figures.weights?.length ?? 0
  const [inks, hatch] = [new Uint8Array(size), new Uint8Array(size)]
  for (let row = 0; row < size; row++) {
    const code = figures.codes?.[row] ?? NaN
    const dimmed = (alone.size > 0 && !alone.has(code)) || (inside !== null && inside.size > 0 && !inside.has(row))
    inks[row] = (dimmed ? faded : full)?.[code > 0 ? code : 0] as number
    hatch[row] = code === 0 || (code > 0 && isUnsure(figures.sure?.[row], made)) ? 1 : 0
  }
  return { level, looks: { inks, hatch }, scale: { kind: 'kinds', breaks: [], colours }, bins: [], unit: '', compared: null, kinds: figures }
}

/**
 * Of the places in view: how many are of each type (by its number; 0: no type, -1: not given), and the voters of each
 * type: those of its stations, for larger places too.
 */
export function tallied(figures: KindFigures, rows: readonly number[]): Map<number, KindTally> {
  const found = new Map<number, KindTally>()
  for (const row of rows) {
    const read = figures.codes?.[row]
    if (read === undefined) continue
    const code = read === read ? read : -1
    const voters = figures.weights?.[row] || 0
    const { parts } = figures
    added(found, code, 1, parts ? 0 : voters)
    let rest = 100
    parts?.forEach((part, rank) => {
      const share = part[row] as number
      if (share > 0) added(found, rank + 1, 0, (voters * share) / 100)
      rest -= share
    })
    if (parts && rest > 0.01) added(found, 0, 0, (voters * rest) / 100)
  }
  return found
}

function added(found: Map<number, KindTally>, code: number, count: number, voters: number): void {
  const one = found.get(code) ?? { count: 0, voters: 0 }
  found.set(code, { count: one.count + count, voters: one.voters + voters })
}
