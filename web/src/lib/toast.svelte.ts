// Short messages at the foot of the page: said once, gone after a while; a problem stays until closed.
import { problemText } from './api'

export type Toast = { id: number; text: string; kind: 'done' | 'problem' }
let shown = $state<Toast[]>([])
let last = 0

export const toasts = {
  get all(): Toast[] {
    return shown
  },
  close(id: number): void {
    shown = shown.filter((toast) => toast.id !== id)
  },
}

/** Says that something was done. */
export function say(text: string): void {
  const id = ++last
  shown = [...shown, { id, text, kind: 'done' }]
  setTimeout(() => toasts.close(id), 6000)
}

/** Shows what went wrong, in the words of the server. */
export function sayProblem(thrown: unknown): void {
  const text = problemText(thrown)
  if (!shown.some((toast) => toast.text === text)) shown = [...shown, { id: ++last, text, kind: 'problem' }]
}
