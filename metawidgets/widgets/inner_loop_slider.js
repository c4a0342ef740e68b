// How a learner adapts, step by step. All states are here; scrubbing asks nothing of Python.

const IL_PANELS = { curve: mwCurvePanel, regions: mwRegionsPanel, queries: mwQueriesPanel };

export default { render({ model, el, signal }) {
  const config = model.get("config");
  const arrays = mwArrays(model);
  const { episode, traces } = config;
  const names = episode.class_names;
  const images = arrays.query_x.shape.length === 4;
  const several = traces.length > 1;
  const { root, body } = mwFrame({ model, el, label: config.label, signal });
  const selection = mwSelection(model);
  let theme = mwTheme(root);
  const longest = traces.reduce((a, b) => (b.steps > a.steps ? b : a));
  const stepOf = (i, step) => Math.min(step, traces[i].steps - 1);

  const side = (name) => episode[`${name}_ids`].map((id, i) => ({ id, side: name, i, label: names.length ? arrays[`${name}_y`].data[i] : -1 }));
  const queries = side("query").sort((a, b) => a.label - b.label || a.i - b.i);
  const items = [...queries, ...side("support")];
  const hardest = mwHardest(config, arrays, queries);

  const player = mwPlayer({
    model, steps: config.steps, label: longest.axis_label, format: (t) => longest.step_names[t], interval: 600,
    loop: true, speeds: [0.5, 1, 2, 4], signal,
  });
  const stepKeys = {
    ArrowLeft: () => player.set(player.get() - 1), ArrowRight: () => player.set(player.get() + 1),
    Home: () => player.set(0), End: () => player.set(config.steps - 1), " ": () => player.toggle(),
  };
  const shown = () => {
    const id = selection.get();
    const known = items.some((item) => item.id === id);
    return { shown: known ? id : hardest, pinned: known && selection.pinned(), mode: !known ? "hardest" : selection.pinned() ? "pinned" : "pointed" };
  };
  let spoken = "";
  const announce = () => { paint(); mwAnnounce(root, spoken); };

  const reading = mwEl("p", { class: "il-reading" });
  const shared = { arrays, items, traces, names, images, selection, stepKeys, announce, signal, current: () => shown().shown };
  const panels = traces.map((trace, i) => {
    const panel = IL_PANELS[config.kind]({ ...shared, i, grid: trace.grid, label: several ? trace.learner : config.label });
    const state = mwEl("span", { class: "il-state" });
    const head = several && mwEl("h4", { class: "il-panel-head" }, trace.learner, state);
    return { ...panel, state, node: mwEl("section", { class: "il-panel" }, head, panel.node) };
  });
  const drawn = mwSeriesOf(config, arrays);
  const charts = drawn.map((chart, i) => mwSeriesChart({
    chart, several, steps: config.steps, xLabel: i === drawn.length - 1 ? longest.axis_label : "", onStep: (step) => player.set(step),
  }));
  const inspector = mwInspector({ config, arrays, images, items });
  const main = mwEl("div", { class: "il-main" }, panels.map((p) => p.node));
  const beside = mwEl("div", { class: "il-beside" }, charts.map((c) => c.node));
  body.append(
    mwEl("header", { class: "il-header" }, mwEl("h3", {}, config.label),
      traces.map((trace) => mwEl("p", { class: "il-settings" }, mwSettings(trace, several)))),
    player.node, reading,
    mwEl("div", { class: `il-columns il-of-${Math.min(traces.length, 3)}` }, main, inspector.node, beside),
  );

  const describe = (trace, i, step) => {
    const t = stepOf(i, step);
    const now = (name) => arrays[`${i}.${name}`]?.data[t];
    const parts = [["query accuracy", now("query_accuracy"), mwPercent], ["query loss", now("query_loss"), (v) => `${mwNumber(v)} ${Number.isFinite(v) ? config.loss_unit : ""}`.trim()],
      ["support loss", now("support_loss"), mwNumber]].filter(([, v]) => v !== undefined);
    const said = `${parts.map(([name, v, show]) => `${name} ${show(v)}`).join(", ")}.`;
    return several ? `${trace.learner}: ${said}` : said[0].toUpperCase() + said.slice(1);
  };
  function paint() {
    const step = player.get();
    const look = { ...shown(), theme };
    reading.textContent = traces.map((trace, i) => describe(trace, i, step)).join(" ");
    panels.forEach((panel, i) => {
      panel.paint({ ...look, step: stepOf(i, step) });
      panel.state.textContent = step >= traces[i].steps ? ` ended at step ${traces[i].steps - 1}` : "";
    });
    charts.forEach((chart) => chart.paint(step, theme));
    spoken = inspector.show({ ...look, step, stepOf });
  }
  const repaint = mwRepaint(paint, { el: root, signal });

  let settle = 0;
  mwListen(model, "change:step", () => {
    repaint();
    clearTimeout(settle);
    settle = setTimeout(() => mwAnnounce(root, `${longest.step_names[player.get()]}. ${reading.textContent}`), 600);
  }, signal);
  selection.on(repaint);
  // Keys work from anywhere in the component, but a control keeps those that are its own.
  body.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("button, select, input")) return;
    if (stepKeys[event.key]) { event.preventDefault(); stepKeys[event.key](); }
  });
  panels.forEach((panel) => mwOnWidth(panel.node, (width) => { panel.fit(width); repaint(); }, signal));
  charts.forEach((chart) => mwOnWidth(chart.node, (width) => { chart.fit(width); repaint(); }, signal));
  mwOnTheme(() => { theme = mwTheme(root); repaint(); }, signal);
  signal?.addEventListener("abort", () => { clearTimeout(settle); selection.close(); });
  paint();
} };

// Hyper-parameters as the trace recorded them, with the policy on batch statistics.
function mwSettings({ learner, meta }, several) {
  const words = { true: "yes", false: "no" };
  const hyper = Object.entries(meta.hyper ?? {}).filter(([, value]) => ["number", "string", "boolean"].includes(typeof value));
  const parts = hyper.map(([name, value]) => `${name} ${words[value] ?? value}`);
  if (meta.statistics) parts.push(`batch statistics ${meta.statistics}`);
  return [several ? learner : "", parts.join(", ")].filter(Boolean).join(": ");
}

// The query that the first trace does worst on in the end: what is shown until something is pointed at.
function mwHardest(config, arrays, queries) {
  const last = (name) => arrays[`0.${name}`] && mwAt(arrays[`0.${name}`], config.traces[0].steps - 1);
  const [outputs, probabilities] = [last("outputs"), last("probabilities")];
  const badness = ({ i, label }) => {
    const bad = label < 0 ? Math.abs(mwAt(outputs, i).data[0] - arrays.query_y.data[i]) : -mwAt(probabilities, i).data[label];
    return Number.isNaN(bad) ? Infinity : bad;
  };
  return queries.reduce((worst, q) => (badness(q) > badness(worst) ? q : worst), queries[0])?.id ?? "";
}
