// The facts of a reading, as the API gives them, and what stands beside each figure.
import { digitsFor, number, withMargin } from '@/lib/format'
import type { Language } from '@/lib/i18n.svelte'
import type { Titled } from '@/lib/types'

export type Choice = Titled & { name: string; help: string; default: string; values: (Titled & { value: string })[] }
export type Listed = Titled & {
  product: string
  description: string
  description_en?: string | null
  command: string
  levels: (Titled & { id: string })[]
  choices: Choice[]
}
export type ReadingColumn = Titled & { name: string; unit: string; description: string; role: string; of: string; type: string }
export type Cell = string | number | boolean | null
export type Row = Record<string, Cell>
export type Screen = { kind?: string; rows?: string; columns?: string | string[]; figure?: string }
export type Reading = Titled & {
  product: string
  territory: string
  name: string
  level: string
  columns: ReadingColumn[]
  rows: Row[]
  remarks: string[]
  standing?: string[]
  screen?: Screen
  certificate: string
}

/** What a row says beside a figure: margin, grade, interval at each level, bounds, baseline, why it is not shown. */
export type Beside = {
  margin: number | null
  grade: string
  number: number | null
  base: number | null
  intervals: { level: number; low: number; high: number }[]
  bounds: { low: number; high: number } | null
  reference: number | null
  status: string
  warning: string
}

export const LEVELS = [50, 80, 90] as const
export type Level = (typeof LEVELS)[number]

/** The level named in an address; 90 when it names none of them. */
export const certaintyOf = (text: string | null): Level => LEVELS.find((level) => String(level) === text) ?? 90

/** The interval of a figure at a level; null where the answer has none at that level. */
export const intervalAt = (side: Beside, level: Level): { level: number; low: number; high: number } | null => side.intervals.find((one) => one.level === level) ?? null

/** The half-width of a figure at a level: of its interval, else the margin of the answer, which is at 90 %. */
export function marginAt(side: Beside, level: Level): number | null {
  const found = intervalAt(side, level)
  return found ? (found.high - found.low) / 2 : side.margin
}

/** The levels at which an answer gives intervals: none when its only margin is at 90 %. */
export const levelsIn = (columns: readonly { name: string }[]): Level[] => LEVELS.filter((level) => columns.some((column) => column.name.endsWith(`_bas_${level}`)))

export const figureOf = (row: Row, name: string): number | null => (typeof row[name] === 'number' ? (row[name] as number) : null)
export const textOf = (row: Row, name: string): string => (row[name] === null || row[name] === undefined ? '' : String(row[name]))

export function beside(row: Row, name: string): Beside {
  const figure = (suffix: string) => figureOf(row, `${name}_${suffix}`)
  const text = (suffix: string) => textOf(row, `${name}_${suffix}`)
  const [low, high] = [figure('borne_basse'), figure('borne_haute')]
  return {
    margin: figure('marge'),
    grade: text('note'),
    number: figure('nombre'),
    base: figure('base'),
    intervals: LEVELS.flatMap((level) => {
      const [least, most] = [figure(`bas_${level}`), figure(`haut_${level}`)]
      return least === null || most === null ? [] : [{ level, low: least, high: most }]
    }),
    bounds: low === null || high === null ? null : { low, high },
    reference: figure('reference'),
    status: text('statut'),
    warning: text('avertissement'),
  }
}

/** The columns to show in a list: those that the product declares for a screen, else names and figures without their companions. */
export function shownColumns({ columns, screen }: Reading): ReadingColumn[] {
  const named = new Map(columns.map((column) => [column.name, column]))
  const declared = Array.isArray(screen?.columns) ? screen.columns.flatMap((name) => named.get(name) ?? []) : []
  if (declared.length) return declared
  const companion = (column: ReadingColumn) => column.role === 'margin' || column.role === 'status' || (column.of !== '' && named.has(column.of))
  return columns.filter(
    (column) =>
      column.role !== 'geometry' &&
      !named.has(`${column.name}_titre`) &&
      !column.name.endsWith('_base') &&
      (!companion(column) || column.role === 'share'),
  )
}

/** « 12 à 18 % », both ends with the decimals of the unit. */
export function span(ends: { low: number; high: number } | null, unit: string, language: Language): string {
  if (!ends) return '–'
  const digits = digitsFor(unit, null, ends.high)
  const between = language === 'fr' ? ' à ' : ' to '
  return `${number(ends.low, language, digits)}${between}${withMargin({ value: ends.high, unit }, language)}`
}
