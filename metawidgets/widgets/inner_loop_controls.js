// The inner loop's settings: whose adaptation is shown, at which rate, in how many steps. What they ask for Python works out.

// A setting as one types it: 0.3, not 0.300.
const mwPlain = (v) => (v === undefined ? "none" : v >= 1e-3 && v < 1e5 ? String(Number(v.toPrecision(3))) : mwNumber(v));

// mwInnerControls({model, now, python, frame, player}) -> {node, update(), paint(theme)}
function mwInnerControls({ model, now, python, frame, player }) {
  const { choices, retraces } = now.config;
  const own = (name) => now.traces.map((trace) => choices.find((choice) => choice.name === trace.name)?.[name]).filter((v) => v !== null && v !== undefined);
  const all = (name) => choices.map((choice) => choice[name]).filter((v) => v !== null && v !== undefined);
  const wanted = { inner_lr: null, inner_steps: null, shown: [] };
  const read = () => Object.keys(wanted).forEach((name) => { wanted[name] = model.get(name); });
  read();
  // Every request holds all settings, so that the last one alone counts; what Python made of it is read back at its end.
  const ask = async (change) => {
    Object.assign(wanted, change);
    show();
    const done = await python.ask("retrace", { ...wanted }, { latest: true });
    if (done && !python.busy()) { read(); show(); }
  };

  const looks = choices.map((_, i) => mwLookCanvas(i));
  const checks = choices.map((choice, i) => {
    const check = mwCheck({ label: choice.name, value: false, onchange: (on) => choose(choice.name, on) });
    check.node.insertBefore(looks[i].canvas, check.node.lastChild);
    if (choice.note) check.node.title = choice.note;
    return check;
  });
  const choose = (name, on) => {
    const shown = choices.map((choice) => choice.name).filter((each) => (each === name ? on : wanted.shown.includes(each)));
    if (!shown.length) {
      show();
      frame.say("One learner at least stays.");
    } else if (shown.every((each) => now.sent.some((trace) => trace.name === each))) {
      wanted.shown = shown;
      model.set("shown", shown); // all here already: nothing to ask for
      model.save_changes();
    } else ask({ shown });
  };

  const mostSteps = Math.max(20, ...all("inner_steps"));
  const spread = (values, text) => (values.length && Math.min(...values) !== Math.max(...values) ? `${text(Math.min(...values))} to ${text(Math.max(...values))}` : text(values[0]));
  const setting = (name, label, number, range) => {
    const values = () => own(name);
    const value = () => wanted[name] ?? values()[0] ?? all(name)[0];
    const change = (next) => ask({ [name]: next });
    const slide = mwRange({ label, value: value(), format: (v) => (wanted[name] === null ? `own: ${spread(values(), mwPlain)}` : mwPlain(v)), oninput: change, ...range });
    const typed = mwNumberField({ label: `${label}, typed`, value: value(), onchange: change, ...number });
    typed.control.setAttribute("aria-label", `${label}, typed`);
    typed.control.classList.add("il-typed");
    return { node: mwEl("div", { class: "il-setting" }, slide.node, typed.control), controls: [slide.control, typed.control], show() {
      if (value() === undefined) return;
      slide.set(value());
      if (document.activeElement !== typed.control || typed.control.getAttribute("aria-invalid") !== "true") typed.set(value());
    } };
  };
  const settings = {
    inner_lr: setting("inner_lr", "Inner learning rate", { min: 1e-9, max: 1e9, step: "any" }, { min: 1e-4, max: 10, log: true, stops: 200 }),
    inner_steps: setting("inner_steps", "Inner steps", { min: 0, max: 200 }, { min: 0, max: mostSteps, stops: mostSteps }),
  };
  const reset = mwButton({ text: "Own settings", title: "Each learner's own rate and steps", onclick: () => ask({ inner_lr: null, inner_steps: null }) });
  const copy = mwButton({ text: "Copy settings", title: "Copy what stands here as a line of Python", onclick: () => mwCopy(line(), frame) });
  const line = () => {
    const parts = ["inner_lr", "inner_steps"].filter((name) => wanted[name] !== null).map((name) => `${name}=${wanted[name]}`);
    if (choices.length > 1) parts.push(`shown=${JSON.stringify(wanted.shown)}`);
    const { seed } = now.config.episode;
    return `${["inner_loop_slider(learners, episode", ...parts, `step=${player.get()})`].join(", ")}${seed?.length ? `  # episode seed: ${seed.join(", ")}` : ""}`;
  };
  const why = mwEl("p", { class: "il-note" });
  const notes = mwEl("p", { class: "il-note" });
  const learners = choices.length > 1 && mwEl("div", { class: "il-learners", role: "group", "aria-label": "Learners side by side" }, checks.map((check) => check.node));
  const dials = retraces && mwEl("div", { class: "mw-toolbar il-dials" }, Object.values(settings).map((each) => each.node), mwEl("div", { class: "il-buttons" }, reset, copy));
  const node = mwEl("div", { class: "il-controls", role: "group", "aria-label": "Inner loop", hidden: !learners && !dials }, learners, dials, notes, why);
  if (retraces) for (const control of [reset, ...Object.values(settings).flatMap((each) => each.controls)]) python.bind(control, "retrace", "Changing the inner loop");

  function show() {
    const off = !python.can("retrace");
    checks.forEach((check, i) => {
      const { name, note } = choices[i];
      const here = now.sent.some((trace) => trace.name === name);
      check.set(wanted.shown.includes(name));
      mwDisable(check.control, off && !here);
      check.node.title = off && !here ? python.why("retrace", `Showing ${name}`) : note;
    });
    for (const [name, each] of Object.entries(settings)) {
      each.node.hidden = !all(name).length;
      each.show();
    }
    why.textContent = retraces && off ? python.why("retrace", "Changing the rate, the steps or the learners") : "";
    const told = now.traces.map((trace) => choices.find((choice) => choice.name === trace.name)).filter((choice) => choice?.note);
    notes.textContent = told.map((choice) => `${choice.name}: ${choice.note}`).join(" ");
  }
  return {
    node,
    update() { if (!python.busy()) read(); show(); },
    paint: (theme) => looks.forEach((look) => look.paint(theme)),
  };
}
