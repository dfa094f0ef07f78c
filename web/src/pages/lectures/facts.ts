// The facts of a reading, as the API gives them, and how its rows are laid out.
import type { Titled } from '@/lib/types'

export type Choice = Titled & { name: string; help: string; default: string; values: (Titled & { value: string })[] }
export type Listed = Titled & { product: string; description: string; description_en?: string | null; levels: (Titled & { id: string })[]; choices: Choice[] }
export type ReadingColumn = Titled & { name: string; unit: string; description: string; role: string; of: string; type: string }
export type Cell = string | number | boolean | null
export type Row = Record<string, Cell>
export type Reading = Titled & {
  product: string
  territory: string
  name: string
  level: string
  columns: ReadingColumn[]
  rows: Row[]
  remarks: string[]
  standing?: string[]
  certificate: string
}

/** The columns to show in a list: names of places and things, and figures without their companions. */
export function shownColumns({ columns }: Reading): ReadingColumn[] {
  const names = new Set(columns.map((column) => column.name))
  const companion = (column: ReadingColumn) => column.role === 'margin' || column.role === 'status' || (column.of !== '' && names.has(column.of))
  return columns.filter(
    (column) =>
      column.role !== 'geometry' &&
      !names.has(`${column.name}_titre`) &&
      !column.name.endsWith('_base') &&
      (!companion(column) || column.role === 'share'),
  )
}

/** What a row says beside a figure: its margin, its interval, why it is hidden, what to beware of. */
export function beside(row: Row, name: string): { margin: number | null; low: number | null; high: number | null; status: string; warning: string } {
  const figure = (suffix: string) => (typeof row[`${name}_${suffix}`] === 'number' ? (row[`${name}_${suffix}`] as number) : null)
  const text = (suffix: string) => (typeof row[`${name}_${suffix}`] === 'string' ? (row[`${name}_${suffix}`] as string) : '')
  return { margin: figure('marge'), low: figure('bas_90'), high: figure('haut_90'), status: text('statut'), warning: text('avertissement') }
}
