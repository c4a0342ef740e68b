// Beside the map: one item with its nearest prototypes and neighbours in the whole space, and the items chosen with the lasso.

// A sign of a class, as in the map.
function emSign(k, theme, filled = true) {
  const { canvas, ctx, resize } = mwCanvas({ class: "em-sign", "aria-hidden": "true" });
  resize(14, 14);
  ctx.fillStyle = ctx.strokeStyle = mwCss(mwClassRgb(k, theme));
  ctx.lineWidth = 1.5;
  mwShapePath(ctx, k, 7, 7, 4.2);
  if (filled) ctx.fill();
  else ctx.stroke();
  return canvas;
}

// An item as a canvas of a size; images only.
function emPicture(atlas, i, size, props) {
  const { canvas, ctx, resize } = mwCanvas(props);
  resize(size, size);
  ctx.imageSmoothingQuality = "high";
  atlas.draw(ctx, i, 3, 3, size - 6);
  return canvas;
}

// emDetail({space, config, names, title, onPick}) -> {node, show(state) -> the same as one sentence}
function emDetail({ space, config, names, what, onPick }) {
  const picture = mwEl("div", { class: "em-picture" });
  const kicker = mwEl("p", { class: "em-kicker" });
  const title = mwEl("h4", { class: "em-item" });
  const verdict = mwEl("p", { class: "em-verdict" });
  const origin = mwEl("p", { class: "em-kicker em-origin" });
  const rankHead = mwEl("p", { class: "em-kicker" });
  const noun = config.noun;
  const ranks = mwEl("ol", { class: "em-ranks" });
  const nearHead = mwEl("p", { class: "em-kicker" }, "Nearest items in the whole space");
  const near = mwEl("ol", { class: "em-near" });
  const node = mwEl("div", { class: "em-detail", role: "group", "aria-label": "Item in detail" },
    mwEl("div", { class: "em-who" }, picture, mwEl("div", {}, kicker, title, verdict)), rankHead, ranks, nearHead, near, origin);
  let shown = "";
  // Small canvases outlive a step: to make one costs more than all that is painted on it. Each key has one place in the lists.
  const kept = new Map();
  let look = "";
  const keep = (key, make) => {
    if (!kept.has(key)) kept.set(key, make());
    return kept.get(key);
  };
  return {
    node,
    show({ current, mode, step, metric, nearest, neighbours, ranked, atlas, theme }) {
      node.hidden = current < 0;
      if (current < 0) { shown = ""; return ""; }
      const key = [current, mode, step, metric, theme.fg, theme.bg].join();
      if (key === shown) return node.dataset.said;
      shown = key;
      if (look !== theme.fg + theme.bg || kept.size > 300) kept.clear();
      look = theme.fg + theme.bg;
      const label = space.labels[current];
      kicker.textContent = { pinned: "Pinned", pointed: "Pointing at", typical: `Farthest from its own ${noun}` }[mode];
      title.textContent = what(current);
      picture.hidden = !atlas;
      if (atlas) picture.replaceChildren(keep(`large ${current}`, () => emPicture(atlas, current, 84, { role: "img", "aria-label": what(current) })));
      const right = nearest[current] === label;
      verdict.className = `em-verdict ${nearest[current] < 0 ? "" : right ? "em-good" : "em-bad"}`;
      verdict.textContent = nearest[current] < 0 ? "" : right ? `\u25cf nearest to its own ${noun}` : `\u2715 nearest to \u201c${names[nearest[current]]}\u201d`;
      rankHead.textContent = `${noun[0].toUpperCase()}${noun.slice(1)}s, ${EM_WORDS[metric]}`;
      rankHead.hidden = ranks.hidden = !ranked.length;
      const longest = Math.max(...ranked.map(([, d]) => d), 1e-12);
      ranks.replaceChildren(...ranked.filter(([k], at) => at < 5 || k === label).map(([k, d]) => mwEl("li", { class: k === label ? "em-own" : "", value: ranked.findIndex(([c]) => c === k) + 1 },
        keep(`rank ${k}`, () => emSign(k, theme)), mwEl("span", { class: "em-name", title: names[k] }, emShort(names[k], 20)),
        mwEl("span", { class: "em-bar" }, mwEl("i", { style: { width: `${(100 * d) / longest}%` } })), mwEl("span", { class: "em-value" }, mwNumber(d)))));
      near.replaceChildren(...neighbours.map(([j, d]) => mwEl("li", {}, mwEl("button", {
        type: "button", class: `em-neighbour${atlas ? "" : " em-plain"}`, title: `${what(j)}, distance ${mwNumber(d)}`, "aria-label": `${what(j)}, distance ${mwNumber(d)}`, onclick: () => onPick(j),
      }, atlas && keep(`near ${j}`, () => emPicture(atlas, j, 40, { "aria-hidden": "true" })), mwEl("span", { class: "em-tag" }, keep(`class of ${j}`, () => emSign(space.labels[j], theme)), mwNumber(d, 2))))));
      origin.textContent = config.ids[current];
      const order = ranked.slice(0, 3).map(([k, d]) => `${names[k]} ${mwNumber(d)}`).join(", ");
      node.dataset.said = `${title.textContent}. ${verdict.textContent ? `${verdict.textContent.slice(2)}. ` : ""}${order ? `By distance: ${order}.` : ""}`;
      return node.dataset.said;
    },
  };
}

// emChosen({space, names, ...}) -> {node, show(indices, atlas, theme)}: counts a class and a contact strip of what the lasso holds.
function emChosen({ space, config, names, onClear, onCopy, onPick }) {
  const title = mwEl("h4", {});
  const counts = mwEl("ul", { class: "em-counts" });
  const strip = mwEl("ol", { class: "em-strip" });
  const more = mwEl("p", { class: "em-kicker" });
  const node = mwEl("div", { class: "em-chosen", role: "group", "aria-label": "Items chosen with the lasso", hidden: true },
    mwEl("div", { class: "em-chosen-head" }, title, mwButton({ text: "Copy ids", onclick: onCopy }), mwButton({ text: "Let go", onclick: onClear })), counts, strip, more);
  let shown = "";
  return {
    node,
    show(chosen, { atlas, theme, what }) {
      node.hidden = !chosen.length;
      const key = `${chosen.join()} ${theme.fg} ${theme.bg}`;
      if (key === shown) return;
      shown = key;
      title.textContent = `${chosen.length} of ${space.n.toLocaleString("en")} ${chosen.length === 1 ? "item" : "items"} chosen`;
      const tally = new Map();
      for (const i of chosen) tally.set(space.labels[i], (tally.get(space.labels[i]) ?? 0) + 1);
      const ranked = [...tally].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
      counts.replaceChildren(...ranked.slice(0, 12).map(([k, count]) => mwEl("li", {}, emSign(k, theme), mwEl("span", { class: "em-name", title: names[k] }, emShort(names[k], 20)),
        mwEl("span", { class: "em-bar" }, mwEl("i", { style: { width: `${(100 * count) / ranked[0][1]}%` } })), mwEl("span", { class: "em-value" }, String(count)))));
      const kept = atlas ? chosen.slice(0, 48) : [];
      strip.replaceChildren(...kept.map((i) => mwEl("li", { title: what(i), onclick: () => onPick(i) }, emPicture(atlas, i, 34, { role: "img", "aria-label": what(i) }))));
      const rest = [ranked.length > 12 && `${ranked.length - 12} more classes`, atlas && chosen.length > 48 && `${chosen.length - 48} more items`].filter(Boolean);
      more.textContent = rest.length ? `and ${rest.join(", ")}` : "";
      more.hidden = !rest.length;
    },
  };
}
