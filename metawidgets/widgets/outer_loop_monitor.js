// Live meta-training, and its replay: where it stands, its curves, and one held episode that is adapted to better and better.

export default { render({ model, el, signal }) {
  const config = () => model.get("config");
  const frame = mwFrame({ model, el, label: config().label, signal });
  const { root, body } = frame;
  const python = mwPython(model, { frame, signal });
  const selection = mwSelection(model);
  let theme = mwTheme(root);
  let record = olRecord(model);
  const shown = () => (model.get("follow") ? record.newest : Math.min(record.newest, Math.max(0, model.get("step"))));
  const write = (values) => { model.set(values); model.save_changes(); };
  const show = (step) => {
    const to = Math.min(record.newest, Math.max(0, step));
    if (to !== shown() || model.get("follow")) write({ step: to, follow: false });
    repaint();
  };
  const follow = () => { write({ follow: true, step: record.newest }); repaint(); };

  const held = config().held && olHeld({
    model, selection, announce: frame.say, signal, onInner: (inner) => { write({ inner }); repaint(); },
    stepKeys: { ArrowLeft: () => transport.move(-1), ArrowRight: () => transport.move(1), Home: () => transport.home(), End: () => follow(), " ": () => transport.toggle() },
  });
  // Where keys and play stop: at every adaptation to the held episode, or at a hundredth of the record, and at the newest.
  const stops = () => {
    if (held && held.steps().length > 2) return [...new Set([...held.steps(), record.newest])].sort((a, b) => a - b);
    const every = Math.max(1, Math.ceil(record.n / 100));
    return [0, ...Array.from(record.last).filter((_, i) => i % every === every - 1 && i < record.n - 1), record.newest];
  };
  const transport = olTransport({ stops, newest: () => record.newest, get: shown, set: show, follow, following: () => model.get("follow"), signal });
  const toolbar = olToolbar({ model, python, frame });
  const standing = olStanding({ model, config });
  const charts = olCharts({ config, onStep: show });
  body.append(
    mwEl("header", { class: "ol-header" }, mwEl("h3", {}, config().label), config().settings && mwEl("p", { class: "ol-about" }, config().settings)),
    toolbar.node, standing.node, transport.node,
    mwEl("div", { class: `ol-columns${held ? "" : " ol-alone"}` }, charts.node, held?.node),
  );

  function paint() {
    const state = { record, validations: model.get("validations") ?? [], shown: shown(), theme };
    toolbar.paint();
    standing.paint();
    transport.paint();
    charts.paint(state);
    held?.paint({ ...state, current: selection.get(), pinned: selection.pinned() });
  }
  const repaint = mwRepaint(paint, { el: root, signal });
  mwListen(model, "change:history", () => { record = olRecord(model); repaint(); }, signal);
  mwListen(model, "change:figures", () => { record.newest = model.get("figures").step; repaint(); }, signal);
  mwListen(model, "change:phase", () => { toolbar.tell(); repaint(); }, signal);
  for (const name of ["validations", "meta_lr", "target", "step", "follow", "inner", "error", "able"]) mwListen(model, `change:${name}`, repaint, signal);
  mwOnData(model, () => { held?.refresh(); repaint(); }, signal);
  selection.on(repaint);
  // Keys work from anywhere in the component, but a control keeps those that are its own.
  body.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("button, select, input, [role=application]")) return;
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by) { event.preventDefault(); transport.move(by); }
  });
  const say = mwLater(() => held && !model.get("follow") && frame.say(held.node.querySelector(".ol-held-reading").textContent), signal);
  mwListen(model, "change:step", say, signal);
  mwOnWidth(charts.node, (width) => { charts.fit(width); repaint(); }, signal);
  if (held) mwOnWidth(held.node, (width) => { held.fit(width); repaint(); }, signal);
  mwOnTheme(() => { theme = mwTheme(root); repaint(); }, signal);
  signal?.addEventListener("abort", () => { selection.close(); });
  paint();
} };
