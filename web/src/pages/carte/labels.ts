// The names written on the map: large communes from afar, the communes of the departments in view from closer, the
// numbers of stations from very close. Written by the engine itself, from the fonts of the machine.
import { places, rows } from '@/lib/api'
import { departmentOf } from '@/lib/state'
import type { Level, Meta } from '@/lib/types'
import type { Engine, Label } from './engine'
import { around, byCode } from './names'
import { stationNumber } from './words'

const NEAR = 7.6
const CLOSE = 12.6
const MOST_DEPARTMENTS = 12

/** The largest communes of the territory. */
export async function largest(meta: Meta): Promise<Label[]> {
  if (!meta.levels.some((level) => level.id === 'commune')) return []
  const found = await rows({ level: 'commune', columns: ['code_commune', 'inscrits'], order: '-inscrits', limit: 70 })
  const codes = found.rows.map((row) => String(row.code_commune ?? row.code ?? '')).filter(Boolean)
  if (!codes.length) return []
  return labelled(await places('commune', meta.version, codes.map((code) => `com:${code}`)))
}

/** The names that this view deserves; none when the largest communes are enough. */
export async function labelsFor(engine: Engine, meta: Meta): Promise<Label[]> {
  const zoom = engine.map.getZoom()
  const has = (level: Level) => meta.levels.some((one) => one.id === level)
  if (zoom < NEAR || !has('commune')) return []
  const departments = [...new Set(engine.codesInView(8000).map(departmentOf))].slice(0, MOST_DEPARTMENTS)
  const found = await Promise.all(departments.map((code) => around('commune', code, meta.version)))
  const communes = found.flatMap(labelled)
  if (zoom < CLOSE || !has('bureau') || engine.level !== 'bureau') return communes
  const stations = await Promise.all(departments.map((code) => around('bureau', code, meta.version)))
  const inView = new Set(engine.codesInView(8000))
  const numbers = stations.flatMap((one) => [...byCode(one).values()].filter((place) => inView.has(place.code)))
  return [
    ...communes,
    ...numbers.flatMap((place) =>
      place.lon === null || place.lat === null ? [] : [{ name: stationNumber(place.code), lon: place.lon, lat: place.lat, weight: 1 }],
    ),
  ]
}

function labelled(found: Parameters<typeof byCode>[0]): Label[] {
  return [...byCode(found).values()].flatMap(({ name, lon, lat, voters }) =>
    lon === null || lat === null || !name ? [] : [{ name, lon, lat, weight: voters ?? 1 }],
  )
}
