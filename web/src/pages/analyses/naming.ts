/** How places and figures are said in the four views. */
import { NARROW, withMargin, withUnit } from '@/lib/format'
import type { Language } from '@/lib/i18n.svelte'
import type { Indicator } from '@/lib/types'
import type { Cell, Row, Total } from './model'

/** « Lyon, bureau 301 »; another place by its name. */
export function placeName(row: Row, station: (number: string) => string): string {
  const number = row.code.split('_')[1]
  return number === undefined ? row.name || row.code : `${row.name}, ${station(number.replace(/^0+(?=.)/, ''))}`
}

const after = (unit: string): string => (unit === '%' ? '%' : unit.startsWith('€') ? '€' : '')

/** A figure with its unit and margin; a dash where there is none. */
export function figureText(figure: Pick<Cell | Total, 'value' | 'margin'>, indicator: Indicator, language: Language): string {
  if (figure.margin === 0 && figure.value !== null) return `${withUnit(figure.value, after(indicator.unit), language)} ±${NARROW}0`
  return withMargin({ value: figure.value, margin: figure.margin, unit: after(indicator.unit) }, language)
}

/** A bare value with its unit, for an axis or a legend. */
export const axisText = (value: number, indicator: Indicator, language: Language): string =>
  withUnit(value, after(indicator.unit), language, Math.abs(value) < 10 && value % 1 !== 0 ? 1 : 0)

/** What a part is called in its analysis: the title without the election that the analysis already names. */
export const shortName = (title: string): string => title.replace(/ \([^()]*\)$/, '')
