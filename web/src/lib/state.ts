// The state of a page, written in its address: a view can be sent, and the browser's back button goes back.
/** A list in an address: `a,b`. Empty entries are left out, each entry once. */
export function listOf(text: string | null): string[] {
  return text ? [...new Set(text.split(',').map((part) => part.trim()).filter(Boolean))] : []
}

/** One of some words, the first when the address says another. */
export function oneOf<T extends string>(text: string | null, words: readonly T[]): T {
  return words.find((word) => word === text) ?? (words[0] as T)
}

export type View = { zoom: number; lat: number; lon: number }

/** A view of the map: `11.50/45.7600/4.8400` (zoom, latitude, longitude); null when it is none. */
export function viewOf(text: string | null): View | null {
  const [zoom, lat, lon] = (text ?? '').split('/').map(Number)
  if (zoom === undefined || lat === undefined || lon === undefined) return null
  if (![zoom, lat, lon].every(Number.isFinite) || Math.abs(lat) > 85 || Math.abs(lon) > 180 || zoom < 0 || zoom > 22) return null
  return { zoom, lat, lon }
}

/** A view as an address carries it: four decimals are ten metres. */
export function viewText(view: View): string {
  return `${view.zoom.toFixed(2)}/${view.lat.toFixed(4)}/${view.lon.toFixed(4)}`
}

/** The department of an INSEE code, a station or an IRIS: two characters, three overseas. */
export function departmentOf(code: string): string {
  return /^9[78]/.test(code) ? code.slice(0, 3) : code.slice(0, 2)
}
