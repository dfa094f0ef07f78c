// How places are called in a sentence.
import type { Level } from '@/lib/types'

/** The number of a station as its commune says it: `69123_0301` gives `301`. */
export function stationNumber(code: string): string {
  const number = code.split('_')[1] ?? code
  return number.replace(/^0+(?=.)/, '')
}

/** A place in words: `Lyon 3e, bureau 301`; a name that already says its bureau stays as it is. */
export function placeName(level: Level, name: string, code: string, station: string): string {
  if (level !== 'bureau' || /bureau/i.test(name)) return name || code
  return name ? `${name}, ${station} ${stationNumber(code)}` : code
}

/** A title without what its heading already says: `Bloc gauche (législatives 2024, 2d tour)` gives `Bloc gauche`. */
export function shortTitle(title: string): string {
  return title.replace(/\s*\([^()]*\)\s*$/, '').replace(/\s*[,:]\s*(présidentielle|législatives|européennes|régionales|départementales|cantonales|municipales|référendum)\b.*$/i, '')
}
