// The curves of the outer loop over its steps: loss, validation with its interval, gradient norm, learning rate.

// All charts, drawn "so far": what comes after the outer step shown stands back. Dragging shows another.
// olCharts({config, onStep}) -> {node, fit(width), paint({record, validations, shown, theme})}
function olCharts({ config, onStep }) {
  const metric = () => config().metric;
  const charts = [
    { key: "loss", title: () => `Loss, ${config().loss_unit}`, height: 178, draw: olDrawLoss, read: olReadLoss },
    { key: "validation", title: () => (metric() === "accuracy" ? "Validation accuracy" : "Validation, mean squared error"), height: 126, draw: olDrawValidation, read: olReadValidation },
    { key: "norm", title: () => "Gradient norm", height: 96, draw: olDrawNorm, read: (s) => olReadColumn(s, "norm") },
    { key: "rate", title: () => "Learning rate", height: 84, draw: olDrawRate, read: (s) => olReadColumn(s, "meta_lr") },
  ];
  for (const [i, chart] of charts.entries()) {
    Object.assign(chart, mwCanvas({ class: "ol-canvas", "aria-hidden": "true" }), { last: i === charts.length - 1 });
    chart.height += chart.last ? 34 : 10;
    chart.reading = mwEl("span", { class: "ol-reading" });
    chart.name = mwEl("span", { class: "ol-chart-title" }, chart.title());
    chart.node = mwEl("figure", { class: `ol-chart ol-${chart.key}` }, mwEl("figcaption", {}, chart.name, chart.reading), chart.canvas);
    const scrub = (event) => {
      if (!chart.x || (event.type === "pointermove" && !event.buttons)) return;
      onStep(Math.round(chart.x.invert(event.clientX - chart.canvas.getBoundingClientRect().left)));
    };
    chart.canvas.addEventListener("pointerdown", (event) => { chart.canvas.setPointerCapture(event.pointerId); scrub(event); });
    chart.canvas.addEventListener("pointermove", scrub);
  }
  let width = 0;
  function paint(state) {
    if (!width) return;
    for (const chart of charts) {
      chart.node.hidden = !state.record.n && chart.key !== "loss"; // one empty chart says it for all
      const { ctx, height } = chart;
      ctx.clearRect(0, 0, width, height);
      const box = { left: 52, right: width - 10, top: 6, bottom: height - (chart.last ? 36 : 8) };
      const x = (chart.x = mwScale([0, Math.max(1, state.record.newest)], [box.left + 3, box.right - 3]));
      const xTicks = chart.last ? mwStepTicks(Math.max(1, state.record.newest), width / 80).map(([v]) => [v, olCount(v)]) : [];
      const look = { ...state, box, x, metric: metric(), chance: config().chance, frame: (y, yTicks) => mwDrawAxes(ctx, { box, x, y, xTicks, yTicks, xLabel: chart.last ? "outer step" : "", theme: state.theme }) };
      const empty = chart.draw(ctx, look);
      chart.reading.textContent = empty ? "" : chart.read(look);
      if (empty) olNote(ctx, box, empty, state.theme);
      else {
        ctx.strokeStyle = state.theme.fg;
        ctx.lineWidth = 1;
        mwDrawLine(ctx, 2, () => Math.round(x(state.shown)) + 0.5, (i) => [box.top - 4, box.bottom][i]);
      }
    }
  }
  return {
    node: mwEl("div", { class: "ol-charts" }, charts.map((chart) => chart.node)), paint,
    fit(available) { width = available; for (const chart of charts) chart.resize(width, chart.height); },
  };
}

function olNote(ctx, box, text, theme) {
  ctx.font = `12px ${theme.font}`;
  ctx.fillStyle = theme.muted;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(text, (box.left + box.right) / 2, (box.top + box.bottom) / 2);
}

// Draw the whole faintly, and the part up to the step shown in full.
function olSoFar(ctx, { box, x, shown, record }, draw) {
  const edge = shown >= record.newest ? box.right + 8 : x(shown);
  for (const [from, to, alpha] of [[box.left - 4, edge, 1], [edge, box.right + 8, 0.28]]) {
    ctx.save();
    ctx.beginPath();
    ctx.rect(from, box.top - 5, Math.max(0, to - from), box.bottom - box.top + 6);
    ctx.clip();
    ctx.globalAlpha = alpha;
    draw(alpha);
    ctx.restore();
  }
}

// Round numbers along an axis; on a log scale powers of ten, with their double and fivefold where there are few.
function olYTicks({ low, high, log }, n) {
  if (!log) return mwTicks(low, high, n);
  if (Math.log10(high / low) > 2.2) return mwLogTicks(low, high, n);
  const ticks = [];
  for (let e = Math.floor(Math.log10(low)); e <= Math.log10(high); e++) {
    for (const m of [1, 2, 5]) ticks.push(m * 10 ** e);
  }
  const seen = ticks.filter((v) => v >= low && v <= high);
  return seen.filter((_, i) => i % Math.ceil(seen.length / (n + 1)) === 0).map((v) => [v, mwPlain(v)]);
}
const mwPlain = (v) => (v >= 1e-3 && v < 1e5 ? String(Number(v.toPrecision(3))) : mwNumber(v, 2));

function olBand(ctx, record, x, low, high) {
  ctx.beginPath();
  for (let i = 0; i < record.n; i++) ctx.lineTo(x(record.last[i]), high(i));
  for (let i = record.n - 1; i >= 0; i--) ctx.lineTo(x(record.last[i]), low(i));
  ctx.closePath();
  ctx.fill();
}

function olDrawLoss(ctx, look) {
  const { record, box, x, theme, frame } = look;
  const range = olRange([record.loss_low, record.loss_high], { trim: 0.01 });
  const y = mwScale([range.low, range.high], [box.bottom, box.top], range.log);
  frame(y, record.n ? olYTicks(range, 4) : []);
  if (!record.n) return "no step yet";
  const colour = mwClassRgb(0, theme);
  const held = (v) => (Number.isFinite(v) ? Math.max(box.top - 3, Math.min(box.bottom, y(v))) : NaN);
  olSoFar(ctx, look, (alpha) => {
    ctx.lineJoin = "round";
    if (record.first.some((v, i) => v !== record.last[i])) {
      ctx.fillStyle = mwCss(colour, 0.22);
      olBand(ctx, record, x, (i) => held(record.loss_low[i]) || box.bottom, (i) => held(record.loss_high[i]) || box.top);
    }
    ctx.strokeStyle = mwCss(colour, 0.4);
    ctx.lineWidth = 1;
    mwDrawLine(ctx, record.n, (i) => x(record.last[i]), (i) => held(record.loss[i]));
    ctx.strokeStyle = mwCss(colour);
    ctx.lineWidth = 2.25;
    if (record.n === 1) mwDotMark(ctx, x(record.last[0]), held(record.loss[0]), 2.5, false);
    mwDrawLine(ctx, record.n, (i) => x(record.last[i]), (i) => held(record.smooth[i]));
    ctx.globalAlpha = alpha;
  });
  return "";
}

function olReadLoss({ record, shown }) {
  const i = olPointAt(record, shown);
  if (i < 0) return "";
  const several = record.last[i] > record.first[i];
  const where = several ? `mean of steps ${olCount(record.first[i])} to ${olCount(record.last[i])}` : `step ${olCount(record.last[i])}`;
  return `${mwNumber(record.loss[i])} (${where}), smoothed ${mwNumber(record.smooth[i])}`;
}

function olDrawValidation(ctx, look) {
  const { validations, box, x, theme, frame, metric, chance, record } = look;
  const percent = metric === "accuracy";
  const finite = validations.filter(([, mean]) => Number.isFinite(mean));
  const ends = finite.flatMap(([, mean, half]) => [mean - (half ?? 0), mean + (half ?? 0)]);
  const range = percent ? olRange([ends, chance ? [chance] : []]) : olRange([ends], {});
  if (percent) { range.low = Math.max(0, range.low); range.high = Math.min(1, range.high); }
  if (range.log) range.low = Math.max(range.low, Math.min(...finite.map(([, mean]) => mean)) / 2);
  const y = mwScale([range.low, range.high], [box.bottom, box.top], range.log);
  frame(y, finite.length ? olYTicks(range, 4).map(([v, text]) => [v, percent ? `${Math.round(100 * v)}\u00a0%` : text]) : []);
  if (!finite.length) return record.n ? "no validation yet" : "no step yet";
  if (chance && y(chance) <= box.bottom + 1) {
    ctx.setLineDash([1, 3]);
    ctx.strokeStyle = theme.muted;
    mwDrawLine(ctx, 2, (i) => [box.left, box.right][i], () => y(chance));
    ctx.setLineDash([]);
  }
  const colour = mwCss(mwClassRgb(1, theme));
  const best = finite.findLast((each) => each[3]);
  olSoFar(ctx, look, () => {
    ctx.strokeStyle = ctx.fillStyle = colour;
    ctx.lineWidth = 1;
    mwDrawLine(ctx, finite.length, (i) => x(finite[i][0]), (i) => y(finite[i][1]));
    ctx.lineWidth = 1.75;
    for (const each of finite) {
      const [step, mean, half] = each;
      const u = x(step);
      if (half) {
        const [low, high] = [y(Math.max(range.low, mean - half)), y(Math.min(range.high, mean + half))];
        mwDrawLine(ctx, 2, () => u, (i) => [low, high][i]);
        for (const end of [low, high]) mwDrawLine(ctx, 2, (i) => u + [-3, 3][i], () => end);
      }
      mwDotMark(ctx, u, y(mean), each === best ? 4.5 : 3);
      if (each === best) { ctx.save(); ctx.strokeStyle = theme.fg; ctx.lineWidth = 1.5; mwDotMark(ctx, u, y(mean), 6.5, false); ctx.restore(); }
    }
  });
  return "";
}

function olReadValidation({ validations, shown, metric }) {
  const seen = validations.filter(([step, mean]) => step <= shown && Number.isFinite(mean));
  if (!seen.length) return "none up to this step";
  const [step, mean, half] = seen.at(-1);
  const best = seen.findLast((each) => each[3]);
  return `${olScore(metric, mean, half)} at step ${olCount(step)}${best && best[0] !== step ? `; best ${olScore(metric, best[1], best[2])} at ${olCount(best[0])}` : ""}`;
}

function olDrawNorm(ctx, look) {
  const { record, box, x, theme, frame } = look;
  const range = olRange([record.norm_low, record.norm_high], { log: true });
  const y = mwScale([range.low, range.high], [box.bottom, box.top], range.log);
  frame(y, record.n ? olYTicks(range, 3) : []);
  if (!record.n) return "no step yet";
  const colour = mwClassRgb(2, theme);
  olSoFar(ctx, look, () => {
    if (record.first.some((v, i) => v !== record.last[i])) {
      ctx.fillStyle = mwCss(colour, 0.22);
      olBand(ctx, record, x, (i) => y(record.norm_low[i]), (i) => y(record.norm_high[i]));
    }
    ctx.strokeStyle = mwCss(colour);
    ctx.lineWidth = 1.5;
    if (record.n === 1) mwDotMark(ctx, x(record.last[0]), y(record.norm[0]), 2.5, false);
    mwDrawLine(ctx, record.n, (i) => x(record.last[i]), (i) => y(record.norm[i]));
  });
  return "";
}

function olDrawRate(ctx, look) {
  const { record, box, x, theme, frame } = look;
  const range = olRange([record.meta_lr], { zero: true });
  const y = mwScale([range.low, range.high], [box.bottom, box.top], range.log);
  frame(y, record.n ? olYTicks(range, 2) : []);
  if (!record.n) return "no step yet";
  olSoFar(ctx, look, () => {
    ctx.strokeStyle = mwCss(mwClassRgb(3, theme));
    ctx.lineWidth = 1.75;
    // A rate holds for a step and changes at once: corners, not slopes.
    const corner = (k) => [record.last[(k + 1) >> 1], record.meta_lr[k >> 1]];
    mwDrawLine(ctx, 2 * record.n - 1, (k) => x(corner(k)[0]), (k) => y(corner(k)[1]));
    if (record.n === 1) mwDotMark(ctx, x(record.last[0]), y(record.meta_lr[0]), 2.5, false);
  });
  return "";
}

function olReadColumn({ record, shown }, name) {
  const i = olPointAt(record, shown);
  return i < 0 ? "" : mwNumber(record[name][i]);
}
