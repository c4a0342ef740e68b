// One held episode, adapted to again and again: the same inner steps from a better and better initialisation.

// olHeld({model, selection, onInner, announce, signal}) -> {node, refresh(), steps(), fit(width), paint({shown, theme})}
function olHeld({ model, selection, onInner, announce, stepKeys, signal }) {
  const config = model.get("config").held;
  const { kind } = config;
  const inner = config.inner;
  const many = inner.length > 1;
  let arrays = null;
  let steps = [];
  let width = 0;
  const title = mwEl("h4", { class: "ol-held-title" }, `Held episode: ${config.title}`);
  const reading = mwEl("p", { class: "ol-held-reading" });
  const choice = many && mwRange({ label: config.axis_label, value: inner.length - 1, min: 0, max: inner.length - 1, stops: inner.length - 1,
    format: (i) => config.inner_names[Math.round(i)], oninput: (i) => onInner(Math.round(i)) });
  if (choice) choice.control.setAttribute("aria-label", config.axis_label);
  const main = kind === "curve" ? olCurve({ config }) : kind === "queries" ? olQueries({ config, selection, announce, stepKeys, signal }) : null;
  const names = kind === "queries" ? ["query_accuracy", "query_loss"] : ["query_loss", "support_loss"];
  // A loss is infinite as long as a class lacks support: nothing to draw before the last.
  const drawable = (name) => mwAt(mwArrays(model)[`held.${name}`], 0).data.filter(Number.isFinite).length > 1;
  const lines = many ? names.filter(drawable).map((name) => olInnerChart({ config, name })) : [];
  const node = mwEl("div", { role: "group", class: "ol-held", "aria-label": "Held episode" }, title, reading,
    choice && mwEl("div", { class: "ol-inner" }, choice.node), main?.node, mwEl("div", { class: "ol-inner-charts" }, lines.map((line) => line.node)),
    many && mwEl("p", { class: "ol-key" }, `By ${config.axis_label}, one line an outer step: pale ones came earlier, the strong one is shown.`));
  function refresh() {
    arrays = mwArrays(model);
    steps = Array.from(arrays["held.meta_step"].data);
    main?.refresh(arrays);
  }
  refresh();
  const say = (name, at, t) => mwAt(arrays[`held.${name}`], at).data[t];
  function describe(at, t) {
    const parts = kind === "queries" ? [["query accuracy", "query_accuracy", mwPercent], ["query loss", "query_loss", mwNumber]] : [["query loss", "query_loss", mwNumber]];
    const when = steps[at] === 0 ? "Before training" : `After outer step ${olCount(steps[at])}`;
    return `${when}, ${config.inner_names[t]}: ${parts.map(([word, name, show]) => `${word} ${show(say(name, at, t))}`).join(", ")}${
      at > 0 ? ` (before training ${parts.map(([, name, show]) => show(say(name, 0, t))).join(", ")})` : ""}.`;
  }
  return {
    node, refresh, steps: () => steps,
    fit(available) { width = available; main?.fit(width); lines.forEach((line) => line.fit(width)); },
    paint({ shown, theme, current, pinned }) {
      if (!width || !steps.length) return;
      const at = Math.max(0, olLastUpTo(steps, shown));
      const wanted = model.get("inner");
      const t = wanted < 0 || wanted >= inner.length ? inner.length - 1 : wanted;
      choice?.set(t);
      reading.textContent = describe(at, t);
      main?.paint({ arrays, at, t, theme, current, pinned });
      lines.forEach((line) => line.paint({ arrays, at, t, theme, steps }));
    },
  };
}

// The fitted curve: the inner steps up to the one chosen, from the initialisation shown; dashed, the same from the first one.
function olCurve({ config }) {
  const { canvas, ctx, resize } = mwCanvas({ class: "ol-canvas", role: "img" });
  let size = [0, 0];
  let range = [0, 1];
  const blue = (theme) => mwClassRgb(0, theme);
  const legend = mwPlotLegend([
    ["fit", (c, x, y, theme) => mwLegendLine(c, x, y, mwCss(blue(theme)), 2.75)],
    ["inner steps before it", (c, x, y, theme) => mwLegendLine(c, x, y, mwCss(blue(theme), 0.4), 1.25)],
    ["fit before training", (c, x, y, theme) => mwLegendLine(c, x, y, mwCss(mwClassRgb(3, theme)), 1.5, [5, 3])],
    ["truth", (c, x, y, theme) => mwLegendLine(c, x, y, theme.muted, 1.75, [2, 4])],
    ["support", (c, x, y, theme) => mwCurvePoint(c, x, y, "support", theme, 5)], ["query", (c, x, y, theme) => mwCurvePoint(c, x, y, "query", theme, 5)],
  ]);
  function paint({ arrays, at, t, theme }) {
    const [width, height] = size;
    ctx.clearRect(0, 0, width, height);
    const probe = arrays.probe.data;
    const box = { left: 44, right: width - 8, top: 8, bottom: height - 24 };
    const x = mwScale([probe[0], probe[probe.length - 1]], [box.left, box.right]);
    const y = mwScale(range, [box.bottom, box.top]);
    mwDrawAxes(ctx, { box, x, y, xTicks: mwTicks(probe[0], probe[probe.length - 1], width / 70), yTicks: mwTicks(...range, height / 50), theme });
    ctx.save();
    ctx.beginPath();
    ctx.rect(box.left, box.top - 4, box.right - box.left, box.bottom - box.top + 8);
    ctx.clip();
    ctx.lineJoin = "round";
    const line = (values, colour, thick, dash = []) => {
      ctx.strokeStyle = colour;
      ctx.lineWidth = thick;
      ctx.setLineDash(dash);
      mwDrawLine(ctx, probe.length, (i) => x(probe[i]), (i) => y(values[i]));
      ctx.setLineDash([]);
    };
    if (arrays.truth) line(arrays.truth.data, theme.muted, 1.75, [2, 4]);
    const fits = mwAt(arrays["held.fit"], at);
    if (at > 0) line(mwAt(mwAt(arrays["held.fit"], 0), t).data, mwCss(mwClassRgb(3, theme)), 1.5, [5, 3]);
    for (let k = 0; k < t; k++) line(mwAt(fits, k).data, mwCss(blue(theme), 0.2 + (0.3 * k) / t), 1.25);
    line(mwAt(fits, t).data, mwCss(blue(theme)), 2.75);
    ctx.restore();
    for (const [side, support] of [["query", false], ["support", true]]) {
      const [xs, ys] = [arrays[`${side}_x`].data, arrays[`${side}_y`].data];
      xs.forEach((v, i) => mwCurvePoint(ctx, x(v), y(ys[i]), support ? "support" : "query", theme, 5));
    }
    canvas.setAttribute("aria-label", `The fitted curve, ${config.inner_names[t]}`);
    legend.paint(theme);
  }
  return {
    node: mwEl("div", { class: "ol-curve" }, canvas, legend.node), paint,
    refresh(arrays) {
      // One range for all outer steps, by what is true: an untrained fit may leave the plot.
      const known = [arrays.support_y.data, arrays.query_y.data, arrays.truth?.data ?? []].flatMap((part) => Array.from(part));
      const [low, high] = [Math.min(...known), Math.max(...known)];
      const margin = 0.35 * (high - low || 1);
      range = [low - margin, high + margin];
    },
    fit(width) { size = [width, Math.round(Math.min(300, Math.max(200, 0.6 * width)))]; resize(...size); },
  };
}

// Loss or accuracy after each inner step, a line for every outer step adapted at.
function olInnerChart({ config, name }) {
  const { canvas, ctx, resize } = mwCanvas({ class: "ol-canvas", "aria-hidden": "true" });
  const percent = name.endsWith("accuracy");
  const value = mwEl("span", { class: "ol-reading" });
  const height = 132;
  let width = 0;
  const words = name.replace("_", " ");
  return {
    node: mwEl("figure", { class: "ol-chart" }, mwEl("figcaption", {},
      mwEl("span", { class: "ol-chart-title" }, `${words[0].toUpperCase()}${words.slice(1)}`), value), canvas),
    fit(available) { width = Math.max(180, available < 380 ? available : Math.floor((available - 20) / 2)); resize(width, height); },
    paint({ arrays, at, t, theme, steps }) {
      const stack = arrays[`held.${name}`];
      const inner = config.inner;
      ctx.clearRect(0, 0, width, height);
      const range = percent ? { low: 0, high: 1, log: false } : olRange([stack.data], { zero: true });
      const box = { left: 44, right: width - 8, top: 6, bottom: height - 22 };
      const x = mwScale([0, Math.max(1, inner.at(-1))], [box.left + 4, box.right - 4]);
      const y = mwScale([range.low, range.high], [box.bottom, box.top], range.log);
      mwDrawAxes(ctx, { box, x, y, xTicks: mwStepTicks(inner.at(-1), width / 40), theme,
        yTicks: olYTicks(range, 3).map(([v, text]) => [v, percent ? `${Math.round(100 * v)}\u00a0%` : text]) });
      const colour = mwClassRgb(0, theme);
      const line = (k) => {
        const values = mwAt(stack, k).data;
        mwDrawLine(ctx, inner.length, (i) => x(inner[i]), (i) => (Number.isFinite(values[i]) ? y(values[i]) : NaN));
      };
      ctx.lineWidth = 1;
      for (let k = 0; k < steps.length; k++) {
        // The later the stronger; those still to come are the palest.
        ctx.strokeStyle = k > at ? mwCss(mwRgb(theme.muted), 0.2) : mwCss(colour, 0.12 + (0.38 * k) / Math.max(1, at));
        line(k);
      }
      ctx.strokeStyle = mwCss(colour);
      ctx.lineWidth = 2.5;
      line(at);
      const now = mwAt(stack, at).data[t];
      value.textContent = percent ? mwPercent(now) : mwNumber(now);
      if (Number.isFinite(now)) {
        ctx.fillStyle = theme.bg;
        ctx.lineWidth = 2.25;
        mwDotMark(ctx, x(inner[t]), y(now), 4);
        mwDotMark(ctx, x(inner[t]), y(now), 4, false);
      }
    },
  };
}
