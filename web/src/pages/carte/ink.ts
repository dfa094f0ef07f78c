// The inks of the map, read from the tokens of app.css, and the hatching drawn with them.
export type Ink = {
  ground: string
  blank: string
  line: string
  edge: string
  accent: string
  hatch: string
  text: string
  halo: string
}

/** The inks of today's theme. */
export function inkOf(element: Element): Ink {
  const style = getComputedStyle(element)
  const token = (name: string) => style.getPropertyValue(name).trim()
  return {
    ground: token('--ground'),
    blank: token('--map-ground'),
    line: token('--map-line'),
    edge: token('--ink'),
    accent: token('--accent'),
    hatch: token('--hatch'),
    text: token('--ink'),
    halo: token('--paper'),
  }
}

/** A tile of hatching: 1, sparse lines over a colour (a fragile figure); 2, dense lines (no figure). */
export function hatchImage(kind: 1 | 2, ink: Ink): ImageData {
  const side = kind === 1 ? 16 : 12
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = side
  const draw = canvas.getContext('2d') as CanvasRenderingContext2D
  draw.strokeStyle = kind === 1 ? ink.edge : ink.hatch
  draw.globalAlpha = kind === 1 ? 0.42 : 0.75
  draw.lineWidth = kind === 1 ? 1.5 : 2
  draw.beginPath()
  for (const shift of [-side, 0, side]) {
    draw.moveTo(shift - 1, side + 1)
    draw.lineTo(shift + side + 1, -1)
  }
  draw.stroke()
  return draw.getImageData(0, 0, side, side)
}
