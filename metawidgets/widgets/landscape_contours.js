// Contours of a loss that is known on a square grid of n x n points, between which it is read off linearly in x and in y.

// The loss at (u, v) in grid steps from the lowest left point; NaN beside what is not finite.
function mwGridRead(data, n, u, v) {
  const c = Math.min(n - 2, Math.max(0, Math.floor(u)));
  const r = Math.min(n - 2, Math.max(0, Math.floor(v)));
  const [fu, fv, at] = [u - c, v - r, r * n + c];
  const low = data[at] * (1 - fu) + data[at + 1] * fu;
  const high = data[at + n] * (1 - fu) + data[at + n + 1] * fu;
  const value = low * (1 - fv) + high * fv;
  return Number.isFinite(value) ? value : NaN;
}

// Bands from paper (low loss, where paths lead) to slate (high); the text colour stays legible on all of them.
function mwLossRamp(theme) {
  return mwIsDark(theme) ? [[21, 25, 31], [62, 84, 116]] : [[249, 250, 252], [128, 150, 182]];
}
function mwBandCss(band, count, theme) {
  const [low, high] = mwLossRamp(theme);
  const part = count ? band / count : 0;
  return mwCss(low.map((c, i) => Math.round(c + part * (high[i] - c))));
}

// The bands as a picture of size x size pixels; what is not finite is hatched.
function mwBandPicture(data, n, levels, size, theme) {
  const canvas = Object.assign(document.createElement("canvas"), { width: size, height: size });
  const ctx = canvas.getContext("2d");
  const pixels = ctx.createImageData(size, size);
  const [low, high] = mwLossRamp(theme);
  const count = levels.length;
  const colours = Array.from({ length: count + 1 }, (_, band) => low.map((c, i) => c + (count ? band / count : 0) * (high[i] - c)));
  const ink = mwRgb(theme.muted);
  const step = (n - 1) / size;
  for (let py = 0; py < size; py++) {
    const v = (size - py - 0.5) * step; // the grid's first row is the lowest
    for (let px = 0; px < size; px++) {
      const value = mwGridRead(data, n, (px + 0.5) * step, v);
      let band = 0;
      while (band < count && value > levels[band]) band++;
      const colour = value === value ? colours[band] : (px + py) % 7 < 1 ? ink : low;
      const at = 4 * (py * size + px);
      pixels.data[at] = colour[0]; pixels.data[at + 1] = colour[1]; pixels.data[at + 2] = colour[2]; pixels.data[at + 3] = 255;
    }
  }
  ctx.putImageData(pixels, 0, 0);
  return canvas;
}

// The lines of one level in grid steps: [[u, v], ...] each. Marching squares; at a saddle the mean of the corners decides.
function mwContourLines(data, n, level) {
  // An edge is named by its lower or left point: 2 * point for one going right, 2 * point + 1 for one going up.
  const cross = (edge) => {
    const [at, up] = [edge >> 1, edge & 1];
    const [a, b] = [data[at], data[at + (up ? n : 1)]];
    const part = (level - a) / (b - a);
    return up ? [at % n, Math.floor(at / n) + part] : [(at % n) + part, Math.floor(at / n)];
  };
  const ends = new Map(); // edge -> the edges it is joined with, one or two
  const join = (a, b) => {
    for (const [from, to] of [[a, b], [b, a]]) ends.has(from) ? ends.get(from).push(to) : ends.set(from, [to]);
  };
  for (let r = 0; r < n - 1; r++) for (let c = 0; c < n - 1; c++) {
    const at = r * n + c;
    const corners = [data[at], data[at + 1], data[at + n + 1], data[at + n]];
    if (!corners.every(Number.isFinite)) continue;
    const [bottom, right, top, left] = [2 * at, 2 * (at + 1) + 1, 2 * (at + n), 2 * at + 1];
    const above = corners.map((value) => value > level);
    const crossed = [[bottom, 0, 1], [right, 1, 2], [top, 2, 3], [left, 3, 0]].filter(([, i, j]) => above[i] !== above[j]).map(([edge]) => edge);
    if (crossed.length === 2) join(...crossed);
    if (crossed.length === 4) {
      const middle = corners.reduce((sum, value) => sum + value, 0) / 4 > level;
      if (middle === above[0]) { join(bottom, right); join(top, left); } else { join(bottom, left); join(top, right); }
    }
  }
  const lines = [];
  const walk = (from) => {
    const line = [];
    for (let edge = from; edge !== undefined;) {
      line.push(cross(edge));
      const next = ends.get(edge)?.find((other) => ends.has(other));
      ends.delete(edge);
      if (next === undefined && line.length > 2 && ends.size >= 0 && closes(line[0], line.at(-1))) line.push(line[0]);
      edge = next;
    }
    if (line.length > 1) lines.push(line);
  };
  const closes = ([a, b], [c, d]) => Math.hypot(a - c, b - d) < 1.5;
  for (const [edge, joined] of [...ends]) if (ends.has(edge) && joined.length === 1) walk(edge); // those that leave the square
  for (const edge of [...ends.keys()]) if (ends.has(edge)) walk(edge);
  return lines;
}

// Bands and lines of one grid, made once for each size and theme: {picture, lines: [[level, lines]]}.
function mwContourCache() {
  const kept = new Map();
  return {
    clear: () => kept.clear(),
    get(name, data, n, levels, size, theme) {
      const key = `${name} ${n} ${size} ${theme.bg}`;
      if (!kept.has(key)) {
        if (kept.size > 24) kept.clear();
        kept.set(key, { picture: mwBandPicture(data, n, levels, size, theme), lines: levels.map((level) => [level, mwContourLines(data, n, level)]) });
      }
      return kept.get(key);
    },
  };
}
