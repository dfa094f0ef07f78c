// From the rows of a reading to what is drawn: which kind of view, which places, which cross table. Pure.
import { language } from '@/lib/i18n.svelte'
import { beside, figureOf, textOf, type Beside, type Reading, type ReadingColumn, type Row } from './facts'

export const KINDS = ['cross', 'cards', 'curves', 'parts', 'ranking', 'sheets', 'list'] as const
export type Kind = (typeof KINDS)[number]

/** The view of a reading: the one that its product declares for the screen, else a list. */
export const kindOf = ({ screen }: Pick<Reading, 'screen'>): Kind => KINDS.find((kind) => kind === screen?.kind) ?? 'list'

export type Place = { code: string; name: string; rows: Row[] }

/** The rows of each place, in order: by station, or all under the one territory. The first key column names the place. */
export function placesOf(reading: Reading): Place[] {
  const key = reading.columns.find((column) => column.role === 'key')?.name ?? ''
  const found = new Map<string, Place>()
  for (const row of reading.rows) {
    const code = textOf(row, key)
    const place = found.get(code) ?? { code, name: nameOf(row, code), rows: [] }
    place.rows.push(row)
    found.set(code, place)
  }
  return [...found.values()]
}

/** The name of the territory of an answer: a station by its commune and its number. */
export function territoryName({ territory, name }: Pick<Reading, 'territory' | 'name'>): string {
  const station = /^bv:.*_0*(.+)$/.exec(territory)?.[1]
  return station && name ? `${name}, ${numbered(station)}` : name || territory
}

const numbered = (station: string): string => `${language.current === 'en' ? 'station' : 'bureau'} ${station}`

function nameOf(row: Row, code: string): string {
  const commune = textOf(row, 'libelle_commune')
  const station = /_0*(.+)$/.exec(code)?.[1]
  if (commune && station) return `${commune}, ${numbered(station)}`
  return textOf(row, 'libelle') || commune || code
}

export type Entry = { code: string; title: string }
export type CrossCell = { value: number | null; side: Beside }
export type Cross = {
  figure: ReadingColumn
  down: ReadingColumn
  across: ReadingColumn
  rows: (Entry & { base: number | null })[]
  columns: Entry[]
  cells: (CrossCell | null)[][]
  most: number // the end of the scale: a readable number at least as large as every figure and the end of its interval
  signed: boolean // figures without numbers of persons: differences, on both sides of zero
}

/** A cross table from the rows of one place; null when the columns that the product declares are not there. */
export function crossOf(reading: Reading, rows: readonly Row[]): Cross | null {
  const screen = reading.screen ?? {}
  const named = new Map(reading.columns.map((column) => [column.name, column]))
  const [down, across, figure] = [screen.rows, screen.columns, screen.figure].map((name) => named.get(String(name)))
  if (!down || !across || !figure) return null
  const first = entriesOf(rows, down, named)
  const second = entriesOf(rows, across, named)
  const cells: (CrossCell | null)[][] = first.map(() => second.map(() => null))
  for (const row of rows) {
    const [r, c] = [codeOf(row, down, named), codeOf(row, across, named)]
    const line = cells[first.findIndex((entry) => entry.code === r)]
    if (line) line[second.findIndex((entry) => entry.code === c)] = { value: figureOf(row, figure.name), side: beside(row, figure.name) }
  }
  const based = first.map((entry, at) => ({ ...entry, base: cells[at]?.find((cell) => cell)?.side.base ?? null }))
  return { figure, down, across, rows: based, columns: second, cells, most: mostOf(cells), signed: !named.has(`${figure.name}_nombre`) }
}

/** The code behind a title: `groupe` beside `groupe_titre`, where there is one. */
function codeOf(row: Row, column: ReadingColumn, named: ReadonlyMap<string, ReadingColumn>): string {
  const bare = column.name.replace(/_titre$/, '')
  return textOf(row, named.has(bare) ? bare : column.name)
}

function entriesOf(rows: readonly Row[], column: ReadingColumn, named: ReadonlyMap<string, ReadingColumn>): Entry[] {
  const found = new Map<string, string>()
  for (const row of rows) found.set(codeOf(row, column, named), textOf(row, column.name))
  return [...found].map(([code, title]) => ({ code, title }))
}

function mostOf(cells: readonly (readonly (CrossCell | null)[])[]): number {
  const ends = cells.flat().flatMap((cell) => [Math.abs(cell?.value ?? 0), ...(cell?.side.intervals.map((one) => one.high) ?? [])])
  return Math.min(100, Math.max(10, Math.ceil(Math.max(0, ...ends) / 10) * 10))
}

/** The levels of the intervals that a table holds. */
export const levelsOf = (cross: Cross): number[] => [...new Set(cross.cells.flat().flatMap((cell) => cell?.side.intervals.map((one) => one.level) ?? []))].sort((a, b) => a - b)

/** The sentences of a table, each once, in the order in which they are met: what its marks refer to. */
export function notesOf(cross: Cross): string[] {
  const said = cross.cells.flatMap((line) => (sameReason(line) ? [] : line.map((cell) => cell?.side.status ?? '')))
  const warned = cross.cells.flat().map((cell) => cell?.side.warning ?? '')
  return [...new Set([...said, ...warned].filter(Boolean))]
}

/** Why none of a row is shown, when the reason is the same everywhere; empty otherwise. */
export function sameReason(line: readonly (CrossCell | null)[]): string {
  const reasons = new Set(line.map((cell) => (cell && cell.value === null ? cell.side.status : '')))
  const [only] = reasons
  return reasons.size === 1 && only ? only : ''
}
