// What each place on the map wears. A place has a state in the engine only once a tile that holds it has come: the rest
// of France costs nothing, neither when colours change nor when a tile arrives.
import type { Map as GlMap } from 'maplibre-gl'
import type { Level } from '@/lib/types'
import { isDimmed, NEVER } from './inks'
import type { Cut } from './tiles'

/** What each place of a level looks like, by its row: its ink (inks.ts) and its hatching (1: fragile or no figure). */
export type Looks = { inks: Uint8Array; hatch: Uint8Array }
type Worn = { now: Looks; wanted: Looks; owed: boolean }

const STATES = new Map<number, { c: number; h: number }>()

/** One object per look, shared by all the places that have it. */
function stateOf(ink: number, hatch: number): { c: number; h: number } {
  const key = ink * 2 + hatch
  let found = STATES.get(key)
  if (!found) STATES.set(key, (found = { c: ink, h: isDimmed(ink) ? 0 : hatch }))
  return found
}

export class Wardrobe {
  private readonly levels: Partial<Record<string, Worn>> = {}
  private readonly cuts = new Map<string, Cut>()

  constructor(private readonly map: GlMap) {}

  /** A tile has come, and is about to be drawn: its places wear what is worn now. */
  arrived(cut: Cut): void {
    this.cuts.set(cut.name, cut)
    for (const [level, worn] of Object.entries(this.levels)) if (worn) this.dress(level, worn, cut)
  }

  /** New looks for a level: at once for the tiles on the screen (their names), before the map moves for the others. */
  wear(level: Level, wanted: Looks, onScreen: readonly string[]): void {
    const count = wanted.inks.length
    const bare = () => ({ inks: new Uint8Array(count).fill(NEVER), hatch: new Uint8Array(count) })
    const worn = (this.levels[level] = { now: this.levels[level]?.now ?? bare(), wanted, owed: true })
    for (const name of onScreen) this.dress(level, worn, this.cuts.get(name))
  }

  /** Dresses the places that were seen before: the map moves, and they may come back on the screen. */
  settle(): void {
    for (const [level, worn] of Object.entries(this.levels)) {
      if (!worn?.owed) continue
      worn.owed = false
      for (const cut of this.cuts.values()) this.dress(level, worn, cut)
    }
  }

  private dress(level: string, { now, wanted }: Worn, cut: Cut | undefined): void {
    const feature = { source: level, sourceLayer: level, id: 0 }
    for (const row of cut?.rows.get(level) ?? []) {
      const [ink, lines] = [wanted.inks[row] ?? NEVER, wanted.hatch[row] ?? 0]
      if (now.inks[row] === ink && now.hatch[row] === lines) continue
      feature.id = row
      this.map.style.setFeatureState(feature, stateOf(ink, lines)) // the map's own would ask for a frame at each place
      now.inks[row] = ink
      now.hatch[row] = lines
    }
  }
}
