// Dropping, adding and relabelling support examples, and what that changes, beside what was.

// How items of support, queries and pool, laid one after another, are named and drawn.
function mwPrototypeItems({ config, arrays, space: { m, n }, queries, supports }) {
  const pool = queries && arrays.pool_x && mwThumbs(arrays.pool_x);
  const draw = (ctx, i, ...rest) => {
    const [from, at] = i < m ? [supports, i] : i < m + n ? [queries, i - m] : [pool, i - m - n];
    from.draw(ctx, at, ...rest);
  };
  const thumb = queries && ((i, ctx, { fg }, size) => draw(ctx, i, 2, 2, size - 4, fg, true));
  const nameOf = (i) => (i < m ? `support ${i}` : i < m + n ? `query ${i - m}` : `pool ${i - m - n} (${config.pool.items[i - m - n].slice(1).join("/")})`);
  return { draw, thumb, nameOf };
}

// mwPrototypeEdit({config, space, thumb(place, ctx, theme, size) or null, nameOf(place), guard(button), editable(), why, frame, set(edits), go(query)})
// -> {node, choose(place), show({step, metric, unit, query, theme})}
function mwPrototypeEdit({ config, space, thumb, nameOf, guard, editable, why, frame, set, go }) {
  const names = config.episode.class_names;
  const { m, n } = space;
  const { original } = space;
  const history = [];
  let [chosen, state, offered, told] = [0, null, "", ""];
  const classes = names.map((name, k) => [k, name]);
  const say = mwEl("span", { class: "ph-chosen" });
  const support = mwEl("div", { class: "ph-support", role: "group", "aria-label": "Support examples; arrow keys move" });
  const as = mwChoice({ label: "Class", options: classes, value: 0, onchange: () => {} });
  const item = mwChoice({ label: "Item", options: [], value: "", onchange: () => suggest() });
  const into = mwChoice({ label: "As", options: classes, value: 0, onchange: () => {} });
  const button = (text, onclick) => guard(mwButton({ text, onclick }));
  const drop = button("Drop", () => assign(chosen, space.support().rows.includes(chosen) ? null : original[chosen]));
  const relabel = button("Relabel", () => assign(chosen, Number(as.control.value)));
  const add = button("Add", () => assign(Number(item.control.value), Number(into.control.value)));
  const undo = button("Undo", () => apply(history.pop() ?? space.edits().slice(0, -1), false));
  const reset = button("Reset", () => apply([]));
  const list = mwEl("ol", { class: "ph-edits", "aria-label": "Edits" });
  const outcome = mwEl("div", { class: "ph-outcome", role: "group", "aria-label": "What the edits change" });
  const note = mwEl("p", { class: "ph-said" }, why);
  const node = mwEl("details", { class: "ph-edit" },
    mwEl("summary", {}, "Edit the support and compare"), note,
    support,
    mwEl("div", { class: "mw-toolbar ph-do", role: "group", "aria-label": "Chosen support example" }, say, drop, as.node, relabel),
    mwEl("div", { class: "mw-toolbar ph-do", role: "group", "aria-label": "Add to the support" }, mwEl("span", { class: "ph-chosen" }, "Another example"), item.node, into.node, add),
    mwEl("div", { class: "ph-changes" }, list, mwEl("div", { class: "mw-toolbar" }, undo, reset)), outcome);

  node.addEventListener("toggle", () => { if (state) show(state); });

  // Label an item, or null to have it out of the support: at most one edit an item, none where it is as it was.
  function assign(place, label) {
    const id = space.ids[place];
    const rest = space.edits().filter((edit) => edit.item !== id);
    const was = place < m ? original[place] : null;
    if (label !== was) rest.push(label === null ? { op: "drop", item: id } : { op: place < m ? "relabel" : "add", item: id, label });
    apply(rest);
  }
  function apply(next, remember = true) {
    const count = (op) => next.filter((edit) => edit.op === op).length;
    if (m - count("drop") + count("add") < 1) return frame.fail("This would leave no support example; keep one.");
    if (next.filter(({ item: id }) => { const i = space.placeOf.get(id); return i >= m && i < m + n; }).length >= n) return frame.fail("This would leave no query to ask; keep one.");
    frame.fail("");
    if (remember) history.push(space.edits());
    return set(next);
  }
  function suggest() {
    const place = Number(item.control.value);
    const known = place < m + n ? space.labels[place - m] : config.pool.labels[place - m - n];
    into.set(Math.max(0, known));
  }
  const choose = (place, open = true) => {
    chosen = place;
    as.set(space.support().labels[space.support().rows.indexOf(place)] === 0 ? 1 : 0); // another class than its own
    if (open) node.open = true;
    if (state) show(state);
  };

  function show(next) {
    state = next;
    if (!node.open) return;
    const edits = space.edits();
    const { rows, labels } = space.support();
    const now = new Map(rows.map((row, i) => [row, labels[i]]));
    if (!now.has(chosen) && chosen >= m) chosen = 0;
    showSupport(now);
    const here = now.get(chosen);
    say.textContent = `${nameOf(chosen)}, ${here === undefined ? "dropped" : names[here]}`;
    drop.textContent = here === undefined ? "Restore" : "Drop";
    relabel.hidden = as.node.hidden = here === undefined;
    offer(now, next.query);
    list.replaceChildren(...edits.map((edit) => mwEl("li", {},
      mwEl("span", {}, `${{ drop: "Dropped", relabel: "Relabelled", add: "Added" }[edit.op]} ${nameOf(space.placeOf.get(edit.item))}${edit.op === "drop" ? "" : ` as ${names[edit.label]}`}`),
      mwEl("button", { type: "button", class: "mw-button mw-button-text", disabled: !editable(), onclick: () => apply(space.edits().filter((each) => each.item !== edit.item)) }, "Take back"))));
    undo.hidden = reset.hidden = list.hidden = outcome.hidden = !edits.length;
    const key = [space.version(), next.step, next.metric].join();
    if (edits.length && key !== told) showOutcome(next);
    told = key;
  }

  let drawn = "";
  function showSupport(now) {
    const key = JSON.stringify([[...now], chosen, state.theme.fg]);
    if (key === drawn) return;
    drawn = key;
    const focused = support.contains(document.activeElement) && document.activeElement.dataset.place;
    const places = [...Array(m).keys(), ...[...now.keys()].filter((place) => place >= m)];
    support.replaceChildren(...names.map((name, k) => mwEl("div", { class: "ph-class", role: "group", "aria-label": name },
      mwEl("span", { class: "ph-name", title: name }, name),
      mwEl("div", { class: "ph-items" }, places.filter((place) => (now.get(place) ?? original[place]) === k).map((place) => {
        const kind = !now.has(place) ? "dropped" : place >= m ? "added" : now.get(place) !== original[place] ? "relabelled" : "";
        const picture = thumb && mwCanvas({ "aria-hidden": "true" });
        if (picture) { picture.resize(30, 30); thumb(place, picture.ctx, state.theme, 30); }
        return mwEl("button", {
          type: "button", class: `mw-button ph-item${kind ? ` ph-${kind}` : ""}`, "aria-pressed": String(place === chosen), "data-place": place, tabindex: place === chosen ? 0 : -1,
          "aria-label": `${nameOf(place)}, ${name}${kind ? `, ${kind}` : ""}`, title: space.ids[place], onclick: () => choose(place),
        }, picture?.canvas ?? nameOf(place).replace("support ", "s"), kind && mwEl("span", { class: "ph-tag" }, { dropped: "\u2715", added: "+", relabelled: "\u2260" }[kind]));
      })))));
    if (focused) support.querySelector(`[data-place="${chosen}"]`)?.focus();
  }
  // One stop for the tab key; arrows go from example to example.
  const move = (by) => {
    const places = [...support.querySelectorAll(".ph-item")].map((each) => Number(each.dataset.place));
    choose(places[Math.min(places.length - 1, Math.max(0, places.indexOf(chosen) + by))]);
  };
  mwKeys(support, { ArrowLeft: () => move(-1), ArrowUp: () => move(-1), ArrowRight: () => move(1), ArrowDown: () => move(1), Home: () => move(-1e6), End: () => move(1e6) });

  // What may be added: queries still asked, the shown one first in mind, and the pool.
  function offer(now, query) {
    const free = [...space.ids.keys()].filter((place) => place >= m && !now.has(place));
    const key = free.join();
    if (key !== offered) {
      item.control.replaceChildren(...free.map((place) => mwEl("option", { value: place }, nameOf(place))));
      offered = key;
      suggest();
    }
    if (query >= 0 && query !== offer.last && free.includes(m + query)) { item.set(m + query); suggest(); }
    offer.last = query;
  }

  function bar(name, part, text, cls = "") {
    return mwEl("li", { class: cls }, mwEl("span", { class: "ph-name", title: name }, name), mwEl("span", { class: "ph-bar" }, mwEl("i", { style: { width: `${100 * part}%` } })), mwEl("span", { class: "ph-value" }, text));
  }
  function showOutcome({ step, metric, unit }) {
    const moved = space.moved();
    const asked = moved.reduce((sum, out) => sum - out, n);
    const right = ["old", "new"].map((which) => space.right(which, metric, step));
    const head = (text) => mwEl("p", { class: "ph-kicker" }, text);
    const parts = [mwEl("div", {}, head(`Accuracy on the ${asked} queries still asked`), mwEl("ol", { class: "ph-bars", "aria-label": "Accuracy" },
      ["before", "now"].map((name, i) => bar(name, right[i] / asked, `${right[i]} of ${asked} \u00b7 ${mwPercent(right[i] / asked)}`, i ? "ph-now" : ""))))];
    if (space.hasSpace("new") && space.hasSpace("old")) {
      const [old, fresh] = ["old", "new"].map((which) => space.centres(which, step));
      const far = names.map((_, k) => space.distances(metric, old, k, fresh, k));
      const most = Math.max(...far.filter(Number.isFinite), 1e-12);
      const same = (k) => old.slice(k * space.f, (k + 1) * space.f).every((x, d) => x === fresh[k * space.f + d]);
      const gone = (k) => (Number.isNaN(fresh[k * space.f]) ? (Number.isNaN(old[k * space.f]) ? "none" : "lost") : "new");
      const shown = [...names.keys()].filter((k) => !same(k) && (Number.isFinite(far[k]) || gone(k) !== "none"));
      parts.push(mwEl("div", {}, head(`Prototypes moved, by ${unit}`), mwEl("ol", { class: "ph-bars", "aria-label": "Prototypes moved" },
        shown.length ? shown.map((k) => bar(names[k], Number.isFinite(far[k]) ? far[k] / most : 0, Number.isFinite(far[k]) ? mwNumber(far[k]) : gone(k))) : mwEl("li", {}, "none at this step"))));
    }
    const [a, b] = ["old", "new"].map((which) => space.reading(which, metric, step).first);
    const flipped = [...space.labels.keys()].filter((q) => !moved[q] && a[q] !== b[q]);
    const name = (k) => (k < 0 ? "none" : names[k]);
    parts.push(mwEl("div", {}, head(flipped.length === 1 ? "1 decision changed" : `${flipped.length || "No"} decisions changed`), mwEl("ul", { class: "ph-flipped", "aria-label": "Decisions changed" },
      flipped.slice(0, 20).map((q) => mwEl("li", {}, mwButton({
        text: `query ${q}: ${name(a[q])} \u2192 ${name(b[q])} ${b[q] === space.labels[q] ? "\u25cf right" : "\u2715 wrong"}`, onclick: () => go(q) }))),
      flipped.length > 20 && mwEl("li", {}, `and ${flipped.length - 20} more`))));
    const later = step < space.steps - 1 && space.support().rows.some((row) => row >= m);
    if (later && config.local) parts.push(mwEl("p", { class: "ph-said" }, "Added examples are absorbed at the last step."));
    outcome.replaceChildren(...parts);
  }
  return { node, choose, show };
}
