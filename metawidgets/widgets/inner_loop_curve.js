// Regression of one number on one: the fit at this step over its earlier ones, the points it was given, and the truth.

// mwCurvePanel(shared) -> {node, legend, update(trace), paint(state), fit(width)}; shared: {now, look, items, selection, stepKeys,
// announce, label}
function mwCurvePanel({ now, look, ...rest }) {
  let arrays, i, at, fits, truth, first, last, low, high;
  const update = (trace) => {
    ({ arrays } = now);
    ({ i } = trace);
    at = arrays[`${i}.probe`].data;
    fits = arrays[`${i}.probe_outputs`];
    truth = arrays.truth?.data;
    [first, last] = [at[0], at[at.length - 1]];
    // One range for all traces: side by side, equal heights must mean equal values.
    [low, high] = mwCurveRange([arrays.support_y.data, arrays.query_y.data, truth ?? []], now.traces.map((each) => arrays[`${each.i}.probe_outputs`].data));
  };
  const ink = (theme) => mwClassRgb(mwTraceColour(look), theme);
  const note = mwEl("p", { class: "il-note il-alarm", hidden: true });
  const fitAt = (t) => mwAt(fits, t).data;

  function draw(ctx, width, height, { step, theme, shown }) {
    const box = { left: 50, right: width - 10, top: 10, bottom: height - 40 };
    const x = mwScale([first, last], [box.left, box.right]);
    const y = mwScale([low, high], [box.bottom, box.top]);
    mwDrawAxes(ctx, { box, x, y, xTicks: mwTicks(first, last, width / 70), yTicks: mwTicks(low, high, Math.max(3, height / 55)), xLabel: "x", yLabel: "y", theme });
    const accent = mwCss(ink(theme));
    ctx.save();
    ctx.beginPath();
    ctx.rect(box.left, box.top - 4, box.right - box.left, box.bottom - box.top + 8);
    ctx.clip();
    const line = (values) => mwDrawLine(ctx, at.length, (j) => x(at[j]), (j) => y(values[j]));
    ctx.lineJoin = "round";
    if (truth) {
      ctx.strokeStyle = theme.muted;
      ctx.lineWidth = 1.75;
      ctx.setLineDash([2, 4]);
      line(truth);
      ctx.setLineDash([]);
    }
    ctx.strokeStyle = accent;
    ctx.lineWidth = 1.25;
    // A dozen earlier fits say how it came here; a hundred would be a smear.
    const stride = Math.max(1, Math.ceil(step / 12));
    for (let t = 0; t < step; t += stride) {
      ctx.globalAlpha = 0.14 + (0.32 * (t + 1)) / step;
      line(fitAt(t));
    }
    ctx.globalAlpha = 1;
    ctx.lineWidth = 2.75;
    line(fitAt(step));
    ctx.restore();
    const places = new Map();
    for (const item of [...now.items].reverse()) {
      const [u, v] = [x(arrays[`${item.side}_x`].data[item.i]), y(arrays[`${item.side}_y`].data[item.i])];
      places.set(item.id, [u, v]);
      mwCurvePoint(ctx, u, v, item.side, theme);
    }
    const chosen = now.items.find((item) => item.id === shown);
    if (chosen?.side === "query") {
      // The error of the chosen query as a length: from the target to the prediction.
      const [u, v] = places.get(chosen.id);
      const to = Math.min(box.bottom, Math.max(box.top, y(mwAt(arrays[`${i}.outputs`], step).data[chosen.i])));
      ctx.strokeStyle = theme.fg;
      ctx.lineWidth = 1.25;
      if (Number.isFinite(to)) mwDrawLine(ctx, 2, () => u, (j) => [v, to][j]);
    }
    return places;
  }

  const panel = mwPointPanel({ draw, ...rest });
  // One legend serves panels of several colours: then its lines are in ink.
  const own = (theme) => (now.several ? mwRgb(theme.fg) : ink(theme));
  const legend = mwPlotLegend([
    ["fit at this step", (ctx, x, y, theme) => mwLegendLine(ctx, x, y, mwCss(own(theme)), 2.75)],
    ["earlier fits", (ctx, x, y, theme) => mwLegendLine(ctx, x, y, mwCss(own(theme), 0.4), 1.25)],
    ...(now.arrays.truth ? [["truth", (ctx, x, y, theme) => mwLegendLine(ctx, x, y, theme.muted, 1.75, [2, 4])]] : []),
    ["support", (ctx, x, y, theme) => mwCurvePoint(ctx, x, y, "support", theme)],
    ["query", (ctx, x, y, theme) => mwCurvePoint(ctx, x, y, "query", theme)],
  ]);
  return {
    node: mwEl("div", {}, panel.node, note),
    legend,
    update,
    paint(state) {
      panel.paint(state);
      const leaving = mwLeaving(fitAt(state.step), low, high);
      mwAfterDrawing(() => { note.textContent = leaving; note.hidden = !leaving; });
    },
    fit: (width) => panel.fit(width, Math.round(Math.min(now.several ? 340 : 420, Math.max(now.several ? 190 : 240, 0.62 * width)))),
  };
}

// The range of y: all targets and the truth, and the fits as far as they do not squash these.
function mwCurveRange(known, fits) {
  const values = known.flatMap((part) => Array.from(part));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = high - low || 1;
  let [from, to] = [low, high];
  for (const fit of fits) for (const value of fit) if (Number.isFinite(value)) { from = Math.min(from, value); to = Math.max(to, value); }
  return [Math.max(from, low - 0.5 * span) - 0.06 * span, Math.min(to, high + 0.5 * span) + 0.06 * span];
}

function mwLeaving(fit, low, high) {
  const odd = fit.find((value) => !Number.isFinite(value));
  if (odd !== undefined) return `The fit is ${mwNumber(odd)} at this step and is not drawn there.`;
  const [least, most] = [Math.min(...fit), Math.max(...fit)];
  const ends = [least < low && mwNumber(least), most > high && mwNumber(most)].filter(Boolean);
  return ends.length ? `The fit leaves the plot: it reaches ${ends.join(" and ")}.` : "";
}
