import { describe, expect, it } from 'vitest'
import type { Indicator } from '@/lib/types'
import { answered, cell, leaderOf, sorted, told, totalOf, wholeOf, type Row } from './model'

const share = { name: 'part', unit: '%', kind: 'share' } as Indicator
const median = { name: 'part', unit: '€ par an', kind: 'quantile' } as Indicator
const count = { name: 'part', unit: 'personnes', kind: 'count' } as Indicator

function row(code: string, value: number | null, base: number | null, margin = 2): Row {
  const number = value === null || base === null ? null : (value * base) / 100
  const one = { value, margin: value === null ? null : margin, number, base, grade: null, reason: null }
  return { id: Number(code), code, name: 'Lyon', commune: '69123', registered: 100, cells: { part: one } }
}
const rows = [row('1', 10, 100), row('2', 40, 900), row('3', null, 500)]

describe('a total', () => {
  it('is a sum of numbers over a sum of bases, never an average of shares', () => {
    expect(totalOf(rows, share)).toMatchObject({ value: 37, number: 370, base: 1000, places: 2 })
  })
  it('adds margins in squares', () => {
    expect(totalOf(rows, share).margin).toBeCloseTo(Math.hypot(2 * 100, 2 * 900) / 1000)
  })
  it('is a plain sum for a count, and is not there for a median', () => {
    expect(totalOf(rows, count).value).toBe(50)
    expect(totalOf(rows, median).value).toBeNull()
    expect(totalOf([], share).value).toBeNull()
  })
  it('takes the margin of the place itself where there is one alone, and its median', () => {
    expect(wholeOf(rows, share, row('9', 36, 1000, 0.3))).toMatchObject({ value: 37, margin: 0.3 })
    expect(wholeOf(rows, median, row('9', 24000, null)).value).toBe(24000)
  })
})

describe('rows', () => {
  it('are sorted with the empty ones last, both ways', () => {
    expect(sorted(rows, 'part', true).map((one) => one.code)).toEqual(['2', '1', '3'])
    expect(sorted(rows, 'part', false).map((one) => one.code)).toEqual(['1', '2', '3'])
  })
  it('are told only by measures that have a figure', () => {
    expect(told(['part', 'autre'], rows)).toEqual(['part'])
    expect(cell(rows[0] as Row, 'autre').value).toBeNull()
  })
  it('have a leader, clear only beyond its margin', () => {
    const near = { ...row('1', 40, 100), cells: { a: cell(row('1', 40, 100), 'part'), b: cell(row('1', 39, 100), 'part') } }
    expect(leaderOf(near, ['a', 'b'])).toEqual({ name: 'a', clear: false })
    expect(leaderOf(rows[2] as Row, ['part'])).toBeNull()
  })
})

describe('a column that does not exist', () => {
  it('is left out when it is a number behind a share, and only then', async () => {
    const ask = async (columns: string[]): Promise<string[]> => {
      const wrong = columns.find((name) => name.endsWith('_nombre') || name === 'faux')
      if (wrong) throw new Error(wrong)
      return columns
    }
    const missing = (thrown: unknown): string => (thrown as Error).message
    expect(await answered(['x', 'x_nombre'], ask, missing)).toEqual(['x'])
    await expect(answered(['faux'], ask, missing)).rejects.toThrow('faux')
  })
})
