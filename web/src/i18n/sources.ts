import type { Dictionary } from '@/lib/i18n.svelte'

const fr = {
  title: 'Sources',
}

const en: Record<keyof typeof fr, string> = {
  title: 'Sources',
}

export default { fr, en } satisfies Dictionary
