// Tiles out of one PMTiles archive, by ranges of bytes; whoever listens is told which places each tile holds.
import { addProtocol, type AddProtocolAction } from 'maplibre-gl'
import { Protocol } from 'pmtiles'
import { rowsOf } from '@/charts/mvt'

/** The rows of the places of each level of a tile, and the tile's name: zoom/column/line. */
export type Cut = { name: string; rows: ReadonlyMap<string, Uint32Array> }
type Tile = Awaited<ReturnType<AddProtocolAction>> & { cut: Cut | null }

// A coarse tile is asked for once per finer tile that it stands under: what came last is kept.
const archive = new Protocol({ metadata: false })
const kept = new Map<string, Promise<Tile>>()
const listeners = new Set<(cut: Cut) => void>()
/** Teaches the engine to read tiles out of the one archive. */
export function serveTiles(): void {
  addProtocol('pmtiles', (asked, stop) => {
    if (asked.type === 'json') return archive.tile(asked, stop)
    const found = kept.get(asked.url) ?? fetched(asked)
    kept.delete(asked.url)
    kept.set(asked.url, found)
    found.catch(() => kept.delete(asked.url))
    if (kept.size > 96) kept.delete(kept.keys().next().value as string)
    return found.then(({ cut, ...tile }) => {
      if (cut) for (const told of listeners) told(cut)
      return { ...tile, data: copied(tile.data) } // the engine takes what it is given
    })
  })
}

async function fetched(asked: Parameters<AddProtocolAction>[0]): Promise<Tile> {
  const tile: Awaited<ReturnType<AddProtocolAction>> = await archive.tile(asked, new AbortController())
  return { ...tile, cut: cutOf(asked.url, tile.data) }
}

/** Tells of every tile before it is drawn, until the answer is called. */
export function onTile(told: (cut: Cut) => void): () => void {
  listeners.add(told)
  return () => listeners.delete(told)
}

function cutOf(url: string, data: unknown): Cut | null {
  const name = /\d+\/\d+\/\d+$/.exec(url)?.[0]
  const bytes = data instanceof Uint8Array ? data : data instanceof ArrayBuffer ? new Uint8Array(data) : null
  return name && bytes ? { name, rows: rowsOf(bytes) } : null
}

function copied<T>(data: T): T {
  return data instanceof Uint8Array ? (data.slice() as T) : data instanceof ArrayBuffer ? (data.slice(0) as T) : data
}
