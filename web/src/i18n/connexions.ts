import type { Dictionary } from '@/lib/i18n.svelte'

const fr = {
  title: 'Connexions',
}

const en: Record<keyof typeof fr, string> = {
  title: 'Connexions',
}

export default { fr, en } satisfies Dictionary
