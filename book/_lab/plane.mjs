// The plane of a training, on a canvas: what a network says for each place, where it says 0, and the points.
const COLUMNS = 44, ROWS = 29, CELL = 20  // places where the network was asked, and the pixels from one to the next
const SCALE = 10 * CELL  // pixels for 1
const WIDTH = CELL * (COLUMNS - 1), HEIGHT = CELL * (ROWS - 1)

export class Plane {
  // In the place of the stored picture. `left` and `low` are the corner of the plane.
  constructor(place) {
    this.canvas = document.createElement('canvas')
    Object.assign(this.canvas, { width: WIDTH, height: HEIGHT, role: 'img' })
    place.replaceChildren(this.canvas)
    this.context = this.canvas.getContext('2d')
    this.small = new OffscreenCanvas(COLUMNS, ROWS)
  }

  toPixel(x, y) { return [SCALE * (x - this.left), HEIGHT - SCALE * (y - this.low)] }

  // The place of a click, to two digits.
  at({ clientX, clientY }) {
    const box = this.canvas.getBoundingClientRect()
    const [x, y] = [(clientX - box.x) / box.width, (box.bottom - clientY) / box.height]
    return [this.left + x * WIDTH / SCALE, this.low + y * HEIGHT / SCALE].map(each => Number(each.toFixed(2)))
  }

  // `grid` has numbers from -100 to 100, row by row, from below.
  draw(grid, points, { boundary, cross }) {
    const style = getComputedStyle(this.canvas)
    this.colors = ['operation', 'gradient'].map(name => style.getPropertyValue(`--mg-${name}`).trim())
    this.ink = style.color
    this.context.clearRect(0, 0, WIDTH, HEIGHT)
    this.drawColors(grid)
    if (boundary) this.drawBoundary(grid)
    for (const [x, y, target] of points) this.drawPoint(...this.toPixel(x, y), target > 0)
    if (cross) this.drawCross(...this.toPixel(...cross))
  }

  // A picture with a pixel for each number, enlarged.
  drawColors(grid) {
    const image = new ImageData(COLUMNS, ROWS)
    const parts = this.colors.map(color => color.match(/\w\w/g).map(part => parseInt(part, 16)))
    grid.forEach((value, i) => {
      const place = (ROWS - 1 - Math.floor(i / COLUMNS)) * COLUMNS + i % COLUMNS
      image.data.set([...parts[value > 0 ? 0 : 1], 120 * (Math.abs(value) / 100) ** 0.6], 4 * place)
    })
    this.small.getContext('2d').putImageData(image, 0, 0)
    this.context.drawImage(this.small, 0.5, 0.5, COLUMNS - 1, ROWS - 1, 0, 0, WIDTH, HEIGHT)
  }

  // Straight pieces through the squares of the grid that have corners of both signs.
  drawBoundary(grid) {
    this.context.beginPath()
    for (let i = 0; i < COLUMNS * (ROWS - 1); i++) {
      if (i % COLUMNS === COLUMNS - 1) continue
      const corners = [i, i + 1, i + 1 + COLUMNS, i + COLUMNS], ends = []
      corners.forEach((a, k) => {
        const b = corners[(k + 1) % 4], share = grid[a] / (grid[a] - grid[b])
        if (grid[a] > 0 === grid[b] > 0) return
        const [x, y] = [n => n % COLUMNS, n => Math.floor(n / COLUMNS)].map(of => of(a) + share * (of(b) - of(a)))
        ends.push([CELL * x, HEIGHT - CELL * y])
      })
      ends.forEach((end, k) => this.context[k % 2 ? 'lineTo' : 'moveTo'](...end))
    }
    this.stroke(this.ink, 3)
  }

  drawPoint(x, y, plus) {
    this.context.beginPath()
    if (plus) this.context.arc(x, y, 7, 0, 7)
    else this.context.rect(x - 6, y - 6, 12, 12)
    this.context.fillStyle = this.colors[plus ? 0 : 1]
    this.context.fill()
    this.stroke(getComputedStyle(document.body).backgroundColor, 1.5)
  }

  drawCross(x, y) {
    this.context.beginPath()
    for (const [dx, dy] of [[16, 0], [0, 16]]) {
      this.context.moveTo(x - dx, y - dy)
      this.context.lineTo(x + dx, y + dy)
    }
    this.stroke(this.ink, 3)
  }

  stroke(color, width) {
    Object.assign(this.context, { strokeStyle: color, lineWidth: width })
    this.context.stroke()
  }
}
