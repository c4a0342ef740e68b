// Be the few-shot learner: the same support, the same queries, and then the same scoring. Nothing here asks Python.

export default { render({ model, el, signal }) {
  const frame = mwFrame({ model, el, label: "You are the learner", signal });
  const { root, body } = frame;
  const selection = mwSelection(model);
  const state = mwYouState(model);
  const { config } = state;
  let theme = mwTheme(root);
  let looked = -1;
  let built = "";
  let since = performance.now();
  const clock = () => { const now = performance.now(); const s = Math.min(120, (now - since) / 1000); since = now; return s; };

  const told = mwEl("p", { class: "yl-told" });
  const prompt = mwEl("p", { class: "yl-prompt" });
  const count = mwEl("p", { class: "yl-count" });
  const bar = mwEl("div", { class: "yl-progress", "aria-hidden": "true" }, mwEl("i", {}));
  const board = mwYouBoard({ state, onAssign: assign, onPick: pick, onLook: look });
  const points = mwYouPoints({ state });
  const curve = mwYouCurve({ state, onGuess: assign, onLook: look });
  const result = mwYouResult({ state });
  const undo = mwButton({ text: "Undo", title: "Undo (Backspace)", onclick: takeBackLast });
  const skip = mwButton({ text: "Skip", title: "Skip to the next query (S)", onclick: skipOne });
  const finish = mwButton({ text: "Show how I did", onclick: end });
  const next = mwButton({ text: "Next episode", onclick: () => goTo(state.done.findIndex((each, e) => !each && e !== state.place)) });
  let sure = 0;
  const restart = mwButton({ text: "Restart the round", onclick: () => {
    if (!sure) {
      restart.textContent = "Really? All answers go";
      mwAnnounce(root, "Press again to restart the round; all answers will be gone.");
      sure = setTimeout(calm, 4000);
    } else { calm(); state.restart(); since = performance.now(); mwAnnounce(root, "The round starts anew."); repaint(); focusStage(); }
  } });
  function calm() { clearTimeout(sure); sure = 0; restart.textContent = "Restart the round"; }
  for (const button of [finish, next]) button.classList.add("yl-primary");
  const track = mwEl("div", { class: "yl-track", role: "group", "aria-label": "Episodes of the round" });
  const actions = mwEl("div", { class: "yl-actions" }, skip, undo, finish, next);
  const stage = mwEl("div", { class: "yl-stage", tabindex: -1, role: "group", "aria-label": "The query in question" },
    board.stagePicture, mwEl("div", { class: "yl-ask" }, prompt, count, bar, actions));
  const plots = mwEl("div", { class: "yl-plots" });
  body.append(
    mwEl("header", { class: "yl-header" }, mwEl("h3", {}, `You are the learner: ${config.title}`), track, restart),
    stage, plots, board.tray, board.node, told, result.node,
    mwEl("p", { class: "yl-note" }, `Answers and times stay in this notebook or page: nothing is sent anywhere. ${config.names.length ? `You play against ${config.names.join(", ")} on the same queries.` : ""}`));

  // -- answering
  function assign(q, value) {
    const e = state.place;
    if (state.done[e] || (config.reveal === "each" && state.answers[e][q] !== null)) return;
    const before = state.answers[e][q];
    if (before !== null) state.takeBack(q);
    state.answer(q, value, before === null && q === state.current() ? clock() : 0);
    const names = config.episodes[e].class_names;
    const what = names.length ? names[value] : mwNumber(value);
    mwAnnounce(root, config.reveal === "each" ? mwYouText(state, q) : `Query ${q + 1}: ${what}. ${state.left() ? `${state.left()} left.` : "All answered."}`);
    looked = config.reveal === "each" ? q : -1;
    since = performance.now();
    if (config.reveal === "each" && !state.left()) end();
    paint();
    if (!state.left() && !state.done[e]) finish.focus({ preventScroll: true });
  }
  function pick(q) {
    const e = state.place;
    if (state.done[e]) {
      const id = state.secret(e).ids[q];
      selection.toggle(id);
      look(q);
      mwAnnounce(root, mwYouText(state, q));
    } else if (state.answers[e][q] === null) { state.choose(q); repaint(); mwAnnounce(root, `Query ${q + 1} is next.`); focusStage(); }
    else if (state.takeBack(q, clock())) { repaint(); mwAnnounce(root, `Query ${q + 1} is asked again.`); focusStage(); }
  }
  function look(q) {
    if (looked === q) return;
    looked = q;
    const e = state.place;
    if (state.done[e]) selection.hover(q >= 0 ? state.secret(e).ids[q] : "");
    showTold();
    board.mark(marks());
    plot();
  }
  function takeBackLast() {
    const q = state.undo();
    if (q === undefined) return;
    since = performance.now();
    mwAnnounce(root, `Taken back: query ${q + 1} is asked again.`);
    paint();
    if (undo.disabled) focusStage();
  }
  function skipOne() { if (state.skip(clock())) { repaint(); mwAnnounce(root, `Skipped. Query ${state.current() + 1} is next.`); } }
  function end() {
    if (state.left() || state.done[state.place]) return;
    state.finish();
    paint();
    mwAnnounce(root, result.node.querySelector(".yl-headline").textContent);
    if (!next.hidden) next.focus({ preventScroll: true });
    else focusStage();
  }
  function goTo(e) {
    if (e < 0) return;
    state.go(e);
    looked = -1;
    since = performance.now();
    paint();
    mwAnnounce(root, `Episode ${e + 1} of ${config.episodes.length}${state.done[e] ? ", done" : ""}.`);
    focusStage();
  }
  const focusStage = () => stage.focus({ preventScroll: true });

  // -- showing
  const marks = () => {
    const e = state.place;
    const pinned = state.done[e] && selection.pinned() ? state.secret(e).ids.indexOf(selection.get()) : -1;
    const shared = state.done[e] && looked < 0 ? state.secret(e).ids.indexOf(selection.get()) : looked;
    return { q: shared, pinned };
  };
  function showTold() {
    const e = state.place;
    const { q } = marks();
    const open = state.done[e] || (config.reveal === "each" && q >= 0 && state.answers[e][q] !== null);
    told.hidden = !open && config.reveal !== "each";
    const order = ["You", ...config.names].join(", ");
    told.textContent = open && q >= 0 ? mwYouText(state, q)
      : state.done[e] && state.kind(e) !== "curve" ? `Under each query, from top: ${order}. A dot is right, a cross wrong; point at a query to read who answered what.`
        : state.done[e] ? "Open circles are the true values, the star is yours. Point at a query to read who answered what." : "";
  }
  function plot() {
    const kind = state.kind(state.place);
    if (kind === "points") points.show(theme, marks());
    if (kind === "curve") curve.show(theme, marks());
  }
  function showTrack() {
    track.replaceChildren(...config.episodes.map((_, e) => {
      const done = state.done[e];
      const score = done ? mwScoreWords(config.metric).one(state.yours(e)) : "";
      return mwEl("button", {
        type: "button", class: `mw-button mw-button-text yl-step${done ? " is-done" : ""}`, "aria-current": e === state.place ? "step" : null,
        "aria-label": `Episode ${e + 1}${done ? `, done: ${score}` : e === state.place ? ", in hand" : ""}`, dataset: { e }, onclick: () => goTo(e),
      }, done ? `${e + 1} \u00b7 ${score}` : String(e + 1));
    }));
  }
  function paint() {
    const e = state.place;
    const kind = state.kind(e);
    const done = state.done[e];
    if (built !== `${e} ${theme.fg}`) {
      built = `${e} ${theme.fg}`;
      board.build(theme);
      plots.replaceChildren(...(kind === "points" ? [points.node] : kind === "curve" ? [curve.node] : []));
    }
    const n = config.episodes[e].n;
    const left = state.left();
    const q = state.current();
    const focused = track.contains(document.activeElement) ? document.activeElement.dataset.e : null;
    showTrack();
    if (focused !== null) track.querySelector(`[data-e="${focused}"]`)?.focus({ preventScroll: true });
    const way = config.episodes[e].class_names.length;
    prompt.textContent = done ? `Episode ${e + 1}: done`
      : left ? (kind === "curve" ? "What is the curve\u2019s value at the dashed line?" : "Which class is this?") : "All answered. Change what you like, or see how you did.";
    count.textContent = done ? `You took ${mwDuration(state.pace(e))} a query.`
      : left ? `Query ${n - left + 1} of ${n}. ${kind === "curve" ? "Click the value, or set it with arrow keys and Enter." : `Click a class, press 1 to ${Math.min(9, way)}, or drag.`}` : "";
    bar.firstChild.style.width = `${(100 * (n - left)) / n}%`;
    skip.hidden = finish.hidden = undo.hidden = done;
    mwDisable(skip, left < 2);
    mwDisable(undo, !state.history[e].length || config.reveal === "each");
    mwDisable(finish, left > 0);
    finish.hidden = done || config.reveal === "each";
    undo.hidden = done || config.reveal === "each";
    next.hidden = !done || state.done.every(Boolean);
    stage.classList.toggle("is-done", done);
    board.tray.hidden = done || left < 2;
    board.node.hidden = !way;
    board.show(marks());
    plot();
    showTold();
    result.show(theme);
  }
  const repaint = mwRepaint(paint, { el: root, signal });

  const keys = { Backspace: takeBackLast, s: skipOne, S: skipOne };
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, [role=slider]")) return;
    const e = state.place;
    const way = config.episodes[e].class_names.length;
    const q = state.current();
    if (/^[1-9]$/.test(event.key) && Number(event.key) <= way && q !== undefined) { event.preventDefault(); assign(q, Number(event.key) - 1); }
    else if (keys[event.key] && !state.done[e]) { event.preventDefault(); keys[event.key](); }
  });
  for (const name of ["answers", "done", "place", "times"]) {
    mwListen(model, `change:${name}`, () => { if (!same(name)) { state.read(); repaint(); } }, signal);
  }
  // What this view has just written comes back as a change; only what somebody else wrote is read.
  const same = (name) => JSON.stringify(model.get(name)) === JSON.stringify(state[name]);
  selection.on(repaint);
  mwOnWidth(body, (width) => {
    points.fit(width);
    curve.fit(width);
    result.fit(width >= 860 ? Math.min(380, Math.floor(0.36 * width)) : Math.min(width, 520));
    repaint();
  }, signal);
  mwOnTheme(() => { theme = mwTheme(root); repaint(); }, signal);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) since = performance.now(); }, { signal });
  signal?.addEventListener("abort", () => { calm(); selection.close(); });
  paint();
} };
