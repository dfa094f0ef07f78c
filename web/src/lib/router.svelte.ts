// The address of the page: which page, for which place, and the query in which its whole state is written.
export type Page = 'carte' | 'fiche' | 'analyses' | 'lectures' | 'sources' | 'donnees' | 'connexions' | 'connexion' | 'verification' | 'absent'
export type Route = { page: Page; territory: string; query: URLSearchParams; path: string }

const FIXED: Record<string, Page> = {
  '/': 'carte',
  '/carte': 'carte',
  '/analyses': 'analyses',
  '/lectures': 'lectures',
  '/sources': 'sources',
  '/mes-donnees': 'donnees',
  '/connexions': 'connexions',
  '/connexion': 'connexion',
  '/verification': 'verification',
}

/** The page of an address: `/bureau/69123_0101` and `/lieu/com:69123` are both a Fiche, of one territory. */
export function routed(address: URL): Route {
  const path = address.pathname.replace(/\/+$/, '') || '/'
  const found = { territory: '', query: address.searchParams, path }
  const fixed = FIXED[path]
  if (fixed) return { ...found, page: fixed }
  const place = /^\/(bureau|lieu)\/(.+)$/.exec(path)
  if (!place) return { ...found, page: 'absent' }
  const code = decoded(place[2] ?? '')
  return { ...found, page: 'fiche', territory: place[1] === 'bureau' && !code.includes(':') ? `bv:${code}` : code }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Where the Fiche of a territory stands. */
export function placeHref(territory: string): string {
  return territory.startsWith('bv:') ? `/bureau/${encodeURIComponent(territory.slice(3))}` : `/lieu/${territory}`
}

let current = $state.raw<Route>(
  typeof location === 'undefined'
    ? { page: 'carte', territory: '', query: new URLSearchParams(), path: '/' }
    : routed(new URL(location.href)),
)

export const router = {
  get route(): Route {
    return current
  },
}

/** Goes to an address of this site; `replace` leaves no step in the browser's history. */
export function go(href: string, options: { replace?: boolean } = {}): void {
  const address = new URL(href, location.href)
  const other = address.pathname !== location.pathname
  if (address.href !== location.href) history[options.replace ? 'replaceState' : 'pushState'](null, '', address)
  current = routed(address)
  if (other) {
    scrollTo(0, 0)
    requestAnimationFrame(() => document.getElementById('contenu')?.focus({ preventScroll: true }))
  }
}

/** Writes parts of the state into the query: an empty value or null leaves it out. Leaves no step unless `push`. */
export function writeQuery(parts: Record<string, string | null | undefined>, options: { push?: boolean } = {}): void {
  const address = new URL(location.href)
  for (const [name, value] of Object.entries(parts)) {
    if (value === null || value === undefined || value === '') address.searchParams.delete(name)
    else address.searchParams.set(name, value)
  }
  address.search = address.searchParams.toString().replace(/%3A/g, ':').replace(/%2C/g, ',').replace(/%2F/g, '/')
  if (address.href !== location.href) history[options.push ? 'pushState' : 'replaceState'](null, '', address)
  current = routed(address)
}

/** Follows the browser's own back and forward, and every link inside the site. Call once. */
export function startRouter(): void {
  addEventListener('popstate', () => (current = routed(new URL(location.href))))
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = (event.target as Element | null)?.closest?.('a[href]')
    if (!(link instanceof HTMLAnchorElement) || link.target || link.hasAttribute('download')) return
    if (link.origin !== location.origin || /^\/(api|odata|delta-sharing|tiles)\b/.test(link.pathname)) return
    if (link.hash && link.pathname === location.pathname) return
    event.preventDefault()
    go(link.href)
  })
}
