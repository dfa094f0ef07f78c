// Tiles out of one PMTiles archive, by ranges of bytes.
import { addProtocol, type AddProtocolAction } from 'maplibre-gl'
import { Protocol } from 'pmtiles'

// A coarse tile is asked for once per finer tile that it stands under: what came last is kept.
const archive = new Protocol({ metadata: false })
type Tile = { data: Awaited<ReturnType<AddProtocolAction>>['data'] }
const kept = new Map<string, Promise<Tile>>()
/** Teaches the engine to read tiles out of the one archive. */
export function serveTiles(): void {
  addProtocol('pmtiles', (asked, stop) => {
    if (asked.type === 'json') return archive.tile(asked, stop)
    const found: Promise<Tile> = kept.get(asked.url) ?? archive.tile(asked, new AbortController())
    kept.delete(asked.url)
    kept.set(asked.url, found)
    found.catch(() => kept.delete(asked.url))
    if (kept.size > 96) kept.delete(kept.keys().next().value as string)
    return found.then((tile) => ({ ...tile, data: copied(tile.data) })) // the engine takes what it is given
  })
}

function copied<T>(data: T): T {
  return data instanceof Uint8Array ? (data.slice() as T) : data instanceof ArrayBuffer ? (data.slice(0) as T) : data
}
