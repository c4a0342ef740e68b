// What an item looks like, and the sign of its class.

// The outline of class k's shape as an SVG path: the same code that draws it on a canvas, writing to a string.
function mwShapeD(k, r) {
  const d = [];
  mwShapePath({
    beginPath() {}, closePath: () => d.push("Z"), moveTo: (x, y) => d.push(`M${x},${y}`), lineTo: (x, y) => d.push(`L${x},${y}`),
    arc: (x, y, radius) => d.push(`M${x - radius},${y}a${radius},${radius} 0 1 0 ${2 * radius},0a${radius},${radius} 0 1 0 ${-2 * radius},0Z`),
  }, k, 0, 0, r);
  return d.join("");
}

// A vector of three or more numbers as a row of bars around its middle line, scaled over the whole episode.
function mwVectorCanvas(values, limit, theme) {
  const size = 56;
  const canvas = Object.assign(document.createElement("canvas"), { width: size, height: size });
  const ctx = canvas.getContext("2d");
  ctx.fillStyle = theme.fg;
  const step = (size - 8) / values.length;
  values.forEach((value, i) => {
    const height = (Math.abs(value) / limit) * (size / 2 - 4);
    ctx.fillRect(4 + i * step, value < 0 ? size / 2 : size / 2 - height, Math.max(1, step - 1), Math.max(0.5, height));
  });
  return canvas;
}

// The picture of an item at the size of its data, or null for points, which are drawn in the plot.
function mwItemCanvas(item, theme, limit) {
  if (item.x.shape.length === 3) return mwImageCanvas(item.x, theme.fg);
  return item.x.shape[0] > 2 ? mwVectorCanvas([...item.x.data], limit, theme) : null;
}
