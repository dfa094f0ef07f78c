import { describe, expect, it } from 'vitest'
import type { Reading, ReadingColumn, Row } from './facts'
import { crossOf, kindOf, levelsOf, notesOf, placesOf, sameReason, territoryName } from './shape'
import { flowsOf } from './flows'

const column = (name: string, role: string, unit = ''): ReadingColumn => ({ name, title: name, unit, description: '', role, of: '', type: 'text' })
const COLUMNS = [column('bv_id', 'key'), column('groupe', 'key'), column('groupe_titre', 'place'), column('choix', 'key'), column('choix_titre', 'place'), column('part', 'share', '%'), column('part_nombre', 'count')]
function line(bv: string, group: string, choice: string, part: number | null, more: Row = {}): Row {
  return { bv_id: bv, groupe: group, groupe_titre: group.toUpperCase(), choix: choice, choix_titre: choice.toUpperCase(), part, part_base: 100, part_nombre: part, ...more }
}
const screen = { kind: 'cross', rows: 'groupe_titre', columns: 'choix_titre', figure: 'part' }
function reading(rows: Row[]): Reading {
  return { title: '', product: 'votes', territory: 'com:96001', name: '', level: 'bureau', columns: COLUMNS, rows, remarks: [], screen, certificate: '' }
}
const ROWS = [line('96001_0001', 'a', 'x', 61, { part_bas_90: 48, part_haut_90: 74 }), line('96001_0001', 'a', 'y', 39), line('96001_0001', 'b', 'x', null, { part_statut: 'rare' }), line('96001_0001', 'b', 'y', null, { part_statut: 'rare' }), line('96001_0002', 'a', 'x', 20)]

describe('a reading', () => {
  it('takes the view that its product declares, a list otherwise', () => {
    const kinds = [screen, {}, undefined, { kind: 'unknown' }].map((one) => kindOf({ ...(one && { screen: one }) }))
    expect(kinds).toEqual(['cross', 'list', 'list', 'list'])
  })
  it('is named after its territory, a station by its number', () => {
    expect([territoryName({ territory: 'bv:69123_0301', name: 'Lyon' }), territoryName({ territory: 'com:69123', name: 'Lyon' }), territoryName({ territory: 'dep:69', name: '' })]).toEqual(['Lyon, bureau 301', 'Lyon', 'dep:69'])
  })
  it('is parted by place', () => expect(placesOf(reading(ROWS)).map((place) => [place.code, place.rows.length])).toEqual([['96001_0001', 4], ['96001_0002', 1]]))
})

describe('a cross table', () => {
  const cross = crossOf(reading(ROWS), ROWS.slice(0, 4))
  it('has one row per origin and one column per destination', () => {
    expect(cross?.rows.map((entry) => entry.title)).toEqual(['A', 'B'])
    expect(cross?.columns.map((entry) => entry.code)).toEqual(['x', 'y'])
    expect(cross?.cells[0]?.map((cell) => cell?.value)).toEqual([61, 39])
  })
  it('is signed when its figures carry no persons', () => {
    expect(cross?.signed).toBe(false)
    expect(crossOf({ ...reading(ROWS), columns: COLUMNS.slice(0, -1) }, ROWS)?.signed).toBe(true)
  })
  it('knows the levels of its intervals', () => expect(cross && levelsOf(cross)).toEqual([90]))
  it('ends its scale beyond the widest interval', () => expect(cross?.most).toBe(80))
  it('says once why a whole row is not shown', () => {
    expect(sameReason(cross?.cells[1] ?? [])).toBe('rare')
    expect(sameReason(cross?.cells[0] ?? [])).toBe('')
    expect(cross && notesOf(cross)).toEqual([])
  })
  it('is none when the columns declared are not there', () => expect(crossOf({ ...reading(ROWS), screen: { ...screen, figure: 'nothing' } }, ROWS)).toBeNull())
})

describe('flows', () => {
  const cross = crossOf(reading(ROWS), ROWS.slice(0, 4))
  const flows = cross && flowsOf(cross, { width: 600, height: 300, gap: 6 })
  it('are as high as the persons they carry', () => {
    const [x, y] = flows?.bands ?? []
    expect((x?.high ?? 0) / (y?.high ?? 1)).toBeCloseTo(61 / 39, 6)
  })
  it('leave the part that cannot be said', () => expect(flows?.left.map((node) => [node.title, Math.round(100 * node.untold)])).toEqual([['A', 0], ['B', 100]]))
  it('never leave the drawing', () => {
    const ends = flows?.bands.flatMap((band) => [band.from + band.high, band.to + band.high]) ?? []
    expect(Math.max(...ends)).toBeLessThanOrEqual(300 + 1e-9)
  })
})
