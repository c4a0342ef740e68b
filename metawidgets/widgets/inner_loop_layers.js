// How far each layer's parameters are from where they began, as bars: a layer's weight and bias count as one.

const IL_MOST_LAYERS = 10;

// The layers of a trace: [{name, members (places along the channel's layer axis)}]
function mwLayerGroups(trace) {
  const groups = new Map();
  (trace.coords.layer ?? []).forEach((full, place) => {
    const name = full.replace(/^encoder\./, "").replace(/\.(weight|bias)$/, "");
    groups.set(name, [...(groups.get(name) ?? []), place]);
  });
  return [...groups].map(([name, members]) => ({ name, members }));
}

// [] or [{key, rows: [{name, bars: [{look, data (distance at each step)}]}], learners}]. Networks of as many layers are compared
// layer by layer whatever their names; of others, layers of one name.
function mwLayersOf({ arrays, traces, several }) {
  const given = traces.filter((trace) => arrays[`${trace.i}.parameter_distance`] && trace.coords.layer?.length && trace.steps > 1);
  const layered = given.map((trace) => {
    const { data, shape } = arrays[`${trace.i}.parameter_distance`];
    const along = (members) => Float64Array.from({ length: shape[0] }, (_, t) => Math.hypot(...members.map((m) => data[t * shape[1] + m])));
    return { trace, groups: mwLayerGroups(trace).map(({ name, members }) => ({ name, data: along(members) })), total: along([...Array(shape[1]).keys()]) };
  });
  if (!layered.length) return [];
  const alike = layered.every(({ groups }) => groups.length === layered[0].groups.length);
  const rows = new Map();
  for (const { trace, groups } of layered) groups.forEach(({ name, data }, place) => {
    const key = alike ? place : name;
    const row = rows.get(key) ?? { name, bars: [] };
    if (!row.name.split(" / ").includes(name)) row.name += ` / ${name}`;
    row.bars.push({ look: trace.look, data });
    rows.set(key, row);
  });
  return [{ key: "layers", several, rows: [...rows.values()], learners: layered.map(({ trace, total }) => ({ name: trace.name, look: trace.look, data: total })) }];
}

// mwLayersChart({chart}) -> {node, update(chart), fit(width), paint(step, theme)}
function mwLayersChart({ chart: given }) {
  const { canvas, ctx, resize } = mwCanvas({ class: "il-canvas il-still", "aria-hidden": "true" });
  let [chart, rows, width, height, state, bar] = [given, [], 0, 0, null, 0];
  const list = mwEl("ul", { class: "il-readouts" });
  const note = mwEl("p", { class: "il-note" });
  const node = mwEl("figure", { class: "il-chart il-layers" }, mwEl("figcaption", {}, mwEl("span", { class: "il-chart-title" }, "How far each layer moved")), list, canvas, note);
  const at = (data, step) => data[Math.min(step, data.length - 1)];
  const finite = (values) => Math.max(0, ...values.filter(Number.isFinite));
  const furthest = (row) => finite(row.bars.flatMap(({ data }) => [...data]));

  const update = (next) => {
    chart = next;
    const keep = new Set([...chart.rows].sort((a, b) => furthest(b) - furthest(a)).slice(0, IL_MOST_LAYERS));
    rows = chart.rows.filter((row) => keep.has(row));
    const left = chart.rows.length - rows.length;
    note.textContent = [left && `The ${rows.length} layers that moved furthest; ${left} more moved less.`, chart.learners.length > 1 && "At the top all layers together; beside the bars the furthest."].filter(Boolean).join(" ");
    list.replaceChildren(...chart.learners.map((learner) => {
      learner.value = mwEl("b", {});
      if (chart.several) learner.swatch = mwLookCanvas(learner.look);
      return mwEl("li", {}, learner.swatch?.canvas, mwEl("span", { class: "il-name", title: learner.name }, chart.several ? learner.name : "all layers"), learner.value);
    }));
    bar = chart.several ? Math.max(5, 10 - chart.learners.length) : 9;
    height = rows.reduce((sum, row) => sum + row.bars.length * (bar + 1) + 9, 4);
    if (width) resize(width, height);
  };
  // Bars grow along the steps on one scale, unless one of them leaves the others' size: then the scale is that of the step.
  const scaleOf = (step) => {
    const ends = chart.learners.map(({ data }) => finite([...data]));
    const now = rows.flatMap((row) => row.bars.map(({ data }) => at(data, step)));
    const early = Math.max(...chart.learners.map(({ data }) => data[Math.min(1, data.length - 1)]).filter(Number.isFinite), 1e-12);
    if (finite(ends) < 100 * early) return Math.max(...rows.map(furthest), 1e-12);
    const sorted = now.filter(Number.isFinite).sort((a, b) => a - b);
    const usual = sorted[Math.floor(sorted.length / 2)] ?? 0;
    return Math.max(1e-12, ...sorted.filter((v) => v <= 50 * usual));
  };
  const paint = (step, theme) => {
    state = { step, theme };
    if (!width) return;
    ctx.clearRect(0, 0, width, height);
    ctx.font = `11px ${theme.font}`;
    const left = Math.min(0.36 * width, 12 + Math.max(...rows.map((row) => ctx.measureText(row.name).width)));
    const right = width - 54;
    const most = scaleOf(step);
    ctx.textBaseline = "middle";
    let y = 4;
    for (const row of rows) {
      const tall = row.bars.length * (bar + 1);
      ctx.fillStyle = theme.fg;
      ctx.textAlign = "right";
      ctx.fillText(mwShorten(ctx, row.name, left - 8), left - 7, y + tall / 2);
      ctx.fillStyle = theme.raised;
      ctx.fillRect(left, y, right - left, tall);
      const largest = row.bars.reduce((a, b) => (at(b.data, step) > at(a.data, step) || Number.isNaN(at(b.data, step)) ? b : a));
      row.bars.forEach(({ look, data }, j) => {
        const value = at(data, step);
        const top = y + j * (bar + 1);
        if (!Number.isFinite(value)) mwHatch(ctx, left, top, right - left, bar, theme.bad);
        else {
          ctx.fillStyle = mwCss(mwClassRgb(chart.several ? mwTraceColour(look) : 0, theme));
          ctx.fillRect(left, top, Math.min(1, value / most) * (right - left), bar);
          if (value > most * 1.001) { // beyond the scale: an arrow in the paper's colour says that the bar goes on
            ctx.strokeStyle = theme.bg;
            ctx.lineWidth = 1.5;
            mwDrawLine(ctx, 3, (k) => right - [8, 5, 8][k], (k) => top + [0, bar / 2, bar][k]);
          }
        }
      });
      ctx.fillStyle = theme.muted;
      ctx.textAlign = "left";
      const value = at(largest.data, step);
      ctx.fillText(Number.isNaN(value) ? "no number" : mwNumber(value), right + 5, y + tall / 2);
      y += tall + 9;
    }
    for (const { value, data, swatch } of chart.learners) {
      mwAfterDrawing(() => { value.textContent = mwNumber(at(data, step)); });
      swatch?.paint(theme);
    }
  };
  return { node, update, paint, fit: (available) => { width = available; resize(width, height); } };
}
