// Start, pause, single step, stop, start over; the learning rate and how many steps: what steers a training, and where it stands.

Object.assign(MW_ICONS, { stop: "M4 4h8v8H4z", advance: "M4 3.2v9.6L10 8zM12.2 3.5v9" });

// olToolbar({model, python, frame}) -> {node, paint()}
function olToolbar({ model, python, frame }) {
  const button = (icon, text, action, title) => python.bind(
    mwButton({ icon, text, title, onclick: (event) => { if (event.currentTarget.getAttribute("aria-disabled") !== "true") python.ask(asked(action)); } }), action, "Training");
  // The first button is start, pause and resume in turn: it keeps its place, and the focus.
  const asked = (action) => (action === "start" && model.get("phase") === "running" ? "pause" : action);
  const main = button("play", "Start", "start", "Start the training");
  const advance = button("advance", "Step", "advance", "Do a single outer step");
  const stop = button("stop", "Stop", "stop", "Stop after the task in hand");
  const restart = button("loop", "Start over", "restart", "Forget everything and begin again with the learner as it was");
  main.classList.add("ol-main");
  const send = (params) => python.ask("steer", params, { latest: true });
  const rate = mwRange({ label: "Learning rate", value: model.get("meta_lr"), min: 1e-6, max: 1, log: true, stops: 120,
    oninput: (value) => { exact.set(value); send({ meta_lr: value }); } });
  const exact = mwNumberField({ label: "", value: model.get("meta_lr"), min: 1e-12, max: 1000, step: "any", onchange: (value) => { rate.set(value); send({ meta_lr: value }); } });
  exact.control.setAttribute("aria-label", "Learning rate of the outer loop, exactly");
  const target = mwNumberField({ label: "Outer steps", value: model.get("target"), min: 1, max: 1e8, step: 1, onchange: (value) => send({ target: value }) });
  rate.control.setAttribute("aria-label", "Learning rate of the outer loop");
  target.control.setAttribute("aria-label", "Outer steps");
  for (const control of [rate.control, exact.control, target.control]) python.bind(control, "steer", "This setting");

  // A disabled button would lose the focus; one that is only out of turn keeps it and says why.
  const turn = (node, on, why) => {
    if (node.disabled) return;
    node.setAttribute("aria-disabled", String(!on));
    node.title = on ? node.dataset.title : why;
  };
  for (const node of [main, advance, stop, restart]) node.dataset.title = node.title;
  let face = "";
  function paint() {
    const phase = model.get("phase");
    const { step = 0 } = model.get("figures") ?? {};
    const [busy, goal] = [OL_BUSY.includes(phase), model.get("target")];
    const done = phase === "finished" && step >= goal;
    const [icon, text] = phase === "ready" ? ["play", "Start"] : busy ? ["pause", phase === "pausing" ? "Pausing\u2026" : "Pause"] : ["play", "Resume"];
    if (face !== icon + text) {
      face = icon + text;
      main.replaceChildren(mwIcon(icon), text);
      main.dataset.title = { Start: "Start the training", Pause: "Pause after the task in hand", Resume: "Go on training" }[text] ?? "";
    }
    const finished = "All steps are done: raise their number to go on.";
    const trains = "It trains: pause or stop it first.";
    turn(main, phase === "running" || (!busy && !done), done ? finished : "It ends after the task in hand.");
    turn(advance, !busy && !done, busy ? trains : finished);
    turn(stop, phase === "running" || phase === "pausing" || phase === "paused", "Nothing runs.");
    turn(restart, !busy && (step > 0 || phase === "failed"), busy ? trains : "It has not begun yet.");
    const typing = document.activeElement;
    if (typing !== exact.control && typing !== rate.control) { rate.set(model.get("meta_lr")); exact.set(Number(model.get("meta_lr").toPrecision(4))); }
    if (typing !== target.control) target.set(goal);
  }
  let said = model.get("phase");
  const tell = () => {
    const phase = model.get("phase");
    if (phase !== said) frame.say(`${OL_PHASES[phase]}, step ${olCount(model.get("figures")?.step ?? 0)} of ${olCount(model.get("target"))}.`);
    said = phase;
  };
  const node = mwEl("div", { class: "mw-toolbar ol-toolbar", role: "group", "aria-label": "Training" },
    mwEl("div", { class: "ol-buttons" }, main, advance, stop, restart),
    mwEl("div", { class: "ol-settings" }, mwField("Learning rate of the outer loop", rate.control, exact.control), target.node));
  return { node, paint, tell };
}

// Where the training stands: the phase in words with a bar, and the figures. {node, paint(record)}
function olStanding({ model, config }) {
  const phase = mwEl("b", { class: "ol-phase" });
  const replay = model.offline && mwEl("span", { class: "ol-replay" });
  const bar = mwEl("progress", { class: "ol-bar", max: 1, "aria-label": "Outer steps done" });
  const why = mwEl("p", { class: "ol-why", hidden: true });
  const cells = ["Step", "Episodes", "Episodes per second", "Time left", "Loss, smoothed", "Best validation"].map((name) => {
    const value = mwEl("dd", {});
    return { name, value, node: mwEl("div", {}, mwEl("dt", {}, name), value) };
  });
  function paint() {
    const f = model.get("figures") ?? {};
    const now = model.get("phase");
    const target = model.get("target");
    const busy = OL_BUSY.includes(now);
    phase.textContent = model.offline && busy ? "Recorded while training" : OL_PHASES[now];
    phase.dataset.phase = now;
    if (replay) replay.textContent = `${f.step ? "A record to scrub: training" : "Training"} needs a running Python kernel.`;
    bar.value = Math.min(1, (f.step ?? 0) / target);
    const back = f.stands_at < f.step ? ` Resume goes on after step ${olCount(f.stands_at)}, with parameters kept before the error.` : "";
    why.textContent = now === "failed" && model.get("error") !== f.failure ? `${f.failure}${back}` : back.trim();
    why.hidden = now !== "failed" || !why.textContent;
    const known = Number.isFinite(f.seconds_left) && f.step < target && !model.offline && (busy || now === "paused");
    const values = [
      `${olCount(f.step ?? 0)} of ${olCount(target)}`, olCount(f.episodes ?? 0),
      f.episodes_per_second ? mwNumber(f.episodes_per_second) : "\u2013", known ? olDuration(f.seconds_left) : "\u2013",
      f.loss === null || f.loss === undefined ? "\u2013" : `${mwNumber(f.loss)}`,
      f.best ? `${olScore(config().metric, f.best[1], f.best[2])}` : "\u2013",
    ];
    cells.forEach((cell, i) => { cell.value.textContent = values[i]; });
    cells[5].node.title = f.best ? `at outer step ${olCount(f.best[0])}` : "";
  }
  const node = mwEl("div", { class: "ol-standing" },
    mwEl("div", { class: "ol-state" }, phase, bar, replay), mwEl("dl", { class: "ol-figures" }, cells.map((c) => c.node)), why);
  return { node, paint };
}
