import { expect, it } from 'vitest'
import { mapHref, strengths, themesOf } from './cards'
import type { Reading } from './facts'

const row = (place: string, theme: string, rank: number, more = {}) => ({ bv_id: place, theme, theme_titre: theme.toUpperCase(), rang: rank, force: 10 * rank, force_note: 'B', chiffre_1_nom: 'Personnes seules', chiffre_1: 40, chiffre_1_marge: 5, chiffre_1_unite: '%', chiffre_1_repere: 30, chiffre_1_france: null, chiffre_1_appui: 'oui', chiffre_1_phrase: '', chiffre_2_nom: 'Retraités', chiffre_2_appui: 'non', chiffre_3_nom: null, ...more })
const columns = ['bv_id', 'chiffre_1_phrase'].map((name, at) => ({ name, title: '', unit: '', description: '', role: at ? 'status' : 'key', of: '', type: 'text' }))
const reading = { title: '', product: 'advice', territory: 'com:96001', name: '', level: 'bureau', columns, rows: [row('b', 'y', 2), row('a', 'x', 1), row('a', 'y', 3)], remarks: [], certificate: '' } as Reading

it('gives the themes in order, each with the figures that are there', () => {
  const themes = themesOf(reading)
  expect(themes.map((theme) => [theme.place, theme.title])).toEqual([['a', 'X'], ['b', 'Y'], ['a', 'Y']])
  expect(themes[0]?.evidence.map((one) => [one.name, one.value, one.supports])).toEqual([['Personnes seules', 40, true], ['Retraités', null, false]])
})
it('says how strong a theme is where it stands out', () => expect([...strengths(themesOf(reading), 'y')]).toEqual([['b', 0.2], ['a', 0.3]]))
it('opens the map on the indicator, inside the territory', () => {
  expect(mapHref('part_x', 'com:69123')).toBe('/carte?indicateur=part_x&niveau=bureau&communes=69123&echelle=choix')
  expect(mapHref('part_x', 'bv:69123_0101')).toBe('/carte?indicateur=part_x&niveau=bureau&communes=69123&echelle=choix&lieu=bv:69123_0101')
  expect(mapHref('part_x', 'dep:69')).toBe('/carte?indicateur=part_x&niveau=bureau&lieu=dep:69')
})
