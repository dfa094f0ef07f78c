import { describe, expect, it } from 'vitest'
import { kindColour } from '@/lib/kinds'
import type { Meta, TypesFacts } from '@/lib/types'
import { bareNumber, inkNumber, INKS } from './inks'
import { choosable, isKind, isolatedIn, kindShadesOf, leadOf, tallied } from './kinds'
import { hasGaps } from './shades'

const type = (code: number, id: string, group: string) => ({ code, id, group, title: id, portrait: '', portrait_en: '', share: 1, part: `type_part_${id}`, votes: [] })
const facts: TypesFacts = {
  column: 'type', family: 'groupe_de_types', certainty: 'type_certitude', share: 'type_part', levels: ['bureau'], made_of: ['commune'],
  date: '2026-11-30', source: 's', method: 'm',
  groups: [{ code: 1, id: 'dehors', title: 'Dehors' }, { code: 2, id: 'dedans', title: 'Dedans' }],
  types: [type(1, 'bois', 'dehors'), type(2, 'salon', 'dedans'), type(3, 'champ', 'dehors')],
}
const floats = (...values: number[]) => Float32Array.from(values)
const figures = { codes: floats(1, 2, 0, NaN, 3), sure: floats(0.5, 0.02, NaN, NaN, 0.2), weights: floats(100, 300, 50, 50, NaN) }
const wanted = { facts, level: 'bureau' as const, dark: false, inside: null, isolated: [] }
const inkOf = (code: number, dimmed = false) => inkNumber(kindColour(facts, facts.types[code - 1] as (typeof facts.types)[number], false), dimmed)

describe('the looks of types', () => {
  it('are a colour each, the bare ground where there is none', () => {
    expect([...kindShadesOf(figures, wanted).looks.inks]).toEqual([inkOf(1), inkOf(2), bareNumber(false), bareNumber(false), inkOf(3)])
  })
  it('are hatched where the type is unsure or unknown, bare where it is not given', () => {
    expect([...kindShadesOf(figures, wanted).looks.hatch]).toEqual([0, 1, 1, 0, 0])
  })
  it('are hatched where a second type has almost as many voters of a larger place', () => {
    const parts = [floats(45, 10, 0, 0, 0), floats(41, 60, 0, 0, 10), floats(14, 0, 0, 0, 90)]
    expect([...leadOf(parts)]).toEqual([4, 50, NaN, NaN, 80])
    const made = { ...figures, sure: leadOf(parts) }
    expect([...kindShadesOf(made, { ...wanted, level: 'commune' }).looks.hatch]).toEqual([1, 0, 1, 0, 0])
  })
  it('are dimmed but for the types that are isolated, and for the chosen places', () => {
    const isolated = isolatedIn(facts, ['dedans'])
    expect([...kindShadesOf(figures, { ...wanted, isolated }).looks.inks].slice(0, 2)).toEqual([inkOf(1, true), inkOf(2)])
    const inside = new Set([0])
    expect([...kindShadesOf(figures, { ...wanted, inside }).looks.inks].slice(0, 2)).toEqual([inkOf(1), inkOf(2, true)])
  })
  it('are bare where a level has no types', () => {
    const { looks } = kindShadesOf({ codes: null, sure: null, weights: floats(1, 2) }, { ...wanted, level: 'iris' })
    expect([[...looks.inks], [...looks.hatch]]).toEqual([[bareNumber(false), bareNumber(false)], [0, 0]])
  })
  it('have inks of their own in both themes', () => {
    for (const dark of [false, true]) for (const one of facts.types) expect(INKS[inkNumber(kindColour(facts, one, dark))]).toBe(kindColour(facts, one, dark))
  })
})

describe('types in view', () => {
  it('are counted with their voters, those without a type apart', () => {
    expect([...tallied(figures, [0, 1, 2, 3, 4])]).toEqual([
      [1, { count: 1, voters: 100 }],
      [2, { count: 1, voters: 300 }],
      [0, { count: 1, voters: 50 }],
      [-1, { count: 1, voters: 50 }],
      [3, { count: 1, voters: 0 }],
    ])
  })
  it('are those of the stations of larger places, whatever their main type', () => {
    const made = { ...figures, parts: [floats(75, 10, 0, 0, 0), floats(25, 60, 0, 0, 0), floats(0, 0, 0, 0, 0)] }
    const found = tallied(made, [0, 1])
    expect([1, 2, 0].map((code) => found.get(code))).toEqual([{ count: 1, voters: 105 }, { count: 1, voters: 205 }, { count: 0, voters: 90 }])
    expect(found.has(3)).toBe(false)
  })
  it('are none where the level has none', () => expect(tallied({ codes: null, sure: null, weights: null }, [1, 2]).size).toBe(0))
})

describe('the choice of types', () => {
  const one = { name: 'part_cadres', kind: 'share' }
  const meta = { types: facts, indicators: [one] } as unknown as Meta
  it('comes first, and has no differences', () => {
    const [first, second] = choosable(meta)
    expect([first?.name, second?.name]).toEqual(['type', 'part_cadres'])
    expect([first && isKind(first), first && hasGaps(first), second && hasGaps(second)]).toEqual([true, false, true])
  })
  it('is not offered where types are not told', () => expect(choosable({ ...meta, types: null })).toEqual([one]))
  it('isolates a type or a family, and nothing that does not exist', () => {
    expect(isolatedIn(facts, ['dehors']).map((found) => found.id)).toEqual(['bois', 'champ'])
    expect(isolatedIn(facts, ['salon', 'nowhere']).map((found) => found.id)).toEqual(['salon'])
    expect(isolatedIn(facts, [])).toEqual([])
  })
})
