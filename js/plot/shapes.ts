// The signs of classes and of right and wrong, told apart by shape as well as by colour.

/** What the shapes need of a canvas's context; `shapePathText` writes the same calls as SVG. */
export type PathPen = Pick<CanvasPath, "moveTo" | "lineTo" | "closePath"> & {
  beginPath(): void;
  arc(x: number, y: number, radius: number, from: number, to: number): void;
};

const STAR = Array.from({ length: 10 }, (_, i) => {
  const size = i % 2 ? 0.55 : 1.35;
  return [size * Math.sin((i * Math.PI) / 5), -size * Math.cos((i * Math.PI) / 5)];
});

// In the order of the charts (views/theme.py); their areas look alike at equal radius. A circle has no corners.
const SHAPES: (number[][] | null)[] = [
  null,
  [
    [-0.88, -0.88],
    [0.88, -0.88],
    [0.88, 0.88],
    [-0.88, 0.88],
  ],
  [
    [0, -1.2],
    [1.1, 0.75],
    [-1.1, 0.75],
  ],
  [
    [0, -1.25],
    [1.1, 0],
    [0, 1.25],
    [-1.1, 0],
  ],
  [
    [0, 1.2],
    [1.1, -0.75],
    [-1.1, -0.75],
  ],
  STAR,
  [
    [-0.4, -1.15],
    [0.4, -1.15],
    [0.4, -0.4],
    [1.15, -0.4],
    [1.15, 0.4],
    [0.4, 0.4],
    [0.4, 1.15],
    [-0.4, 1.15],
    [-0.4, 0.4],
    [-1.15, 0.4],
    [-1.15, -0.4],
    [-0.4, -0.4],
  ],
];

/** Begin the outline of class k's shape around (x, y). */
export function shapePath(ctx: PathPen, k: number, x: number, y: number, r: number): void {
  const corners = SHAPES[k % SHAPES.length];
  ctx.beginPath();
  if (!corners) {
    ctx.arc(x, y, r, 0, 2 * Math.PI);
    return;
  }
  for (const [i, [u, v]] of corners.entries()) {
    if (i) ctx.lineTo(x + u * r, y + v * r);
    else ctx.moveTo(x + u * r, y + v * r);
  }
  ctx.closePath();
}

/** The outline of class k's shape around (0, 0) as the `d` of an SVG path. */
export function shapePathText(k: number, r: number): string {
  const d: string[] = [];
  const pen: PathPen = {
    beginPath() {},
    closePath: () => d.push("Z"),
    moveTo: (x, y) => d.push(`M${x},${y}`),
    lineTo: (x, y) => d.push(`L${x},${y}`),
    arc: (x, y, radius) => {
      const half = `a${radius},${radius} 0 1 0`;
      d.push(`M${x - radius},${y}${half} ${2 * radius},0${half} ${-2 * radius},0Z`);
    },
  };
  shapePath(pen, k, 0, 0, r);
  return d.join("");
}

/** A cross: wrong. */
export function crossMark(ctx: CanvasRenderingContext2D, x: number, y: number, r: number): void {
  ctx.beginPath();
  ctx.moveTo(x - r, y - r);
  ctx.lineTo(x + r, y + r);
  ctx.moveTo(x + r, y - r);
  ctx.lineTo(x - r, y + r);
  ctx.stroke();
}

/** A dot: right; hollow, a ring. */
export function dotMark(
  ctx: CanvasRenderingContext2D,
  x: number,
  y: number,
  r: number,
  filled = true,
): void {
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 2 * Math.PI);
  if (filled) ctx.fill();
  else ctx.stroke();
}

/** Diagonal lines for "nothing here yet", anchored to the canvas so that neighbouring areas join. */
export function hatch(
  ctx: CanvasRenderingContext2D,
  [x, y, width, height]: readonly [number, number, number, number],
  colour: string,
): void {
  const gap = 6;
  ctx.save();
  ctx.beginPath();
  ctx.rect(x, y, width, height);
  ctx.clip();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (let c = Math.floor((x + y) / gap) * gap; c <= x + y + width + height; c += gap) {
    ctx.moveTo(c - y, y);
    ctx.lineTo(c - y - height, y + height);
  }
  ctx.stroke();
  ctx.restore();
}
