// What the server says in French, in the reader's language: the English that its answers bring, by the French.
import { language } from './i18n.svelte'

let known = $state.raw<Record<string, string>>({})
const english = $derived(new Set(Object.values(known)))

/** Remembers the English that an answer brought, if it brought some. */
export function learnt(answer: unknown): void {
  const brought = (answer as { english?: Record<string, string> } | null)?.english
  if (brought && Object.keys(brought).some((french) => known[french] !== brought[french])) known = { ...known, ...brought }
}

/** A text of the server in today's language: in English where it is known, as it is otherwise. */
export const said = (text: string): string => (language.current === 'en' && known[text]) || text

/** The `lang` of a text of the server, as it came or as `said` gives it: none where it is in the language of the page. */
export const tongue = (text: string): 'fr' | undefined => (language.current === 'en' && !known[text] && !english.has(text) ? 'fr' : undefined)
