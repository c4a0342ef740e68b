// How alike every two tasks are, as a matrix that is walked cell by cell.

// tmMatrix({config, groupOf, on}) -> {node, fit(width), paint(state)}; on: {hover(pair), pick(pair)}
function tmMatrix({ config, groupOf, on }) {
  const n = config.names.length;
  const { canvas, ctx, resize } = mwCanvas({ class: "tm-canvas", "aria-hidden": "true" });
  const node = mwEl("div", {
    class: "tm-matrix", tabindex: 0, role: "application", "aria-roledescription": "matrix",
    "aria-label": `${n} tasks by ${n} tasks. Arrow keys move, Enter pins the pair, Escape lets go.`,
  }, canvas);
  const grouped = config.groups.length > 0;
  const strip = grouped ? 14 : 2;
  let [side, cell] = [0, 0];
  let state = null;
  const image = document.createElement("canvas");
  let imaged = "";
  const fit = (width) => {
    side = Math.min(width, 470);
    cell = (side - strip - 1) / n;
    resize(side, side);
    imaged = "";
  };

  // One pixel a cell, stretched: large matrices cost no more than one image. Alike is what stands out from the paper.
  function makeImage({ values, rows, near, theme, key }) {
    if (imaged === key) return;
    imaged = key;
    Object.assign(image, { width: n, height: n });
    const pixels = new ImageData(n, n);
    let [low, high] = [Infinity, -Infinity];
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) {
      const value = values[i * n + j];
      if (i !== j && Number.isFinite(value)) { low = Math.min(low, value); high = Math.max(high, value); }
    }
    const [ink, paper] = [mwRgb(theme.accent), mwRgb(theme.bg)];
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) {
      const value = values[rows[i] * n + rows[j]];
      if (i === j || !Number.isFinite(value)) continue;
      const part = (value - low) / (high - low || 1);
      const deep = 0.05 + 0.92 * (near === "high" ? part : 1 - part);
      pixels.data.set([...ink.map((c, k) => c * deep + paper[k] * (1 - deep)), 255], 4 * (i * n + j));
    }
    image.getContext("2d").putImageData(pixels, 0, 0);
  }

  function paint(next) {
    state = next ?? state;
    if (!side || !state) return;
    makeImage(state);
    const { theme, rows, pair } = state;
    ctx.clearRect(0, 0, side, side);
    ctx.imageSmoothingEnabled = false;
    ctx.drawImage(image, strip, strip, cell * n, cell * n);
    mwHatchDiagonal(theme);
    if (grouped) for (let i = 0; i < n; i++) {
      const k = groupOf(rows[i]);
      ctx.fillStyle = mwCss(mwClassRgb(k, theme));
      const [from, length] = [strip + i * cell, Math.max(1, cell - (cell > 4 ? 1 : 0))];
      ctx.fillRect(2, from, 4, length);
      ctx.fillRect(from, 2, length, 4);
      // The group's shape once for each of its runs: colour alone would not tell.
      if (i === 0 || groupOf(rows[i - 1]) !== k) {
        for (const [x, y] of [[9, from + 4], [from + 4, 9]]) { mwShapePath(ctx, k, x, y, 3); ctx.fill(); }
      }
    }
    if (pair.length !== 2) return;
    const [i, j] = pair.map((task) => rows.indexOf(task));
    ctx.strokeStyle = theme.fg;
    for (const [a, b, width] of [[i, j, state.pinned ? 3 : 2], [j, i, 1]]) {
      ctx.lineWidth = width;
      const r = Math.max(cell, 7);
      ctx.strokeRect(strip + (b + 0.5) * cell - r / 2 - 1, strip + (a + 0.5) * cell - r / 2 - 1, r + 2, r + 2);
    }
  }
  function mwHatchDiagonal(theme) {
    ctx.strokeStyle = theme.grid;
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.moveTo(strip, strip);
    ctx.lineTo(strip + cell * n, strip + cell * n);
    ctx.stroke();
  }
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    const [j, i] = [Math.floor((event.clientX - box.left - strip) / cell), Math.floor((event.clientY - box.top - strip) / cell)];
    return state && i >= 0 && j >= 0 && i < n && j < n && i !== j ? [state.rows[i], state.rows[j]] : null;
  };
  canvas.addEventListener("pointermove", (event) => on.hover(at(event)));
  canvas.addEventListener("pointerleave", () => on.hover(null));
  canvas.addEventListener("click", (event) => { const pair = at(event); if (pair) on.pick(pair); });
  return { node, fit, paint };
}
