/** A chart as a PNG: the SVG that is on the page, with the styles it has there, drawn on the ground of the page. */

const STYLES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linejoin',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
]

/** The picture of the first SVG inside `panel`, `scale` times its size on the page. */
export async function pictureOf(panel: HTMLElement, scale = 2): Promise<Blob> {
  const svg = panel.querySelector<SVGSVGElement>(
    'svg[data-chart], .places-map svg, .bars svg, .donut svg, .history svg',
  )
  if (!svg) throw new Error('Ce panneau n’a pas de dessin.')
  const { width, height } = svg.getBoundingClientRect()
  const copy = svg.cloneNode(true) as SVGSVGElement
  const [from, to] = [
    [svg, ...svg.querySelectorAll('*')],
    [copy, ...copy.querySelectorAll('*')],
  ]
  from.forEach((element, index) => {
    const style = getComputedStyle(element)
    for (const name of STYLES) to[index]?.setAttribute(name, style.getPropertyValue(name))
    to[index]?.removeAttribute('style')
  })
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  copy.setAttribute('width', String(width))
  copy.setAttribute('height', String(height))
  const url = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(copy)], { type: 'image/svg+xml' }))
  try {
    const image = new Image()
    image.src = url
    await image.decode()
    return await painted(image, width * scale, height * scale, getComputedStyle(panel).backgroundColor)
  } finally {
    URL.revokeObjectURL(url)
  }
}

async function painted(image: HTMLImageElement, width: number, height: number, ground: string): Promise<Blob> {
  const canvas = Object.assign(document.createElement('canvas'), { width, height })
  const context = canvas.getContext('2d')
  if (!context) throw new Error('Ce navigateur ne dessine pas d’image.')
  context.fillStyle = ground
  context.fillRect(0, 0, width, height)
  context.drawImage(image, 0, 0, width, height)
  return new Promise((done, failed) =>
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error('Image vide.'))), 'image/png'),
  )
}
