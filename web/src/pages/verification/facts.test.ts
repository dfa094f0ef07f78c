import { expect, test } from 'vitest'
import { ordered, wide, type Check } from './facts'

test('a cover further than two points from its promise is told apart, whichever side', () => {
  expect([86, 88, 92, 96.1].map((value) => wide('held_90', value))).toEqual([true, false, false, true])
  expect(wide('held_50', 53)).toBe(true)
  expect(wide('misplaced', 7)).toBe(false)
  expect(wide('held_50', null)).toBe(false)
})

test('the tables of the reading that one comes from stand first', () => {
  const checks = [['a', 'x'], ['b', 'y'], ['c', 'y']].map(([id, product]) => ({ id, products: [product] })) as unknown as Check[]
  expect(ordered(checks, 'y').map((check) => check.id)).toEqual(['b', 'c', 'a'])
  expect(ordered(checks, '').map((check) => check.id)).toEqual(['a', 'b', 'c'])
})
