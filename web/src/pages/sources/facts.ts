/** One source as the API tells it: of its possible figures (one indicator in one place), how many are what. */
export interface SourceFacts {
  id: string
  title: string
  publisher: string
  licence: string
  url: string
  description?: string
  vintages: string[]
  status: string
  files: { name: string; vintage?: string; status: string; digest: string }[]
  indicators: number
  covered: number
  imputed: number
  hidden: number
  total: number
}

/** The figures of a source in four heaps that add up to all that could be. */
export function heapsOf(source: SourceFacts): { key: 'covered' | 'imputed' | 'hidden' | 'absent'; count: number }[] {
  return [
    { key: 'covered', count: source.covered - source.imputed },
    { key: 'imputed', count: source.imputed },
    { key: 'hidden', count: source.hidden },
    { key: 'absent', count: Math.max(0, source.total - source.covered - source.hidden) },
  ]
}
