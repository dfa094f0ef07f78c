// The colours of types of stations: one hue per family, one shade per type of the family. Pure: no page, no map.
import type { StationType, TypesFacts } from './types'

// By rank of the family, then by rank of the type in it. Any two that are in use stay apart for every usual colour vision
// (kinds.test.ts measures it), and apart from the colours of political families.
export const KINDS: Record<'light' | 'dark', readonly (readonly string[])[]> = {
  light: [
    ['#315741', '#618064', '#88af91'],
    ['#fac36b', '#ba882d', '#9b5307'],
    ['#742e65'],
    ['#89d6e7', '#199ebb'],
  ],
  dark: [
    ['#4a6f59', '#81a083', '#c6f0d6'],
    ['#f7bd65', '#ab7707', '#733e00'],
    ['#5e425f'],
    ['#68e2ff', '#4688a4'],
  ],
}

/** The colour of a type: its family's hue, in the shade of its rank among the types of that family. */
export function kindColour(facts: TypesFacts, type: StationType, dark: boolean): string {
  const family = Math.max(0, facts.groups.findIndex((one) => one.id === type.group))
  const rank = facts.types.filter((one) => one.group === type.group).findIndex((one) => one.id === type.id)
  const hues = KINDS[dark ? 'dark' : 'light']
  const shades = hues[family % hues.length] as readonly string[]
  return shades[Math.max(0, rank) % shades.length] as string
}
