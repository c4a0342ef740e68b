// Losses, accuracy and gradient norm over steps, with the current step marked: small charts that can be dragged.

// Which steps a series is not finite at, in words: "infinite at steps 1 to 3", "" if none.
function mwNotFinite(data) {
  const kinds = { infinite: (v) => Math.abs(v) === Infinity, "not a number": (v) => Number.isNaN(v) };
  return Object.entries(kinds).flatMap(([word, test]) => {
    const steps = Array.from(data.keys()).filter((t) => test(data[t]));
    if (!steps.length) return [];
    const [from, to] = [steps[0], steps[steps.length - 1]];
    const unbroken = to - from + 1 === steps.length;
    const where = steps.length === 1 ? `at step ${from}` : to === data.length - 1 && unbroken ? `from step ${from} on` : `${unbroken ? "at" : "within"} steps ${from} to ${to}`;
    return [`${word} ${where}`];
  }).join(" and ");
}

// What cannot be drawn, in words: [[text, whether something went wrong]]. Lines of one fate share a sentence. That a loss is
// infinite while classes lack support is no accident but what the learner says of them.
function mwSeriesNotes(chart) {
  const fates = new Map();
  for (const line of chart.lines) {
    const fate = mwNotFinite(line.data);
    if (fate) fates.set(fate, [...(fates.get(fate) ?? []), line]);
  }
  return [...fates].map(([fate, lines]) => {
    const expected = lines.every((line) => line.absorbing) && !fate.includes("not a number");
    const { several } = chart;
    const what = several ? mwListed([...new Set(lines.map((line) => line.learner))]) : lines.map((line) => (line.role === "gradient" ? "gradient norm" : line.name)).join(" and ");
    if (several) return [`${what}: ${fate} (\u2715)${expected ? ", since a class without support has probability 0" : ""}.`, !expected];
    const noun = chart.key === "loss" ? " loss" : "";
    const text = `${what}${noun} ${lines.length > 1 ? "are" : "is"} ${fate} (\u2715)${expected ? ": a class without support has probability 0" : ""}.`;
    return [text[0].toUpperCase() + text.slice(1), !expected];
  });
}

// Values that span more than this factor are drawn on a log scale: on a linear one all but the largest would lie on the floor.
const MW_LOG_FROM = 50;

function mwNeedsLog(lines) {
  const values = lines.flatMap((line) => Array.from(line.data)).filter((v) => Number.isFinite(v));
  const positive = values.filter((v) => v > 0);
  return positive.length > 1 && values.every((v) => v >= 0) && Math.max(...positive) > MW_LOG_FROM * Math.min(...positive);
}

// What can be drawn of these traces: [{key, title, lines: [{name, role, look, data}], fixed, chance}]
function mwSeriesOf({ config, arrays, traces, names, several }) {
  const pick = (wanted) => traces.flatMap((trace) => wanted.flatMap(([role, name]) => (
    arrays[`${trace.i}.${name}`] ? [{ role, look: trace.look, absorbing: `${trace.i}.absorbed` in arrays, learner: trace.name, name: several && role !== "support" ? trace.name : role, data: arrays[`${trace.i}.${name}`].data }] : []
  )));
  return [
    { key: "loss", title: `Loss, ${config.loss_unit}`, lines: pick([["query", "query_loss"], ["support", "support_loss"]]) },
    { key: "accuracy", title: "Accuracy", fixed: [0, 1], chance: names.length ? 1 / names.length : null, lines: pick([["query", "query_accuracy"], ["support", "support_accuracy"]]) },
    { key: "gradient", title: "Gradient norm, support loss", lines: pick([["gradient", "gradient_norm"]]) },
  ].filter((chart) => chart.lines.length && chart.lines.some((line) => line.data.length > 1));
}

// The class colour that stands for the learner with that number among the choices; the second one is the support points'.
const mwTraceColour = (look) => [0, 2, 3, 4, 5, 6][look % 6];

// A learner's sign: its colour, and beyond colour the shape of its marks.
function mwLookMark(ctx, look, x, y, r, theme) {
  ctx.fillStyle = mwCss(mwClassRgb(mwTraceColour(look), theme));
  mwShapePath(ctx, look, x, y, r);
  ctx.fill();
}
function mwLookCanvas(look) {
  const made = mwCanvas({ class: "il-look", "aria-hidden": "true" });
  let painted = "";
  return { ...made, paint(theme) {
    if (painted === theme.fg + theme.bg) return;
    painted = theme.fg + theme.bg;
    made.resize(14, 14);
    mwLookMark(made.ctx, look, 7, 7, 4.5, theme);
  } };
}

// Colour and dash of a line: query solid and support dashed; colour and marks tell roles apart, or learners where there are several.
function mwLineLook(line, several, theme) {
  const index = several ? mwTraceColour(line.look) : { query: 0, support: 1, gradient: 2 }[line.role];
  return { colour: mwCss(mwClassRgb(index, theme)), dash: line.role === "support" ? [5, 3] : [], shape: several ? line.look : 0 };
}

// mwSeriesChart({chart, onStep}) -> {node, update(chart), fit(width), paint(step, theme)}
// chart: one of mwSeriesOf with {several, steps, xLabel}; a scale that the reader chose outlives an update.
function mwSeriesChart({ chart: given, onStep }) {
  const { canvas, ctx, resize } = mwCanvas({ class: "il-canvas", "aria-hidden": "true" });
  const percent = given.fixed !== undefined;
  const show = percent ? mwPercent : (value) => mwNumber(value);
  let [chart, state, width, height, readouts, log, chosen] = [given, null, 0, 0, [], false, null];
  const scaleName = mwEl("button", {
    type: "button", class: "mw-button il-scale", title: "Change the scale",
    onclick: () => { chosen = log = !log; paint(state.step, state.theme); },
  });
  const list = mwEl("ul", { class: "il-readouts" });
  const warnings = mwEl("div", {});
  const floorNote = mwEl("p", { class: "il-note" });
  const node = mwEl("figure", { class: `il-chart il-${chart.key}` },
    mwEl("figcaption", {}, mwEl("span", { class: "il-chart-title" }, chart.title), scaleName), list, canvas, warnings, floorNote);
  const update = (next) => {
    chart = next;
    const { several } = chart;
    readouts = chart.lines.map((line) => {
      const stroke = mwEl("line", { x1: 0, x2: 22, y1: 5, y2: 5, "stroke-width": 2.25 });
      const value = mwEl("b", {});
      return { line, stroke, value, node: mwEl("li", {}, mwEl("svg", { width: 22, height: 10, "aria-hidden": "true" }, stroke), mwEl("span", { class: "il-name", title: several ? line.name : null }, line.role === "gradient" && !several ? "norm" : line.name), value) };
    });
    list.classList.toggle("il-paired", several && chart.key !== "gradient");
    list.replaceChildren(...readouts.map((r) => r.node));
    warnings.replaceChildren(...mwSeriesNotes(chart).map(([text, alarming]) => mwEl("p", { class: alarming ? "il-note il-alarm" : "il-note" }, text)));
    scaleName.hidden = percent || !chart.lines.some((line) => line.data.some((v) => v > 0));
    log = scaleName.hidden ? false : chosen ?? mwNeedsLog(chart.lines);
    height = { loss: 150, accuracy: 96, gradient: 96 }[chart.key] + (chart.xLabel ? 20 : 0);
    if (width) resize(width, height);
  };
  const domain = () => {
    if (chart.fixed) return chart.fixed;
    const values = chart.lines.flatMap((line) => Array.from(line.data)).filter((v) => Number.isFinite(v) && (!log || v > 0));
    if (!values.length) return log ? [0.1, 1] : [0, 1];
    const [low, high] = [Math.min(...values), Math.max(...values)];
    // Four decades below the start everything is as good as 0; more of them would flatten what happens above.
    const start = Math.max(...chart.lines.map((line) => line.data[0]).filter((v) => v > 0 && Number.isFinite(v)), 0);
    if (log) return low === high ? [low / 2, high * 2] : [Math.max(low, Math.min(1e-4 * start, high / 10)), high];
    return [Math.min(0, low), high > 0 ? high * 1.04 : 1];
  };
  let x = null;
  const paint = (step, theme) => {
    state = { step, theme };
    if (!width) return;
    const { several, steps, xLabel } = chart;
    ctx.clearRect(0, 0, width, height);
    const box = { left: 46, right: width - 8, top: 8, bottom: height - (xLabel ? 38 : 20) };
    x = mwScale([0, Math.max(1, steps - 1)], [box.left + 4, box.right - 4]);
    const [low, high] = domain();
    const under = log && chart.lines.some((line) => line.data.some((v) => v < low));
    mwAfterDrawing(() => { floorNote.textContent = under ? `What is below ${mwNumber(low)} is drawn on the lower edge.` : ""; });
    const y = mwScale([low, high], [box.bottom, box.top], log);
    const yTicks = log ? mwLogTicks(low, high, 4) : mwTicks(low, high, percent ? 2 : 3).map(([v, text]) => [v, percent ? `${Math.round(100 * v)}\u00a0%` : text]);
    mwDrawAxes(ctx, { box, x, y, xTicks: mwStepTicks(steps - 1, width / 60), yTicks, xLabel, theme });
    if (chart.chance) {
      ctx.setLineDash([1, 3]);
      ctx.strokeStyle = theme.muted;
      mwDrawLine(ctx, 2, (i) => [box.left, box.right][i], () => y(chart.chance));
      ctx.setLineDash([]);
    }
    ctx.strokeStyle = theme.fg;
    ctx.lineWidth = 1;
    mwDrawLine(ctx, 2, () => Math.round(x(step)) + 0.5, (i) => [box.top - 4, box.bottom][i]);
    for (const { line, stroke, value } of readouts) {
      const { colour, dash, shape } = mwLineLook(line, several, theme);
      const now = line.data[Math.min(step, line.data.length - 1)];
      mwAfterDrawing(() => {
        stroke.setAttribute("stroke", colour);
        stroke.setAttribute("stroke-dasharray", dash.join(" "));
        value.textContent = show(now);
      });
      const at = (t) => (Number.isFinite(line.data[t]) ? y(line.data[t]) : NaN);
      ctx.strokeStyle = ctx.fillStyle = colour;
      ctx.lineWidth = 2;
      ctx.setLineDash(dash);
      // What is still to come stands back: the eye then reads the chart as "so far".
      ctx.globalAlpha = 0.3;
      mwDrawLine(ctx, line.data.length, x, at);
      ctx.globalAlpha = 1;
      mwDrawLine(ctx, Math.min(step + 1, line.data.length), x, at);
      ctx.setLineDash([]);
      let crossed = -Infinity; // where the last cross stands: a hundred of them in a row would be a hedge
      line.data.forEach((v, t) => {
        if (Number.isFinite(v)) {
          if (steps > 24) return;
          ctx.globalAlpha = t <= step ? 1 : 0.4;
          mwShapePath(ctx, shape, x(t), y(v), shape ? 2.75 : 2.25);
          ctx.fill();
        } else if (x(t) - crossed >= 11 || t === line.data.length - 1) {
          crossed = x(t);
          ctx.globalAlpha = t <= step ? 1 : 0.4;
          mwCrossMark(ctx, x(t), box.top + 3, 3.5);
        }
      });
      ctx.globalAlpha = 1;
      if (step < line.data.length && Number.isFinite(now)) {
        ctx.fillStyle = theme.bg;
        ctx.lineWidth = 2.25;
        mwShapePath(ctx, shape, x(step), y(now), 4.5);
        ctx.fill();
        ctx.stroke();
      }
    }
    mwAfterDrawing(() => {
      scaleName.textContent = log ? "log scale" : "linear";
      scaleName.setAttribute("aria-label", `Scale of ${chart.title}: ${log ? "logarithmic" : "linear"}. Press to change.`);
    });
  };
  const scrub = (event) => {
    if (!x || (event.type === "pointermove" && !event.buttons)) return;
    onStep(Math.min(chart.steps - 1, Math.max(0, Math.round(x.invert(event.clientX - canvas.getBoundingClientRect().left)))));
  };
  canvas.addEventListener("pointerdown", (event) => { canvas.setPointerCapture(event.pointerId); scrub(event); });
  canvas.addEventListener("pointermove", scrub);
  return { node, update, paint, fit: (available) => { width = available; resize(width, height); } };
}
