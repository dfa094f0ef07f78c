// From values to classes of colour. Pure: no page, no map. A place without a figure has no class (NONE).
export const NONE = 255
export type Scale = {
  kind: 'quantiles' | 'difference' | 'kinds'
  breaks: number[] // between classes: n - 1 of them, rising
  colours: string[] // n of them
}
type Palette = { light: readonly string[]; dark: readonly string[] }

// Lightness runs one way and the hues are told apart by every usual colour vision; dark mode runs from dark to bright.
export const SEQUENTIAL: Palette = {
  light: ['#ece0b4', '#c3dcc4', '#8dc4c5', '#4c9dc0', '#2a6ea9', '#1b3f7d'],
  dark: ['#22303f', '#22506f', '#2a759c', '#4b9fbc', '#8fc9c4', '#eaf0cf'],
}
// Brown below, green-blue above, pale (or dark) in the middle.
export const DIVERGING: Palette = {
  light: ['#8c4f0a', '#c88b3f', '#e8cf9f', '#e3dfd2', '#aed8d1', '#4fa299', '#045f57'],
  dark: ['#f0b060', '#b97b30', '#6f4d22', '#2e2e2a', '#1e5650', '#2f9084', '#74d8c9'],
}

export function palette(kind: Scale['kind'], dark: boolean): readonly string[] {
  const found = kind === 'quantiles' ? SEQUENTIAL : DIVERGING
  return dark ? found.dark : found.light
}

/** A ramp of n colours from the ground of the page to one colour (for the colour of a party). */
export function ramp(to: string, dark: boolean, n = 6): string[] {
  const from = dark ? '#26272a' : '#efeae0'
  return Array.from({ length: n }, (_, step) => mixed(from, to, (step + 0.35) / (n - 0.65)))
}

/** A colour between two, in sRGB: 0 gives the first, 1 the second. */
export function mixed(from: string, to: string, share: number): string {
  const parts = [1, 3, 5].map((at) => {
    const [a, b] = [parseInt(from.slice(at, at + 2), 16), parseInt(to.slice(at, at + 2), 16)]
    return Math.round(a + (b - a) * share).toString(16).padStart(2, '0')
  })
  return `#${parts.join('')}`
}

type Weighted = { values: ArrayLike<number>; weights: ArrayLike<number> | null; keep?: ArrayLike<number> | null }

const BINS = 1024

/**
 * The values below which given shares of the total weight stand (exact: the bin that holds one is sorted).
 * Without weights each place counts for one. NaN is left out; an empty table gives no value.
 */
export function weightedQuantiles(table: Weighted, shares: readonly number[]): number[] {
  const { values, weights, keep } = table
  let [low, high] = [Infinity, -Infinity]
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number
    if (value !== value || (keep && !keep[at])) continue
    if (value < low) low = value
    if (value > high) high = value
  }
  if (low > high) return []
  if (low === high) return shares.map(() => low)
  const step = BINS / (high - low)
  const heavy = new Float64Array(BINS)
  const binOf = (value: number) => Math.min(BINS - 1, Math.floor((value - low) * step))
  let total = 0
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number
    if (value !== value || (keep && !keep[at])) continue
    const weight = weightAt(weights, at)
    heavy[binOf(value)] = (heavy[binOf(value)] as number) + weight
    total += weight
  }
  return shares.map((share) => {
    let [before, bin] = [0, 0]
    while (bin < BINS - 1 && before + (heavy[bin] as number) < share * total) before += heavy[bin++] as number
    return inBin(table, (value) => binOf(value) === bin, share * total - before)
  })
}

function weightAt(weights: ArrayLike<number> | null, at: number): number {
  if (!weights) return 1
  const weight = weights[at] as number
  return weight > 0 ? weight : 0
}

function inBin({ values, weights, keep }: Weighted, inside: (value: number) => boolean, target: number): number {
  const found: number[] = []
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number
    if (value === value && !(keep && !keep[at]) && inside(value)) found.push(at)
  }
  found.sort((a, b) => (values[a] as number) - (values[b] as number))
  let gone = 0
  for (const at of found) {
    gone += weightAt(weights, at)
    if (gone >= target) return values[at] as number
  }
  return values[found[found.length - 1] ?? 0] as number
}

/** Breaks that hold the same weight each; equal breaks (a value shared by many) are joined. */
export function quantileBreaks(table: Weighted, classes: number): number[] {
  const shares = Array.from({ length: classes - 1 }, (_, rank) => (rank + 1) / classes)
  return rising(weightedQuantiles(table, shares).map((value) => readable(value)))
}

/** Breaks on both sides of zero, at the same distances: thirds of the usual distance to zero (its 85 % quantile). */
export function differenceBreaks(table: Weighted): number[] {
  const away = Float64Array.from(table.values, (value) => Math.abs(value))
  const [usual] = weightedQuantiles({ ...table, values: away }, [0.85])
  if (!usual) return [-1, 1].map((sign) => sign * 0.5)
  const [near, middle, far] = [0.2, 0.6, 1].map((part) => readable(part * usual)) as [number, number, number]
  return rising([-far, -middle, -near, near, middle, far])
}

function rising(breaks: number[]): number[] {
  return breaks.filter((value, rank) => rank === 0 || value > (breaks[rank - 1] as number))
}

/** Three significant digits: enough to read, not enough to mislead. */
export function readable(value: number): number {
  if (!value) return 0
  return Number(value.toPrecision(Math.abs(value) >= 1000 ? 3 : Math.abs(value) >= 100 ? 3 : Math.abs(value) >= 10 ? 3 : 2))
}

/** The class of a value: 0 for the lowest; NONE for NaN. */
export function classOf(value: number, breaks: readonly number[]): number {
  if (value !== value) return NONE
  let rank = 0
  while (rank < breaks.length && value >= (breaks[rank] as number)) rank++
  return rank
}

/** The class of each value. */
export function classes(values: ArrayLike<number>, breaks: readonly number[]): Uint8Array {
  const found = new Uint8Array(values.length)
  for (let at = 0; at < values.length; at++) found[at] = classOf(values[at] as number, breaks)
  return found
}

/** Colours for as many classes as there are (fewer breaks than planned: colours spread over the whole palette). */
export function coloursFor(count: number, colours: readonly string[]): string[] {
  if (count >= colours.length) return [...colours]
  if (count === 1) return [colours[Math.floor(colours.length / 2)] as string]
  return Array.from({ length: count }, (_, rank) => colours[Math.round((rank * (colours.length - 1)) / (count - 1))] as string)
}

export type Bin = { from: number; to: number; weight: number; class: number }

/** A histogram between the 0.5 % and 99.5 % quantiles (the ends gather what lies beyond). */
export function histogram(table: Weighted, breaks: readonly number[], bins = 28): Bin[] {
  const [low, high] = weightedQuantiles(table, [0.005, 0.995])
  if (low === undefined || high === undefined || low === high) return []
  const width = (high - low) / bins
  const found: Bin[] = Array.from({ length: bins }, (_, rank) => {
    const from = low + rank * width
    return { from, to: from + width, weight: 0, class: classOf(from + width / 2, breaks) }
  })
  for (let at = 0; at < table.values.length; at++) {
    const value = table.values[at] as number
    if (value !== value || (table.keep && !table.keep[at])) continue
    const rank = Math.max(0, Math.min(bins - 1, Math.floor((value - low) / width)))
    ;(found[rank] as Bin).weight += weightAt(table.weights, at)
  }
  return found
}
