import { describe, expect, it } from 'vitest'
import { boxOf, inside, tileOf } from './contours'
import { polygonsOf } from './mvt'
import { ceiling, linear, step, ticks } from './scale'

describe('an axis', () => {
  it('has round steps that stay inside its bounds', () => {
    expect(ticks(0, 60)).toEqual([0, 20, 40, 60])
    expect(ticks(0, 0.9)).toEqual([0, 0.5])
    expect(ticks(0, Number.NaN)).toEqual([])
    expect(step(7, 4)).toBe(2)
  })
  it('holds every value, and is never of height zero', () => {
    expect(ceiling([3, 47, null, undefined])).toBe(60)
    expect(ceiling([])).toBe(1)
    expect(linear([0, 0], [10, 90])(5)).toBe(10)
  })
})

describe('a point and a ring', () => {
  const ring = [
    [0, 0],
    [4, 0],
    [4, 4],
    [0, 4],
  ] as const
  it('tells inside from outside', () => {
    expect(inside([2, 2], ring)).toBe(true)
    expect(inside([5, 2], ring)).toBe(false)
  })
  it('places Lyon in its tile of zoom 12', () => {
    const [x, y] = tileOf(4.8357, 45.764, 12)
    expect([Math.floor(x), Math.floor(y)]).toEqual([2103, 1461])
  })
  it('gives a box to nothing at all', () => {
    expect(boxOf([])).toEqual([0, 0, 4096, 4096])
  })
})

describe('a vector tile', () => {
  const text = (value: string): number[] => [...new TextEncoder().encode(value)]
  const field = (number: number, bytes: number[]): number[] => [(number << 3) | 2, bytes.length, ...bytes]
  const zig = (value: number): number => (value << 1) ^ (value >> 31)
  // One square of 10 units from (1, 1): move, three lines, close.
  const square = [9, zig(1), zig(1), 26, zig(10), 0, 0, zig(10), zig(-10), 0, 15]
  const feature = [...field(2, [0, 0, 1, 1]), 24, 3, ...field(4, square)]
  const layer = [
    ...field(1, text('bureau')),
    ...field(2, feature),
    ...field(3, text('id')),
    ...field(3, text('code')),
    ...field(4, [40, 7]),
    ...field(4, field(1, text('69123_0301'))),
    40,
    0x80,
    0x20,
    120,
    2,
  ]
  const tile = new Uint8Array(field(3, layer))

  it('gives its polygons with their identity and their rings', () => {
    const [polygon] = polygonsOf(tile, 'bureau')
    expect(polygon?.id).toBe(7)
    expect(polygon?.code).toBe('69123_0301')
    expect(polygon?.extent).toBe(4096)
    expect(polygon?.rings).toEqual([
      [
        [1, 1],
        [11, 1],
        [11, 11],
        [1, 11],
      ],
    ])
  })
  it('gives nothing of another layer, nor of bytes that are no tile', () => {
    expect(polygonsOf(tile, 'commune')).toEqual([])
    expect(polygonsOf(new Uint8Array([26, 200, 1, 2]), 'bureau')).toEqual([])
  })
})
