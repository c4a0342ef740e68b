// Support and query built by hand. The document is edited here at once; Python follows, and adds what only it can draw.

export default {
  render({ model, el, signal }) {
    const frame = mwFrame({ model, el, label: "Episode builder", signal });
    const { root, body } = frame;
    const python = mwPython(model, { frame, signal });
    const store = mwbStore({ model, python, frame, signal });
    const selection = mwSelection(model);
    let theme = mwTheme(root);
    let chosen = "";
    let [side, cls] = ["support", null];

    const current = () => (store.doc().items[chosen] ? chosen : "");
    const look = (key) => { chosen = key; repaint(); };
    const choose = (key) => {
      chosen = key;
      cls = store.doc().items[key]?.class ?? cls; // what is added next goes where one is looking
      selection.set(store.doc().items[key] ? store.id(key) : "");
      repaint();
    };
    const has = (key) => store.doc().items[key];
    const act = {
      move: (key, to) => has(key) && store.edit(`move an item to ${to}`, (doc) => mwbMove(doc, key, { side: to })),
      classify: (key, to) => has(key) && store.edit("move an item to another class", (doc) => mwbMove(doc, key, { cls: to })),
      lock: (key) => has(key) && store.edit(has(key).locked ? "unlock an item" : "lock an item", (doc) => { doc.items[key].locked = !doc.items[key].locked; }),
      remove(key) {
        if (!has(key)) return;
        const mates = mwbOrdered(store.doc(), has(key).side, has(key).class).map(([each]) => each);
        const at = mates.indexOf(key);
        const focused = document.activeElement?.dataset?.key === key;
        store.edit("remove an item", (doc) => { delete doc.items[key]; });
        chosen = mates[at + 1] ?? mates[at - 1] ?? "";
        if (focused) requestAnimationFrame(() => { paint(); view().focus(chosen); });
      },
      // The same item in both sets: no episode, and a reader may want to see that said.
      copy: (key) => has(key) && has(key).side !== "pool" && store.edit("copy an item to the other set", (doc) => {
        const { row, class: of, side: from, at } = doc.items[key];
        return mwbAdd(doc, { row, class: of, side: from === "support" ? "query" : "support", ...(at ? { at: [...at] } : {}) }) !== "";
      }),
      place: (key, axis, value) => has(key)?.at && store.edit("move an item", (doc) => { doc.items[key].at[axis] = Math.fround(value); }),
    };
    const targetClass = () => {
      const keys = store.doc().classes.map((c) => c.key);
      return keys.includes(cls) ? cls : keys[0] ?? null;
    };
    const files = mwbFiles({ store, python, frame });
    const sheet = mwbSheet({ store, python, current, look, files });
    const plane = mwbPlane({ store, python, current, look, choose, brush: () => ({ side, cls: targetClass() }), signal });
    const view = () => (store.doc().kind === "sheet" ? sheet : plane);
    const settings = mwbSettings({ store, python, frame });
    const inspector = mwbInspector({ store, current, act });
    const pad = mwbPad({ store, python, target: () => ({ key: targetClass(), side }), theme: () => theme });

    const verdict = mwEl("p", { class: "eb-verdict" });
    const notes = mwEl("ul", { class: "eb-notes", "aria-label": "Notes" });
    const into = mwEl("select", { class: "mw-select", "aria-label": "Class of what is added", onchange: () => { cls = Number(into.value); repaint(); } });
    const intoSide = mwSegments({ label: "Side of what is added", options: [["support", "Support"], ["query", "Query"]], value: side, onchange: (to) => { side = to; } });
    const chooser = mwEl("input", { type: "file", class: "eb-file", multiple: true, accept: "image/*", tabindex: -1, "aria-label": "Pictures to upload" });
    chooser.addEventListener("change", () => { files([...chooser.files], targetClass(), side); chooser.value = ""; });
    const drawButton = mwButton({ text: "Draw", pressed: false, onclick: () => {
      pad.node.hidden = !pad.node.hidden;
      drawButton.setAttribute("aria-pressed", String(!pad.node.hidden));
      drawButton.setAttribute("aria-expanded", String(!pad.node.hidden));
      pad.paint();
    } });
    drawButton.setAttribute("aria-expanded", "false");
    pad.node.hidden = true;
    const upload = python.bind(mwButton({ text: "Upload\u2026", onclick: () => chooser.click() }), "upload", "Uploading pictures");
    const placing = mwButton({ text: "Place one", onclick: () => plane.add() });
    const addClass = mwButton({ text: "Add a class", icon: "plus", onclick: () => store.edit("add a class", (doc) => (doc.classes.length < 100 ? mwbAddClass(doc) : false)) });
    const copyJson = mwButton({ text: "Copy as JSON", onclick: () => take(() => JSON.stringify(mwbToDict(store))) });
    const copyPython = mwButton({ text: "Copy as Python", onclick: () => take(() => mwbPython(store)) });
    const take = (make) => (store.verdict().problem ? frame.say(`There is no episode to copy. ${store.verdict().problem}`) : mwCopy(make(), frame));
    const help = mwEl("p", { class: "eb-help" });
    const intoNode = mwEl("div", { class: "eb-into" }, mwEl("span", { class: "eb-into-label" }, "Add to"), intoSide.node, into, drawButton, upload, placing, chooser);
    const bench = mwEl("div", { class: "eb-bench" }, intoNode, mwEl("div", { class: "eb-take" }, addClass, copyJson, copyPython));
    const stage = mwEl("div", { class: "eb-stage" }, sheet.node, plane.node);
    body.append(settings.node, verdict, notes, stage, inspector.node, bench, pad.node, help);

    // Keys on an item, in either view.
    stage.addEventListener("keydown", (event) => {
      const key = event.target.dataset?.key;
      if ((event.target === stage || key) && event.key.toLowerCase() === "a" && store.doc().kind !== "sheet" && !event.ctrlKey && !event.metaKey) return plane.add();
      if (!key || !has(key) || event.ctrlKey || event.metaKey || event.altKey) return undefined;
      const map = {
        s: () => act.move(key, "support"), q: () => act.move(key, "query"), p: () => act.move(key, "pool"), l: () => act.lock(key), c: () => act.copy(key),
        Delete: () => act.remove(key), Backspace: () => act.remove(key), Enter: () => choose(key), " ": () => choose(key), Escape: () => choose(""), ...view().keys,
      };
      const handler = map[`${event.shiftKey ? "Shift+" : ""}${event.key}`] ?? (event.shiftKey ? null : map[event.key.toLowerCase()]);
      if (!handler) return undefined;
      event.preventDefault();
      handler(key);
      chosen = has(document.activeElement?.dataset?.key) ? document.activeElement.dataset.key : chosen;
      repaint();
      return undefined;
    });
    root.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target.matches("input:not([type=checkbox]):not([type=range]), textarea")) return;
      const letter = event.key.toLowerCase();
      if (letter !== "z" && letter !== "y") return;
      event.preventDefault();
      if (letter === "y" || event.shiftKey) store.redo();
      else store.undo();
    });
    mwbDrag({
      root: sheet.node, signal,
      start: (element) => { const item = sheet.has(element); return item && { key: item.dataset.key, picture: () => sheet.picture(item.dataset.key, theme) }; },
      over: sheet.over, click: choose,
      drop: (key, { side: to, cls: of, before }) => {
        if (has(key)) store.edit(`move an item to ${to}`, (doc) => mwbMove(doc, key, { side: to, cls: of, before }));
        choose(key);
      },
    });

    function paint() {
      const doc = store.doc();
      const { problem, notes: said, counts } = store.verdict();
      const plot = doc.kind !== "sheet";
      settings.show();
      verdict.className = `eb-verdict ${problem ? "is-none" : "is-there"}`;
      verdict.replaceChildren(mwEl("b", {}, problem ? "No episode. " : "Episode: "), problem || `${mwbTitle(doc, counts)}.`);
      notes.replaceChildren(...said.slice(0, 6).map((each) => mwEl("li", {}, each)), ...(said.length > 6 ? [mwEl("li", {}, `and ${said.length - 6} more notes`)] : []));
      notes.hidden = !said.length;
      sheet.node.hidden = plot;
      plane.node.hidden = !plot;
      view().paint(theme);
      inspector.show(theme);
      into.replaceChildren(...doc.classes.map((c) => mwEl("option", { value: c.key }, c.name)));
      into.value = targetClass();
      into.hidden = !doc.classes.length;
      const images = doc.kind === "sheet" && doc.shape.length === 3;
      [drawButton, upload].forEach((each) => { each.hidden = !images; });
      placing.hidden = !plot;
      intoNode.hidden = !images && !plot;
      if (!images) pad.node.hidden = true;
      if (!pad.node.hidden) pad.paint();
      addClass.hidden = doc.kind === "curve";
      [copyJson, copyPython].forEach((each) => { mwDisable(each, Boolean(problem)); each.title = problem ? "There is no episode to copy" : ""; });
      help.textContent = store.help()[plot ? "plot" : "sheet"];
    }
    const colours = () => {
      theme = mwTheme(root);
      mwPalette.forEach((_, k) => root.style.setProperty(`--mw-class-${k}`, mwCss(mwClassRgb(k, theme))));
      paint();
    };
    const repaint = mwRepaint(paint, { signal });
    colours();
    store.on(repaint);
    selection.on((id) => {
      const key = Object.keys(store.doc().items).find((each) => store.id(each) === id);
      if (key && store.id(current() || key) !== id) { chosen = key; repaint(); }
    });
    mwOnTheme(colours, signal);
    mwOnWidth(stage, (width) => { plane.fit(width); repaint(); }, signal);
    signal?.addEventListener("abort", () => selection.close());
  },
};
