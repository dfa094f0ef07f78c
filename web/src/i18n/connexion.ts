import type { Dictionary } from '@/lib/i18n.svelte'

const fr = {
  title: 'Connexion',
}

const en: Record<keyof typeof fr, string> = {
  title: 'Connexion',
}

export default { fr, en } satisfies Dictionary
