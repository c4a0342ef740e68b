// What a learner keeps of an episode and where it looks. All steps are here; nothing asks Python.

export default { render({ model, el, signal }) {
  const config = model.get("config");
  const arrays = mwArrays(model);
  const { episode } = config;
  const names = episode.class_names;
  const images = arrays.query_x.shape.length === 4;
  const coloured = names.length > 0 && names.length <= mwPalette.length;
  const shares = mvShares({ config, arrays });
  const { root, body } = mwFrame({ model, el, label: config.label, signal });
  const selection = mwSelection(model);
  let theme = mwTheme(root);

  const side = (name) => episode[`${name}_ids`].map((id, i) => ({ id, side: name, i, label: names.length ? arrays[`${name}_y`].data[i] : -1 }));
  // The support set as it was read; what was never read, last.
  const when = (item) => (shares.readAt[item.i] < 0 ? Infinity : shares.readAt[item.i]);
  const support = side("support").sort((a, b) => when(a) - when(b) || a.i - b.i);
  const queries = side("query").sort((a, b) => a.label - b.label || a.i - b.i);
  const items = [...support, ...queries];
  const byId = new Map(items.map((item) => [item.id, item]));
  const itemWords = (i) => {
    const x = mwAt(arrays.support_x, i).data;
    return `item ${i}${names.length ? ` (${names[arrays.support_y.data[i]]})` : x.length === 1 ? ` (x = ${mwNumber(x[0], 2)})` : ""}`;
  };
  const heads = () => mvHeadsOf(config, model.get("head"));
  const headLabel = () => (config.head_names.length > 1 ? mvHeadWords(config, model.get("head")) : "");

  const player = mwPlayer({ model, steps: config.steps, label: config.axis_label, format: (t) => config.step_names[t], interval: 500, loop: true, speeds: [0.5, 1, 2, 4], signal });
  const forth = (by) => player.set(player.get() + by);
  const stepKeys = { ",": () => forth(-1), ".": () => forth(1), "<": () => player.set(0), ">": () => player.set(config.steps - 1) };

  const asked = () => queries.find((item) => item.i === model.get("query")) ?? queries.find((item) => item.i === config.hardest) ?? queries[0];
  const state = () => {
    const known = byId.get(selection.get());
    const question = asked();
    const focus = known ?? question ?? support[0];
    const mode = known ? (selection.pinned() ? "pinned" : "pointed") : question?.i === model.get("query") ? "asked" : "hardest";
    const step = player.get();
    const q = focus.side === "query" ? focus : question;
    return { focus, mode, pinned: mode === "pinned", step, heads: heads(), head: model.get("head"), theme, asked: q?.id ?? "", askedIndex: q?.i ?? -1, slot: slotOf(step) };
  };
  // The slot chosen, or the one that the step wrote most to.
  const slotOf = (step) => {
    const chosen = model.get("slot");
    if (chosen >= 0 && chosen < shares.nSlots) return chosen;
    if (!shares.nSlots || !step) return -1;
    return mvArgmax(mwAt(arrays.write_weights, step).data);
  };
  const pick = (slot, step, jump = false) => {
    mvSave(model, "slot", slot);
    if (step !== null) player.set(step);
    if (!jump) return repaint();
    const item = slot < 0 ? -1 : shares.top(player.get()).item[slot];
    selection.set(item < 0 ? "" : episode.support_ids[item]);
  };

  let spoken = "";
  const announce = (text) => { paint(); mwAnnounce(root, text ?? spoken); };
  const shared = {
    config, arrays, shares, model, items, support, queries, selection, images, coloured, player, stepKeys, announce, pick, itemWords, headLabel, signal, redraw: () => repaint(),
  };
  shared.ranks = mvRanks(shared);
  const stage = mvItemsPanel(shared);
  const detail = mvDetail(shared);
  const slots = shares.nSlots ? mvSlotsPanel(shared) : null;
  const slot = shares.nSlots ? mvSlotPanel(shared) : null;
  const matrix = shares.kind && queries.length ? mvHeadsPanel(shared) : null;
  const units = arrays.hidden ? mvUnitsPanel(shared) : null;
  const growth = (arrays.probabilities || arrays.outputs) && config.steps > 1 && queries.length ? mvGrowth(shared) : null;
  const reading = mwEl("p", { class: "mv-reading" });
  if (slot) slots.node.append(slot.node);
  body.append(
    mwEl("header", {}, mwEl("h3", {}, config.label), config.note && mwEl("p", { class: "mv-key" }, config.note)), player.node, reading,
    mwEl("div", { class: "mv-columns" }, stage.node, mwEl("div", { class: "mv-beside" }, detail.node, growth?.node), matrix?.node),
    mwEl("div", { class: "mv-parts" }, [slots, units].filter(Boolean).map((panel) => panel.node)),
  );

  const panels = [stage, growth, slots, matrix, units].filter(Boolean);
  function paint() {
    const now = state();
    panels.forEach((panel) => panel.paint(now));
    reading.textContent = describe(now.step);
    spoken = detail.show(now);
    slot?.show(now);
  }
  // What this step did, in one sentence.
  function describe(step) {
    const taken = config.taken[step];
    if (!step) return "Nothing is read yet.";
    const who = taken >= 0 ? `This step read ${itemWords(taken)}` : "This step read nothing new";
    if (!shares.nSlots) return `${who}.`;
    const now = mwAt(arrays.write_weights, step).data;
    const most = Array.from(now.keys()).sort((a, b) => now[b] - now[a]).slice(0, 3).filter((s) => now[s] >= 0.05);
    const whole = shares.top(step).part.reduce((sum, part) => sum + (part > 0.5), 0);
    return `${who}${most.length ? `, written to slot ${most.map((s) => `${s} (${mwPercent(now[s])})`).join(", ")}` : ""}. ${whole} of ${shares.nSlots} slots hold mostly one item.`;
  }
  const repaint = mwRepaint(paint, { el: root, signal });

  const say = mwLater(() => mwAnnounce(root, `${config.step_names[player.get()]}. ${reading.textContent}`), signal);
  mwListen(model, "change:step", () => {
    repaint();
    say();
  }, signal);
  for (const name of ["head", "slot", "shown", "order", "query", "rows"]) mwListen(model, `change:${name}`, repaint, signal);
  // A query that is selected, here or elsewhere, is the one asked about from now on.
  selection.on(() => {
    const item = selection.pinned() && byId.get(selection.get());
    if (item && item.side === "query" && item.i !== model.get("query")) mvSave(model, "query", item.i);
    repaint();
  });
  const keys = { ...stepKeys, ArrowLeft: () => forth(-1), ArrowRight: () => forth(1), " ": () => player.toggle() };
  body.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("button, select, input")) return;
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });
  for (const panel of panels) mwOnWidth(panel.node, (width) => { panel.fit(width); repaint(); }, signal);
  mwOnTheme(() => { theme = mwTheme(root); repaint(); }, signal);
  signal?.addEventListener("abort", () => { selection.close(); });
  paint();
} };
