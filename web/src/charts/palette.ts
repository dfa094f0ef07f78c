/** Colours and marks of the charts, in pairs, so that no reading rests on colour alone.
 *
 * Parts: the « bright » and « muted » qualitative schemes of Paul Tol (SRON/EPS/TN/09-002, issue 3.2, 2021), readable
 * by colour-blind people. The variables are set by the tokens of the page where it has them; the fallback stands else.
 */

export type Mark = 'circle' | 'square' | 'triangle' | 'diamond' | 'cross'

const PARTS = [
  'var(--part-1, #4477aa)',
  'var(--part-2, #ee6677)',
  'var(--part-3, #228833)',
  'var(--part-4, #ccbb44)',
  'var(--part-5, #66ccee)',
  'var(--part-6, #aa3377)',
  'var(--part-7, #ee7733)',
  'var(--part-8, #44aa99)',
  'var(--part-9, #882255)',
  'var(--part-10, #bbbbbb)',
]

const MARKS: Mark[] = ['circle', 'square', 'triangle', 'diamond', 'cross']

/** The colour of the part number `index`. */
export const partColour = (index: number): string => PARTS[index % PARTS.length] as string

/** The mark of the series number `index`. */
export const partMark = (index: number): Mark => MARKS[index % MARKS.length] as Mark

/** The path of a mark of radius `r` around the origin. */
export function markPath(mark: Mark, r: number): string {
  if (mark === 'square') return `M${-r} ${-r}H${r}V${r}H${-r}Z`
  if (mark === 'triangle') return `M0 ${-r * 1.15}L${r * 1.1} ${r * 0.9}H${-r * 1.1}Z`
  if (mark === 'diamond') return `M0 ${-r * 1.25}L${r * 1.25} 0L0 ${r * 1.25}L${-r * 1.25} 0Z`
  if (mark === 'cross') return `M${-r} ${-r}L${r} ${r}M${r} ${-r}L${-r} ${r}`
  return `M${-r} 0A${r} ${r} 0 1 1 ${r} 0A${r} ${r} 0 1 1 ${-r} 0Z`
}
