// One item in detail: its image, and what each learner says of it at this step.

// mwInspector(now) -> {node, update(), show(state) -> the same as one sentence}
function mwInspector(now) {
  const size = 88;
  const picture = mwCanvas({ role: "img" });
  let arrays, names, images, thumbs;
  let known = "";
  const update = () => {
    ({ arrays, names, images } = now);
    if (known === now.key) return;
    known = now.key;
    pictured = "";
    thumbs = images && { query: mwThumbs(arrays.query_x), support: mwThumbs(arrays.support_x) };
    picture.canvas.hidden = !images;
  };
  const kicker = mwEl("p", { class: "il-kicker" });
  const title = mwEl("h4", { class: "il-item" });
  const told = mwEl("div", { class: "il-told" });
  let pictured = "";
  const node = mwEl("div", { class: "il-inspector", role: "group", "aria-label": "Item in detail" },
    mwEl("div", { class: "il-who" }, picture.canvas, mwEl("div", {}, kicker, title)), told);

  const value = (array, t, index) => mwAt(mwAt(array, t), index).data;
  const place = (item) => {
    const x = mwAt(arrays[`${item.side}_x`], item.i).data;
    if (images || x.length > 2) return "";
    return x.length === 1 ? ` at x = ${mwNumber(x[0])}` : ` at (${Array.from(x, (v) => mwNumber(v)).join(", ")})`;
  };

  function regression(item, i, step) {
    const target = arrays[`${item.side}_y`].data[item.i];
    if (item.side === "support") return [["Target", mwNumber(target)]];
    const said = value(arrays[`${i}.outputs`], step, item.i)[0];
    return [["Target", mwNumber(target)], ["Prediction", mwNumber(said)], ["Error", mwNumber(said - target)]];
  }

  // The classes as bars with their names, the most probable first; the true one is always among them.
  function classes(item, i, step) {
    const p = value(arrays[`${i}.probabilities`], step, item.i);
    const ranked = Array.from(names.keys()).sort((a, b) => p[b] - p[a] || a - b);
    const shown = ranked.filter((k, rank) => rank < 5 || k === item.label);
    return mwEl("ol", { class: "il-classes" }, shown.map((k) => mwEl("li", { class: k === item.label ? "il-true" : "" },
      mwEl("span", { class: "il-name", title: names[k] }, names[k]),
      mwEl("span", { class: "il-role" }, k === item.label ? "true" : ""),
      mwEl("span", { class: "il-bar" }, mwEl("i", { style: { width: `${100 * (p[k] || 0)}%` } })),
      mwEl("span", { class: "il-value" }, mwPercent(p[k])))));
  }

  function verdict(item, i, step) {
    const p = value(arrays[`${i}.probabilities`], step, item.i);
    if (p.some(Number.isNaN)) return ["il-bad", "\u2715 no probabilities: not a number"];
    if (p.every((v) => Math.abs(v - p[0]) < 1e-6)) return ["", "undecided: every class alike"];
    const guess = mwArgmax(p);
    return guess === item.label ? ["il-good", `\u25cf correct: ${names[guess]}`] : ["il-bad", `\u2715 wrong: ${names[guess]}`];
  }

  function show({ shown, mode, step, stepOf, theme }) {
    const item = now.items.find((each) => each.id === shown);
    node.hidden = !item;
    if (!item) return "";
    kicker.textContent = { pinned: "Selected", pointed: "Pointing at", hardest: "Hardest query after adaptation" }[mode];
    title.textContent = `${item.side === "query" ? "Query" : "Support item"} ${item.i}${place(item)}${names.length ? `, true class ${names[item.label]}` : ""}`;
    if (images && pictured !== `${shown} ${theme.fg}`) {
      pictured = `${shown} ${theme.fg}`;
      picture.resize(size, size);
      thumbs[item.side].draw(picture.ctx, item.i, 6, 6, size - 12, theme.fg, true);
      picture.canvas.setAttribute("aria-label", title.textContent);
    }
    told.replaceChildren(...now.traces.map((trace) => {
      const { i } = trace;
      const t = stepOf(trace, step);
      const head = now.several && mwEl("p", { class: "il-learner" }, trace.name);
      if (!names.length) return mwEl("div", {}, head, mwEl("dl", { class: "il-facts" }, regression(item, i, t).map(([k, v]) => mwEl("div", {}, mwEl("dt", {}, k), mwEl("dd", {}, v)))));
      if (item.side === "support") return mwEl("div", {}, head, mwEl("p", { class: "il-verdict" }, "Given with its class: the learner adapts to it."));
      const [tone, text] = verdict(item, i, t);
      return mwEl("div", {}, head, mwEl("p", { class: `il-verdict ${tone}` }, text), classes(item, i, t));
    }));
    const parts = [...told.querySelectorAll(".il-learner, .il-verdict, .il-facts div")].map((p) => [...p.childNodes].map((c) => c.textContent).join(" "));
    return `${title.textContent}. ${parts.join(". ")}.`;
  }
  return { node, update, show };
}
