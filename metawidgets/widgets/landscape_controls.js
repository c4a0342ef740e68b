// What can be chosen: whose loss, which task, whether arrows are drawn, and the plane itself, which needs Python.

// mwLandscapeControls({model, python, onHome}) -> {node, show()}
function mwLandscapeControls({ model, python, onHome }) {
  const config = () => model.get("config");
  const keep = (name) => (value) => { model.set(name, value); model.save_changes(); };
  const titles = config().titles;
  const surface = mwSegments({
    label: "Loss shown", value: model.get("surface"), onchange: keep("surface"),
    options: [["query", "Query"], ["support", "Support"], ["both", "Side by side"], ["overlay", "Overlay"]],
  });
  const task = mwChoice({
    label: "Contours of", options: titles.map((title, k) => [String(k), title]), value: String(model.get("task")),
    onchange: (value) => keep("task")(Number(value)),
  });
  const arrows = mwCheck({ label: "Meta-gradients", value: model.get("arrows"), onchange: keep("arrows") });
  const home = mwButton({ text: "Own initialisation", onclick: onHome, title: "Back to the learner's own initialisation" });

  const asked = () => ({ first: Number(first.control.value), third: third.control.value === "random" ? "random" : Number(third.control.value), seed: Number(seed.control.value) });
  const replane = () => {
    const next = asked();
    if (next.third === next.first) next.third = "random";
    seed.node.hidden = next.third !== "random";
    python.ask("replane", next, { latest: true });
  };
  const first = mwChoice({ label: "Across: to the solution of", options: titles.map((title, k) => [String(k), title]), value: "0", onchange: replane });
  const third = mwChoice({
    label: "Up: at right angles, towards", value: "random", onchange: replane,
    options: [["random", "a random direction"], ...titles.map((title, k) => [String(k), `solution of ${title}`])],
  });
  const seed = mwNumberField({ label: "Seed", value: 0, min: 0, max: 2147483647, onchange: replane });
  for (const each of [first, third, seed]) python.bind(each.control, "replane", "Choosing another plane");
  python.bind(home, "move", "Running the inner loop again");
  const several = titles.length > 1;
  const planes = mwEl("div", { class: "mw-toolbar ll-planes", role: "group", "aria-label": "Plane" }, several && first.node, third.node, seed.node);
  const node = mwEl("div", { class: "ll-controls" },
    mwEl("div", { class: "mw-toolbar" }, surface.node, several && task.node, arrows.node, home), planes);

  function show() {
    const { plane } = config();
    surface.set(model.get("surface"));
    task.set(String(Math.min(titles.length - 1, Math.max(0, model.get("task")))));
    arrows.set(model.get("arrows"));
    first.set(String(plane.first));
    third.set(String(plane.third));
    for (const option of third.control.options) option.disabled = option.value === String(plane.first);
    seed.set(plane.seed);
    seed.node.hidden = plane.third !== "random";
  }
  show();
  return { node, show };
}
