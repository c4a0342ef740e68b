// Tasks of a distribution, the data that they leave, and what becomes of learners as the distribution moves. All shifts are here.
export default { render({ model, el, signal }) {
  const frame = mwFrame({ model, el, label: `Tasks of ${model.get("config").dataset}`, signal });
  const { root, body } = frame;
  const python = mwPython(model, { frame, signal });
  const selection = mwSelection(model);
  const title = mwEl("h3", {});
  const reading = mwEl("p", { class: "td-reading" });
  const holder = mwEl("div", { class: "td-panels" });
  const below = mwEl("div", { class: "td-below" });
  const dialsBox = mwEl("fieldset", { class: "td-dials" });
  let theme = mwTheme(root);
  let parts = null; // made anew when Python sends other tasks
  const config = () => model.get("config");
  const step = () => Math.min(config().shifts.length - 1, Math.max(0, model.get("step")));
  const chosen = () => {
    const [side, i] = model.get("chosen") ?? [];
    return side in TD_SIDES && Number.isInteger(i) && i >= 0 && i < config().n_tasks ? [side, i] : ["test", 0];
  };
  // The words on the chosen task are written after the painting: said at once, they would be those of the task before.
  const sayTask = mwLater(() => mwAnnounce(root, parts.task.node.querySelector(".td-note").textContent), signal, 150);
  const choose = (task) => {
    model.set("chosen", task);
    model.save_changes();
    sayTask();
  };
  const player = mwPlayer({
    model, steps: config().shifts.length, label: "How far the test distribution has moved", format: (t) => config().shifts[t] ?? "", interval: 700, loop: true, signal,
  });

  const build = () => {
    const arrays = mwArrays(model);
    const c = config();
    const flat = ({ data, shape }) => ({ data, shape: [shape[0] * shape[1] * shape[2], ...shape.slice(3)] });
    const thumbs = c.kind === "image" && { support: mwThumbs(flat(arrays.support_x)), query: mwThumbs(flat(arrays.query_x)) };
    const state = parts?.losses.node.querySelector("[aria-pressed=true]")?.textContent;
    parts = {
      tasks: tdTasks({ arrays, config: c, chosen, onChoose: choose }),
      data: tdData({ arrays, config: c, thumbs }),
      task: tdTask({ arrays, config: c, thumbs, selection }),
      losses: tdLosses({ arrays, config: c, onStep: (next) => player.set(next) }),
    };
    const had = holder.contains(document.activeElement);
    title.textContent = `Tasks of ${c.dataset}, ${c.size}`;
    holder.replaceChildren(parts.tasks.node, parts.data.node, parts.task.node);
    below.replaceChildren(parts.losses.node, dialsBox);
    [...parts.losses.node.querySelectorAll("button")].find((button) => button.textContent === state)?.click();
    if (had) parts.tasks.holder.focus();
    for (const part of Object.values(parts)) mwOnWidth(part.node, (width) => { part.fit(width); repaint(); }, signal);
    repaint();
  };
  function paint() {
    const state = { step: step(), chosen: chosen(), theme };
    for (const part of Object.values(parts)) part.paint(state);
    const c = config();
    const moved = state.step ? `has moved: ${c.shifts[state.step]}` : "has not moved";
    reading.textContent = `The test distribution ${moved}. ${parts.losses.words(state)}`;
  }
  const repaint = mwRepaint(() => { if (parts) paint(); }, { el: root, signal });

  // -- what Python draws anew
  const changes = () => ({ ...model.get("changes") });
  const seed = mwNumberField({ label: "Seed", value: model.get("seed"), min: 0, max: 2147483647, onchange: (value) => python.ask("resample", { changes: changes(), seed: value }, { latest: true }) });
  const again = mwButton({ text: "Draw other tasks", onclick: () => python.ask("resample", { changes: changes(), seed: model.get("seed") + 1 }, { latest: true }) });
  const dials = config().dials.map((dial) => {
    const round = (v) => (dial.whole ? Math.round(v) : Number(v.toPrecision(3)));
    const range = mwRange({
      label: `${dial.name.replace(/_/g, " ")} at the end of the way`, value: changes()[dial.name] ?? 0, min: dial.low, max: dial.high, stops: 60,
      format: (v) => (Math.abs(round(v)) < 1e-9 ? "as trained" : `${v > 0 ? "+" : "\u2212"}\u2009${mwNumber(Math.abs(round(v)))}`),
      onchange: (v) => python.ask("resample", { changes: { ...changes(), [dial.name]: round(v) }, seed: model.get("seed") }, { latest: true }),
    });
    range.control.title = dial.help;
    python.bind(range.control, "resample", "Turning the distribution");
    return { dial, range };
  });
  python.bind(seed.control, "resample", "Drawing tasks");
  python.bind(again, "resample", "Drawing tasks");
  dialsBox.append(mwEl("legend", {}, "Where the test distribution moves"), ...dials.map(({ range }) => range.node), mwEl("div", { class: "td-row" }, seed.node, again));

  body.append(mwEl("header", {}, title, reading), player.node, holder, below);
  body.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, button, .td-plot")) return;
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") { event.preventDefault(); player.set(step() + (event.key === "ArrowRight" ? 1 : -1)); }
  });
  const say = mwLater(() => mwAnnounce(root, reading.textContent), signal);
  mwListen(model, "change:step", () => {
    repaint();
    say();
  }, signal);
  mwListen(model, "change:chosen", repaint, signal);
  mwListen(model, "change:changes", () => dials.forEach(({ dial, range }) => range.set(changes()[dial.name] ?? 0)), signal);
  mwListen(model, "change:seed", () => seed.set(model.get("seed")), signal);
  mwOnData(model, build, signal);
  selection.on(repaint);
  mwOnTheme(() => { theme = mwTheme(root); repaint(); }, signal);
  signal?.addEventListener("abort", () => { selection.close(); });
  build();
  paint();
} };
