import type { Dictionary } from '@/lib/i18n.svelte'

const fr = {
  title: 'Donnees',
}

const en: Record<keyof typeof fr, string> = {
  title: 'Donnees',
}

export default { fr, en } satisfies Dictionary
