/** What the page of one place reads in the answer of the API, and what it works out from it. */

import { places } from '@/lib/api'
import { NARROW, withMargin, withUnit } from '@/lib/format'
import type { Language } from '@/lib/i18n.svelte'
import type { Figure, Level, Meta, Profile as Card, ProfileTheme as Theme } from '@/lib/types'

export type { Figure, ProfileElection as Election, ProfileSource as Source, ProfileTheme as Theme, Profile as Card } from '@/lib/types'
export type Reference = 'commune' | 'departement' | 'france'

/** The indicators that say most, theme by theme: those shown first, and those printed on the single page. */
const MAIN: Record<string, readonly string[]> = {
  population: [
    'population',
    'part_0_14_ans',
    'part_15_24_ans',
    'part_25_54_ans',
    'part_55_64_ans',
    'part_65_ans_ou_plus',
    'part_immigres',
  ],
  menages: ['menages', 'part_personnes_seules', 'part_couples_avec_enfants', 'part_familles_monoparentales'],
  metiers: ['part_cadres', 'part_professions_intermediaires', 'part_employes', 'part_ouvriers', 'part_retraites'],
  diplomes: ['part_sans_bac', 'part_diplomes_superieur'],
  emploi: ['taux_emploi', 'taux_chomage', 'part_travail_en_voiture'],
  logement: ['part_proprietaires', 'part_locataires_hlm', 'part_maisons', 'part_installes_recemment'],
  revenus: ['revenu_median', 'taux_pauvrete'],
  prestations: ['part_couverts_caf', 'part_allocataires_rsa'],
}

/** The main indicators of a theme, in its order; the first four when none is declared. */
export function mainOf(theme: Theme): Figure[] {
  const wanted = MAIN[theme.id] ?? []
  const found = theme.indicators.filter((figure) => wanted.includes(figure.name))
  return found.length ? found : theme.indicators.slice(0, 4)
}

export const shown = (figure: Figure): boolean => figure.value !== null && Number.isFinite(figure.value)

/** The largest place that can be compared with: the department, else France, else the commune. */
export function referenceOf(card: Card): Reference | null {
  const order: Reference[] = card.place.level === 'departement' ? ['france'] : ['departement', 'france', 'commune']
  return (
    order.find((one) => card.themes.some((theme) => theme.indicators.some((figure) => figure[one] !== null))) ?? null
  )
}

/** How far two figures are, on a scale where gaps can be compared between indicators: Cohen's h (1988) for shares, the
 * difference of logarithms for amounts. */
export function apart(value: number, other: number, unit: string): number {
  if (unit === '%') {
    const turn = (share: number): number => 2 * Math.asin(Math.sqrt(Math.min(1, Math.max(0, share / 100))))
    return turn(value) - turn(other)
  }
  return value > 0 && other > 0 ? Math.log(value / other) : 0
}

export interface Gap {
  figure: Figure
  theme: Theme
  other: number
  size: number
}

/** The gaps that exceed their margin, counts left out, the widest first. Indicators that say the same thing (the parts
 * of one total, an age band inside another) are kept apart by taking at most two by theme. */
export function gapsOf(card: Card, reference: Reference, most = 3): { more: Gap[]; less: Gap[] } {
  const gaps = card.themes.flatMap((theme) => mainOf(theme).flatMap((figure) => gapOf(figure, theme, reference)))
  gaps.sort((a, b) => Math.abs(b.size) - Math.abs(a.size))
  const kept = gaps.filter((gap, at) => gaps.slice(0, at).filter((before) => before.theme === gap.theme).length < 2)
  return {
    more: kept.filter((gap) => gap.size > 0).slice(0, most),
    less: kept.filter((gap) => gap.size < 0).slice(0, most),
  }
}

function gapOf(figure: Figure, theme: Theme, reference: Reference): Gap[] {
  const other = figure[reference]
  if (figure.value === null || other === null || figure.kind === 'count') return []
  if (Math.abs(figure.value - other) <= (figure.margin ?? 0)) return []
  return [{ figure, theme, other, size: apart(figure.value, other, figure.unit) }]
}

/** The number of a station inside its commune, without leading zeros: `69123_0301` gives `301`. */
export function stationNumber(code: string): string {
  return (code.split('_')[1] ?? code).replace(/^0+(?=.)/, '')
}

/** How many figures are shown by grade, and how many are hidden. */
export function tally(card: Card): { total: number; shown: number; good: number; middle: number; weak: number } {
  const figures = card.themes.flatMap((theme) => theme.indicators)
  const seen = figures.filter(shown)
  const graded = (grades: string): number =>
    seen.filter((figure) => figure.grade && grades.includes(figure.grade)).length
  return { total: figures.length, shown: seen.length, good: graded('AB'), middle: graded('C'), weak: graded('DE') }
}

/** The prefix of territories by level. */
export const PREFIX: Record<Level, string> = {
  bureau: 'bv',
  iris: 'iris',
  commune: 'com',
  circonscription: 'circo',
  departement: 'dep',
}

/** The name of the place as a title: a station by its commune and its number, another place by its own name. */
export function nameOf(card: Card, station: (number: string) => string): string {
  return card.place.level === 'bureau' ? station(stationNumber(card.place.code)) : card.place.name
}

/** A title without what the page already says around it: « Bloc gauche (législatives 2024, 1er tour) » in its election. */
export const bareTitle = (title: string): string => title.replace(/ \([^()]*\)$/, '')

/** The unit that follows a figure, and what is said of it beside the title instead: « € » and « par an ». */
export function unitParts(unit: string): { after: string; beside: string } {
  if (unit === '%') return { after: '%', beside: '' }
  if (unit.startsWith('€')) return { after: '€', beside: unit.slice(1).trim() }
  return { after: '', beside: unit }
}

/** A figure as it is written: value, unit, margin; a counted figure has « ± 0 ». */
export function figureText(
  figure: Pick<Figure, 'value' | 'margin' | 'unit'> | null | undefined,
  language: Language,
): string {
  if (!figure) return '–'
  const { value, margin } = figure
  const unit = unitParts(figure.unit).after
  if (margin === 0) return `${withUnit(value, unit, language)} ±${NARROW}0`
  return withMargin({ value, margin, unit }, language)
}

export type Names = { commune: string; departement: string }

/** The names of the commune and of the department of a place, where the levels served know them; else their codes. */
export async function namesOf(card: Card, facts: Meta): Promise<Names> {
  const { place } = card
  const named = async (level: 'commune' | 'departement', prefix: string): Promise<string> => {
    const code = place[level]
    if (!code) return ''
    if (level === 'commune' && place.level === 'bureau') return place.name
    if (!facts.levels.some((one) => one.id === level)) return code
    const found = await places(level, facts.version, level === 'commune' ? [`${prefix}:${code}`] : []).catch(() => null)
    return found?.name[found.code.indexOf(code)] ?? code
  }
  return { commune: await named('commune', 'com'), departement: await named('departement', 'dep') }
}

/** The readings of a territory; of an IRIS, those of its commune. */
export function readingsHref(territory: string, product = ''): string {
  const where = territory.startsWith('iris:') ? `com:${territory.slice(5, 10)}` : territory
  return `/lectures?${product ? `lecture=${product}&` : ''}lieu=${where}`
}
