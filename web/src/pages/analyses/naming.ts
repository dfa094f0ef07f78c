/** How places and figures are said in the four views. */
import { NARROW, withMargin, withUnit } from '@/lib/format'
import { partColour } from '@/charts/palette'
import { titled, type Language } from '@/lib/i18n.svelte'
import { familyColour, familyOf } from '@/lib/parties'
import type { ElectionFacts, Indicator } from '@/lib/types'
import type { Analysis, Cell, Row, Total } from './model'

/** « Lyon, bureau 301 »; another place by its name. */
export function placeName(row: Row, station: (number: string) => string): string {
  const number = row.code.split('_')[1]
  return number === undefined ? row.name || row.code : `${row.name}, ${station(number.replace(/^0+(?=.)/, ''))}`
}

const after = (unit: string): string => (unit === '%' ? '%' : unit.startsWith('€') ? '€' : '')

/** A figure with its unit and margin; a dash where there is none. */
export function figureText(
  figure: Pick<Cell | Total, 'value' | 'margin'>,
  indicator: Indicator,
  language: Language,
): string {
  if (figure.margin === 0 && figure.value !== null)
    return `${withUnit(figure.value, after(indicator.unit), language)} ±${NARROW}0`
  return withMargin({ value: figure.value, margin: figure.margin, unit: after(indicator.unit) }, language)
}

/** A bare value with its unit, for an axis or a legend. */
export const axisText = (value: number, indicator: Indicator, language: Language): string =>
  withUnit(value, after(indicator.unit), language, Math.abs(value) < 10 && value % 1 !== 0 ? 1 : 0)

/** What a measure is called in its analysis: over ballots, the ballot; else its title without the ballot that the
 * analysis already names. */
export function measureName(one: Indicator, analysis: Analysis, elections: readonly ElectionFacts[]): string {
  const held = analysis.kind === 'history' ? elections.find((election) => election.id === one.family) : undefined
  return held ? titled(held) : titled(one).replace(/ \([^()]*\)$/, '')
}

/** The colour of a part: that of its political family where it has one, else by its rank. */
export function colourOf(one: Indicator, rank: number, dark: boolean): string {
  const family = familyOf(one.name)
  return family ? familyColour(family, dark) : partColour(rank)
}
