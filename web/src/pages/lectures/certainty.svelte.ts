// How wide an interval the reader wants: one choice for the whole page, written in the address.
import { router, writeQuery } from '@/lib/router.svelte'
import { oneOf } from '@/lib/state'
import { certaintyOf, type Level } from './facts'

const USUAL = '90'

export const certainty = {
  get level(): Level {
    return certaintyOf(router.route.query.get('intervalle'))
  },
  set level(level: Level) {
    writeQuery({ intervalle: String(level) === USUAL ? null : String(level) })
  },
  /** Whether the baseline and the certain bounds stand in every cell. */
  get compared(): boolean {
    return oneOf(router.route.query.get('reference'), ['oui', 'non']) === 'oui'
  },
  set compared(shown: boolean) {
    writeQuery({ reference: shown ? null : 'non' })
  },
}
