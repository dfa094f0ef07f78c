/** Polygons read from one vector tile (Mapbox Vector Tile 2.1), with nothing else than what the charts draw. */

export interface TilePolygon {
  id: number
  code: string
  rings: [number, number][][]
  extent: number
}

/** The bytes of a protocol buffer, read from the start to the end. */
class Reader {
  at = 0
  private readonly bytes: Uint8Array
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
  get more(): boolean {
    return this.at < this.bytes.length
  }
  varint(): number {
    let result = 0
    let factor = 1
    for (;;) {
      const byte = this.bytes[this.at++]
      if (byte === undefined) return result
      result += (byte & 0x7f) * factor
      if (byte < 0x80) return result
      factor *= 128
    }
  }
  block(): Uint8Array {
    const length = this.varint()
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }
  skip(wire: number): void {
    if (wire === 0) this.varint()
    else if (wire === 1) this.at += 8
    else if (wire === 2) this.block()
    else if (wire === 5) this.at += 4
  }
  float(): number {
    this.at += 4
    return this.view(4).getFloat32(0, true)
  }
  double(): number {
    this.at += 8
    return this.view(8).getFloat64(0, true)
  }
  private view(size: number): DataView {
    return new DataView(this.bytes.buffer, this.bytes.byteOffset + this.at - size, size)
  }
}

type Fields = (field: number, wire: number, reader: Reader) => boolean

/** Calls `take` for every field of a message; a field that it leaves (false) is skipped. */
function read(bytes: Uint8Array, take: Fields): void {
  const reader = new Reader(bytes)
  while (reader.more) {
    const tag = reader.varint()
    if (!take(tag >> 3, tag & 7, reader)) reader.skip(tag & 7)
  }
}

/** The whole numbers of a packed field. */
function packed(bytes: Uint8Array): number[] {
  const reader = new Reader(bytes)
  const found: number[] = []
  while (reader.more) found.push(reader.varint())
  return found
}

const zigzag = (value: number): number => (value >>> 1) ^ -(value & 1)
const decoder = new TextDecoder()

/** One value of the layer's dictionary, as text or number. */
function valueOf(bytes: Uint8Array): string | number {
  let value: string | number = ''
  read(bytes, (field, _, reader) => {
    if (field === 1) value = decoder.decode(reader.block())
    else if (field === 2) value = reader.float()
    else if (field === 3) value = reader.double()
    else if (field === 4 || field === 5 || field === 7) value = reader.varint()
    else if (field === 6) value = zigzag(reader.varint())
    else return false
    return true
  })
  return value
}

/** The closed rings of a polygon from its commands. */
function ringsOf(commands: number[]): [number, number][][] {
  const rings: [number, number][][] = []
  let [x, y, at] = [0, 0, 0]
  let ring: [number, number][] = []
  while (at < commands.length) {
    const command = commands[at++] as number
    const what = command & 7
    if (what === 7) {
      if (ring.length > 2) rings.push(ring)
      ring = []
      continue
    }
    for (let count = command >> 3; count > 0; count -= 1) {
      x += zigzag(commands[at++] as number)
      y += zigzag(commands[at++] as number)
      if (what === 1) ring = []
      ring.push([x, y])
    }
  }
  return rings
}

interface Layer {
  name: string
  extent: number
  keys: string[]
  values: Uint8Array[] // read when they are asked for
  features: Uint8Array[]
}

function layerOf(bytes: Uint8Array): Layer {
  const layer: Layer = { name: '', extent: 4096, keys: [], values: [], features: [] }
  read(bytes, (field, _, reader) => {
    if (field === 1) layer.name = decoder.decode(reader.block())
    else if (field === 2) layer.features.push(reader.block())
    else if (field === 3) layer.keys.push(decoder.decode(reader.block()))
    else if (field === 4) layer.values.push(reader.block())
    else if (field === 5) layer.extent = reader.varint()
    else return false
    return true
  })
  return layer
}

function polygonOf(bytes: Uint8Array, layer: Layer): TilePolygon | null {
  let [tags, commands]: [number[], number[]] = [[], []]
  let polygon = false
  read(bytes, (field, _, reader) => {
    if (field === 2) tags = packed(reader.block())
    else if (field === 3) polygon = reader.varint() === 3
    else if (field === 4) commands = packed(reader.block())
    else return false
    return true
  })
  if (!polygon) return null
  const facts: Record<string, string | number> = {}
  for (let at = 0; at + 1 < tags.length; at += 2) {
    const value = layer.values[tags[at + 1] as number]
    facts[layer.keys[tags[at] as number] ?? ''] = value ? valueOf(value) : ''
  }
  return { id: Number(facts.id), code: String(facts.code ?? ''), rings: ringsOf(commands), extent: layer.extent }
}

/** The polygons of the layer `name` in a tile; empty when the tile has no such layer. */
export function polygonsOf(tile: Uint8Array, name: string): TilePolygon[] {
  const found: TilePolygon[] = []
  read(tile, (field, _, reader) => {
    if (field !== 3) return false
    const layer = layerOf(reader.block())
    if (layer.name === name) {
      for (const feature of layer.features) {
        const polygon = polygonOf(feature, layer)
        if (polygon) found.push(polygon)
      }
    }
    return true
  })
  return found
}

/** The rows (property `id`) of the places of each layer of a tile, without their shapes. */
export function rowsOf(tile: Uint8Array): Map<string, Uint32Array> {
  const found = new Map<string, Uint32Array>()
  read(tile, (field, _, reader) => {
    if (field !== 3) return false
    const layer = layerOf(reader.block())
    found.set(layer.name, Uint32Array.from(layer.features, (feature) => rowOf(feature, layer)))
    return true
  })
  return found
}

function rowOf(bytes: Uint8Array, layer: Layer): number {
  let row = 0
  read(bytes, (field, _, reader) => {
    if (field !== 2) return false
    const tags = packed(reader.block())
    for (let at = 0; at + 1 < tags.length; at += 2) {
      const value = layer.values[tags[at + 1] as number]
      if (value && layer.keys[tags[at] as number] === 'id') row = Number(valueOf(value))
    }
    return true
  })
  return row
}
