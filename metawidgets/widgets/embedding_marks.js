// What stands for an item on the map: a sign of its class, made once and stamped, or its image out of one atlas.

// All images of an array (item, channel, height, width) on one canvas; ink maps in the ink's colour.
function emAtlas(array, ink) {
  const [n, channels, height, width] = array.shape;
  const across = Math.ceil(Math.sqrt(n));
  const canvas = Object.assign(document.createElement("canvas"), { width: across * width, height: Math.ceil(n / across) * height });
  const ctx = canvas.getContext("2d");
  const pixels = ctx.createImageData(canvas.width, canvas.height);
  const words = new Uint32Array(pixels.data.buffer); // RGBA in one number, little-endian as every browser's machine is
  const [r, g, b] = mwRgb(ink);
  const base = r | (g << 8) | (b << 16);
  const area = height * width;
  for (let i = 0; i < n; i++) {
    const from = i * channels * area;
    const corner = Math.floor(i / across) * height * canvas.width + (i % across) * width;
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
      const at = from + y * width + x;
      words[corner + y * canvas.width + x] = channels === 1
        ? base | (array.data[at] << 24)
        : array.data[at] | (array.data[at + area] << 8) | (array.data[at + 2 * area] << 16) | (255 << 24);
    }
  }
  ctx.putImageData(pixels, 0, 0);
  return {
    draw(target, i, x, y, size) {
      const part = size / Math.max(width, height);
      const [w, h] = [width * part, height * part];
      target.drawImage(canvas, (i % across) * width, Math.floor(i / across) * height, width, height, x + (size - w) / 2, y + (size - h) / 2, w, h);
    },
  };
}

// Signs of classes as small canvases: {stamp(ctx, k, kind, x, y)}; kind "support", "query", "pale" or "cross".
function emStamps(theme, radius) {
  const made = new Map();
  const ratio = window.devicePixelRatio || 1;
  const side = Math.ceil(3.2 * radius + 4);
  const make = (k, kind) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: side * ratio, height: side * ratio });
    const ctx = canvas.getContext("2d");
    ctx.scale(ratio, ratio);
    const colour = mwCss(mwClassRgb(k, theme));
    mwShapePath(ctx, k, side / 2, side / 2, radius);
    ctx.lineWidth = kind === "query" ? 1.5 : 1;
    ctx.globalAlpha = kind === "pale" ? 0.3 : 1;
    ctx.fillStyle = kind === "query" ? mwCss(mwRgb(theme.bg), 0.75) : colour;
    ctx.strokeStyle = kind === "query" ? colour : theme.bg;
    ctx.fill();
    ctx.stroke();
    return canvas;
  };
  return {
    stamp(ctx, k, kind, x, y) {
      const key = `${k} ${kind}`;
      if (!made.has(key)) made.set(key, make(k, kind));
      ctx.drawImage(made.get(key), x - side / 2, y - side / 2, side, side);
    },
  };
}

// Which items have room for their image at this scale, so that no two overlap: those first in `order` win. Independent of where
// the map is moved to, hence nothing flickers while it is. places: flat [x, y]; -> Uint8Array of 0 and 1.
function emRoom(places, order, scale, size) {
  const cell = size / scale;
  const grid = new Map();
  const shown = new Uint8Array(places.length / 2);
  for (const i of order) {
    const [x, y] = [places[2 * i], places[2 * i + 1]];
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
    const [cx, cy] = [Math.floor(x / cell), Math.floor(y / cell)];
    let free = true;
    for (let dx = -1; free && dx <= 1; dx++) for (let dy = -1; free && dy <= 1; dy++) {
      for (const j of grid.get(`${cx + dx},${cy + dy}`) ?? []) {
        if (Math.abs(places[2 * j] - x) < cell && Math.abs(places[2 * j + 1] - y) < cell) { free = false; break; }
      }
    }
    if (!free) continue;
    shown[i] = 1;
    const key = `${cx},${cy}`;
    grid.set(key, [...(grid.get(key) ?? []), i]);
  }
  return shown;
}

// A cross with a halo: where a prototype stands.
function emCross(ctx, x, y, colour, paper, r = 6) {
  for (const [style, width] of [[paper, 5.5], [colour, 2.75]]) {
    ctx.strokeStyle = style;
    ctx.lineWidth = width;
    ctx.lineCap = "round";
    mwCrossMark(ctx, x, y, r);
  }
  ctx.lineCap = "butt";
}
