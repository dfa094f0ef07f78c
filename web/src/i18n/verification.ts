// The words of the page of checks.
import type { Dictionary } from '@/lib/i18n.svelte'

const fr = {
  'title': 'Comment ces chiffres ont été vérifiés',
  'lead': 'Ce que tiennent les intervalles là où la vérité est connue. Un intervalle à 90\u202f% devrait contenir le vrai chiffre neuf fois sur dix : à plus de deux points de là, la case est en gras.',
  'case': 'Cas',
  'source': 'Source\u202f: {source}{date}.',
  'on': ', le {date}',
  'none': '–',
  'live': 'La vérification de « Ce qui va avec » est refaite à chaque réponse : la voir sur un territoire',
  'back': 'Retour à la lecture',
}
const en: Record<keyof typeof fr, string> = {
  'title': 'How these figures were checked',
  'lead': 'What the intervals hold where the truth is known. A 90% interval should contain the true figure nine times in ten: further than two points from that, the cell is in bold.',
  'case': 'Case',
  'source': 'Source: {source}{date}.',
  'on': ', on {date}',
  'none': '–',
  'live': '“What goes with what” is checked again in each answer: see it on a territory',
  'back': 'Back to the reading',
}
export default { fr, en } satisfies Dictionary<keyof typeof fr>
