// Bands from the rows of a cross table to its columns, as high as the persons they carry. Pure.
import type { Cross, CrossCell } from './shape'

export type Node = { code: string; title: string; at: number; high: number; persons: number; untold: number }
export type Band = { row: number; column: number; from: number; to: number; high: number; persons: number; cell: CrossCell }
export type Flows = { left: Node[]; right: Node[]; bands: Band[] }

/** The layout of bands in a frame; `untold` is the share of a row whose figures are not shown. */
export function flowsOf(cross: Cross, frame: { width: number; height: number; gap: number }): Flows {
  const persons = cross.cells.map((line) => line.map((cell) => cell?.side.number ?? 0))
  const bases = cross.rows.map((row, at) => row.base ?? sum(persons[at] ?? []))
  const received = cross.columns.map((_, column) => sum(persons.map((line) => line[column] ?? 0)))
  const total = Math.max(sum(bases), sum(received), 1)
  const free = frame.height - frame.gap * (Math.max(bases.length, received.length) - 1)
  const scale = Math.max(free, 1) / total
  const left = stacked(cross.rows, bases, scale, frame.gap)
  const right = stacked(cross.columns, received, scale, frame.gap)
  left.forEach((node, at) => (node.untold = node.persons > 0 ? Math.max(0, 1 - sum(persons[at] ?? []) / node.persons) : 1))
  const [leaving, arriving] = [left.map((node) => node.at), right.map((node) => node.at)]
  const bands: Band[] = []
  persons.forEach((line, row) =>
    line.forEach((count, column) => {
      const cell = cross.cells[row]?.[column]
      if (!cell || !(count > 0)) return
      const high = count * scale
      bands.push({ row, column, from: leaving[row] ?? 0, to: arriving[column] ?? 0, high, persons: count, cell })
      leaving[row] = (leaving[row] ?? 0) + high
      arriving[column] = (arriving[column] ?? 0) + high
    }),
  )
  return { left, right, bands }
}

function stacked(entries: readonly { code: string; title: string }[], persons: readonly number[], scale: number, gap: number): Node[] {
  let at = 0
  return entries.map((entry, rank) => {
    const count = persons[rank] ?? 0
    const node = { code: entry.code, title: entry.title, at, high: count * scale, persons: count, untold: 0 }
    at += node.high + gap
    return node
  })
}

export type Label = { rank: number; y: number; lines: string[] }

/** Names beside their nodes: as many lines as a node has room for, each pushed down rather than written over another. */
export function labelsOf(nodes: readonly Node[], most: number, leading: number, share: (node: Node) => string): Label[] {
  let end = -Infinity
  return nodes.flatMap((node, rank) => {
    if (node.high < 3) return []
    const room = Math.max(1, Math.floor((node.high + 8) / leading))
    const lines = wrapped(`${node.title} ${share(node)}`, most, room)
    const y = Math.max(node.at + node.high / 2 - ((lines.length - 1) * leading) / 2, end + leading)
    end = y + (lines.length - 1) * leading
    return [{ rank, y, lines }]
  })
}

/** A text on at most `room` lines of `most` characters; the last words (its figure) are always kept. */
function wrapped(text: string, most: number, room: number): string[] {
  const found: string[] = []
  for (const word of text.split(' ')) {
    const last = found.at(-1)
    if (last !== undefined && last.length + word.length < most) found[found.length - 1] = `${last} ${word}`
    else found.push(word.length > most ? `${word.slice(0, most - 1)}…` : word)
  }
  if (found.length <= room) return found
  const figure = text.slice(text.lastIndexOf(' '))
  const cut = text.slice(0, text.lastIndexOf(' '))
  return [...found.slice(0, room - 1), `${cut.slice(found.slice(0, room - 1).join(' ').length).trim().slice(0, most - figure.length - 1)}…${figure}`]
}

/** The part of a band that the low end of its interval carries, in its middle; null where there is none. */
export function heartOf(band: Band, interval: { low: number } | null): Band | null {
  const value = band.cell.value ?? 0
  if (!interval || value <= 0 || interval.low <= 0) return null
  const high = band.high * Math.min(1, interval.low / value)
  const down = (band.high - high) / 2
  return { ...band, high, from: band.from + down, to: band.to + down }
}

export type Line = { row: number; column: number; cell: CrossCell }

/** The cells of a table as lines: those that are told by the persons they carry, then those that are not. */
export function linesOf(cross: Cross): Line[] {
  const lines = cross.cells.flatMap((line, row) => line.flatMap((cell, column) => (cell ? [{ row, column, cell }] : [])))
  const carried = ({ cell }: Line) => (cell.value === null ? -1 : (cell.side.number ?? 0))
  return lines.sort((a, b) => carried(b) - carried(a))
}

/** The outline of a band between two columns of nodes. */
export function ribbon(band: Band, from: number, to: number): string {
  const middle = (from + to) / 2
  const [a, b, c, d] = [band.from, band.to, band.to + band.high, band.from + band.high].map((value) => Number(value.toFixed(2)))
  return `M${from} ${a}C${middle} ${a} ${middle} ${b} ${to} ${b}V${c}C${middle} ${c} ${middle} ${d} ${from} ${d}Z`
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
