// The whole matrix as a strip beside the scrolled one: errors as ticks at its right edge, the part in sight framed.
import { bareCanvas, contextOf } from "../../plot/canvas.ts";
import type { Sight } from "../../plot/scroll_canvas.ts";
import { rgbOf } from "../../shared/colour.ts";
import type { Picture } from "./cells.ts";
import { STRIP } from "./layout.ts";

/** Paint the strip at a height. */
export function paintStrip(
  ctx: CanvasRenderingContext2D,
  height: number,
  sight: Sight,
  picture: Picture,
): void {
  const { shown, layout, theme } = picture;
  const { way, rows, row, head, groups } = layout;
  const scale = height / (layout.height - head);
  const cells = STRIP - 9;
  const image = cellsImage(picture);
  ctx.clearRect(0, 0, STRIP, height);
  ctx.imageSmoothingEnabled = false;
  ctx.fillStyle = theme.fg;
  let line = 0;
  for (const { members } of groups) {
    const y = (rows[members[0]] - head) * scale;
    const tall = members.length * row * scale;
    ctx.drawImage(image, 0, line, way, members.length, 0, y, cells, tall);
    line += members.length;
    for (const q of shown.wrongOf(members)) {
      const top = y + members.indexOf(q) * row * scale;
      ctx.fillRect(cells + 2, top, 7, Math.max(2, row * scale - 0.5));
    }
  }
  ctx.strokeStyle = theme.fg;
  ctx.lineWidth = 1.5;
  const tall = Math.min(height, (sight.height - head) * scale) - 1.5;
  ctx.strokeRect(0.75, sight.top * scale + 0.75, cells - 1.5, tall);
}

/** One pixel a cell, to be stretched: thousands of cells cost no more than one image. */
function cellsImage({ shown, layout, shade, theme }: Picture): HTMLCanvasElement {
  const { way, rows, groups } = layout;
  const image = bareCanvas(way, rows.length);
  const pixels = new ImageData(way, rows.length);
  const none = rgbOf(theme.grid);
  const { data } = shown.values;
  const zeroOf = shown.zeroOf;
  const order = groups.flatMap(({ members }) => members);
  for (const [line, q] of order.entries()) {
    const zero = zeroOf(q);
    for (let k = 0; k < way; k++) {
      const rgb = shade(data[q * way + k] - zero)?.rgb ?? none;
      const at = 4 * (line * way + k);
      pixels.data[at] = rgb[0];
      pixels.data[at + 1] = rgb[1];
      pixels.data[at + 2] = rgb[2];
      pixels.data[at + 3] = 255;
    }
  }
  contextOf(image).putImageData(pixels, 0, 0);
  return image;
}
