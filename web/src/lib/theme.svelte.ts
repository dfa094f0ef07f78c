// Light, dark, or what the machine asks.
export type Theme = 'auto' | 'light' | 'dark'

const asked = typeof matchMedia === 'undefined' ? null : matchMedia('(prefers-color-scheme: dark)')
let chosen = $state<Theme>(kept())
let machineDark = $state(asked?.matches ?? false)
asked?.addEventListener('change', (event) => (machineDark = event.matches))

function kept(): Theme {
  const found = typeof document === 'undefined' ? undefined : document.documentElement.dataset.theme
  return found === 'light' || found === 'dark' ? found : 'auto'
}

export const theme = {
  get chosen(): Theme {
    return chosen
  },
  set chosen(value: Theme) {
    chosen = value
    if (value === 'auto') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = value
    try {
      localStorage.setItem('carreau.theme', value)
    } catch {
      // A browser that keeps nothing: the choice lasts as long as the page.
    }
  },
  /** Whether the page is dark now (reactive). */
  get dark(): boolean {
    return chosen === 'dark' || (chosen === 'auto' && machineDark)
  },
}
