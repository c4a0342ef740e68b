// 2-D points: which class the learner would give each place of the plane, and how sure it is.

// Logits on the probe grid -> [r, g, b, a] pixels, `finer` times as many along each side. Logits are interpolated between grid
// points, so that borders are drawn where the classes tie; deeper colour is more confidence, paper is none at all.
function mwRegionPixels(logits, { across, up }, way, finer, theme) {
  const [width, height] = [(across - 1) * finer + 1, (up - 1) * finer + 1];
  const pixels = new ImageData(width, height);
  const winner = new Int16Array(width * height).fill(-1);
  const lead = new Float32Array(width * height); // how far the winner's logit is above the next
  const colours = Array.from({ length: way }, (_, k) => mwClassRgb(k, theme));
  const value = new Float64Array(way);
  for (let py = 0; py < height; py++) {
    const gy = Math.min(up - 2, Math.floor(py / finer));
    const fy = py / finer - gy;
    for (let px = 0; px < width; px++) {
      const gx = Math.min(across - 2, Math.floor(px / finer));
      const fx = px / finer - gx;
      const corner = (gy * across + gx) * way;
      let best = 0;
      let next = -Infinity;
      for (let k = 0; k < way; k++) {
        const c = corner + k;
        const low = logits[c] * (1 - fx) + logits[c + way] * fx;
        const high = logits[c + across * way] * (1 - fx) + logits[c + (across + 1) * way] * fx;
        value[k] = low * (1 - fy) + high * fy;
        if (k === 0) continue;
        if (value[k] > value[best]) { next = value[best]; best = k; }
        else if (value[k] > next) next = value[k];
      }
      let total = 0;
      for (let k = 0; k < way; k++) total += Math.exp(value[k] - value[best]);
      if (!Number.isFinite(total)) continue;
      const at = (height - 1 - py) * width + px; // the grid's first row is the lowest
      const sure = (1 / total - 1 / way) / (1 - 1 / way);
      winner[at] = best;
      lead[at] = value[best] - next;
      pixels.data.set([...colours[best], Math.round(255 * (sure > 1e-3 ? 0.07 + 0.55 * sure : 0))], 4 * at);
    }
  }
  mwDrawBorders(pixels, winner, lead, mwRgb(theme.fg));
  return pixels;
}

// Smooth lines where the winner changes: the lead falls to 0 there, and divided by its slope it is the distance in pixels.
function mwDrawBorders({ data, width, height }, winner, lead, [r, g, b]) {
  for (let y = 1; y < height - 1; y++) for (let x = 1; x < width - 1; x++) {
    const at = y * width + x;
    const around = [at - 1, at + 1, at - width, at + width];
    if (winner[at] < 0 || around.every((n) => winner[n] === winner[at] && lead[n] > 0.5 * lead[at])) continue;
    // Across the border the lead counts as negative: the logits' difference goes on falling.
    const signed = around.map((n) => (winner[n] === winner[at] ? lead[n] : -lead[n]));
    const slope = Math.hypot((signed[1] - signed[0]) / 2, (signed[3] - signed[2]) / 2);
    if (slope < 1e-6) continue; // classes that tie over an area have no border there
    const cover = Math.min(1, Math.max(0, 1.05 - lead[at] / slope));
    if (cover === 0) continue;
    const under = data[4 * at + 3] / 255;
    const over = 0.6 * cover;
    const alpha = over + under * (1 - over);
    const mix = (top, i) => (top * over + data[4 * at + i] * under * (1 - over)) / alpha;
    data.set([mix(r, 0), mix(g, 1), mix(b, 2), 255 * alpha], 4 * at);
  }
}

// mwRegionsPanel(shared) -> {node, legend, update(trace), paint(state), fit(width)}
function mwRegionsPanel({ now, look, signal, ...rest }) {
  const { names } = now;
  const way = names.length;
  let arrays, outputs, absorbed, probabilities, grid;
  const update = (trace) => {
    ({ arrays } = now);
    [outputs, absorbed, probabilities] = ["probe_outputs", "absorbed", "probabilities"].map((name) => arrays[`${trace.i}.${name}`]);
    ({ grid } = trace);
    keptFor = ""; // the regions of other outputs
  };
  const kept = new Map(); // step -> canvas, for one theme
  let keptFor = "";
  const note = mwEl("p", { class: "il-note il-alarm", hidden: true });

  // A class without support has logit minus infinity, which must not spread to its neighbours by interpolation.
  const logits = (step) => Float32Array.from(mwAt(outputs, step).data, (v) => (v === -Infinity ? -1e6 : v));
  const region = (step, theme) => {
    if (theme.bg !== keptFor) { kept.clear(); keptFor = theme.bg; }
    if (!kept.has(step)) {
      if (kept.size > 100) kept.clear();
      const pixels = mwRegionPixels(logits(step), grid, way, 6, theme);
      const canvas = Object.assign(document.createElement("canvas"), { width: pixels.width, height: pixels.height });
      canvas.getContext("2d").putImageData(pixels, 0, 0);
      kept.set(step, canvas);
    }
    return kept.get(step);
  };
  // Regions are made ahead while nothing else happens, so that the first drag over the steps is as smooth as the second.
  let making = 0; // the newest chain of them; an older one ends
  const ahead = (theme, chain = (making += 1)) => {
    const next = Array.from({ length: Math.min(100, outputs.shape[0]) }, (_, t) => t).find((t) => !kept.has(t));
    if (chain !== making || signal?.aborted || theme.bg !== keptFor || next === undefined) return;
    region(next, theme);
    idle(() => ahead(theme, chain));
  };
  const idle = (callback) => (window.requestIdleCallback ?? ((run) => setTimeout(run, 50)))(callback);

  function draw(ctx, width, height, { step, theme }) {
    const box = { left: 44, right: width - 8, top: 8, bottom: height - 24 };
    const x = mwScale(grid.x, [box.left, box.right]);
    const y = mwScale(grid.y, [box.bottom, box.top]);
    mwDrawAxes(ctx, { box, x, y, xTicks: mwTicks(...grid.x, width / 80), yTicks: mwTicks(...grid.y, height / 70), theme });
    ctx.imageSmoothingEnabled = true;
    ctx.imageSmoothingQuality = "high";
    ctx.drawImage(region(step, theme), box.left, box.top, box.right - box.left, box.bottom - box.top);
    const places = new Map();
    const p = mwAt(probabilities, step);
    for (const item of [...now.items].reverse()) {
      const point = mwAt(arrays[`${item.side}_x`], item.i).data;
      const [u, v] = [x(point[0]), y(point[1])];
      places.set(item.id, [u, v]);
      const taken = item.side === "query" || !absorbed || mwAt(absorbed, step).data[item.i];
      const wrong = item.side === "query" && mwArgmax(mwAt(p, item.i).data) !== item.label;
      mwRegionPoint(ctx, u, v, item, theme, { taken, wrong });
    }
    return places;
  }

  const panel = mwPointPanel({ draw, ...rest });
  const sign = (label, side, more) => (ctx, x, y, theme) => mwRegionPoint(ctx, x, y, { label, side }, theme, { taken: true, ...more });
  const legend = mwPlotLegend([
    ...names.map((name, k) => [name, sign(k, "support")]),
    ["filled: support", sign(0, "support", { plain: true })], ["outlined: query", sign(0, "query", { plain: true })],
    ["\u00d7: query given a wrong class", sign(0, "query", { plain: true, wrong: true })],
  ]);
  return {
    node: mwEl("div", {}, panel.node, note),
    legend,
    update,
    paint(state) {
      const fresh = state.theme.bg !== keptFor;
      panel.paint(state);
      if (fresh) idle(() => ahead(state.theme));
      const odd = mwAt(outputs, state.step).data.some(Number.isNaN);
      note.textContent = odd ? "Some outputs are not a number at this step; these places stay blank." : "";
      note.hidden = !odd;
    },
    // One unit is as long across as up: what is compared here are distances.
    fit(width) {
      const shape = (grid.y[1] - grid.y[0]) / (grid.x[1] - grid.x[0]);
      const across = Math.min(width - 52, 470 / Math.max(shape, 0.2));
      panel.fit(across + 52, Math.round(across * shape) + 32);
    },
  };
}

function mwRegionPoint(ctx, x, y, { label, side }, theme, { taken = true, plain = false, wrong = false } = {}) {
  const colour = plain ? theme.fg : mwCss(mwClassRgb(label, theme));
  const support = side === "support";
  ctx.globalAlpha = taken ? 1 : 0.35;
  mwShapePath(ctx, plain ? 0 : label, x, y, support ? 6 : wrong ? 6.5 : 4.25);
  ctx.fillStyle = support ? colour : theme.bg;
  ctx.strokeStyle = support ? theme.bg : colour;
  ctx.lineWidth = support ? 1.5 : 1.75;
  ctx.fill();
  ctx.stroke();
  if (wrong) {
    ctx.strokeStyle = theme.fg;
    mwCrossMark(ctx, x, y, 2.6);
  }
  ctx.globalAlpha = 1;
}

const mwArgmax = (values) => values.reduce((best, v, k) => (v > values[best] ? k : best), 0);
