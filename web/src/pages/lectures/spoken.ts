// A reading in the language of the page: its heads and the words of its rows said in English where they have some.
import { language } from '@/lib/i18n.svelte'
import { said } from '@/lib/said.svelte'
import type { Reading, ReadingColumn, Row } from './facts'

/** Columns whose words are names, codes or units: shown as they stand, or compared with others. */
const KEPT = /^(libelle|code_|voie$)|(^|_)(unite|appui)$/
const worded = ({ name, role, type }: ReadingColumn): boolean => type === 'text' && role !== 'key' && role !== 'margin' && !KEPT.test(name)

/** The reading as the page says it; in French, itself. Its remarks keep their French: what shows them says them. */
export function spoken(reading: Reading): Reading {
  if (language.current === 'fr') return reading
  const words = reading.columns.filter(worded).map((column) => column.name)
  return {
    ...reading,
    columns: reading.columns.map((column) => ({ ...column, title: said(column.title), description: said(column.description) })),
    rows: reading.rows.map((row) => told(row, words)),
  }
}

function told(row: Row, words: readonly string[]): Row {
  const found = { ...row }
  for (const name of words) {
    const text = row[name]
    if (typeof text === 'string') found[name] = said(text)
  }
  return found
}
