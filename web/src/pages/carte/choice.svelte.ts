// What the page shows, written in its address: every choice is a word of the query, so that a view can be sent.
import { router, writeQuery } from '@/lib/router.svelte'
import { listOf, oneOf, viewOf, viewText, type View } from '@/lib/state'
import type { Level, Meta } from '@/lib/types'
import { choosable } from './kinds'

export const LEVELS: readonly (Level | 'auto')[] = ['auto', 'departement', 'circonscription', 'commune', 'iris', 'bureau']
const COLOURS = ['valeur', 'ecart'] as const
const PREFERRED = ['revenu_median', 'part_cadres', 'part_65_ans_ou_plus']

const query = () => router.route.query

export const choice = {
  indicator(meta: Meta): string {
    const names = new Set(choosable(meta).map((one) => one.name))
    const asked = query().get('indicateur')
    if (asked && names.has(asked)) return asked
    return PREFERRED.find((name) => names.has(name)) ?? meta.indicators[0]?.name ?? ''
  },
  second(meta: Meta): string | null {
    const asked = query().get('avec')
    return choosable(meta).some((one) => one.name === asked) ? asked : null
  },
  get level(): Level | 'auto' {
    return oneOf(query().get('niveau'), LEVELS)
  },
  get byDifference(): boolean {
    return oneOf(query().get('couleurs'), COLOURS) === 'ecart'
  },
  get selection(): string[] {
    return listOf(query().get('communes')).filter((code) => /^[0-9AB]{5}$/.test(code)).slice(0, 60)
  },
  get scaledOnSelection(): boolean {
    return query().get('echelle') === 'choix'
  },
  get view(): View | null {
    return viewOf(query().get('vue'))
  },
  get place(): string | null {
    const asked = query().get('lieu')
    return asked && /^(bv|iris|com|circo|dep):[\w-]+$/.test(asked) ? asked : null
  },
  /** The types, or families of types, that are shown alone. */
  get alone(): string[] {
    return listOf(query().get('types')).slice(0, 30)
  },
  get list(): boolean {
    return query().get('liste') === '1'
  },
  set(parts: {
    indicateur?: string
    avec?: string | null
    niveau?: string | null
    couleurs?: string | null
    communes?: string[]
    echelle?: string | null
    lieu?: string | null
    types?: string | null
    liste?: boolean
  }): void {
    const { communes, liste, ...rest } = parts
    writeQuery({
      ...rest,
      ...(communes && { communes: communes.join(',') }),
      ...(liste !== undefined && { liste: liste ? '1' : null }),
    })
  },
  setView(view: View): void {
    writeQuery({ vue: viewText(view) })
  },
}

const PREFIX: Record<Level, string> = { bureau: 'bv', iris: 'iris', commune: 'com', circonscription: 'circo', departement: 'dep' }

/** The territory of a place: `bv:69123_0101`, `com:69123`… */
export function territoryOf(level: Level, code: string): string {
  return `${PREFIX[level]}:${code}`
}

/** The level and the code of a territory. */
export function placeOf(territory: string): { level: Level; code: string } | null {
  const [prefix, code] = territory.split(':')
  const level = (Object.keys(PREFIX) as Level[]).find((one) => PREFIX[one] === prefix)
  return level && code ? { level, code } : null
}
