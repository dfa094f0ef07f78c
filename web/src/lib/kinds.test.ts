import { describe, expect, it } from 'vitest'
import { KINDS, kindColour } from './kinds'
import { familyColour, type Family } from './parties'
import type { TypesFacts } from './types'

type Triple = [number, number, number]
type Matrix = [Triple, Triple, Triple]

// What the usual colour visions make of linear RGB, at full severity: Machado, Oliveira and Fernandes, « A
// Physiologically-based Model for Simulation of Color Vision Deficiency », IEEE TVCG 15 (2009), table of severity 1.0.
const VISIONS: Record<string, Matrix> = {
  normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
const XYZ: Matrix = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]]
const WHITE: Triple = [0.95047, 1, 1.08883]

const times = (m: Matrix, v: Triple) => m.map((row) => row[0] * v[0] + row[1] * v[1] + row[2] * v[2]) as Triple
const clipped = (v: Triple) => v.map((one) => Math.min(1, Math.max(0, one))) as Triple
function linear(hex: string): Triple {
  return [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as Triple
}
function lab(hex: string, vision: string): Triple {
  const [x, y, z] = times(XYZ, clipped(times(VISIONS[vision] as Matrix, linear(hex)))).map((one, at) => {
    const part = one / (WHITE[at] as number)
    return part > 0.008856 ? Math.cbrt(part) : 7.787 * part + 16 / 116
  }) as Triple
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}
const degrees = (radians: number) => (radians * 180) / Math.PI
const radians = (angle: number) => (angle * Math.PI) / 180

/** CIEDE2000, as Sharma, Wu and Dalal write it (Color Research and Application 30, 2005). */
function distance(one: Triple, other: Triple): number {
  const chroma = (Math.hypot(one[1], one[2]) + Math.hypot(other[1], other[2])) / 2
  const stretch = 1 + 0.5 * (1 - Math.sqrt(chroma ** 7 / (chroma ** 7 + 25 ** 7)))
  const polar = ([lightness, a, b]: Triple) => {
    const c = Math.hypot(a * stretch, b)
    return { l: lightness, c, h: c ? (degrees(Math.atan2(b, a * stretch)) + 360) % 360 : 0 }
  }
  const [p, q] = [polar(one), polar(other)]
  const grey = p.c * q.c === 0
  const turn = grey ? 0 : ((q.h - p.h + 540) % 360) - 180
  const [dl, dc, dh] = [q.l - p.l, q.c - p.c, 2 * Math.sqrt(p.c * q.c) * Math.sin(radians(turn / 2))]
  const [l, c] = [(p.l + q.l) / 2, (p.c + q.c) / 2]
  const sum = p.h + q.h
  const h = grey ? sum : Math.abs(p.h - q.h) <= 180 ? sum / 2 : sum < 360 ? (sum + 360) / 2 : (sum - 360) / 2
  const cosine = (k: number, from: number) => Math.cos(radians(k * h - from))
  const weight = 1 - 0.17 * cosine(1, 30) + 0.24 * cosine(2, 0) + 0.32 * cosine(3, -6) - 0.2 * cosine(4, 63)
  const [sl, sc, sh] = [1 + (0.015 * (l - 50) ** 2) / Math.sqrt(20 + (l - 50) ** 2), 1 + 0.045 * c, 1 + 0.015 * c * weight]
  const bend = -2 * Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7)) * Math.sin(radians(60 * Math.exp(-(((h - 275) / 25) ** 2))))
  return Math.sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dh / sh) ** 2 + bend * (dc / sc) * (dh / sh))
}

const GROUNDS = { light: ['#f7f4ec', '#ebe7dc'], dark: ['#12130f', '#1c1d19'] } // --ground and --map-ground of app.css
const FAMILIES: Family[] = ['gauche', 'centre_droit', 'extreme_droite']
const nearest = (colours: readonly string[], others: readonly string[], vision: string) =>
  Math.min(...colours.flatMap((one) => others.filter((other) => other !== one).map((other) => distance(lab(one, vision), lab(other, vision)))))

describe('the measure of colours', () => {
  it('is that of the published pairs', () => {
    expect(distance([50, 2.6772, -79.7751], [50, 0, -82.7485])).toBeCloseTo(2.0425, 4)
    expect(distance([50, 2.5, 0], [58, 24, 15])).toBeCloseTo(19.4535, 4)
    expect(distance([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387])).toBeCloseTo(1.2644, 4)
  })
})

describe.each(['light', 'dark'] as const)('the colours of types, %s', (theme) => {
  const all = KINDS[theme].flat()
  it.each(['normal', 'protanopia', 'deuteranopia'])('stay 15 apart for %s', (vision) => expect(nearest(all, all, vision)).toBeGreaterThan(15))
  it('stay 11 apart for tritanopia, which is rare', () => expect(nearest(all, all, 'tritanopia')).toBeGreaterThan(11))
  it.each(Object.keys(VISIONS))('stand out of the ground for %s', (vision) => expect(nearest(all, GROUNDS[theme], vision)).toBeGreaterThan(10))
  it('are not those of political families', () => {
    const parties = FAMILIES.map((one) => familyColour(one, theme === 'dark'))
    expect(nearest(all, parties, 'normal')).toBeGreaterThan(12)
  })
})

describe('the colour of a type', () => {
  const type = (code: number, id: string, group: string) => ({ code, id, group, title: id, portrait: '', portrait_en: '', share: 1, part: '', votes: [] })
  const facts = {
    groups: [{ code: 1, id: 'a', title: 'a' }, { code: 2, id: 'b', title: 'b' }],
    types: [type(1, 'one', 'b'), type(2, 'two', 'a'), type(3, 'three', 'b')],
  } as unknown as TypesFacts
  it('is the hue of its family, in the shade of its rank in it', () => {
    const colours = facts.types.map((one) => kindColour(facts, one, false))
    expect(colours).toEqual([KINDS.light[1]?.[0], KINDS.light[0]?.[0], KINDS.light[1]?.[1]])
  })
})
