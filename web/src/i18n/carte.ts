import type { Dictionary } from '@/lib/i18n.svelte'

const fr = { title: 'Carte' }
const en: Record<keyof typeof fr, string> = { title: 'Map' }

export default { fr, en } satisfies Dictionary
