// From the rows of a reading with numbered figures (`chiffre_1`, `chiffre_1_phrase`…) to the cards of its themes. Pure.
import { figureOf, textOf, type Reading, type Row } from './facts'

export type Evidence = {
  name: string
  value: number | null
  margin: number | null
  grade: string
  unit: string
  near: number | null
  nearMargin: number | null
  france: number | null
  franceMargin: number | null
  supports: boolean
  said: string
}
export type Theme = {
  place: string
  code: string
  title: string
  rank: number
  strength: number | null
  margin: number | null
  grade: string
  near: string // what the place is compared with: its commune, its department
  evidence: Evidence[]
  check: string
  reason: string
  reach: string
}

const NUMBERED = /^(\w+?)_1_phrase$/

/** The themes of a reading, in the order of their rank. */
export function themesOf(reading: Reading, rows: readonly Row[] = reading.rows): Theme[] {
  const prefix = reading.columns.map((column) => NUMBERED.exec(column.name)?.[1]).find(Boolean) ?? 'chiffre'
  const key = reading.columns.find((column) => column.role === 'key')?.name ?? ''
  return rows.map((row) => themeOf(row, prefix, key)).sort((a, b) => a.rank - b.rank)
}

function themeOf(row: Row, prefix: string, key: string): Theme {
  return {
    place: textOf(row, key),
    code: textOf(row, 'theme'),
    title: textOf(row, 'theme_titre'),
    rank: figureOf(row, 'rang') ?? 0,
    strength: figureOf(row, 'force'),
    margin: figureOf(row, 'force_marge'),
    grade: textOf(row, 'force_note'),
    near: textOf(row, 'repere'),
    evidence: evidenceOf(row, prefix),
    check: textOf(row, 'a_verifier'),
    reason: textOf(row, 'lien'),
    reach: textOf(row, 'portee'),
  }
}

function evidenceOf(row: Row, prefix: string): Evidence[] {
  const found: Evidence[] = []
  for (let number = 1; `${prefix}_${number}_nom` in row; number += 1) {
    const at = `${prefix}_${number}`
    if (!textOf(row, `${at}_nom`)) continue
    found.push({
      name: textOf(row, `${at}_nom`),
      value: figureOf(row, at),
      margin: figureOf(row, `${at}_marge`),
      grade: textOf(row, `${at}_note`),
      unit: textOf(row, `${at}_unite`),
      near: figureOf(row, `${at}_repere`),
      nearMargin: figureOf(row, `${at}_repere_marge`),
      france: figureOf(row, `${at}_france`),
      franceMargin: figureOf(row, `${at}_france_marge`),
      supports: textOf(row, `${at}_appui`) !== 'non',
      said: textOf(row, `${at}_phrase`),
    })
  }
  return found
}

/** Where the map shows an indicator inside a territory, with a place of it open. */
export function mapHref(indicator: string, territory: string): string {
  const [kind, code = ''] = territory.split(':')
  const commune = kind === 'com' ? code : kind === 'bv' ? code.slice(0, 5) : ''
  const parts = [`indicateur=${indicator}`, 'niveau=bureau', ...(commune ? [`communes=${commune}`, 'echelle=choix'] : []), ...(kind === 'com' || kind === 'epci' ? [] : [`lieu=${territory}`])]
  return `/carte?${parts.join('&')}`
}

/** How strong a theme is at each place where it stands out, from 0 to 1: what colours its map. */
export function strengths(themes: readonly Theme[], code: string): Map<string, number> {
  return new Map(themes.filter((theme) => theme.code === code).map((theme) => [theme.place, (theme.strength ?? 0) / 100]))
}
