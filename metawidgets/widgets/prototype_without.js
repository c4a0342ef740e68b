// What one query would be taken for without each of the support examples.

// mwPrototypeWithout({config, space, names, nameOf(place), thumb(place, ctx, theme, size) or null, choose(place)})
// -> {node, show({q, pinned, which, metric, step, theme})}
function mwPrototypeWithout({ config, space, names, nameOf, thumb, choose }) {
  const said = mwEl("p", { class: "ph-said" });
  const rows = mwEl("ul", { class: "ph-without-rows", "aria-label": "Support examples, by what leaving them out changes" });
  const node = mwEl("div", { class: "ph-without" }, mwEl("p", { class: "ph-kicker" }, "Without one support example"), said, rows);
  const most = 12;

  function row({ place, label, first, change }, decided, largest, theme) {
    const flips = first !== decided;
    const what = flips ? (first < 0 ? "no decision" : `\u2192 ${names[first]}`) : "";
    const amount = Number.isFinite(change) ? `${change > 0 ? "+" : ""}${mwNumber(change)}` : "no prototype";
    const picture = thumb && mwCanvas({ "aria-hidden": "true" });
    if (picture) { picture.resize(28, 28); thumb(place, picture.ctx, theme, 28); }
    const size = Number.isFinite(change) && largest ? 50 * Math.min(1, Math.abs(change) / largest) : 0;
    return mwEl("li", {}, mwEl("button", {
      type: "button", class: `mw-button ph-left-out${flips ? " ph-flips" : ""}`, onclick: () => choose(place), title: `${nameOf(place)}, ${names[label]}`,
      "aria-label": `Without ${nameOf(place)}, labelled ${names[label]}: margin ${amount}${flips ? `, decision ${first < 0 ? "none" : names[first]}` : ", same decision"}. Edit it.`,
    },
    picture?.canvas, mwEl("span", { class: flips ? "ph-flip" : "ph-name" }, what || names[label]), mwEl("span", { class: "ph-value" }, amount),
    mwEl("span", { class: "ph-sway" }, mwEl("i", { style: { width: `${size}%`, [change < 0 ? "right" : "left"]: "50%" } }))));
  }

  const reason = (metric, pinned) => {
    if (config.off) return `Not known here: ${config.off}.`;
    if (!config.fixed) return "Not known here: without an example the others would be embedded anew. Drop one below to see it.";
    if (metric === "" && !config.own) return "Leaving an example out is computed for class means: choose another distance above.";
    return pinned ? "" : "Pin a cell to see which support examples its decision hangs on.";
  };

  let seen = "";
  function show({ q, pinned, which, metric, step, theme }) {
    const why = reason(metric, pinned);
    const key = [why, q, space.version(), which, metric, step, theme.fg].join();
    if (key === seen) return;
    seen = key;
    rows.replaceChildren();
    said.textContent = why;
    if (why) return;
    const list = space.without(which, metric, step, q);
    const decided = space.reading(which, metric, step).first[q];
    const flips = list.filter(({ first }) => first !== decided);
    const changing = list.filter(({ first, change }) => first !== decided || Math.abs(change) > 1e-9 || Number.isNaN(change));
    const weight = ({ first, change }) => (first !== decided ? 1e300 : 0) + (Number.isFinite(change) ? Math.abs(change) : 0);
    changing.sort((a, b) => weight(b) - weight(a) || a.place - b.place);
    const largest = Math.max(...changing.map(({ change }) => (Number.isFinite(change) ? Math.abs(change) : 0)), 0);
    rows.replaceChildren(...changing.slice(0, most).map((each) => row(each, decided, largest, theme)));
    const rest = list.length - changing.length;
    const examples = (count) => `${count} example${count === 1 ? "" : "s"}`;
    said.textContent = [
      flips.length ? `Leaving out ${flips.length === 1 ? "one of" : `any of ${flips.length} of`} ${examples(list.length)} changes the decision.` : `None of ${examples(list.length)} decides alone.`,
      rest ? `${examples(rest)} of other classes change${rest === 1 ? "s" : ""} nothing.` : "",
      changing.length > most ? `The ${most} that matter most:` : "",
    ].filter(Boolean).join(" ");
  }
  return { node, show };
}
