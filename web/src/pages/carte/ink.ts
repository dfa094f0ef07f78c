// The inks of the map, read from the tokens of app.css, and the hatching drawn with them.
export type Ink = {
  ground: string
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
    line: token('--map-line'),
    edge: token('--ink'),
    accent: token('--accent'),
    hatch: token('--hatch'),
    text: token('--ink'),
    halo: token('--paper'),
  }
}

/** A tile of hatching: thin lines, over a colour where the figure is fragile, over the bare ground where there is none. */
export function hatchImage(ink: Ink): ImageData {
  const side = 14
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = side
  const draw = canvas.getContext('2d') as CanvasRenderingContext2D
  draw.strokeStyle = ink.edge
  draw.globalAlpha = 0.4
  draw.lineWidth = 1.5
  draw.beginPath()
  for (const shift of [-side, 0, side]) {
    draw.moveTo(shift - 1, side + 1)
    draw.lineTo(shift + side + 1, -1)
  }
  draw.stroke()
  return draw.getImageData(0, 0, side, side)
}
