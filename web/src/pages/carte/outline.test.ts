import { describe, expect, it } from 'vitest'
import { INKS, bareNumber, inkNumber, isDimmed, NEVER } from './inks'
import { inside, tileBox } from './outline'
import { shortTitle, stationNumber, placeName } from './words'

describe('the outline of a place', () => {
  const box = { west: 0, east: 10, north: 10, south: 0 }
  it('is the whole ring when the tile holds it whole', () => {
    const ring: [number, number][] = [[1, 1], [2, 1], [2, 2], [1, 1]]
    expect(inside(ring, box)).toEqual([ring])
  })
  it('leaves out the cut that a tile makes beyond its edge', () => {
    const ring: [number, number][] = [[8, 2], [12, 2], [12, 4], [8, 4], [8, 2]]
    expect(inside(ring, box).flat()).not.toContainEqual([12, 3])
    expect(inside(ring, box)).toEqual([[[8, 2], [12, 2]], [[12, 4], [8, 4], [8, 2]]])
  })
  it('knows what a tile covers', () => {
    expect(tileBox(0, 0, 0).west).toBe(-180)
    expect(tileBox(1, 1, 0)).toMatchObject({ west: 0, east: 180, south: 0 })
    expect(tileBox(0, 0, 0).north).toBeCloseTo(85.0511, 3)
  })
})

describe('inks', () => {
  it('are few enough for one byte, and NEVER is none of them', () => expect(INKS.length).toBeLessThanOrEqual(NEVER))
  it('are found again by their colour, dimmed or not', () => {
    for (const colour of ['#ece0b4', '#045f57']) {
      expect(INKS[inkNumber(colour)]).toBe(colour)
      expect(INKS[inkNumber(colour, true)]).toBe(`${colour}24`)
      expect([isDimmed(inkNumber(colour)), isDimmed(inkNumber(colour, true))]).toEqual([false, true])
    }
    expect(INKS[bareNumber(true)]).toBe('#1c1d19')
  })
})

describe('words', () => {
  it('number a station as its commune does', () => expect(['69123_0301', '2A004_0001', '01001'].map(stationNumber)).toEqual(['301', '1', '1001']))
  it('name a station by its commune', () => expect(placeName('bureau', 'Lyon', '69123_0301', 'bureau')).toBe('Lyon, bureau 301'))
  it('leave out what the heading says', () => expect(shortTitle('Bloc gauche (législatives 2024, 2d tour)')).toBe('Bloc gauche'))
})
