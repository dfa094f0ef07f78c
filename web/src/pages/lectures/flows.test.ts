import { expect, test } from 'vitest'
import { beside, certaintyOf, intervalAt, levelsIn, marginAt } from './facts'
import { heartOf, linesOf, type Band } from './flows'
import type { Cross } from './shape'

const row = { part: 40, part_marge: 10, part_bas_50: 36, part_haut_50: 44, part_bas_90: 30, part_haut_90: 50, part_nombre: 400 }
const side = beside(row, 'part')
const cell = { value: 40, side }

test('a margin follows the level that is asked, and stays at 90 % where an answer has no other', () => {
  expect([50, 80, 90].map((level) => marginAt(side, level as 50 | 80 | 90))).toEqual([4, 10, 10])
  expect(intervalAt(side, 80)).toBeNull()
  expect(marginAt(beside({ ecart: 3, ecart_marge: 2 }, 'ecart'), 50)).toBe(2)
})

test('a level that is none in an address is 90 %', () => {
  expect(['50', '80', '90', '95', '', null].map(certaintyOf)).toEqual([50, 80, 90, 90, 90, 90])
  expect(levelsIn([{ name: 'part_bas_50' }, { name: 'part_bas_90' }])).toEqual([50, 90])
})

test('the heart of a band is the low end of its interval, in the middle of it', () => {
  const band: Band = { row: 0, column: 0, from: 10, to: 20, high: 8, persons: 400, cell }
  expect(heartOf(band, { low: 30 })).toMatchObject({ from: 11, to: 21, high: 6 })
  expect(heartOf(band, { low: 0 })).toBeNull()
  expect(heartOf(band, null)).toBeNull()
  expect(heartOf(band, { low: 44 })?.high).toBe(8)
})

test('lines go from the widest band to what is not told', () => {
  const untold = { value: null, side: beside({ part_statut: 'non dit' }, 'part') }
  const small = { value: 5, side: { ...side, number: 3 } }
  const cross = { cells: [[untold, small], [null, cell]] } as unknown as Cross
  expect(linesOf(cross).map((line) => [line.row, line.column])).toEqual([[1, 1], [0, 1], [0, 0]])
})
