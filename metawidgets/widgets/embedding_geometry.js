// What is read off the whole space: scatter, silhouette, how they change over the steps, and matrices between the prototypes.

const EM_MATRICES = [["distance", "Distance"], ["angle", "Angle at 0"], ["spread", "Angle at centre"]];
const EM_TOLD = {
  distance: (metric) => `${EM_WORDS[metric]} between prototypes`,
  angle: () => "angle between prototypes, seen from the origin, in degrees",
  spread: () => "angle between prototypes, seen from their common centre, in degrees",
};

// emGeometry({space, arrays, config, names, onStep, onMatrix}) -> {node, fit(width), paint({step, metric, kind, theme})}
function emGeometry({ space, arrays, config, names, onStep, onMatrix, onClass }) {
  const facts = mwEl("dl", { class: "em-facts" });
  const { canvas, ctx, resize } = mwCanvas({ class: "em-line", role: "img" });
  const chartTitle = mwEl("figcaption", {}, `Between / within scatter, ${config.has_sides ? "queries" : "items"} around their ${config.noun}s`);
  const chart = mwEl("figure", { class: "em-chart" }, chartTitle, canvas);
  const several = space.steps > 1;
  chart.hidden = !several;
  const classHead = mwEl("p", { class: "em-kicker" }, `Nearest to their own ${config.noun}, by class; a press chooses the class`);
  const classes = mwEl("ul", { class: "em-classes" });
  const segments = mwSegments({ label: "Matrix of the prototypes", options: EM_MATRICES, value: "distance", onchange: onMatrix });
  const told = mwEl("p", { class: "em-kicker" });
  const grid = mwCanvas({ class: "em-grid", role: "img" });
  const cellText = mwEl("p", { class: "em-cell" });
  const matrix = mwEl("div", { class: "em-matrix", }, segments.node, told, grid.canvas, cellText);
  const node = mwEl("div", { class: "em-geometry" }, mwEl("div", { class: "em-scatter" }, mwEl("h4", {}, "Scatter in the whole space"), facts, chart, classHead, classes), matrix);
  let [width, matrixWidth] = [0, 0];
  let last = null;
  let scaleX = null;
  const series = Array.from({ length: space.steps }, (_, t) => arrays.around.data[5 * t + 2]);
  const fact = (name, value, title) => mwEl("div", { title }, mwEl("dt", {}, name), mwEl("dd", {}, value));
  const number = (v) => (Number.isNaN(v) ? "\u2013" : mwNumber(v));

  function paintFacts({ step, metric }) {
    const [within, between, ratio, silhouette] = mwAt(arrays.geometry, step % space.states).data;
    const share = arrays.around.data[5 * step + (metric === "cosine" ? 4 : 3)];
    facts.replaceChildren(
      fact("within classes", number(within), "mean squared distance of an item to the mean of its class"),
      fact("between classes", number(between), "mean squared distance of an item's class mean to the mean of all"),
      fact("ratio", number(ratio), "between / within: larger is better separated"),
      fact("silhouette", Number.isNaN(silhouette) ? "\u2013" : silhouette.toFixed(2).replace("-", "\u2212"), "from \u22121 to 1 (Rousseeuw 1987)"),
      fact("nearest to own", Number.isNaN(share) ? "\u2013" : mwPercent(share), `${config.has_sides ? "queries" : "items"} that are nearest to the ${config.noun} of their class`),
    );
  }

  // Classes with the share of their items that are nearest to their own prototype, the worst first.
  let listed = "";
  function paintClasses({ step, metric, nearest, theme }) {
    const key = [step, metric, theme.fg, theme.bg].join();
    if (key === listed) return;
    listed = key;
    const counts = names.map(() => [0, 0]);
    nearest.forEach((k, i) => {
      if (config.has_sides && space.isSupport(i)) return;
      counts[space.labels[i]][1] += 1;
      if (k === space.labels[i]) counts[space.labels[i]][0] += 1;
    });
    const share = (k) => counts[k][0] / (counts[k][1] || 1);
    const ranked = names.map((_, k) => k).sort((a, b) => share(a) - share(b) || a - b);
    classes.replaceChildren(...ranked.slice(0, 20).map((k) => mwEl("li", {}, mwEl("button", {
      type: "button", class: "em-class", title: names[k], "aria-label": `Choose the items of ${names[k]}: ${counts[k][0]} of ${counts[k][1]} right`, onclick: () => onClass(k),
    }, emSign(k, theme), mwEl("span", { class: "em-name" }, emShort(names[k], 20)), mwEl("span", { class: "em-value" }, `${counts[k][0]}/${counts[k][1]}`)))));
    if (ranked.length > 20) classes.append(mwEl("li", { class: "em-kicker" }, `and ${ranked.length - 20} more`));
  }

  function paintLine({ step, theme }) {
    const height = 96;
    resize(width, height);
    const box = { left: 40, right: width - 8, top: 8, bottom: height - 34 };
    const finite = series.filter(Number.isFinite);
    const top = Math.max(...finite, 1e-9) * 1.06;
    const x = (scaleX = mwScale([0, space.steps - 1], [box.left + 4, box.right - 4]));
    const y = mwScale([0, top], [box.bottom, box.top]);
    mwDrawAxes(ctx, { box, x, y, xTicks: mwStepTicks(space.steps - 1, width / 60), yTicks: mwTicks(0, top, 2), xLabel: config.axis_label, theme });
    ctx.strokeStyle = theme.fg;
    ctx.lineWidth = 1;
    mwDrawLine(ctx, 2, () => Math.round(x(step)) + 0.5, (i) => [box.top - 4, box.bottom][i]);
    ctx.strokeStyle = ctx.fillStyle = theme.accent;
    ctx.lineWidth = 2;
    ctx.globalAlpha = 0.3;
    mwDrawLine(ctx, series.length, x, (t) => y(series[t]));
    ctx.globalAlpha = 1;
    mwDrawLine(ctx, step + 1, x, (t) => y(series[t]));
    if (Number.isFinite(series[step])) mwDotMark(ctx, x(step), y(series[step]), 4);
    canvas.setAttribute("aria-label", `${chartTitle.textContent} over ${space.steps} states; ${number(series[step])} at this one`);
  }

  // Small and dark on paper is near, as in the distance matrix; numbers where they fit.
  function paintMatrix({ step, metric, kind, theme }) {
    const { way } = space;
    const values = space.matrix(step, kind, metric);
    const side = way > 12 ? 16 : Math.min(96, Math.floor(0.3 * matrixWidth));
    const head = way > 12 ? 4 : 18;
    const cell = Math.max(2, Math.min(46, way > 12 ? 300 / way : Infinity, Math.floor((matrixWidth - side) / way)));
    const [w, h] = [side + cell * way + 1, head + Math.min(cell, 30) * way + 1];
    const row = Math.min(cell, 30);
    const gap = cell > 8 ? 1 : 0;
    grid.resize(w, h);
    const c = grid.ctx;
    const there = values.filter((v, i) => Number.isFinite(v) && i % (way + 1) !== 0);
    const [low, high] = there.length ? [Math.min(...there), Math.max(...there)] : [0, 1];
    const [near, paper] = [mwRgb(theme.accent), mwRgb(theme.bg)];
    c.textBaseline = "middle";
    for (let i = 0; i < way; i++) {
      const y = head + i * row;
      c.font = `11px ${theme.font}`;
      if (way <= 12) {
        c.fillStyle = theme.fg;
        c.textAlign = "left";
        c.fillText(mwShorten(c, names[i], side - 22), 16, y + row / 2);
      }
      c.fillStyle = mwCss(mwClassRgb(i, theme));
      mwShapePath(c, i, 7, y + row / 2, Math.min(4, row / 2.6));
      c.fill();
      if (way <= 12) { mwShapePath(c, i, side + (i + 0.5) * cell, 8, 4); c.fill(); }
      for (let j = 0; j < way; j++) {
        const value = values[i * way + j];
        const x = side + j * cell;
        if (!Number.isFinite(value)) { mwHatch(c, x, y, cell - 1, row - 1, theme.grid); continue; }
        if (i === j) { c.fillStyle = theme.raised; c.fillRect(x, y, cell - 1, row - 1); continue; }
        const part = 0.12 + 0.78 * (1 - (value - low) / (high - low || 1));
        const rgb = near.map((v, k) => Math.round(v * part + paper[k] * (1 - part)));
        c.fillStyle = mwCss(rgb);
        c.fillRect(x, y, cell - gap, row - gap);
        if (cell >= 27) {
          c.font = `10px ${theme.font}`;
          c.fillStyle = mwInkOn(rgb);
          c.textAlign = "center";
          c.fillText(kind === "distance" ? mwNumber(value, 2) : `${Math.round(value)}\u00b0`, x + cell / 2 - 0.5, y + row / 2);
        }
      }
    }
    told.textContent = EM_TOLD[kind](metric).replace("prototype", config.noun);
    const pairs = [];
    for (let i = 0; i < way; i++) for (let j = i + 1; j < way; j++) if (Number.isFinite(values[i * way + j])) pairs.push([values[i * way + j], i, j]);
    pairs.sort((a, b) => a[0] - b[0]);
    const unit = kind === "distance" ? "" : "\u00b0";
    const say = ([v, i, j]) => `${names[i]} and ${names[j]}, ${mwNumber(v)}${unit}`;
    const mean = pairs.reduce((sum, [v]) => sum + v, 0) / pairs.length;
    cellText.textContent = pairs.length ? `Nearest: ${say(pairs[0])}. Farthest: ${say(pairs[pairs.length - 1])}. Mean ${mwNumber(mean)}${unit}.` : `Fewer than two classes have a ${config.noun} at this step.`;
    grid.canvas.setAttribute("aria-label", `${told.textContent}. ${cellText.textContent}`);
    last = { values, side, head, cell, row, way, unit };
  }
  grid.canvas.addEventListener("pointermove", (event) => {
    if (!last) return;
    const box = grid.canvas.getBoundingClientRect();
    const [j, i] = [Math.floor((event.clientX - box.left - last.side) / last.cell), Math.floor((event.clientY - box.top - last.head) / last.row)];
    const there = i >= 0 && j >= 0 && i < last.way && j < last.way;
    grid.canvas.title = there && Number.isFinite(last.values[i * last.way + j]) ? `${names[i]} and ${names[j]}: ${mwNumber(last.values[i * last.way + j])}${last.unit}` : "";
  });
  const scrub = (event) => {
    if (!scaleX || (event.type === "pointermove" && !event.buttons)) return;
    onStep(Math.min(space.steps - 1, Math.max(0, Math.round(scaleX.invert(event.clientX - canvas.getBoundingClientRect().left)))));
  };
  canvas.addEventListener("pointerdown", (event) => { canvas.setPointerCapture(event.pointerId); scrub(event); });
  canvas.addEventListener("pointermove", scrub);
  return {
    node,
    parts: [chart.parentElement, matrix],
    fit(scatterWidth, matrixRoom) { [width, matrixWidth] = [scatterWidth, matrixRoom]; },
    paint(state) {
      segments.set(state.kind);
      paintFacts(state);
      paintClasses(state);
      if (several && width) paintLine(state);
      if (matrixWidth) paintMatrix(state);
    },
  };
}
