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
    const what = lines.map((line) => (line.role === "gradient" ? "gradient norm" : line.name)).join(" and ");
    const noun = chart.key === "loss" ? " loss" : "";
    const expected = lines.every((line) => line.absorbing) && !fate.includes("not a number");
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

// What can be drawn of these traces: [{title, lines: [{name, role, trace, data}], fixed, chance}]
function mwSeriesOf(config, arrays) {
  const pick = (names) => config.traces.flatMap((trace, i) => names.flatMap(([role, name]) => (
    arrays[`${i}.${name}`] ? [{ role, trace: i, absorbing: `${i}.absorbed` in arrays, name: config.traces.length > 1 ? `${trace.learner}, ${role}` : role, data: arrays[`${i}.${name}`].data }] : []
  )));
  const way = config.episode.class_names.length;
  return [
    { key: "loss", title: `Loss, ${config.loss_unit}`, lines: pick([["query", "query_loss"], ["support", "support_loss"]]) },
    { key: "accuracy", title: "Accuracy", fixed: [0, 1], chance: way ? 1 / way : null, lines: pick([["query", "query_accuracy"], ["support", "support_accuracy"]]) },
    { key: "gradient", title: "Gradient norm, support loss", lines: pick([["gradient", "gradient_norm"]]) },
  ].filter((chart) => chart.lines.length && chart.lines.some((line) => line.data.length > 1));
}

// The class colour that stands for the ith trace; the second one is the support points'.
const mwTraceColour = (i) => [0, 2, 3, 4, 5, 6][i % 6];

// Colour and dash of a line: query solid and support dashed; colour tells roles apart, or traces where there are several.
function mwLineLook(line, several, theme) {
  const index = several ? mwTraceColour(line.trace) : { query: 0, support: 1, gradient: 2 }[line.role];
  return { colour: mwCss(mwClassRgb(index, theme)), dash: line.role === "support" ? [5, 3] : [] };
}

// mwSeriesChart({chart, steps, several, xLabel, onStep}) -> {node, fit(width), paint(step, theme)}
function mwSeriesChart({ chart, steps, several, xLabel, onStep }) {
  const { canvas, ctx, resize } = mwCanvas({ class: "il-canvas", "aria-hidden": "true" });
  const percent = chart.fixed !== undefined;
  const show = percent ? mwPercent : (value) => mwNumber(value);
  let log = !percent && mwNeedsLog(chart.lines);
  let state = null;
  let width = 0;
  const height = { loss: 150, accuracy: 96, gradient: 96 }[chart.key] + (xLabel ? 20 : 0);
  const scaleName = mwEl("button", {
    type: "button", class: "mw-button il-scale", title: "Change the scale",
    onclick: () => { log = !log; paint(state.step, state.theme); },
  });
  const canLog = !percent && chart.lines.some((line) => line.data.some((v) => v > 0));
  const readouts = chart.lines.map((line) => {
    const stroke = mwEl("line", { x1: 0, x2: 22, y1: 5, y2: 5, "stroke-width": 2.25 });
    const value = mwEl("b", {});
    return { line, stroke, value, node: mwEl("li", {}, mwEl("svg", { width: 22, height: 10, "aria-hidden": "true" }, stroke), line.role === "gradient" && !several ? "norm" : line.name, value) };
  });
  const notes = mwSeriesNotes(chart);
  const floorNote = mwEl("p", { class: "il-note" });
  const note = mwEl("div", {}, notes.map(([text, alarming]) => mwEl("p", { class: alarming ? "il-note il-alarm" : "il-note" }, text)), floorNote);
  const node = mwEl("figure", { class: `il-chart il-${chart.key}` },
    mwEl("figcaption", {}, mwEl("span", { class: "il-chart-title" }, chart.title), canLog && scaleName),
    mwEl("ul", { class: "il-readouts" }, readouts.map((r) => r.node)), canvas, note);
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
    ctx.clearRect(0, 0, width, height);
    const box = { left: 46, right: width - 8, top: 8, bottom: height - (xLabel ? 38 : 20) };
    x = mwScale([0, Math.max(1, steps - 1)], [box.left + 4, box.right - 4]);
    const [low, high] = domain();
    const under = log && chart.lines.some((line) => line.data.some((v) => v < low));
    floorNote.textContent = under ? `What is below ${mwNumber(low)} is drawn on the lower edge.` : "";
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
      const { colour, dash } = mwLineLook(line, several, theme);
      const now = line.data[Math.min(step, line.data.length - 1)];
      stroke.setAttribute("stroke", colour);
      stroke.setAttribute("stroke-dasharray", dash.join(" "));
      value.textContent = show(now);
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
          mwDotMark(ctx, x(t), y(v), 2.25);
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
        ctx.beginPath();
        ctx.arc(x(step), y(now), 4.5, 0, 2 * Math.PI);
        ctx.fill();
        ctx.stroke();
      }
    }
    scaleName.textContent = log ? "log scale" : "linear";
    scaleName.setAttribute("aria-label", `Scale of ${chart.title}: ${log ? "logarithmic" : "linear"}. Press to change.`);
  };
  const scrub = (event) => {
    if (!x || (event.type === "pointermove" && !event.buttons)) return;
    onStep(Math.min(steps - 1, Math.max(0, Math.round(x.invert(event.clientX - canvas.getBoundingClientRect().left)))));
  };
  canvas.addEventListener("pointerdown", (event) => { canvas.setPointerCapture(event.pointerId); scrub(event); });
  canvas.addEventListener("pointermove", scrub);
  return { node, paint, fit: (available) => { width = available; resize(width, height); } };
}
