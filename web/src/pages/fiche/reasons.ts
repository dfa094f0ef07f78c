/** The reasons that stand beside a hidden figure, in English, for tables of rows, which bring none; the French is the release's own. */
import { language } from '@/lib/i18n.svelte'
import { said } from '@/lib/said.svelte'

const ENGLISH: Record<string, string> = {
  'hors champ : la source ne couvre pas ce territoire': 'out of scope: the source does not cover this territory',
  "part de la commune : ce bureau n'a pas de contour": 'share of the municipality: this station has no outline',
  "aucune zone de la source n'atteint ce bureau": 'no zone of the source reaches this station',
  'masqué : moins de 11 personnes au dénominateur': 'hidden: fewer than 11 people in the denominator',
  "sans objet : personne n'est concerné dans ce bureau": 'not applicable: nobody is concerned in this station',
  "ce bureau n'a pas de contour": 'this station has no outline',
  'la source ne donne pas ce chiffre ici': 'the source does not give this figure here',
  'non significatif (ns)': 'not significant (ns)',
  'non disponible (nd)': 'not available (nd)',
  'secret statistique (s)': 'statistical secrecy (s)',
  'publié par IRIS seulement dans les communes découpées en IRIS':
    'published by IRIS only in municipalities divided into IRIS',
  'pas de résultat de cette élection pour ce bureau': 'no result of this election for this station',
  'contour du bureau': 'outline of the station',
  'contour de la commune': 'outline of the municipality',
  'sans contour': 'no outline',
}

/** The reason in today's language: as the release says it in French, translated where it is known. */
export function reasonText(reason: string | null | undefined): string | null {
  if (!reason) return null
  const told = said(reason)
  return language.current === 'en' && told === reason ? (ENGLISH[reason] ?? reason) : told
}
