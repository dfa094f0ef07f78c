// The views of readings, by kind: each a chunk of its own, fetched when it is first shown.
import type { Component } from 'svelte'
import type { Reading } from './facts'
import type { Kind } from './shape'

/** `small`: inside another page, without tools that write in the address. */
export type View = Component<{ reading: Reading; asked: Record<string, string | null>; small?: boolean }>
type Loaded = { default: View }

const VIEWS: Record<Kind, () => Promise<Loaded>> = {
  cross: () => import('./Cross.svelte') as Promise<Loaded>,
  cards: () => import('./Cards.svelte') as Promise<Loaded>,
  curves: () => import('./Curves.svelte') as Promise<Loaded>,
  parts: () => import('./Parts.svelte') as Promise<Loaded>,
  ranking: () => import('./Ranking.svelte') as Promise<Loaded>,
  sheets: () => import('./Sheets.svelte') as Promise<Loaded>,
  list: () => import('./List.svelte') as Promise<Loaded>,
}

export const viewOf = (kind: Kind): Promise<View> => VIEWS[kind]().then((found) => found.default)
