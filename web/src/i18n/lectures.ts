// The words of the page of readings.
import type { Dictionary } from '@/lib/i18n.svelte'

const fr = {
  'title': 'Lectures',
  'lead': 'Ce que le profil laisse lire d’un territoire : des estimations, chacune avec sa marge à 90\u202f%.',
  'where': 'Territoire',
  'where.hint': 'Une commune, un département, un bureau…',
  'which': 'Lecture',
  'level': 'Détail des lieux',
  'usual': 'Au mieux',
  'none': 'Aucune lecture n’est proposée ici.',
  'empty': 'Cette lecture n’a aucune ligne ici.',
  'place': 'Lieu',
  'hidden': 'non montré',
  'between': 'entre {low} et {high} (90\u202f%)',
  'more': '{shown} lignes montrées sur {total} : les fichiers les ont toutes.',
  'files': 'Les mêmes lignes en fichier',
  'remarks': 'À savoir',
}
const en: Record<keyof typeof fr, string> = {
  'title': 'Readings',
  'lead': 'What the profile lets one read of a territory: estimates, each with its 90% margin.',
  'where': 'Territory',
  'where.hint': 'A commune, a department, a station…',
  'which': 'Reading',
  'level': 'Detail of places',
  'usual': 'Best choice',
  'none': 'No reading is offered here.',
  'empty': 'This reading has no row here.',
  'place': 'Place',
  'hidden': 'not shown',
  'between': 'between {low} and {high} (90%)',
  'more': '{shown} rows shown of {total}: the files have them all.',
  'files': 'The same rows as a file',
  'remarks': 'Good to know',
}
export default { fr, en } satisfies Dictionary<keyof typeof fr>
