/** The figures of an analysis: read from rows, added up from numbers (never from shares), with their margins. Pure. */

import type { Analysis as Declared, Grade, Indicator, Titled } from '@/lib/types'

/** `parts`: the measures add up to a whole; `history`: one measure over several ballots; `measures`: side by side.
 * `leading`: the map shows which part comes first. */
export type Kind = 'parts' | 'history' | 'measures'
export type Analysis = Titled & {
  id: string
  description: string
  description_en: string
  kind: Kind
  leading: boolean
  columns: string[]
}
export type Cell = {
  value: number | null
  margin: number | null
  number: number | null
  base: number | null
  grade: Grade | null
  reason: string | null
}
export type Row = {
  id: number
  code: string
  name: string
  commune: string
  registered: number | null
  cells: Record<string, Cell>
}
export type Total = {
  value: number | null
  margin: number | null
  number: number | null
  base: number | null
  places: number
}
type Raw = Record<string, string | number | null>

const NOTHING: Cell = { value: null, margin: null, number: null, base: null, grade: null, reason: null }

/** The analyses that can be shown here: those whose measures are in the release. */
export function analysesOf(declared: unknown, indicators: readonly Indicator[]): Analysis[] {
  const known = new Map(indicators.map((one) => [one.name, one]))
  const listed: Declared[] = Array.isArray(declared)
    ? declared
    : Object.entries((declared ?? {}) as Record<string, object>).map(([id, facts]) => ({ id, ...facts }) as Declared)
  return listed
    .map((one) => ({
      id: one.id,
      title: one.title,
      title_en: one.title_en ?? null,
      leading: one.leading === true,
      kind: (one.kind === 'parts' || one.kind === 'history' ? one.kind : 'measures') as Kind,
      columns: Array.isArray(one.columns) ? one.columns.map(String).filter((name) => known.has(name)) : [],
      description: String(one.description ?? ''),
      description_en: String(one.description_en ?? one.description ?? ''),
    }))
    .filter((one) => one.columns.length > 0)
}

/** Columns that were asked for and do not exist: a share of money has no number of people behind it. */
const uncounted = new Set<string>()

/** What `ask` answers for the columns; those that the release lacks (`missing` reads them in a refusal) are left out. */
export async function answered<T>(
  columns: string[],
  ask: (columns: string[]) => Promise<T>,
  missing: (thrown: unknown) => string,
): Promise<T> {
  for (;;) {
    const asked = columns.filter((name) => !uncounted.has(name))
    try {
      return await ask(asked)
    } catch (thrown) {
      const name = missing(thrown)
      if (!/_(nombre|base)$/.test(name) || !asked.includes(name)) throw thrown
      uncounted.add(name)
    }
  }
}

/** The columns to ask for: each measure with what qualifies it, when the release has it. */
export function columnsOf(analysis: Analysis, indicators: ReadonlyMap<string, Indicator>): string[] {
  return analysis.columns.flatMap((name) => {
    const kind = indicators.get(name)?.kind
    const counted =
      kind === 'share' || kind === 'ratio'
        ? [`${name}_nombre`, `${name}_base`]
        : kind === 'quantile'
          ? [`${name}_base`]
          : []
    return [name, `${name}_marge`, `${name}_note`, `${name}_statut`, ...counted]
  })
}

/** One cell of a row of the API. */
export function cellOf(raw: Raw, name: string): Cell {
  const figure = (suffix: string): number | null =>
    typeof raw[name + suffix] === 'number' ? (raw[name + suffix] as number) : null
  const text = (suffix: string): string | null =>
    typeof raw[name + suffix] === 'string' ? (raw[name + suffix] as string) : null
  return {
    value: figure(''),
    margin: figure('_marge'),
    number: figure('_nombre'),
    base: figure('_base'),
    grade: text('_note') as Grade | null,
    reason: text('_statut'),
  }
}

/** The part that comes first in a row, and whether it leads by more than its margin; null when none has a figure. */
export function leaderOf(row: Row, columns: readonly string[]): { name: string; clear: boolean } | null {
  const found = columns.map((name) => ({ name, figure: cell(row, name) })).filter(({ figure }) => figure.value !== null)
  found.sort((a, b) => (b.figure.value ?? 0) - (a.figure.value ?? 0))
  const [first, second] = found
  if (!first) return null
  const lead = (first.figure.value ?? 0) - (second?.figure.value ?? 0)
  return { name: first.name, clear: !second || lead > Math.max(first.figure.margin ?? 0, second.figure.margin ?? 0) }
}

/** The measures that have a figure in at least one row: an election that was not held here says nothing. */
export const told = (columns: readonly string[], rows: readonly Row[]): string[] =>
  columns.filter((name) => rows.some((row) => cell(row, name).value !== null))

/** A hidden figure is kept back by a rule of secrecy; another one simply does not exist. */
export const secret = (reason: string | null): boolean => /^(masqué|secret|non significatif)/.test(reason ?? '')

export const cell = (row: Row, name: string): Cell => row.cells[name] ?? NOTHING

/** The sum over rows: of numbers and bases for a share or a ratio, of values for a count; none for a median, which does
 * not add up. Margins are added in squares, as independent errors. Rows without figure are left out and counted out. */
export function totalOf(rows: readonly Row[], indicator: Indicator): Total {
  const cells = rows.map((row) => cell(row, indicator.name)).filter((one) => one.value !== null)
  if (indicator.kind === 'count') {
    return {
      value: added(cells, (one) => one.value),
      margin: squared(cells, (one) => one.margin),
      number: null,
      base: null,
      places: cells.length,
    }
  }
  if (indicator.kind === 'quantile') return { value: null, margin: null, number: null, base: null, places: cells.length }
  const whole = cells.filter((one) => one.number !== null && one.base !== null && one.base > 0)
  const [number, base] = [added(whole, (one) => one.number), added(whole, (one) => one.base)]
  if (number === null || base === null || base === 0)
    return { value: null, margin: null, number: null, base: null, places: cells.length }
  const scale = indicator.unit === '%' ? 100 : 1
  const margin = squared(whole, (one) => (one.margin ?? 0) * (one.base ?? 0))
  return {
    value: (scale * number) / base,
    margin: margin === null ? null : margin / base,
    number,
    base,
    places: whole.length,
  }
}

/** The whole of some rows. Where they are one commune entire (`alone`, its own row), its margin is that of the release,
 * which knows how the errors of its places offset each other; and its own figure is the whole where places do not add up (a median, a share of money). */
export function wholeOf(rows: readonly Row[], indicator: Indicator, alone: Row | undefined): Total {
  const total = totalOf(rows, indicator)
  if (!alone) return total
  const own = cell(alone, indicator.name)
  if (total.value === null) return { ...own, places: total.places }
  return { ...total, margin: own.margin ?? total.margin }
}

function added(cells: readonly Cell[], of: (one: Cell) => number | null): number | null {
  return cells.length ? cells.reduce((all, one) => all + (of(one) ?? 0), 0) : null
}

function squared(cells: readonly Cell[], of: (one: Cell) => number | null): number | null {
  return cells.length ? Math.sqrt(cells.reduce((all, one) => all + (of(one) ?? 0) ** 2, 0)) : null
}

/** Registered voters of some rows. */
export const registeredOf = (rows: readonly Row[]): number => rows.reduce((all, row) => all + (row.registered ?? 0), 0)

/** Rows in the order of a column (`code`, `name`, `inscrits` or a measure); rows without figure always last. */
export function sorted(rows: readonly Row[], by: string, down: boolean): Row[] {
  const way = down ? -1 : 1
  if (by === 'code' || by === 'name')
    return [...rows].sort((a, b) => way * a.code.localeCompare(b.code, 'fr', { numeric: true }))
  const figure = (row: Row): number | null => (by === 'inscrits' ? row.registered : cell(row, by).value)
  return [...rows].sort((a, b) => {
    const [x, y] = [figure(a), figure(b)]
    if (x === null || y === null) return x === y ? a.code.localeCompare(b.code) : x === null ? 1 : -1
    return way * (x - y) || a.code.localeCompare(b.code)
  })
}
