// Numbers and dates as French (or English) typography writes them. Pure: the language is given.
import type { Language } from './i18n.svelte'
import type { Grade } from './types'

export const NARROW = '\u202f' // before % and ; : ! ? and between thousands, in French
const NONE = '–'

const formatters = new Map<string, Intl.NumberFormat>()

function formatter(language: Language, digits: number, signed: boolean): Intl.NumberFormat {
  const key = `${language}${digits}${signed}`
  let found = formatters.get(key)
  if (!found) {
    found = new Intl.NumberFormat(language === 'fr' ? 'fr-FR' : 'en-GB', {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
      signDisplay: signed ? 'exceptZero' : 'auto',
    })
    formatters.set(key, found)
  }
  return found
}

/** A bare number: `12 345,6`. A dash where there is none. */
export function number(value: number | null | undefined, language: Language, digits = 0, signed = false): string {
  if (value === null || value === undefined || Number.isNaN(value)) return NONE
  const rounded = Number(value.toFixed(digits)) + 0 // no « -0 »
  return formatter(language, digits, signed).format(rounded).replace(/[\u00a0 ]/g, NARROW).replace(/^-/, '−')
}

/** How many decimals a value of this unit is worth showing: a margin of 3 points deserves none. */
export function digitsFor(unit: string, margin?: number | null, value?: number | null): number {
  if (unit === '%' || unit === 'points') {
    if (margin !== null && margin !== undefined && !Number.isNaN(margin)) return margin >= 1 ? 0 : 1
    return 1
  }
  if (value !== null && value !== undefined && Math.abs(value) < 10 && !Number.isInteger(value)) return 1
  return 0
}

const UNITS_EN: Record<string, string> = {
  habitants: 'inhabitants',
  'électeurs': 'voters',
  logements: 'dwellings',
  'ménages': 'households',
  allocataires: 'recipients',
  personnes: 'people',
  '€ par an': '€ a year',
  '€': '€',
  ans: 'years',
  points: 'points',
}

/** The unit in words of the language. */
export function unitName(unit: string, language: Language): string {
  return language === 'en' ? (UNITS_EN[unit] ?? unit) : unit
}

/** The unit as it follows a number, space included. */
export function unitAfter(unit: string, language: Language): string {
  if (!unit) return ''
  if (unit === '%') return language === 'fr' ? `${NARROW}%` : '%'
  return `\u00a0${unitName(unit, language)}`
}

export type Shown = { value: number | null | undefined; margin?: number | null; unit: string }

/** A value with its unit and its margin: `31 % ± 3`, `21 450 € par an ± 600`. `of`: the unit whose decimals it takes. */
export function withMargin(shown: Shown, language: Language, of = shown.unit): string {
  const { value, margin, unit } = shown
  if (value === null || value === undefined || Number.isNaN(value)) return NONE
  const digits = digitsFor(of, margin, value)
  const text = number(value, language, digits) + unitAfter(unit, language)
  if (!margin) return text // a count of ballots is exact: it has no margin to show
  return `${text} ±${NARROW}${number(margin, language, margin < 1 ? Math.max(digits, 1) : digits)}`
}

/** A value with its unit only. */
export function withUnit(value: number | null | undefined, unit: string, language: Language, digits?: number): string {
  if (value === null || value === undefined || Number.isNaN(value)) return NONE
  return number(value, language, digits ?? digitsFor(unit, null, value)) + unitAfter(unit, language)
}

/** A difference: `+ 4,2 points` for a percentage, `− 310 € par an` otherwise. */
export function difference(value: number | null | undefined, unit: string, language: Language): string {
  if (value === null || value === undefined || Number.isNaN(value)) return NONE
  const what = unit === '%' ? 'points' : unit
  return number(value, language, digitsFor(what, null, value), true).replace(/^([+−])/, `$1${NARROW}`) + unitAfter(what, language)
}

/** A long day: `10 avril 2022`. Gives the text back when it is no date. */
export function day(iso: string, language: Language): string {
  const time = Date.parse(iso)
  if (Number.isNaN(time)) return iso
  return new Intl.DateTimeFormat(language === 'fr' ? 'fr-FR' : 'en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(time)
}

const GRADES: readonly Grade[] = ['A', 'B', 'C', 'D', 'E']

/** The letter of a grade carried as 1 (A) to 5 (E). */
export function gradeOf(rank: number | null | undefined): Grade | null {
  return rank ? (GRADES[rank - 1] ?? null) : null
}

/** Whether a grade is too low for the figure to be read alone. */
export function lowGrade(grade: Grade | null | undefined): boolean {
  return grade === 'D' || grade === 'E'
}

/** Lower case without accents, to search with. */
export function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}
