import { describe, expect, it } from 'vitest'
import { NARROW, day, difference, gradeOf, number, plain, withMargin, withUnit } from './format'

const n = NARROW

describe('French figures', () => {
  it('part thousands by a narrow space', () => expect(number(1234567, 'fr')).toBe(`1${n}234${n}567`))
  it('write a decimal comma and a true minus', () => expect(number(-4.26, 'fr', 1)).toBe('−4,3'))
  it('never write minus zero', () => expect(number(-0.01, 'fr', 1)).toBe('0,0'))
  it('carry unit and margin', () => {
    expect(withMargin({ value: 31.2, margin: 3.4, unit: '%' }, 'fr')).toBe(`31${n}% ±${n}3`)
    expect(withMargin({ value: 31.24, margin: 0.42, unit: '%' }, 'fr')).toBe(`31,2${n}% ±${n}0,4`)
    expect(withMargin({ value: 21450, margin: 600, unit: '€ par an' }, 'fr')).toBe(`21${n}450\u00a0€ par an ±${n}600`)
  })
  it('have no margin when none is known', () => expect(withMargin({ value: 31.24, margin: null, unit: '%' }, 'fr')).toBe(`31,2${n}%`))
  it('are a dash when there is none', () => expect([withUnit(null, '%', 'fr'), number(NaN, 'fr')]).toEqual(['–', '–']))
  it('count a difference of shares in points', () => {
    expect(difference(4.21, '%', 'fr')).toBe(`+${n}4,2\u00a0points`)
    expect(difference(-4.21, '%', 'fr')).toBe(`−${n}4,2\u00a0points`)
  })
})

describe('English figures', () => {
  it('part thousands by a comma', () => expect(number(1234567, 'en')).toBe('1,234,567'))
  it('hold the percent sign close', () => expect(withUnit(12.34, '%', 'en')).toBe('12.3%'))
})

it('says a day in words', () => {
  expect(day('2022-04-10', 'fr')).toBe('10 avril 2022')
  expect(day('2022-04-10', 'en')).toBe('10 April 2022')
  expect(day('bientôt', 'fr')).toBe('bientôt')
})
it('reads a grade from its rank', () => expect([gradeOf(1), gradeOf(5), gradeOf(NaN), gradeOf(null)]).toEqual(['A', 'E', null, null]))
it('forgets accents to search', () => expect(plain('Écart au Département')).toBe('ecart au departement'))
