// A slice of parameter space to walk on. Contours, paths and gradients are here; a path from another place only Python knows.

export default { render({ model, el, signal }) {
  const { root, body, ...frame } = mwFrame({ model, el, label: model.get("config").label, signal });
  const python = mwPython(model, { frame, signal });
  let arrays = mwArrays(model);
  let theme = mwTheme(root);
  let held = null; // where the initialisation is held while its path is not known
  let pending = 0; // moves that were asked for and are not answered
  let pointed = null;
  const cache = Object.assign(mwContourCache(), { version: 0 });
  const config = () => model.get("config");

  const player = mwPlayer({
    model, steps: config().steps, label: "inner step", interval: 600, loop: true, speeds: [0.5, 1, 2, 4], signal,
    format: (t) => (t ? `step ${t} of ${config().steps - 1}` : "before adaptation"),
  });
  const panelOf = (side) => mwLandscapePanel({
    side, cache,
    where: () => held ?? Array.from(own("path")),
    onHold: (x, y) => { [held, pointed] = [[x, y], null]; repaint(); settleReading(); },
    onRelease: release, onHome: home,
    onPoint: (point) => { pointed = point; readout(); },
  });
  const panels = { query: panelOf("query"), support: panelOf("support") };
  const controls = mwLandscapeControls({ model, python, onHome: home });
  const title = mwEl("h3", {});
  const about = mwEl("p", { class: "ll-about" });
  const reading = mwEl("p", { class: "ll-reading" });
  const under = mwEl("p", { class: "ll-under" });
  const needs = mwEl("p", { class: "ll-fine", hidden: true });
  const legend = mwEl("div", {});
  const losses = mwEl("div", { class: "ll-scroll", tabindex: 0, role: "group", "aria-label": "Losses" });
  const gradients = mwEl("div", { class: "ll-scroll", tabindex: 0, role: "group", "aria-label": "Meta-gradients" });
  const maps = mwEl("div", { class: "ll-maps" }, panels.query.node, panels.support.node);
  const columns = mwEl("div", { class: "ll-columns" },
    mwEl("div", { class: "ll-main" }, maps, under, needs), mwEl("div", { class: "ll-beside" }, reading, losses, gradients, legend));
  body.append(mwEl("header", {}, title, about), controls.node, player.node, columns);

  const own = (name) => mwAt(mwAt(arrays[name], 0), 0).data;
  function look() {
    const start = Array.from(own("path"));
    const task = Math.min(config().titles.length - 1, Math.max(0, model.get("task")));
    return {
      arrays, config: config(), task, theme, held, stale: Boolean(held), start, step: player.get(), arrows: model.get("arrows"),
      moved: start.some((v, i) => v !== own("home.path")[i]), overlay: model.get("surface") === "overlay",
      gripTitle: python.can("move") ? "Drag the initialisation" : "Drag to read losses; a new path needs Python",
    };
  }
  // The losses at a point of the plane, read off the grid; null where it is not computed yet.
  function lossesAt([x, y], { task }) {
    const { range, sides } = config();
    const n = sides[task];
    if (!n) return null;
    const place = (value, [low, high]) => ((value - low) / (high - low)) * (n - 1);
    return ["query", "support"].map((side) => mwGridRead(arrays[`${side}_loss.${task}`].data, n, place(x, range.x), place(y, range.y)));
  }
  const words = (point, state) => {
    const read = lossesAt(point, state);
    return read ? `query loss ${mwNumber(read[0])}, support loss ${mwNumber(read[1])}` : "losses not computed yet";
  };

  function release() {
    if (!held) return;
    if (!python.can("move")) {
      needs.textContent = `${python.why("move", "The path from here")} The losses here are known: ${words(held, look())}.`;
      needs.hidden = false;
      frame.say(needs.textContent);
      return;
    }
    go(held);
  }
  function home() {
    needs.hidden = true;
    if (!look().moved && !pending) { held = null; repaint(); frame.say("The learner's own initialisation."); return; }
    if (python.can("move")) go([0, 0]);
    else { held = [0, 0]; repaint(); release(); }
  }
  function go([x, y]) {
    held = [x, y];
    pending += 1;
    repaint();
    const target = held;
    python.ask("move", { x, y }, { latest: true }).then((done) => {
      pending -= 1;
      if (held !== target) return; // it was taken up again meanwhile
      held = null;
      repaint();
      if (done && !model.get("error")) frame.say(told(look()));
    });
  }

  function told(state) {
    const { task, step } = state;
    const at = (name) => mwAt(arrays[name], task).data[step];
    const off = at("off_plane");
    const [x, y] = mwAt(mwAt(arrays.path, task), step).data;
    const gone = Math.hypot(x - state.start[0], y - state.start[1], off);
    const which = config().titles.length > 1 ? `${config().titles[task][0].toUpperCase()}${config().titles[task].slice(1)}, ` : "";
    const when = step ? `after ${step} of ${config().steps - 1} inner steps` : "before adaptation";
    const text = `${which}${when}: query loss ${mwNumber(at("query_loss"))}, support loss ${mwNumber(at("support_loss"))}${step ? `; ${mwNumber(gone)} from the initialisation` : ""}`;
    const away = off < 1e-5 ? ", on the plane" : `, ${mwNumber(off)} off the plane`;
    return `${text[0].toUpperCase()}${text.slice(1)}${step ? away : ""}.`;
  }
  function readout() {
    const state = look();
    const [place, who] = pointed ? [pointed, "At the pointer"] : [state.held ?? state.start, state.held ? "Held here" : "At the initialisation"];
    const from = Math.hypot(place[0] - state.start[0], place[1] - state.start[1]);
    under.textContent = `${who}, ${mwPlaceText(place, config().range)}: ${words(place, state)}${from ? `; ${mwNumber(from)} from the ${state.held ? "last path's start" : "initialisation"}` : ""}.`;
  }
  let settled = 0;
  function settleReading() {
    needs.hidden = true;
    clearTimeout(settled);
    settled = setTimeout(() => { if (held) frame.say(`${words(held, look())}. Enter runs the inner loop from here.`); }, 500);
  }

  let tabled = "";
  function paint() {
    const state = look();
    const surface = model.get("surface");
    panels.query.node.hidden = surface === "support";
    panels.support.node.hidden = surface === "query" || surface === "overlay";
    columns.classList.toggle("ll-two", surface === "both");
    for (const panel of Object.values(panels)) if (!panel.node.hidden) panel.paint(state);
    reading.textContent = told(state);
    readout();
    const now = JSON.stringify([cache.version, state.task, theme.fg, theme.bg, state.stale, state.moved, state.arrows]);
    if (tabled === now) return;
    tabled = now;
    losses.replaceChildren(...mwLossTable(state));
    gradients.replaceChildren(...mwGradientTable(state));
    legend.replaceChildren(mwLandscapeLegend(state));
    title.textContent = config().label;
    about.textContent = mwLandscapeAbout(config(), state.task);
  }
  const repaint = mwRepaint(paint, { el: root, signal });

  const fit = () => {
    const two = model.get("surface") === "both";
    const all = maps.clientWidth;
    const side = two && all >= 640 ? Math.floor((all - 20) / 2) : all;
    for (const panel of Object.values(panels)) panel.fit(Math.max(220, Math.min(two ? 520 : 580, side)));
    repaint();
  };
  mwListen(model, "change:step", () => {
    repaint();
    clearTimeout(settled);
    settled = setTimeout(() => frame.say(told(look())), 600);
  }, signal);
  for (const name of ["task", "arrows"]) mwListen(model, `change:${name}`, () => { controls.show(); repaint(); }, signal);
  mwListen(model, "change:surface", () => { controls.show(); paint(); fit(); }, signal);
  mwOnData(model, () => {
    arrays = mwArrays(model);
    cache.version += 1;
    cache.clear();
    controls.show();
    repaint();
  }, signal);
  mwOnWidth(maps, fit, signal);
  mwOnTheme(() => { theme = mwTheme(root); repaint(); }, signal);
  signal?.addEventListener("abort", () => clearTimeout(settled));
  paint();
} };

// What is seen: the learner with its settings, the plane, and how fine the contours are.
function mwLandscapeAbout({ meta, sides, plane, axes }, task) {
  const words = [["inner_steps", "inner steps"], ["test_steps", "of them at test"], ["inner_lr", "rate"], ["inner_optimiser", "by"], ["proximal_strength", "\u03bb"]];
  const hyper = words.filter(([name]) => meta.hyper?.[name] !== undefined && meta.hyper[name] !== null);
  const n = sides[task];
  const grid = n ? `${n} \u00d7 ${n} points` : "not computed yet";
  return [
    `${Number(meta.n_parameters).toLocaleString("en")} parameters move`, ...hyper.map(([name, text]) => `${text} ${meta.hyper[name]}`),
    meta.statistics === "none" ? "" : `batch statistics ${meta.statistics}`, plane.third === "random" ? `random direction of seed ${plane.seed}` : "", grid,
  ].filter(Boolean).join(", ");
}
