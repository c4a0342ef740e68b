// A name cut in its middle: names of classes differ most often at their ends.
const emShort = (text, most = 22) => (text.length <= most ? text : `${text.slice(0, Math.ceil(most / 2) - 1)}\u2026${text.slice(-Math.floor(most / 2))}`);

// The part of a map that is in sight: moved by dragging, zoomed about a point, and kept between all and one item.

// Bounds [left, bottom, right, top] of finite [x, y] pairs in a flat array, with a margin.
function emBounds(...arrays) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const data of arrays) for (let i = 0; i < data.length; i += 2) {
    if (!Number.isFinite(data[i]) || !Number.isFinite(data[i + 1])) continue;
    box[0] = Math.min(box[0], data[i]); box[1] = Math.min(box[1], data[i + 1]);
    box[2] = Math.max(box[2], data[i]); box[3] = Math.max(box[3], data[i + 1]);
  }
  if (!Number.isFinite(box[0])) return [-1, -1, 1, 1];
  const margin = 0.06 * Math.max(box[2] - box[0], box[3] - box[1], 1e-6);
  return [box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin];
}

// emCamera({edge}) -> a camera with one scale for both axes: stretched apart, a map would show false distances.
// edge: pixels around the bounds, for marks that do not shrink with the map.
function emCamera({ edge = 0 } = {}) {
  let [width, height] = [1, 1];
  let bounds = [-1, -1, 1, 1];
  let [x, y, scale] = [0, 0, 1];
  const inside = (size) => Math.max(0.5 * size, size - 2 * edge);
  const fitScale = () => Math.min(inside(width) / (bounds[2] - bounds[0]), inside(height) / (bounds[3] - bounds[1]));
  const keep = () => {
    scale = Math.min(200 * fitScale(), Math.max(0.5 * fitScale(), scale));
    x = Math.min(bounds[2], Math.max(bounds[0], x));
    y = Math.min(bounds[3], Math.max(bounds[1], y));
  };
  const reset = () => { [x, y, scale] = [(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2, fitScale()]; };
  return {
    size(w, h) {
      const part = scale / fitScale();
      [width, height] = [w, h];
      scale = part * fitScale();
    },
    bounds(next) { bounds = next; },
    reset,
    get zoom() { return scale / fitScale(); },
    get scale() { return scale; },
    get whole() { return Math.abs(scale / fitScale() - 1) < 1e-6 && Math.abs(x - (bounds[0] + bounds[2]) / 2) * scale < 0.5 && Math.abs(y - (bounds[1] + bounds[3]) / 2) * scale < 0.5; },
    u: (px) => width / 2 + (px - x) * scale,
    v: (py) => height / 2 - (py - y) * scale,
    place: (u, v) => [x + (u - width / 2) / scale, y - (v - height / 2) / scale],
    pan(du, dv) { x -= du / scale; y += dv / scale; keep(); },
    // Zoom so that what lies at pixel (u, v) stays there.
    zoomAt(factor, u = width / 2, v = height / 2) {
      const [px, py] = [x + (u - width / 2) / scale, y - (v - height / 2) / scale];
      scale *= factor;
      scale = Math.min(200 * fitScale(), Math.max(0.5 * fitScale(), scale));
      x = px - (u - width / 2) / scale;
      y = py + (v - height / 2) / scale;
      keep();
    },
    // Bring a place into sight, moving as little as needed.
    reveal(px, py, margin = 40) {
      const [u, v] = [width / 2 + (px - x) * scale, height / 2 - (py - y) * scale];
      const off = (at, size) => (at < margin ? at - margin : at > size - margin ? at - size + margin : 0);
      x += off(u, width) / scale;
      y -= off(v, height) / scale;
    },
    saved: () => [x, y, width / scale],
    restore([px, py, wide]) {
      if (![px, py, wide].every(Number.isFinite) || wide <= 0) { reset(); return; }
      [x, y, scale] = [px, py, width / wide];
      keep();
    },
    get frame() { return [x - width / 2 / scale, y - height / 2 / scale, x + width / 2 / scale, y + height / 2 / scale]; },
  };
}
