import { expect, it } from 'vitest'
import { dotsOf, placeOf, sheetsOf, watch } from './plan'

const row = (equipe: number, sortie: number, ordre: number, longitude = 4.8, latitude = 45.7) => ({ equipe, sortie, ordre, secteur: `s${ordre}`, bv_id: '69123_0101', portes_prevues: 20, marche: 100, debut: 30 * (ordre - 1), duree: 25, longitude, latitude })
const SHEETS = sheetsOf([row(10, 5, 1), row(2, 3, 2), row(2, 3, 1), row(2, 1, 1)])

it('makes one sheet per team, its outings and stops in order', () => {
  expect(SHEETS.map((sheet) => [sheet.team, sheet.doors])).toEqual([['2', 60], ['10', 20]])
  expect(SHEETS[0]?.outings.map((outing) => [outing.number, outing.stops.map((stop) => stop.order)])).toEqual([[1, [1]], [3, [1, 2]]])
  expect(SHEETS[0]?.outings[1]).toMatchObject({ doors: 40, walk: 200, minutes: 55 })
})
it('tells a stop by its street, or by its sector where streets have no name', () => {
  const [sheet] = sheetsOf([{ ...row(1, 1, 1), voie: 'Rue de la Paix', troncon: 'n° 11 à 40' }, { ...row(1, 1, 2), voie: 'Quai Sud', troncon: null }, row(1, 1, 3)])
  expect(sheet?.outings[0]?.stops.map(placeOf)).toEqual(['Rue de la Paix, n° 11 à 40', 'Quai Sud', 's3'])
})
it('says minutes as a watch does', () => expect([watch(9.6), watch(60), watch(125)]).toEqual(['10\u00a0min', '1\u00a0h\u00a000', '2\u00a0h\u00a005']))
it('draws a metre as long in both directions and stays inside', () => {
  const [sheet] = sheetsOf([row(1, 1, 1, 4.8, 45.7), row(1, 1, 2, 4.81, 45.7), row(1, 1, 3, 4.8, 45.71)])
  const { dots, metre } = dotsOf(sheet as never, 300, 200)
  const [a, b, c] = dots as [(typeof dots)[0], (typeof dots)[0], (typeof dots)[0]]
  expect((b.x - a.x) / metre).toBeCloseTo(0.01 * 111_320 * Math.cos((45.7 * Math.PI) / 180), 3)
  expect((a.y - c.y) / metre).toBeCloseTo(1113.2, 3)
  for (const dot of dots) expect(dot.x >= 16 - 1e-6 && dot.x <= 284 + 1e-6 && dot.y >= 16 - 1e-6 && dot.y <= 184 + 1e-6).toBe(true)
})
it('draws nothing without coordinates', () => expect(dotsOf({ team: '1', doors: 0, outings: [] }, 300, 200).dots).toEqual([]))
