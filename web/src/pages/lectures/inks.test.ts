import { expect, it } from 'vitest'
import { contrast, inkOn, shade, signedShade } from './inks'

it('reads on every shade of both scales', () => {
  for (const dark of [false, true])
    for (let value = 0; value <= 100; value += 0.5) {
      for (const colour of [shade(value, 100, dark), signedShade(value - 50, 50, dark)]) expect(contrast(colour, inkOn(colour))).toBeGreaterThanOrEqual(4.5)
    }
})
it('runs one way', () => {
  expect(shade(0, 50, false)).toBe('#ece0b4')
  expect([shade(50, 50, false), shade(90, 50, false)]).toEqual(['#1b3f7d', '#1b3f7d'])
})
it('has one hue on each side of zero', () => {
  expect([signedShade(-9, 5, false), signedShade(0, 5, false), signedShade(9, 5, false)]).toEqual(['#8c4f0a', '#e3dfd2', '#045f57'])
})
it('knows the contrast of black on white', () => expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 6))
