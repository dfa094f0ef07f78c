// Who is here: asked once when the page opens, and again after signing in or out.
import { forgetSession, remove, session as askedSession } from './api'
import type { Session } from './types'

let current = $state.raw<Session | null>(null)

export const visitor = {
  get session(): Session | null {
    return current
  },
  /** Asks the server who is here. A server that does not answer leaves nobody. */
  async refresh(): Promise<Session | null> {
    try {
      current = await askedSession()
    } catch {
      current = null
    }
    return current
  },
  async leave(): Promise<void> {
    await remove('session')
    forgetSession()
    await visitor.refresh()
  },
}
