// What stands beside the matrix: one query and one prototype, large, and how the classes rank for that query.

// mwPrototypeDetail({episode, images, queries, prototypes, members(k), rowText(q)}) -> {node, show(state)}
function mwPrototypeDetail({ episode, images, queries, prototypes, members, rowText }) {
  const names = episode.class_names;
  const size = 96;
  const picture = (name) => {
    const { canvas, ctx, resize } = mwCanvas({ role: "img", "aria-label": name });
    const caption = mwEl("figcaption", {});
    return { node: mwEl("figure", { class: "ph-figure" }, images && canvas, caption), canvas, ctx, resize, caption, drawn: "" };
  };
  const left = picture("query");
  const right = picture("prototype");
  const kicker = mwEl("p", { class: "ph-kicker" });
  const title = mwEl("h4", { class: "ph-title" });
  const facts = mwEl("dl", { class: "ph-facts" });
  const ranks = mwEl("ol", { class: "ph-ranks", "aria-label": "Prototypes, nearest first" });
  const rankHead = mwEl("p", { class: "ph-kicker" }, "Prototypes, nearest first");
  const node = mwEl(
    "div", { class: "ph-detail", role: "group", "aria-label": "Cell in detail" },
    kicker, title, mwEl("div", { class: "ph-pair" }, left.node, right.node), facts, rankHead, ranks,
  );
  const two = (head, text) => mwEl("figcaption", {}, mwEl("b", {}, head), mwEl("span", {}, text));
  const fact = (name, ...values) => mwEl("div", {}, mwEl("dt", {}, name), mwEl("dd", {}, ...values));

  function drawPicture(place, thumbs, i, theme, item = i) {
    const now = `${i} ${item} ${theme.fg}`;
    if (!images || place.drawn === now) return;
    place.drawn = now;
    place.resize(size, size);
    if (i < 0) mwHatch(place.ctx, 0, 0, size, size, theme.grid);
    else thumbs.draw(place.ctx, i, 6, 6, size - 12, theme.fg, true);
  }

  // All that is worth saying of a cell, in one place: the panel prints it, and a screen reader hears it.
  function show({ cell: [q, k], mode, distances, probabilities, reading, before, asked, only, labels, theme }) {
    const way = names.length;
    const distance = (c) => distances.data[q * way + c];
    const probability = (c) => probabilities?.data[q * way + c];
    // Beside what is, what was before the edits, where that was something else.
    const was = (now, then, text) => (before && Number.isFinite(then) && text(now) !== text(then) ? mwEl("span", { class: "ph-was" }, `before ${text(then)}`) : null);
    const order = Array.from(names.keys()).filter((c) => Number.isFinite(distance(c))).sort((a, b) => distance(a) - distance(b) || a - b);
    const [near, second, truth] = [reading.first[q], reading.second[q], labels[q]];
    const right_ = near === truth;
    const column = k < 0 ? near : k;
    kicker.textContent = { pinned: "Pinned", pointed: "Pointing at", closest: "Smallest margin at this step" }[mode];
    title.textContent = column < 0 ? `Query ${q}` : `Query ${q} and prototype \u201c${names[column]}\u201d`;
    left.caption.replaceWith((left.caption = two(`Query ${q}`, images ? `true class ${names[truth]}` : `${rowText(q)}, true class ${names[truth]}`)));
    drawPicture(left, queries, q, theme);
    left.canvas.setAttribute("aria-label", `query ${q}, true class ${names[truth]}`);
    right.node.hidden = column < 0;
    if (column >= 0) {
      const shots = members(column);
      const source = shots.length > 1 ? `first of its ${shots.length} support examples` : "its support example";
      right.caption.replaceWith((right.caption = two(names[column], shots.length ? source : "no support example")));
      drawPicture(right, prototypes, shots.length ? column : -1, theme, shots[0]);
      right.canvas.setAttribute("aria-label", `${names[column]}, ${source}`);
    }
    const lines = [];
    if (column >= 0) {
      const rank = order.indexOf(column);
      const place = rank < 0 ? "" : ` \u00b7 ${rank === 0 ? "nearest" : `${rank + 1}${{ 1: "nd", 2: "rd" }[rank] ?? "th"} nearest`} of ${order.length}`;
      lines.push(fact("Distance", rank < 0 ? "no support yet" : `${mwNumber(distance(column))}${place}`, was(distance(column), before?.distances.data[q * way + column], mwNumber)));
      if (probabilities) lines.push(fact("Probability", mwPercent(probability(column)), was(probability(column), before?.probabilities?.data[q * way + column], mwPercent)));
      else if (only) lines.push(fact("Probability", "decision only"));
    }
    if (near >= 0) {
      lines.push(fact("Predicted", names[near], mwEl("span", { class: right_ ? "ph-good" : "ph-bad" }, right_ ? " \u25cf correct" : " \u2715 wrong"),
        was(near, before?.reading.first[q], (c) => names[c] ?? "none")));
    } else if (!asked) lines.push(fact("Predicted", "in the support now, not asked"));
    if (second >= 0) {
      lines.push(fact("Runner-up", names[second]));
      const inProbability = probabilities ? ` \u00b7 ${mwPercent(probability(near) - probability(second))} probability` : "";
      lines.push(fact("Margin", `${mwNumber(reading.margin[q])} distance${inProbability}`, was(reading.margin[q], before?.reading.margin[q], mwNumber)));
    }
    facts.replaceChildren(...lines);
    rankHead.hidden = order.length === 0;
    showRanks(order, { distance, near, truth, column, then: before && ((c) => before.distances.data[q * way + c]) });
    return spoken();
  }

  function showRanks(order, { distance, near, truth, column, then }) {
    const longest = Math.max(...order.map(distance), ...(then ? order.map(then).filter(Number.isFinite) : []), 1e-12);
    const mark = (c) => then && Number.isFinite(then(c)) && mwEl("b", { style: { left: `${Math.max(0, (100 * then(c)) / longest)}%` }, title: `before ${mwNumber(then(c))}` });
    const kept = order.filter((c, i) => i < 5 || c === truth || c === column);
    ranks.replaceChildren(...kept.map((c) => mwEl(
      "li", { class: c === column ? "ph-current" : "", value: order.indexOf(c) + 1 },
      mwEl("span", { class: "ph-rank" }, `${order.indexOf(c) + 1}`),
      mwEl("span", { class: "ph-name", title: names[c] }, names[c]),
      mwEl("span", { class: "ph-role" }, c === truth ? (c === near ? "\u25cf true" : "\u25cb true") : c === near ? "\u2715" : ""),
      mwEl("span", { class: "ph-bar" }, mwEl("i", { style: { width: `${Math.max(0, (100 * distance(c)) / longest)}%` } }), mark(c)),
      mwEl("span", { class: "ph-value" }, mwNumber(distance(c))),
    )));
  }

  const spoken = () => `${title.textContent}. ${[...facts.children].map((f) => [...f.children].map((c) => c.textContent).join(" ")).join(", ")}.`;
  return { node, show };
}
