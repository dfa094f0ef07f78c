// Every colour that a place can wear, by number: both themes, every scale, each also dimmed, and the bare grounds.
import { familyColour, type Family } from '@/lib/parties'
import { KINDS } from '@/lib/kinds'
import { DIVERGING, ramp, SEQUENTIAL } from '@/lib/scales'

const FAMILIES: readonly Family[] = ['gauche', 'centre_droit', 'extreme_droite', 'autres']
// Where there is no figure: --map-ground of app.css, in each theme.
const BARE = { light: '#ebe7dc', dark: '#1c1d19' }
const FADED = '24' // 14 %, as two hexadecimal figures

const plain = [
  ...new Set(
    [false, true].flatMap((dark) => [
      ...SEQUENTIAL[dark ? 'dark' : 'light'],
      ...DIVERGING[dark ? 'dark' : 'light'],
      ...FAMILIES.flatMap((family) => ramp(familyColour(family, dark), dark)),
      ...KINDS[dark ? 'dark' : 'light'].flat(),
      BARE[dark ? 'dark' : 'light'],
    ]),
  ),
]
const ranks = new Map(plain.map((colour, rank) => [colour, rank]))

/** The inks by number: the plain ones, then each of them dimmed. */
export const INKS: readonly string[] = [...plain, ...plain.map((colour) => colour + FADED)]
/** The number of no ink: a place that was never painted. */
export const NEVER = 255

export function isDimmed(ink: number): boolean {
  return ink >= plain.length
}

/** The number of a colour. */
export function inkNumber(colour: string, dimmed = false): number {
  return (ranks.get(colour) ?? 0) + (dimmed ? plain.length : 0)
}

/** The number of the bare ground of a theme. */
export function bareNumber(dark: boolean, dimmed = false): number {
  return inkNumber(BARE[dark ? 'dark' : 'light'], dimmed)
}
