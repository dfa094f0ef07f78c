// The colour of a share on one scale, and the ink that reads on it: of black and white, the one that stands out more,
// which is at least 4.58 to 1 whatever the colour (WCAG 2.2, relative luminance).
import { mixed, palette } from '@/lib/scales'

/** The colour of a value between 0 and `most`, by straight lines between the colours of the scale. */
export function shade(value: number, most: number, dark: boolean): string {
  const colours = palette('quantiles', dark)
  const at = Math.max(0, Math.min(1, most > 0 ? value / most : 0)) * (colours.length - 1)
  const low = Math.min(colours.length - 2, Math.floor(at))
  return mixed(colours[low] as string, colours[low + 1] as string, at - low)
}

/** The colour of a signed value between -`most` and `most`: one hue on each side of zero, pale at zero. */
export function signedShade(value: number, most: number, dark: boolean): string {
  const colours = palette('difference', dark)
  const at = Math.max(0, Math.min(1, 0.5 + value / (2 * most || 1))) * (colours.length - 1)
  const low = Math.min(colours.length - 2, Math.floor(at))
  return mixed(colours[low] as string, colours[low + 1] as string, at - low)
}

/** Relative luminance of a colour `#rrggbb`. */
export function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

export function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

/** Black or white, whichever reads better on a colour. */
export function inkOn(colour: string): string {
  return contrast(colour, '#000000') >= contrast(colour, '#ffffff') ? '#000000' : '#ffffff'
}
