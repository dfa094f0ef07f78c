// The tables of checks, as the API gives them. Pure.
import type { Titled } from '@/lib/types'

export type Check = Titled & {
  id: string
  products: string[]
  about: string
  about_en: string
  source: string
  date: string
  columns: (Titled & { name: string; unit: string })[]
  rows: (Titled & { values: (number | null)[] })[]
}

const MOST = 2 // points

/** The tables that a product rests on first, in their order, then the others. */
export function ordered(checks: readonly Check[], product: string): Check[] {
  const own = (check: Check) => (check.products.includes(product) ? 0 : 1)
  return [...checks].sort((a, b) => own(a) - own(b))
}

/** Whether a cover is further than two points from what its level promises (`held_90`: 90). */
export function wide(column: string, value: number | null): boolean {
  const promised = /^held_(\d+)$/.exec(column)?.[1]
  return promised !== undefined && value !== null && Math.abs(value - Number(promised)) > MOST
}
