// From the figures of one indicator at one level to the looks of its places and the facts of its legend.
import { vector } from '@/lib/api'
import { familyColour, familyOf } from '@/lib/parties'
import {
  classes,
  coloursFor,
  differenceBreaks,
  histogram,
  NONE,
  palette,
  quantileBreaks,
  ramp,
  type Bin,
  type Scale,
} from '@/lib/scales'
import type { Indicator, Level } from '@/lib/types'
import { bareNumber, inkNumber } from './inks'
import type { KindFigures } from './kinds'
import type { Looks } from './wardrobe'

export type Figures = { values: Float32Array; notes: Float32Array | null; weights: Float32Array | null; gap: boolean }
export type Shades = {
  level: Level
  looks: Looks
  scale: Scale
  bins: Bin[]
  unit: string
  compared: 'departement' | 'france' | null
  kinds?: KindFigures // of a map of types
}

/** The column that holds the difference of a place: from France for a department, from the department otherwise. */
export function gapColumn(indicator: Indicator, level: Level): string {
  return `${indicator.name}_ecart_${level === 'departement' ? 'france' : 'departement'}`
}

/** Whether an indicator has differences: a plain count has none, nor has a type. */
export function hasGaps(indicator: Indicator): boolean {
  return indicator.kind !== 'count' && indicator.kind !== 'kind'
}

/** The figures that a map of this indicator needs; the reliability and the weights may be missing. */
export async function figuresOf(indicator: Indicator, level: Level, byGap: boolean, version: string): Promise<Figures> {
  const gap = byGap && hasGaps(indicator)
  const absent = () => null
  const [values, notes, weights] = await Promise.all([
    vector(level, gap ? gapColumn(indicator, level) : indicator.name, version),
    vector(level, `${indicator.name}_note`, version).catch(absent),
    vector(level, 'inscrits', version).catch(absent),
  ])
  return { values, notes, weights, gap }
}

export type Wanted = { indicator: Indicator; level: Level; dark: boolean; inside: Set<number> | null; onSelection: boolean }

/** The looks and the legend. `inside`: the rows of the chosen communes, the others being dimmed. */
export function shadesOf(figures: Figures, wanted: Wanted): Shades {
  const { values, notes, weights, gap } = figures
  const { indicator, level, dark, inside, onSelection } = wanted
  const chosen = inside?.size ? marked(values.length, inside) : null
  const table = { values, weights, keep: onSelection ? chosen : null }
  const breaks = gap ? differenceBreaks(table) : quantileBreaks(table, 6)
  const family = gap ? null : familyOf(indicator.name)
  const base = family ? ramp(familyColour(family, dark), dark) : palette(gap ? 'difference' : 'quantiles', dark)
  const scale: Scale = { kind: gap ? 'difference' : 'quantiles', breaks, colours: coloursFor(breaks.length + 1, base) }
  const found = classes(values, breaks)
  const [full, faded] = [false, true].map((dimmed) => scale.colours.map((colour) => inkNumber(colour, dimmed)))
  const [inks, hatch] = [new Uint8Array(values.length), new Uint8Array(values.length)]
  for (let row = 0; row < inks.length; row++) {
    const [one, dimmed] = [found[row] as number, chosen !== null && !chosen[row]]
    inks[row] = one === NONE ? bareNumber(dark, dimmed) : ((dimmed ? faded : full)?.[one] as number)
    hatch[row] = one === NONE || (notes && (notes[row] as number) >= 4) ? 1 : 0
  }
  return {
    level,
    looks: { inks, hatch },
    scale,
    bins: histogram(table, breaks),
    unit: gap && indicator.unit === '%' ? 'points' : indicator.unit,
    compared: gap ? (level === 'departement' ? 'france' : 'departement') : null,
  }
}

function marked(length: number, rows: Set<number>): Uint8Array {
  const found = new Uint8Array(length)
  for (const row of rows) if (row < length) found[row] = 1
  return found
}
