import type { Dictionary } from '@/lib/i18n.svelte'

const fr = {
  title: 'Analyses',
}

const en: Record<keyof typeof fr, string> = {
  title: 'Analyses',
}

export default { fr, en } satisfies Dictionary
