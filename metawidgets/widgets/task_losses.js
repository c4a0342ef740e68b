// How well the learners do on tasks of meta-training, and as the test distribution moves away from it.

// One learner's mean over tasks with the half width of its 95 % interval, by group, after `state` steps.
function tdMeans(losses, state) {
  const [groups, n, states] = losses.shape;
  return Array.from({ length: groups }, (_, g) => {
    const values = Array.from({ length: n }, (_, t) => losses.data[(g * n + t) * states + Math.min(state, states - 1)]);
    const mean = values.reduce((a, b) => a + b) / n;
    const spread = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / (n - 1));
    return { mean, half: (1.96 * spread) / Math.sqrt(n) };
  });
}

// {node, fit, paint(state)}; onStep(step) when a shift is clicked.
function tdLosses({ arrays, config, onStep }) {
  const learners = config.learners.map((name, i) => ({ name, losses: arrays[`losses.${i}`] }));
  const most = Math.max(0, ...learners.map(({ losses }) => losses.shape[2] - 1));
  // Means over tasks cost more than drawing them, and do not change.
  const found = new Map();
  const meansOf = (losses, s) => {
    const key = `${learners.findIndex((each) => each.losses === losses)} ${s}`;
    return found.get(key) ?? found.set(key, tdMeans(losses, s)).get(key);
  };
  const states = [...new Set([0, 1, 2, 5, 10, most].filter((s) => s <= most))].sort((a, b) => a - b);
  let state = most;
  let last = null;
  let size = null;
  let x = null;
  const { canvas, ctx, resize } = mwCanvas({ class: "td-canvas td-losses-canvas", "aria-hidden": "true" });
  const rows = learners.map(({ name }) => {
    const stroke = mwEl("line", { x1: 0, x2: 22, y1: 5, y2: 5, "stroke-width": 2.25 });
    const value = mwEl("b", {});
    return { stroke, value, node: mwEl("li", {}, mwEl("svg", { width: 22, height: 10, "aria-hidden": "true" }, stroke), name, value) };
  });
  const note = mwEl("p", { class: "td-note" });
  const after = states.length > 1 && mwSegments({
    label: "Steps of adaptation", options: states.map((s) => [s, s === 0 ? "not adapted" : s === 1 ? "1 step" : `${s} steps`]), value: most,
    onchange: (next) => { state = next; paint(last); },
  });
  const colour = (i, theme) => mwCss(mwClassRgb(mwLearnerColour(i), theme));
  const dash = (i) => [[], [7, 3], [2, 3], [9, 3, 2, 3]][i % 4];
  function paint(now) {
    last = now;
    if (!size || !learners.length) return;
    const { theme, step } = now;
    const [width, height] = size;
    const means = learners.map(({ losses }) => meansOf(losses, state));
    const all = learners.flatMap(({ losses }) => states.flatMap((s) => meansOf(losses, s).flatMap(({ mean, half }) => [mean, mean + half]))).filter((v) => Number.isFinite(v));
    const positive = all.filter((v) => v > 0);
    const log = positive.length > 1 && Math.max(...positive) > 50 * Math.min(...positive);
    const domain = log ? [Math.min(...positive) / 1.3, Math.max(...positive) * 1.3] : [0, Math.max(...all, 1e-9) * 1.05];
    const last_ = config.shifts.length - 1;
    const box = { left: 50, right: width - 12, top: 10, bottom: height - 40 };
    // Meta-training stands apart on the left: it is another distribution, or other classes, and no point of the way.
    x = mwScale([-1.2, last_], [box.left + 22, box.right - 6]);
    const at = (group) => x(group === 0 ? -1.2 : group - 1);
    const y = mwScale(domain, [box.bottom, box.top], log);
    ctx.clearRect(0, 0, width, height);
    const xTicks = [[-1.2, "training"], ...mwStepTicks(last_, Math.max(2, width / 90)).map(([v]) => [v, v === 0 && width > 520 ? "not moved" : String(v)])];
    mwDrawAxes(ctx, { box, x, y, xTicks, yTicks: log ? mwLogTicks(...domain, 5) : mwTicks(...domain, 4), xLabel: "how far the test distribution has moved", theme });
    ctx.strokeStyle = theme.fg;
    ctx.lineWidth = 1;
    mwDrawLine(ctx, 2, () => Math.round(x(step)) + 0.5, (i) => [box.top - 6, box.bottom][i]);
    const odd = [];
    means.forEach((values, i) => {
      ctx.strokeStyle = ctx.fillStyle = colour(i, theme);
      ctx.lineWidth = 2;
      ctx.setLineDash(dash(i));
      mwDrawLine(ctx, values.length - 1, (j) => at(j + 1), (j) => (Number.isFinite(values[j + 1].mean) ? y(values[j + 1].mean) : NaN));
      ctx.setLineDash([]);
      values.forEach(({ mean, half }, group) => {
        if (!Number.isFinite(mean)) { odd.push(learners[i].name); mwCrossMark(ctx, at(group), box.top + 3, 3.5); return; }
        const u = at(group) + (i - (means.length - 1) / 2) * 3; // intervals of several learners stand side by side
        ctx.lineWidth = 1.25;
        const low = log ? Math.max(domain[0], mean - half) : mean - half;
        if (Number.isFinite(half)) mwDrawLine(ctx, 2, () => u, (j) => y([low, mean + half][j]));
        mwShapePath(ctx, i, u, y(mean), group === step + 1 || group === 0 ? 5 : 3.5);
        ctx.fill();
      });
      const here = values[step + 1];
      mwAfterDrawing(() => {
        rows[i].stroke.setAttribute("stroke", colour(i, theme));
        rows[i].stroke.setAttribute("stroke-dasharray", dash(i).join(" "));
        rows[i].value.textContent = Number.isFinite(here.mean) ? `${mwNumber(here.mean)} \u00b1 ${mwNumber(here.half, 2)}` : mwNumber(here.mean);
      });
    });
    mwAfterDrawing(() => { note.textContent = odd.length ? `${[...new Set(odd)].join(" and ")}: not finite where crossed out.` : "Mean over the tasks, with its 95 % interval."; });
  }
  canvas.addEventListener("click", (event) => {
    if (x) onStep(Math.min(config.shifts.length - 1, Math.max(0, Math.round(x.invert(event.clientX - canvas.getBoundingClientRect().left)))));
  });
  const node = mwEl("figure", { class: "td-panel td-losses", hidden: !learners.length },
    mwEl("figcaption", {}, `Loss on queries, ${config.unit}`), mwEl("div", { class: "td-row" }, mwEl("ul", { class: "td-readouts" }, rows.map((r) => r.node)), after && after.node), canvas, note);
  return {
    node, paint, fit: (width) => { size = [width, 230]; resize(...size); },
    words: ({ step }) => learners.map(({ name, losses }) => {
      const means = meansOf(losses, state);
      return `${name}: loss ${mwNumber(means[step + 1].mean)} ${state ? `after ${state} steps` : "before adaptation"}, ${mwNumber(means[0].mean)} on tasks of meta-training.`;
    }).join(" "),
  };
}
// Learners' colours leave out those of the two distributions.
const mwLearnerColour = (i) => [2, 3, 4, 5, 6][i % 5];
