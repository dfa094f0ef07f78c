import { describe, expect, it } from 'vitest'
import { NONE, classes, classOf, coloursFor, differenceBreaks, histogram, mixed, quantileBreaks, ramp, readable, weightedQuantiles } from './scales'

const some = (n: number) => Float32Array.from({ length: n }, (_, at) => ((at * 7919) % n) + 0.25)

describe('weighted quantiles', () => {
  it('gives the middle of unweighted values', () => {
    expect(weightedQuantiles({ values: [5, 1, 3], weights: null }, [0.5])).toEqual([3])
  })
  it('lets a heavy place weigh more', () => {
    expect(weightedQuantiles({ values: [1, 2, 3], weights: [10, 1, 1] }, [0.5])).toEqual([1])
  })
  it('is what sorting gives, for any share', () => {
    const values = some(5000)
    const sorted = [...values].sort((a, b) => a - b)
    for (const share of [0.01, 0.25, 0.5, 0.9]) {
      expect(weightedQuantiles({ values, weights: null }, [share])[0]).toBe(sorted[Math.ceil(share * 5000) - 1])
    }
  })
  it('leaves out what has no figure, and places that are not kept', () => {
    expect(weightedQuantiles({ values: [NaN, 1, 9, NaN], weights: null, keep: [1, 1, 0, 1] }, [0.99])).toEqual([1])
  })
  it('has nothing to say of an empty table', () => {
    expect(weightedQuantiles({ values: [NaN], weights: null }, [0.5])).toEqual([])
  })
})

describe('classes', () => {
  it('hold the same weight each', () => {
    const values = some(6000)
    const breaks = quantileBreaks({ values, weights: null }, 6)
    const counts = new Map<number, number>()
    for (const one of classes(values, breaks)) counts.set(one, (counts.get(one) ?? 0) + 1)
    expect(breaks).toHaveLength(5)
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(30)
  })
  it('are fewer when a value is shared by many', () => {
    expect(quantileBreaks({ values: [0, 0, 0, 0, 0, 0, 0, 5], weights: null }, 6)).toEqual([0])
  })
  it('put a break in the class above it, and no figure in none', () => {
    expect([classOf(1, [2, 4]), classOf(2, [2, 4]), classOf(9, [2, 4]), classOf(NaN, [2, 4])]).toEqual([0, 1, 2, NONE])
  })
  it('stand as far below zero as above it, for differences', () => {
    const breaks = differenceBreaks({ values: [-10, -5, 0, 1, 2, 30], weights: null })
    expect(breaks).toEqual([...breaks].map((value) => -value).reverse())
    expect(breaks).toHaveLength(6)
  })
})

describe('colours', () => {
  it('mix from one end to the other', () => {
    expect([mixed('#000000', '#ffffff', 0), mixed('#000000', '#ffffff', 1)]).toEqual(['#000000', '#ffffff'])
    expect(ramp('#b8324a', false)).toHaveLength(6)
  })
  it('spread over the palette when classes are few', () => {
    expect(coloursFor(2, ['a', 'b', 'c'])).toEqual(['a', 'c'])
    expect(coloursFor(1, ['a', 'b', 'c'])).toEqual(['b'])
  })
})

it('reads to three figures', () => {
  expect([readable(21453.7), readable(12.3456), readable(0.12345), readable(0)]).toEqual([21500, 12.3, 0.12, 0])
})

it('keeps the whole weight in a histogram', () => {
  const values = some(1000)
  const bins = histogram({ values, weights: null }, [500])
  expect(bins.reduce((sum, bin) => sum + bin.weight, 0)).toBe(1000)
  expect(new Set(bins.map((bin) => bin.class))).toEqual(new Set([0, 1]))
})
