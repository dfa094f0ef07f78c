/** Scales and ticks shared by the charts: plain functions from numbers to numbers. */

/** A straight-line scale from a domain of values to a range of pixels (or percent). */
export function linear(domain: readonly [number, number], range: readonly [number, number]): (value: number) => number {
  const span = domain[1] - domain[0]
  const slope = span === 0 ? 0 : (range[1] - range[0]) / span
  return (value) => range[0] + (value - domain[0]) * slope
}

/** The step of a readable axis: 1, 2 or 5 times a power of ten, for about `count` steps over `span`. */
export function step(span: number, count: number): number {
  if (!(span > 0)) return 1
  const raw = span / Math.max(1, count)
  const power = 10 ** Math.floor(Math.log10(raw))
  const ratio = raw / power
  const factor = ratio > 5 ? 10 : ratio > 2 ? 5 : ratio > 1 ? 2 : 1
  return factor * power
}

/** Round values from `low` to `high`, both inside; empty when the bounds are not finite. */
export function ticks(low: number, high: number, count = 4): number[] {
  if (!Number.isFinite(low) || !Number.isFinite(high) || high < low) return []
  const by = step(high - low, count)
  const first = Math.ceil(low / by - 1e-9)
  const last = Math.floor(high / by + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * by).toPrecision(12)))
}

/** The smallest readable bound that holds every value given (at least 0). */
export function ceiling(values: readonly (number | null | undefined)[], count = 4): number {
  const highest = values.reduce<number>(
    (most, value) => (Number.isFinite(value) ? Math.max(most, value as number) : most),
    0,
  )
  if (highest <= 0) return 1
  const by = step(highest, count)
  return Math.ceil(highest / by - 1e-9) * by
}

/** `value` kept between `low` and `high`. */
export function within(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value))
}

/** True for a number that can be drawn. */
export function drawn(value: number | null | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
