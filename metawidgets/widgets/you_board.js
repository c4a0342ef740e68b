// Classes as cards, each with its support and a bin below; queries are sorted into the bins by click, key or drag.

// mwYouBoard({state, onAssign(q, k), onPick(q), onLook(q), root}) -> {node, build(), show(theme, looked)}
function mwYouBoard({ state, onAssign, onPick, onLook }) {
  const stagePicture = mwEl("div", { class: "yl-picture" });
  const tray = mwEl("div", { class: "yl-tray", role: "group", "aria-label": "Queries still to be answered" });
  const cards = mwEl("div", { class: "yl-cards" });
  let [theme, parts, shown, ghost, faces, quiet] = [null, [], -1, null, null, 0];
  for (const place of [cards, tray]) {
    place.addEventListener("click", (event) => { if (performance.now() < quiet) event.stopPropagation(); }, { capture: true });
  }

  const canvasOf = (size, draw) => {
    const { canvas, ctx, resize } = mwCanvas({ "aria-hidden": "true" });
    resize(size, size);
    draw(ctx, size);
    return canvas;
  };
  // The pictures of this episode: images, or numbers as bars; points stand in the plot beside the stage.
  const makeFaces = (e) => {
    const [support, query] = ["support_x", "query_x"].map((name) => state.arrays[`${e}.${name}`]);
    const draw = state.kind(e) === "images" ? [mwThumbs(support), mwThumbs(query)].map((thumbs) => (i, size) => canvasOf(size, (ctx) => thumbs.draw(ctx, i, 0, 0, size, theme.fg, true)))
      : state.kind(e) === "vectors" ? mwVectorFaces([support, query], () => theme, canvasOf) : [];
    return { support: draw[0], query: draw[1] };
  };
  const name = (k) => state.config.episodes[state.place].class_names[k];
  const thumb = (q, label, size) => {
    const face = faces.query ? faces.query(q, size) : mwEl("span", { class: "yl-dot" }, `${q + 1}`);
    const node = mwEl("button", { type: "button", class: "mw-button yl-thumb", "aria-label": label, dataset: { q } }, face);
    drag(node, q);
    return node;
  };

  // Dragging: a copy follows the pointer; where it is let go on a card, the query belongs to that class.
  function drag(node, q) {
    node.addEventListener("pointerdown", (event) => {
      if (event.button || state.done[state.place] || (state.config.reveal === "each" && state.answers[state.place][q] !== null)) return;
      const [x, y] = [event.clientX, event.clientY];
      const card = (at) => parts.findIndex((part) => {
        const box = part.card.getBoundingClientRect();
        return at.clientX >= box.left && at.clientX <= box.right && at.clientY >= box.top && at.clientY <= box.bottom;
      });
      const moved = (at) => {
        if (!ghost && Math.hypot(at.clientX - x, at.clientY - y) < 6) return;
        if (!ghost) {
          ghost = mwEl("div", { class: "yl-ghost", "aria-hidden": "true" }, faces.query ? faces.query(q, 48) : `${q + 1}`);
          cards.append(ghost);
        }
        ghost.style.left = `${at.clientX}px`;
        ghost.style.top = `${at.clientY}px`;
        parts.forEach((part, k) => part.card.classList.toggle("is-over", k === card(at)));
      };
      const end = (at) => {
        node.removeEventListener("pointermove", moved);
        if (!ghost) return;
        ghost.remove();
        ghost = null;
        parts.forEach((part) => part.card.classList.remove("is-over"));
        quiet = performance.now() + 80; // the click that ends a drag is none
        if (at.type === "pointerup" && card(at) >= 0) onAssign(q, card(at));
      };
      node.setPointerCapture(event.pointerId);
      node.addEventListener("pointermove", moved);
      node.addEventListener("pointerup", end, { once: true });
      node.addEventListener("pointercancel", end, { once: true });
    });
  }

  function build(nextTheme) {
    theme = nextTheme;
    const e = state.place;
    faces = makeFaces(e);
    shown = -1;
    const labels = state.arrays[`${e}.support_y`].data;
    parts = state.config.episodes[e].class_names.map((each, k) => {
      const shape = mwCanvas({ "aria-hidden": "true", class: "yl-shape" });
      shape.resize(16, 16);
      shape.ctx.fillStyle = mwCss(mwClassRgb(k, theme));
      mwShapePath(shape.ctx, k, 8, 8, 5.5);
      shape.ctx.fill();
      const supports = [...labels.keys()].filter((s) => labels[s] === k);
      const button = mwEl("button", {
        type: "button", class: "mw-button yl-class", "aria-keyshortcuts": k < 9 ? String(k + 1) : null,
        onclick: () => { const q = state.current(); if (q !== undefined) onAssign(q, k); },
      },
      mwEl("span", { class: `yl-class-head${faces.support ? "" : " is-line"}` }, k < 9 && mwEl("kbd", {}, String(k + 1)), shape.canvas),
      faces.support && mwEl("span", { class: "yl-supports" }, supports.slice(0, 6).map((s) => faces.support(s, supports.length > 2 ? 44 : 64))),
      // Long names break where their words end.
      mwEl("span", { class: `yl-class-name${faces.support ? " is-below" : ""}`, title: each }, each.split(/(?<=[_/-])/).flatMap((part, i) => (i ? [mwEl("wbr"), part] : [part]))));
      const bin = mwEl("div", { class: "yl-bin", role: "group", "aria-label": `Your answers: ${each}` });
      const card = mwEl("div", { class: "yl-card" }, button, bin);
      return { card, button, bin };
    });
    cards.replaceChildren(...parts.map((part) => part.card));
  }

  // Right or wrong under a query, for the person and each learner, once that may be told.
  const signs = (q) => {
    const { truth, answers } = state.secret(state.place);
    const of = [state.answers[state.place][q], ...answers.map((said) => said[q])];
    const wrong = of[0] !== truth[q];
    return mwEl("span", { class: "yl-signs", "aria-hidden": "true" }, wrong && mwEl("span", { class: "yl-truth" }, `is ${truth[q] + 1}`), of.map((said, i) => mwEl("span", { class: said === truth[q] ? "yl-right" : "yl-wrong" }, canvasOf(i ? 9 : 13, (ctx, size) => {
      ctx.strokeStyle = ctx.fillStyle = said === truth[q] ? theme.good : theme.bad;
      ctx.lineWidth = i ? 1.75 : 2.5;
      if (said === truth[q]) mwDotMark(ctx, size / 2, size / 2, i ? 2 : 4); else mwCrossMark(ctx, size / 2, size / 2, i ? 2.6 : 4);
    }))));
  };

  return {
    node: cards, stagePicture, tray, build,
    show(looked) {
      const e = state.place;
      const done = state.done[e];
      cards.classList.toggle("is-done", done);
      const current = state.current();
      const given = state.answers[e];
      if (current !== shown) {
        shown = current;
        stagePicture.replaceChildren();
        if (current !== undefined && faces.query) {
          const big = mwEl("div", { class: "yl-big" }, faces.query(current, 128));
          drag(big, current);
          stagePicture.append(big);
        }
      }
      const focused = document.activeElement?.dataset?.q;
      tray.replaceChildren(...(done ? [] : state.queues[e].slice(1).map((q) => {
        const node = thumb(q, `Query ${q + 1}, not answered: answer it next`, 30);
        node.addEventListener("click", () => onPick(q));
        return node;
      })));
      const toldEach = state.config.reveal === "each";
      parts.forEach(({ button, bin }, k) => {
        mwDisable(button, done);
        const mine = given.flatMap((value, q) => (value === k ? [q] : []));
        bin.replaceChildren(...mine.map((q) => {
          const told = done || toldEach;
          const text = told ? mwYouText(state, q) : `Query ${q + 1}, your answer ${name(k)}: take it back`;
          const node = thumb(q, text, 38);
          if (told) node.append(signs(q));
          if (done) node.setAttribute("aria-pressed", String(q === looked.pinned));
          node.classList.toggle("is-current", q === looked.q && done);
          node.addEventListener("click", () => onPick(q));
          node.addEventListener("pointerenter", () => onLook(q));
          node.addEventListener("pointerleave", () => onLook(-1));
          node.addEventListener("focus", () => onLook(q));
          return node;
        }));
      });
      if (focused !== undefined) cards.querySelector(`[data-q="${focused}"]`)?.focus({ preventScroll: true });
    },
    mark(looked) {
      for (const node of cards.querySelectorAll(".yl-thumb")) {
        node.classList.toggle("is-current", Number(node.dataset.q) === looked.q);
        if (state.done[state.place]) node.setAttribute("aria-pressed", String(Number(node.dataset.q) === looked.pinned));
      }
    },
  };
}

// Who answered what of a query, in words; only where it may be told.
function mwYouText(state, q) {
  const e = state.place;
  const { truth, answers } = state.secret(e);
  const names = state.config.episodes[e].class_names;
  const say = (said) => (names.length ? `${said === null ? "no answer" : names[said]} ${said === truth[q] ? "\u25cf right" : "\u2715 wrong"}` : `${mwNumber(said ?? 0)}, off by ${mwNumber((said ?? 0) - truth[q])}`);
  const learners = state.config.names.map((name, i) => `${name}: ${say(answers[i][q])}`);
  return `Query ${q + 1} is ${names.length ? names[truth[q]] : mwNumber(truth[q])}. You: ${say(state.answers[e][q])}. ${learners.join(". ")}.`;
}

// Vectors of three or more numbers as bars around their middle line, on one scale. -> [support face, query face]
function mwVectorFaces(arrays, theme, canvasOf) {
  const limit = Math.max(1e-9, ...arrays.flatMap((array) => Array.from(array.data, Math.abs)));
  return arrays.map((array) => (i, size) => canvasOf(size, (ctx) => {
    const values = mwAt(array, i).data;
    const step = (size - 4) / values.length;
    ctx.fillStyle = theme().fg;
    values.forEach((value, j) => {
      const height = (Math.abs(value) / limit) * (size / 2 - 2);
      ctx.fillRect(2 + j * step, value < 0 ? size / 2 : size / 2 - height, Math.max(1, step - 1), Math.max(0.5, height));
    });
  }));
}
