/** How ballots are named on the page of a place. */
import type { Language } from '@/lib/i18n.svelte'

const SHORT: Record<string, [string, string]> = {
  pres: ['Prés.', 'Pres.'],
  legi: ['Légis.', 'Legis.'],
  euro: ['Europ.', 'Europ.'],
  regi: ['Région.', 'Region.'],
  dpmt: ['Départ.', 'Depart.'],
  cant: ['Canton.', 'Cantonal'],
  muni: ['Munic.', 'Munic.'],
  refe: ['Référ.', 'Refer.'],
}

/** The kind of a ballot and its round, which trends follow: `pres_2022_t1` gives `pres_t1`. */
export function familyOf(id: string): string {
  const [kind, , round] = id.split('_')
  return [kind, round].filter(Boolean).join('_')
}

/** A name short enough to stand under an axis: « Prés. T1 ». */
export function shortTitle(id: string, language: Language): string {
  const [kind = '', , round] = id.split('_')
  const name = SHORT[kind]?.[language === 'fr' ? 0 : 1] ?? kind
  return round ? `${name} ${language === 'fr' ? 'T' : 'R'}${round.slice(1)}` : name
}
