// The language of the page, and typed dictionaries: one file of i18n/ per page, so that pages do not meet.
import { said } from './said.svelte'

export type Language = 'fr' | 'en'
export type Dictionary<K extends string = string> = { fr: Record<K, string>; en: Record<K, string> }
type Values = Record<string, string | number>

const KEPT = 'carreau.lang'
let current = $state<Language>(typeof document !== 'undefined' && document.documentElement.lang === 'en' ? 'en' : 'fr')

export const language = {
  get current(): Language {
    return current
  },
  set current(value: Language) {
    current = value
    document.documentElement.lang = value
    try {
      localStorage.setItem(KEPT, value)
    } catch {
      // A browser that keeps nothing: the choice lasts as long as the page.
    }
  },
}

/** A text with its `{name}` places filled. */
export function filled(text: string, values?: Values): string {
  return values ? text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place)) : text
}

/** The colon between two things, with the spaces of the language. */
export const colon = (): string => (current === 'fr' ? '\u202f: ' : ': ')

/** The reader of one dictionary: `const t = reader(words); t('title')`, in today's language (reactive). */
export function reader<K extends string>(words: Dictionary<K>): (key: K, values?: Values) => string {
  return (key, values) => filled(words[current][key], values)
}

/** The title of a thing of the API in today's language: in English its `title_en`, else what answers brought for its `title`. */
export function titled(thing: { title: string; title_en?: string | null }): string {
  return (current === 'en' && thing.title_en) || said(thing.title)
}

/** Its description, in the same way. */
export function described(thing: { description: string; description_en?: string | null }): string {
  return (current === 'en' && thing.description_en) || said(thing.description)
}
