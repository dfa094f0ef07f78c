import { describe, expect, it } from 'vitest'
import { barsOf, curvesOf, meanOf, namedIn, partsOf, reachOf } from './bars'
import type { Cross } from './shape'

const cell = (value: number | null, margin: number | null) => ({ value, side: { margin, grade: 'A', number: null, base: null, intervals: [], bounds: null, reference: null, status: value === null ? 'rare' : '', warning: '' } })
const cross = { rows: ['a', 'b', 'c', 'd'].map((code) => ({ code, title: code, base: null })), columns: [{ code: 'x', title: 'X' }], cells: [[cell(2, 3)], [cell(-9, 1)], [cell(null, null)], [cell(0, 0)]] } as unknown as Cross

describe('signed bars', () => {
  it('stand from the widest to the smallest, the hidden ones last', () => expect(barsOf(cross, 0).map((bar) => bar.code)).toEqual(['b', 'a', 'd', 'c']))
  it('are sure when further from zero than their margin', () => expect(barsOf(cross, 0).map((bar) => bar.sure)).toEqual([true, false, false, false]))
  it('fit on their scale', () => {
    expect(reachOf(barsOf(cross, 0))).toBe(10)
    expect(reachOf([{ value: -0.42, margin: 0.2 }])).toBeCloseTo(0.8, 9)
  })
})
describe('curves', () => {
  const row = (indicateur: string, vote: string, valeur: number, compte: number | null) => ({ indicateur, indicateur_titre: indicateur, vote, vote_titre: vote.toUpperCase(), unite: '%', valeur, compte, compte_marge: 1, ajuste: compte })
  const rows = [row('flat', 'p', 2, 50), row('flat', 'p', 1, 49), row('steep', 'p', 1, 70), row('steep', 'p', 2, 20), row('steep', 'q', 1, 1), row('steep', 'p', 3, null)]
  it('are those of one vote, the steepest first, from left to right', () => {
    expect(curvesOf(rows, 'p').map((curve) => [curve.code, curve.points.map((point) => point.x)])).toEqual([['steep', [1, 2]], ['flat', [1, 2]]])
  })
  it('have the mean of what was counted, by voters, as what one would say without them', () => {
    const points = [{ y: 10, voters: 300 }, { y: 50, voters: 100 }].map((point) => ({ ...point, x: 1, margin: 1, fitted: null, moved: 0 }))
    expect(meanOf({ code: 'c', title: 'C', unit: '%', points })).toBe(20)
    expect(meanOf({ code: 'c', title: 'C', unit: '%', points: [] })).toBeNaN()
  })
  it('name each vote once', () => expect(namedIn(rows, 'vote')).toEqual([{ code: 'p', title: 'P' }, { code: 'q', title: 'Q' }]))
})
it('gives what each theme adds, the largest first', () => {
  const columns = ['points_age', 'points_age_marge', 'points_logement', 'attendu'].map((name) => ({ name, title: name }))
  expect(partsOf({ points_age: 1, points_age_marge: 0.5, points_logement: -3, attendu: 50 }, columns).map((part) => [part.value, part.margin])).toEqual([[-3, null], [1, 0.5]])
})
