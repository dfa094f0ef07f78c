/** One's own files as the API tells them, and what the page reads in them. */

export interface Column {
  name: string
  type: string
  title?: string
  filled?: number
  mapped?: boolean
  remark?: string
  level?: string | null
}
export interface Unmatched {
  code: string
  near: string[]
}
export interface Report {
  id: string
  name: string
  rows: number
  level: string
  levels: string[]
  key: string
  joined: number
  created_at: string
  columns: Column[]
  unmatched: Unmatched[]
  unmatched_count: number
  remarks: string[]
  preview: Record<string, unknown>[]
}

type Raw = Record<string, unknown>
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const count = (value: unknown): number => (typeof value === 'number' ? value : 0)
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** A report with every part in its place, whatever the API left out. */
export function reportOf(raw: Raw): Report {
  const missing = list(raw.unmatched).map(unmatchedOf)
  return {
    id: text(raw.id),
    name: text(raw.name),
    rows: count(raw.rows),
    level: text(raw.level),
    levels: list(raw.levels).map(String),
    key: text(raw.key),
    joined: count(raw.joined),
    created_at: text(raw.created_at),
    columns: list(raw.columns).map(columnOf),
    unmatched: missing,
    unmatched_count: typeof raw.unmatched_count === 'number' ? raw.unmatched_count : missing.length,
    remarks: list(raw.remarks).map(String),
    preview: previewOf(raw),
  }
}

/** Rows of the preview, whether they come as objects or as lists beside the names of the columns. */
function previewOf(raw: Raw): Record<string, unknown>[] {
  const names = list(raw.columns).map((one) => columnOf(one).name)
  return list(raw.preview).map((row) =>
    Array.isArray(row) ? Object.fromEntries(row.map((value, at) => [names[at] ?? String(at), value])) : (row as Raw),
  )
}

function columnOf(raw: unknown): Column {
  return typeof raw === 'string'
    ? { name: raw, type: '' }
    : { ...(raw as Column), name: text((raw as Raw).name), type: text((raw as Raw).type) }
}

function unmatchedOf(raw: unknown): Unmatched {
  if (typeof raw === 'string') return { code: raw, near: [] }
  const one = raw as Raw
  return { code: String(one.code ?? one.given ?? ''), near: list(one.near).map(String) }
}

/** The files in an answer, whether it is a list or holds one. */
export function filesOf(answer: unknown): Report[] {
  const held = Array.isArray(answer)
    ? answer
    : list((answer as Raw).files ?? (answer as Raw).items ?? (answer as Raw).space)
  return held.map((one) => reportOf(one as Raw))
}

/** What can be drawn: numbers, but not the code of the place. */
export const drawable = (column: Column, report: Report): boolean =>
  column.mapped ?? (/num|int|float|double|decimal/.test(column.type) && column.name !== report.key)
