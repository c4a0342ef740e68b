// Matrices of colours: one pixel a cell, stretched, so that thousands of cells cost no more than one image; and their legends.

// One hue whose lightness carries the size, from nearly the paper on; and two hues with paper between them for signs.
const MV_RAMPS = {
  size: { light: [[246, 248, 251], [186, 210, 234], [112, 161, 208], [36, 96, 163], [8, 40, 92]], dark: [[24, 30, 38], [33, 62, 102], [58, 112, 175], [132, 188, 242], [236, 246, 255]] },
  sign: { light: [[11, 74, 140], [122, 171, 216], [247, 247, 246], [240, 163, 105], [166, 62, 0]], dark: [[120, 190, 255], [44, 98, 158], [26, 31, 38], [156, 84, 34], [255, 170, 105]] },
};

// 256 colours of a ramp: {packed (for image data), css(i)}.
const MV_RAMPED = new Map();
function mvRamp(kind, theme) {
  const paper = mwIsDark(theme) ? "dark" : "light";
  const key = `${kind} ${paper}`;
  if (!MV_RAMPED.has(key)) {
    const stops = MV_RAMPS[kind][paper];
    const rgb = Array.from({ length: 256 }, (_, i) => {
      const x = (i / 255) * (stops.length - 1);
      const [a, b] = [stops[Math.floor(x)], stops[Math.ceil(x)]];
      return a.map((c, j) => Math.round(c + (x % 1) * (b[j] - c)));
    });
    MV_RAMPED.set(key, { packed: Uint32Array.from(rgb, ([r, g, b]) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0), css: (i) => mwCss(rgb[i]), rgb });
  }
  return MV_RAMPED.get(key);
}

// The place of a value in 0..255: sizes by their root, which spreads the many small ones; signed values straight.
const mvPlace = (value, reach, kind) => {
  const x = kind === "size" ? Math.sqrt(Math.max(0, value) / reach) : 0.5 + value / (2 * reach);
  return Math.round(255 * Math.min(1, Math.max(0, x)));
};

// A picture of a matrix that is redone only when its key changes: get(key, columns, rows, (pixels) => fill) -> canvas.
function mvPicture() {
  const canvas = document.createElement("canvas");
  let made = "";
  return (key, columns, rows, fill) => {
    if (made === key) return canvas;
    made = key;
    Object.assign(canvas, { width: Math.max(1, columns), height: Math.max(1, rows) });
    const image = new ImageData(canvas.width, canvas.height);
    fill(new Uint32Array(image.data.buffer));
    canvas.getContext("2d").putImageData(image, 0, 0);
    return canvas;
  };
}

// A bar of the ramp with three ticks: set({title, kind, reach, theme}).
function mvLegend() {
  const title = mwEl("span", { class: "mv-legend-title" });
  const bar = mwEl("div", { class: "mv-legend-bar", "aria-hidden": "true" });
  const ticks = mwEl("div", { class: "mv-legend-ticks" });
  let shown = "";
  return {
    node: mwEl("div", { class: "mv-legend" }, title, bar, ticks),
    set({ text, kind, reach, percent = false, theme }) {
      const key = [text, kind, reach, theme.bg].join();
      if (key === shown) return;
      shown = key;
      const ramp = mvRamp(kind, theme);
      const values = kind === "size" ? [0, reach / 4, reach] : [-reach, 0, reach];
      title.textContent = text;
      bar.style.background = `linear-gradient(to right, ${Array.from({ length: 18 }, (_, i) => ramp.css(15 * i)).join(", ")})`;
      ticks.replaceChildren(...values.map((value) => mwEl("span", { style: { left: `${(100 * mvPlace(value, reach, kind)) / 255}%` } },
        value === 0 ? "0" : percent ? mwPercent(value) : mwNumber(value, 2))));
    },
  };
}
