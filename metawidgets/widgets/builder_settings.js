// What is drawn: dataset, split, numbers of classes and items, seed; then undo and redo, and what stands there in one line.

// mwbSettings({store, python}) -> {node, show()}
function mwbSettings({ store, python, frame }) {
  const now = () => store.doc().settings;
  const choices = store.datasets();
  const resample = (changes) => store.ask("resample", { ...now(), ...changes }).then(show);
  const dataset = mwChoice({ label: "Dataset", value: now().dataset, options: choices.map((d) => [d.name, d.name]), onchange: (name) => {
    const [to, from] = [name, now().dataset].map((each) => choices.find((d) => d.name === each));
    const [way, shot, query] = to.usual;
    // Other data, other usual sizes: one sample of a curve would say nothing.
    resample({ dataset: name, index: 0, ...(to.kind !== from?.kind ? { n_way: way, k_shot: shot, n_query: query } : {}) });
  } });
  const split = mwChoice({ label: "Split", value: now().split, options: ["train", "validation", "test", "all"].map((s) => [s, s]), onchange: (value) => resample({ split: value, index: 0 }) });
  // The pool first, without asking; Python where it does not suffice.
  const resize = (sizes) => {
    let fits = true;
    const changed = store.edit("change the size", (doc) => (fits = mwbResize(doc, sizes)));
    if (changed || fits) return;
    if (python.can("fill")) store.ask("fill", sizes).then(show);
    else frame.fail(`The pool does not suffice, and ${python.why("fill", "fetching further items")}`);
    show();
  };
  const number = (label, name, low, high, onchange) => {
    const field = mwNumberField({ label, value: now()[name] ?? 0, min: low, max: high, onchange });
    field.control.setAttribute("aria-label", label);
    return field;
  };
  const way = number("Ways", "n_way", 2, 50, (n_way) => store.ask("fill", { n_way }).then(show));
  const shot = number("Shots", "k_shot", 1, 500, (k_shot) => resize({ k_shot }));
  const query = number("Queries", "n_query", 1, 500, (n_query) => resize({ n_query }));
  const seed = number("Seed", "seed", 0, 4294967295, (value) => resample({ seed: value, index: 0 }));
  const again = mwButton({ text: "Resample", onclick: () => resample({ index: now().index + 1 }) });
  const undo = mwButton({ icon: "undo", name: "Undo", onclick: () => store.undo() });
  const redo = mwButton({ icon: "redo", name: "Redo", onclick: () => store.redo() });
  python.bind(way.control, "fill", "Another number of classes");
  for (const each of [dataset, split, seed]) python.bind(each.control, "resample", "Drawing from a dataset");
  python.bind(again, "resample", "Resampling");
  if (!choices.length) [dataset, split, seed].forEach((each) => { each.node.hidden = true; });
  function show() {
    const settings = now();
    const doc = store.doc();
    for (const [field, value] of [[dataset, settings.dataset], [split, settings.split], [shot, settings.k_shot], [query, settings.n_query], [seed, settings.seed]]) {
      if (document.activeElement !== field.control || field.control.getAttribute("aria-invalid") !== "true") field.set(value);
    }
    way.set(doc.classes.length);
    way.node.hidden = doc.kind === "curve";
    if (!again.disabled) again.title = `Draw the next episode around what is locked; this is episode ${settings.index} of seed ${settings.seed}`;
    const past = store.past();
    const focused = document.activeElement;
    for (const [button, steps, word, keys] of [[undo, past.undo, "Undo", "Ctrl+Z"], [redo, past.redo, "Redo", "Ctrl+Shift+Z"]]) {
      const what = steps.at(-1)?.what;
      mwDisable(button, !what);
      button.setAttribute("aria-label", what ? `${word}: ${what}` : word);
      button.title = what ? `${word}: ${what} (${keys})` : `Nothing to ${word.toLowerCase()}`;
    }
    // A button that has no more to do passes the focus on, or keys would fall through to the page.
    if (focused === undo && undo.disabled) redo.focus();
    if (focused === redo && redo.disabled) undo.focus();
  }
  const node = mwEl("div", { class: "mw-toolbar eb-settings" }, dataset.node, split.node, way.node, shot.node, query.node, seed.node,
    mwEl("div", { class: "eb-group" }, again, undo, redo));
  return { node, show };
}
