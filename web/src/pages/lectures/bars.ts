// Signed figures beside a line of zero, and curves by tenths of voters. Pure.
import { figureOf, textOf, type Row } from './facts'
import type { Cross } from './shape'

export type SignedBar = { code: string; title: string; value: number | null; margin: number | null; grade: string; status: string; sure: boolean }

/** The bars of one column of a cross table, the widest first, those that are not shown last. `sure`: further from zero than its margin. */
export function barsOf(cross: Cross, column: number): SignedBar[] {
  const bars = cross.rows.map((row, at) => {
    const cell = cross.cells[at]?.[column]
    const [value, margin] = [cell?.value ?? null, cell?.side.margin ?? null]
    return { code: row.code, title: row.title, value, margin, grade: cell?.side.grade ?? '', status: cell?.side.status ?? '', sure: value !== null && Math.abs(value) > (margin ?? 0) }
  })
  return bars.sort((a, b) => (b.value === null ? -1 : Math.abs(b.value)) - (a.value === null ? -1 : Math.abs(a.value)))
}

/** The end of the scale of bars: a readable number that holds every figure and its margin. */
export function reachOf(bars: readonly Pick<SignedBar, 'value' | 'margin'>[]): number {
  const most = Math.max(1e-9, ...bars.map((bar) => Math.abs(bar.value ?? 0) + (bar.margin ?? 0)))
  const power = 10 ** Math.floor(Math.log10(most))
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((times) => times * power).find((end) => end >= most - 1e-9) ?? most
}

export type Point = { x: number; y: number; margin: number; fitted: number | null; moved: number; voters: number }
export type Curve = { code: string; title: string; unit: string; points: Point[] }

/** One curve per indicator for one vote: what was counted in each tenth of voters, and what stays with the others equal. */
export function curvesOf(rows: readonly Row[], vote: string): Curve[] {
  const found = new Map<string, Curve>()
  for (const row of rows) {
    const [x, y] = [figureOf(row, 'valeur'), figureOf(row, 'compte')]
    if (textOf(row, 'vote') !== vote || x === null || y === null) continue
    const code = textOf(row, 'indicateur')
    const curve = found.get(code) ?? { code, title: textOf(row, 'indicateur_titre'), unit: textOf(row, 'unite'), points: [] }
    curve.points.push({ x, y, margin: figureOf(row, 'compte_marge') ?? 0, fitted: figureOf(row, 'ajuste'), moved: figureOf(row, 'ajuste_marge') ?? 0, voters: figureOf(row, 'compte_base') ?? 0 })
    found.set(code, curve)
  }
  const curves = [...found.values()]
  curves.forEach((curve) => curve.points.sort((a, b) => a.x - b.x))
  return curves.sort((a, b) => rise(b) - rise(a))
}

/** How much a curve rises or falls from one end to the other. */
const rise = ({ points }: Curve): number => Math.abs((points.at(-1)?.y ?? 0) - (points[0]?.y ?? 0))

/** The mean of what was counted along a curve: what one would say without the indicator. */
export function meanOf({ points }: Curve): number {
  const voters = points.reduce((sum, point) => sum + point.voters, 0)
  return voters > 0 ? points.reduce((sum, point) => sum + point.y * point.voters, 0) / voters : NaN
}

/** The things named in a column, each once, with their words. */
export function namedIn(rows: readonly Row[], code: string): { code: string; title: string }[] {
  const found = new Map(rows.map((row) => [textOf(row, code), textOf(row, `${code}_titre`)]))
  return [...found].map(([one, title]) => ({ code: one, title }))
}

export type Part = { title: string; value: number; margin: number | null }

/** What each theme adds to what is expected of a place (`points_…`), with its margin, the largest first. */
export function partsOf(row: Row, columns: readonly { name: string; title: string }[]): Part[] {
  return columns
    .filter((column) => column.name.startsWith('points_') && !column.name.endsWith('_marge'))
    .flatMap((column) => {
      const value = figureOf(row, column.name)
      return value === null ? [] : [{ title: column.title, value, margin: figureOf(row, `${column.name}_marge`) }]
    })
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
}
