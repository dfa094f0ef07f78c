import { describe, expect, it } from 'vitest'
import { departmentOf, listOf, oneOf, viewOf, viewText } from './state'
import { placeHref, routed } from './router.svelte'

const at = (path: string) => routed(new URL(path, 'http://carreau.test'))

describe('a view in an address', () => {
  it('comes back as it was written', () => {
    const view = { zoom: 11.5, lat: 45.76, lon: 4.84 }
    expect(viewText(view)).toBe('11.50/45.7600/4.8400')
    expect(viewOf(viewText(view))).toEqual(view)
  })
  it('is none when the text is not one', () => {
    for (const text of [null, '', '1/2', 'a/b/c', '11/95/4', '11/45/400', '99/45/4']) expect(viewOf(text)).toBeNull()
  })
})

describe('words in an address', () => {
  it('are kept once each', () => expect(listOf('69123, 69266,,69123')).toEqual(['69123', '69266']))
  it('fall back on the first', () => expect(oneOf('rien', ['auto', 'bureau'])).toBe('auto'))
  it('tell the department of a code', () => {
    expect(['69123_0101', '2A004', '97411', '98818'].map(departmentOf)).toEqual(['69', '2A', '974', '988'])
  })
})

describe('pages by their address', () => {
  it('are found, with or without a slash at the end', () => {
    expect([at('/').page, at('/carte/').page, at('/mes-donnees').page, at('/rien').page]).toEqual(['carte', 'carte', 'donnees', 'absent'])
  })
  it('say of which place they are', () => {
    expect(at('/bureau/69123_0101').territory).toBe('bv:69123_0101')
    expect(at('/lieu/com:69123').territory).toBe('com:69123')
  })
  it('lead back to that place', () => {
    for (const territory of ['bv:69123_0101', 'com:69123']) expect(at(placeHref(territory)).territory).toBe(territory)
  })
  it('do not fall over a broken code', () => expect(at('/bureau/%E0%A4%A').page).toBe('fiche'))
})
