import { expect, it } from 'vitest'
import { contrast, inkOn, shade } from './inks'

it('reads on every shade of both scales', () => {
  for (const dark of [false, true])
    for (let value = 0; value <= 100; value += 0.5) {
      const colour = shade(value, 100, dark)
      expect(contrast(colour, inkOn(colour))).toBeGreaterThanOrEqual(4.5)
    }
})
it('runs one way', () => {
  expect(shade(0, 50, false)).toBe('#ece0b4')
  expect([shade(50, 50, false), shade(90, 50, false)]).toEqual(['#1b3f7d', '#1b3f7d'])
})
it('knows the contrast of black on white', () => expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 6))
