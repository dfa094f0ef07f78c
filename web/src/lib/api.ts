// The one client of the API. A refusal becomes a Problem whose texts are those of the server, in the page's language.
import { untrack } from 'svelte'
import { language, type Language } from './i18n.svelte'
import { learnt } from './said.svelte'
import type { Found, Level, Meta, Places, Profile, Rows, RowsQuestion, Session, Similar } from './types'

const ROOT = '/api/v1'
export const PRODUCT = 'electoral_profile'

export type ProblemFacts = {
  title: string
  status: number
  detail: string
  given?: string | null
  expected?: string | null
  advice?: string | null
  retry?: boolean | number | null
}

/** What the server refused or could not do, with what was given, what was expected and what to try. */
export class Problem extends Error {
  constructor(readonly facts: ProblemFacts) {
    super(facts.detail || facts.title)
    this.name = 'Problem'
  }
  get status(): number {
    return this.facts.status
  }
  /** One text to show: what happened, then what to try. */
  get text(): string {
    return [this.facts.detail || this.facts.title, this.facts.advice].filter(Boolean).join(' ')
  }
}

const UNREACHED: Record<Language, ProblemFacts> = {
  fr: {
    title: 'Serveur injoignable',
    status: 0,
    detail: 'Le serveur de Carreau ne répond pas.',
    advice: 'Vérifiez qu’il est démarré (carreau serve), puis réessayez.',
  },
  en: {
    title: 'Server out of reach',
    status: 0,
    detail: 'Carreau’s server does not answer.',
    advice: 'Check that it is running (carreau serve), then try again.',
  },
}

/** The text to show for anything that was thrown. */
export function problemText(thrown: unknown): string {
  if (thrown instanceof Problem) return thrown.text
  return thrown instanceof Error ? thrown.message : String(thrown)
}

// The language of a question: a switch asks for what lacks (see `translated`), and not for every page again.
const spoken = (): Language => untrack(() => language.current)

type Query = Record<string, string | number | boolean | readonly string[] | null | undefined>

/** An address of the API with its query; lists are joined by commas, empty values left out. */
export function address(path: string, query: Query = {}): string {
  const parts = Object.entries(query).flatMap(([name, value]) => {
    const text = Array.isArray(value) ? value.join(',') : value
    return text === null || text === undefined || text === '' ? [] : [`${name}=${encodeURIComponent(String(text)).replace(/%2C/g, ',').replace(/%3A/g, ':')}`]
  })
  const base = path.startsWith('/') ? path : `${ROOT}/${path}`
  return parts.length ? `${base}?${parts.join('&')}` : base
}

let csrf: Promise<string> | null = null

async function csrfToken(): Promise<string> {
  csrf ??= get<Session>('session').then((found) => found.csrf)
  try {
    return await csrf
  } catch (thrown) {
    csrf = null
    throw thrown
  }
}

/** Forgets the CSRF mark: call after signing in or out. */
export function forgetSession(): void {
  csrf = null
}

async function asked(url: string, init: RequestInit = {}): Promise<Response> {
  let answer: Response
  try {
    const headers = { ...(init.headers as Record<string, string>), 'Accept-Language': spoken() }
    answer = await fetch(url, { credentials: 'same-origin', ...init, headers })
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === 'AbortError') throw thrown
    throw new Problem(UNREACHED[spoken()])
  }
  if (answer.ok) return answer
  throw new Problem(await problemOf(answer))
}

async function problemOf(answer: Response): Promise<ProblemFacts> {
  const french = spoken() === 'fr'
  const plain = {
    title: french ? 'Réponse inattendue' : 'Unexpected answer',
    status: answer.status,
    detail: french ? `Le serveur a répondu ${answer.status}.` : `The server answered ${answer.status}.`,
  }
  if (!answer.headers.get('content-type')?.includes('json')) return plain
  try {
    return { ...plain, ...((await answer.json()) as Partial<ProblemFacts>), status: answer.status }
  } catch {
    return plain
  }
}

// The answers that bring their English when it is asked for, and those asked in French, to be asked again on a switch.
const SPEAKING = new RegExp(`^${ROOT}(/sources|/readings|/${PRODUCT}/[a-z]+:)|^${ROOT}($|\\?)`)
const inFrench = new Set<string>()
const KEPT = 24

/** A JSON answer. `path` is under /api/v1 unless it begins with a slash. */
export async function get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
  const url = address(path, query)
  const found = await answered<T>(url, signal)
  if (SPEAKING.test(url) && spoken() === 'fr') {
    inFrench.add(url)
    if (inFrench.size > KEPT) inFrench.delete(inFrench.values().next().value as string)
  }
  return found
}

async function answered<T>(url: string, signal?: AbortSignal): Promise<T> {
  const english = SPEAKING.test(url) && spoken() === 'en'
  const wanted = english ? `${url}${url.includes('?') ? '&' : '?'}language=en` : url
  const answer = await asked(wanted, { headers: { Accept: 'application/json' }, ...(signal && { signal }) })
  const found = (await answer.json()) as T
  learnt(found)
  return found
}

/** Asks for the English of what was answered in French: call when the reader turns to English. */
export function translated(): void {
  for (const url of inFrench) void answered(url).then(() => inFrench.delete(url), () => undefined)
}

/** Sends JSON (or a form, for files) with the CSRF mark, and gives back the whole response. */
export async function sent(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<Response> {
  const form = body instanceof FormData
  const headers: Record<string, string> = { 'X-CSRF-Token': await csrfToken(), Accept: 'application/json' }
  if (body !== undefined && !form) headers['Content-Type'] = 'application/json'
  return asked(address(path), { method, headers, ...(body !== undefined && { body: form ? body : JSON.stringify(body) }) })
}

export async function post<T>(path: string, body?: unknown): Promise<T> {
  return (await (await sent('POST', path, body)).json()) as T
}

export async function remove(path: string): Promise<void> {
  await sent('DELETE', path)
}

let metaAsked: Promise<Meta> | null = null

/** What is served here: levels, themes, indicators, elections, tiles. Asked once; `again` asks anew. */
export function meta(again = false): Promise<Meta> {
  if (again || !metaAsked) {
    metaAsked = get<Meta>('/api/v1')
    metaAsked.catch(() => (metaAsked = null))
  }
  return metaAsked
}

const vectors = new Map<string, Promise<Float32Array>>()

/** One column of one level, in the order of its rows; NaN where there is no figure. Kept for the life of the page. */
export function vector(level: Level, column: string, version: string): Promise<Float32Array> {
  const url = address(`${PRODUCT}/values/${level}/${column}.f32`, { v: version })
  let found = vectors.get(url)
  if (!found) {
    found = asked(url).then(async (answer) => new Float32Array(await answer.arrayBuffer()))
    found.catch(() => vectors.delete(url))
    vectors.set(url, found)
    if (vectors.size > 60) vectors.delete(vectors.keys().next().value as string)
  }
  return found
}

const placesAsked = new Map<string, Promise<Places>>()

/** Names and points of the places of a level, of some territories or of all of them. Kept for the life of the page. */
export function places(level: Level, version: string, inside: readonly string[] = []): Promise<Places> {
  const url = address(`${PRODUCT}/places/${level}.json`, { v: version, in: inside })
  let found = placesAsked.get(url)
  if (!found) {
    found = get<Places>(url)
    found.catch(() => placesAsked.delete(url))
    placesAsked.set(url, found)
  }
  return found
}

export function profile(territory: string, signal?: AbortSignal): Promise<Profile> {
  return get<Profile>(`${PRODUCT}/${territory}`, {}, signal)
}

export function similar(territory: string, scope: 'commune' | 'france' = 'france', limit = 6): Promise<{ places: Similar[] }> {
  return get(`${PRODUCT}/like/${territory}`, { scope, limit })
}

export function search(q: string, limit = 12, signal?: AbortSignal): Promise<{ results: Found[] }> {
  return get('search', { q, limit }, signal)
}

/** Rows as a table; long questions go by POST. */
export function rows(question: RowsQuestion, signal?: AbortSignal): Promise<Rows> {
  if ((question.codes?.length ?? 0) > 100) return post<Rows>(`${PRODUCT}/rows`, question)
  return get<Rows>(`${PRODUCT}/rows`, question, signal)
}

export function session(): Promise<Session> {
  const found = get<Session>('session')
  csrf = found.then((facts) => facts.csrf)
  csrf.catch(() => (csrf = null))
  return found
}

export type Delivery = {
  format: 'xlsx' | 'csv' | 'parquet' | 'geojson' | 'json' | 'pdf' | 'png'
  level: Level
  in?: string[]
  codes?: string[]
  columns?: string[]
  analysis?: string | null
  indicator?: string
  language?: string
  title?: string
}

/** Asks for a file and hands it to the browser; gives back its name. */
export async function deliver(order: Delivery): Promise<string> {
  const answer = await sent('POST', `deliver/${PRODUCT}`, order)
  const name = fileName(answer.headers.get('content-disposition')) ?? `carreau.${order.format}`
  saveAs(await answer.blob(), name)
  return name
}

/** The name in a Content-Disposition header, the UTF-8 form first. */
export function fileName(header: string | null): string | null {
  if (!header) return null
  const wide = /filename\*=(?:UTF-8|utf-8)''([^;]+)/.exec(header)
  if (wide?.[1]) return decodeURIComponent(wide[1])
  return /filename="?([^";]+)"?/.exec(header)?.[1] ?? null
}

/** Hands bytes to the browser as a file. */
export function saveAs(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
