// Names, codes and points of places, fetched department by department as they are needed.
import { places } from '@/lib/api'
import { departmentOf } from '@/lib/state'
import type { Level, Places } from '@/lib/types'

export type Named = { row: number; code: string; name: string; commune: string | null; voters: number | null; lon: number | null; lat: number | null }

const tables = new WeakMap<Places, Map<string, Named>>()

/** One entry per place of the answer, by code. */
export function byCode(found: Places): Map<string, Named> {
  let table = tables.get(found)
  if (!table) {
    table = new Map(found.code.map((code, at) => [code, entry(found, at)]))
    tables.set(found, table)
  }
  return table
}

function entry(found: Places, at: number): Named {
  return {
    row: found.row[at] ?? at,
    code: found.code[at] ?? '',
    name: found.name[at] ?? '',
    commune: found.commune?.[at] ?? null,
    voters: found.inscrits?.[at] ?? null,
    lon: found.lon?.[at] ?? null,
    lat: found.lat?.[at] ?? null,
  }
}

/** The places of a level in the department of a code (all of them at the level of departments). */
export function around(level: Level, code: string, version: string): Promise<Places> {
  return level === 'departement' ? places(level, version) : places(level, version, [`dep:${departmentOf(code)}`])
}

/** One place, by its code; null when the server does not know it. */
export async function named(level: Level, code: string, version: string): Promise<Named | null> {
  return byCode(await around(level, code, version)).get(code) ?? null
}

/** The rows of a level that stand in some communes. */
export async function rowsIn(level: Level, communes: readonly string[], version: string): Promise<Set<number>> {
  if (!communes.length) return new Set()
  const found = await places(level, version, communes.map((code) => `com:${code}`))
  return new Set(found.row)
}
