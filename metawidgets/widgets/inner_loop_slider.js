// How learners adapt, step by step. All states are here; scrubbing asks nothing of Python, and new settings only bring new data:
// what stands here is updated in place, so that focus, step, selection and scales stay as they are under the reader's hand.

const IL_PANELS = { curve: mwCurvePanel, regions: mwRegionsPanel, queries: mwQueriesPanel };

// What Python sent, as the parts use it. read() takes in what is there now and says whether the episode is another one.
function mwInnerLoop(model) {
  const now = { key: "" };
  now.read = () => {
    const config = model.get("config");
    const { episode, kind } = config;
    const arrays = mwArrays(model);
    const names = episode.class_names;
    const side = (name) => episode[`${name}_ids`].map((id, i) => ({ id, side: name, i, label: names.length ? arrays[`${name}_y`].data[i] : -1 }));
    const queries = side("query").sort((a, b) => a.label - b.label || a.i - b.i);
    const colour = (name) => Math.max(0, config.choices.findIndex((choice) => choice.name === name));
    const sent = config.traces.map((trace, i) => ({ ...trace, i, look: colour(trace.name) }));
    const traces = sent.filter((trace) => (model.get("shown") ?? []).includes(trace.name));
    Object.assign(now, { config, arrays, names, queries, sent, traces: traces.length ? traces : sent, items: [...queries, ...side("support")], images: arrays.query_x.shape.length === 4 });
    now.several = sent.length > 1 || config.choices.length > 1;
    now.longest = now.traces.reduce((a, b) => (b.steps > a.steps ? b : a));
    now.hardest = mwHardest(now);
    const key = JSON.stringify([kind, names, episode.support_ids, episode.query_ids, now.several]);
    const fresh = key !== now.key;
    now.key = key;
    return fresh;
  };
  now.read();
  return now;
}

export default { render({ model, el, signal }) {
  const now = mwInnerLoop(model);
  const frame = mwFrame({ model, el, label: now.config.label, signal });
  const { root, body } = frame;
  const python = mwPython(model, { frame, signal });
  const selection = mwSelection(model);
  let theme = mwTheme(root);
  const stepOf = (trace, step) => Math.min(step, trace.steps - 1);

  const player = mwPlayer({
    model, steps: now.longest.steps, label: now.longest.axis_label, format: (t) => now.longest.step_names[t], interval: 600,
    loop: true, speeds: [0.5, 1, 2, 4], signal,
  });
  const stepKeys = {
    ArrowLeft: () => player.set(player.get() - 1), ArrowRight: () => player.set(player.get() + 1),
    Home: () => player.set(0), End: () => player.set(now.longest.steps - 1), " ": () => player.toggle(),
  };
  const shown = () => {
    const id = selection.get();
    const known = now.items.some((item) => item.id === id);
    return { shown: known ? id : now.hardest, pinned: known && selection.pinned(), mode: !known ? "hardest" : selection.pinned() ? "pinned" : "pointed" };
  };
  let spoken = "";
  const announce = () => { mwDrawing(paint); mwAnnounce(root, spoken); };

  const title = mwEl("h3", {});
  const hyper = mwEl("div", { class: "il-settings" });
  const details = mwEl("details", { class: "il-details", hidden: !now.several }, mwEl("summary", {}, "Hyper-parameters"));
  const controls = mwInnerControls({ model, now, python, frame, player });
  const reading = mwEl("p", { class: "il-reading" });
  const alarms = mwEl("p", { class: "il-note il-alarm" });
  const main = mwEl("div", { class: "il-main" });
  const above = mwEl("div", { class: "il-above" });
  const beside = mwEl("div", { class: "il-beside" });
  const middle = mwEl("div", { class: "il-middle" });
  const columns = mwEl("div", { class: "il-columns" }, above, main, middle, beside);
  if (now.several) details.append(hyper);
  body.append(mwEl("header", { class: "il-header" }, title, now.several ? details : hyper), controls.node, player.node, reading, alarms, columns);

  // -- parts, kept as long as they are of use: panels by the name of their learner, charts by what they show ---------------
  const inspector = mwInspector(now);
  const panels = new Map();
  const charts = new Map();
  let life = new AbortController(); // of the panels of one episode
  let [panelsShown, chartsShown] = [[], []];

  function panelOf(trace) {
    if (!panels.has(trace.name)) {
      const own = life.signal;
      const panel = IL_PANELS[now.config.kind]({
        now, selection, stepKeys, announce, signal: own, current: () => shown().shown, items: () => now.items, look: trace.look, label: now.several ? trace.name : now.config.label,
      });
      const state = mwEl("span", { class: "il-state" });
      const swatch = mwLookCanvas(trace.look);
      const head = now.several && mwEl("h4", { class: "il-panel-head" }, swatch.canvas, mwEl("span", {}, trace.name, state));
      const told = mwEl("p", { class: "il-now" });
      const made = { ...panel, state, swatch, told, node: mwEl("div", { role: "group", class: "il-panel", "aria-label": trace.name }, head, now.several && told, panel.node, !now.several && panel.legend?.node) };
      panels.set(trace.name, made);
      panel.update(trace);
      mwOnWidth(made.node, (width) => { panel.fit(width); repaint(); }, own);
    }
    return panels.get(trace.name);
  }

  function chartOf(given) {
    if (!charts.has(given.key)) {
      const make = given.key === "layers" ? mwLayersChart : mwSeriesChart;
      const chart = make({ chart: given, onStep: (step) => player.set(step) });
      charts.set(given.key, chart);
      mwOnWidth(chart.node, (width) => { chart.fit(width); repaint(); }, signal);
    }
    const chart = charts.get(given.key);
    chart.update(given);
    return chart;
  }

  // Nodes are put in place only where they are not: moving a node would take the focus from it.
  const place = (parent, nodes) => {
    const found = nodes.filter(Boolean);
    if (found.length !== parent.children.length || found.some((node, i) => node !== parent.children[i])) parent.replaceChildren(...found);
  };

  function update(fresh) {
    const held = fresh && main.contains(document.activeElement) ? panelsShown.findIndex((panel) => panel.node.contains(document.activeElement)) : -1;
    if (fresh) {
      life.abort();
      life = new AbortController();
      panels.clear();
    }
    const { traces, config, several } = now;
    title.textContent = several ? `${mwListed(traces.map((trace) => trace.name))}, step by step: ${config.title}` : config.label;
    hyper.replaceChildren(...traces.map((trace) => mwEl("p", {}, mwSettings(trace, several))));
    panelsShown = traces.map((trace) => { const panel = panelOf(trace); panel.update(trace); return panel; });
    const drawn = [...mwSeriesOf(now), ...mwLayersOf(now)];
    chartsShown = drawn.map((chart) => chartOf({ ...chart, several, steps: now.longest.steps, xLabel: chart.key !== "layers" && !drawn.slice(drawn.indexOf(chart) + 1).some((c) => c.key !== "layers") ? now.longest.axis_label : "" }));
    place(above, [several && panelsShown[0].strip]);
    place(main, panelsShown.map((panel) => panel.node));
    place(middle, [several && panelsShown[0].legend?.node, inspector.node]);
    beside.classList.toggle("il-four", chartsShown.length === 4); // two rows of two, not three and one
    place(beside, chartsShown.map((chart) => chart.node));
    columns.className = `il-columns ${several ? "il-several" : "il-one"} il-of-${Math.min(traces.length, 3)} il-${config.kind}`;
    alarms.textContent = mwDiverging(now);
    inspector.update();
    player.resize(now.longest.steps);
    controls.update();
    if (held >= 0) panelsShown[Math.min(held, panelsShown.length - 1)].node.querySelector("[tabindex]")?.focus();
    paint();
  }

  const describe = (trace, step) => {
    const t = stepOf(trace, step);
    const value = (name) => now.arrays[`${trace.i}.${name}`]?.data[t];
    const parts = [["query accuracy", value("query_accuracy"), mwPercent], ["query loss", value("query_loss"), (v) => `${mwNumber(v)} ${Number.isFinite(v) ? now.config.loss_unit : ""}`.trim()],
      ["support loss", value("support_loss"), mwNumber]].filter(([, v]) => v !== undefined);
    const said = `${parts.map(([name, v, show]) => `${name} ${show(v)}`).join(", ")}.`;
    return said[0].toUpperCase() + said.slice(1);
  };
  function paint() {
    const step = player.get();
    const look = { ...shown(), theme };
    const said = now.traces.map((trace) => describe(trace, step));
    panelsShown.forEach((panel, j) => {
      const trace = now.traces[j];
      panel.paint({ ...look, step: stepOf(trace, step) });
      if (now.several) {
        panel.swatch.paint(theme);
        mwAfterDrawing(() => { panel.told.textContent = said[j]; });
      }
      if (now.several ? j === 0 : true) panel.legend?.paint(theme);
      mwAfterDrawing(() => { panel.state.textContent = step >= trace.steps ? ` ended at step ${trace.steps - 1}` : ""; });
    });
    chartsShown.forEach((chart) => chart.paint(step, theme));
    controls.paint(theme);
    reading.textContent = now.several ? now.traces.map(({ name }, j) => `${name}: ${said[j][0].toLowerCase()}${said[j].slice(1)}`).join(" ") : said[0];
    reading.classList.toggle("il-spoken", now.several); // there each panel says its own
    spoken = inspector.show({ ...look, step, stepOf });
  }
  const repaint = mwRepaint(paint, { el: root, signal });

  const speak = mwLater(() => mwAnnounce(root, `${now.longest.step_names[player.get()]}. ${reading.textContent} ${alarms.textContent}`), signal);
  mwListen(model, "change:step", () => { repaint(); speak(); }, signal);
  const renew = () => { update(now.read()); speak(); };
  mwOnData(model, renew, signal);
  mwListen(model, "change:shown", renew, signal);
  selection.on(repaint);
  // Keys work from anywhere in the component, but a control keeps those that are its own.
  body.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("button, select, input, textarea")) return;
    if (stepKeys[event.key]) { event.preventDefault(); stepKeys[event.key](); }
  });
  mwOnTheme(() => { theme = mwTheme(root); repaint(); }, signal);
  signal?.addEventListener("abort", () => { life.abort(); selection.close(); });
  update(false);
} };

const mwListed = (names) => (names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : names[0] ?? "");

// Hyper-parameters as the trace recorded them, with the policy on batch statistics.
function mwSettings({ name, learner, meta }, several) {
  const words = { true: "yes", false: "no" };
  const hyper = Object.entries(meta.hyper ?? {}).filter(([, value]) => ["number", "string", "boolean"].includes(typeof value));
  const parts = hyper.map(([key, value]) => `${key} ${words[value] ?? value}`);
  if (meta.statistics) parts.push(`batch statistics ${meta.statistics}`);
  return [several ? (name === learner ? name : `${name} (${learner})`) : "", parts.join(", ")].filter(Boolean).join(": ");
}

// The step from which on gradient descent stays above where it began on its own objective; 0 if it does not end there.
function mwDiverged({ arrays }, trace) {
  const loss = arrays[`${trace.i}.support_loss`]?.data;
  const worse = (v) => !(v <= loss[0]); // what is no number is worse too
  if (trace.axis !== "inner_step" || !loss || loss.length < 2 || !worse(loss.at(-1))) return 0;
  let from = loss.length - 1;
  while (from > 1 && worse(loss[from - 1])) from -= 1;
  return from;
}

// The same of all traces in a sentence or two; "" where all is well.
function mwDiverging(now) {
  const found = now.traces.map((trace) => [trace, mwDiverged(now, trace)]).filter(([, from]) => from);
  if (!found.length) return "";
  const who = found.map(([trace, from]) => `${now.several ? `${trace.name} ` : ""}from step ${from} on`);
  const rates = found.map(([trace]) => trace.meta.hyper?.inner_lr).filter((rate) => typeof rate === "number");
  const cure = rates.length ? ` Try an inner rate below ${mwPlain(Math.min(...rates))}.` : "";
  return `Diverged: ${mwListed(who)} the support loss is above where it began.${cure}`;
}

// The query that the first trace does worst on in the end: what is shown until something is pointed at.
function mwHardest({ arrays, traces, queries }) {
  const [{ i, steps }] = traces;
  const last = (name) => arrays[`${i}.${name}`] && mwAt(arrays[`${i}.${name}`], steps - 1);
  const [outputs, probabilities] = [last("outputs"), last("probabilities")];
  const badness = (query) => {
    const bad = query.label < 0 ? Math.abs(mwAt(outputs, query.i).data[0] - arrays.query_y.data[query.i]) : -mwAt(probabilities, query.i).data[query.label];
    return Number.isNaN(bad) ? Infinity : bad;
  };
  return queries.reduce((worst, q) => (badness(q) > badness(worst) ? q : worst), queries[0])?.id ?? "";
}
