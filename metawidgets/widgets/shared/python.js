// What only Python can do: requests, one at a time, and what the reader is told while one is under way or cannot be made.

// mwPython(model, {frame, signal}) -> {can(action), why(action), bind(control, action, what), ask(action, params, {latest, buffers}), busy()}
// ask() resolves to true when Python is done, to false when it could not be asked or was overtaken: with `latest`, a request that
// still waits gives way to a newer one of the same action, so that a slider asks for its last value and not for all of them.
// Errors of Python reach the frame's status line through the model's `error`.
function mwPython(model, { frame, signal } = {}) {
  const waiting = []; // [{id, action, params, buffers, done}]
  let running = null;
  let number = Math.max(0, model.get("replied") ?? 0);
  let slow = 0;
  // Of the models of a notebook only the manager's own knows whether Python is still behind it: after a restart, and in a notebook
  // that was opened again, it is not. The shared selection stands for all that were made with it.
  let witness = null;
  const gone = () => witness?.comm_live === false;
  const able = (action) => (model.get("able") ?? []).includes(action);
  const can = (action) => !model.offline && !gone() && able(action);
  const why = (action, what = "This control") => {
    if (gone()) return `${what} needs Python, which no longer knows this component: run its cell again.`;
    if (model.offline) return `${what} needs a running Python kernel: open the notebook to use it.`;
    return able(action) ? "" : `${what} needs what this component was made from: make it again in a cell.`;
  };
  // A control that asks for `action`: disabled while that cannot be done, with the reason as its tooltip and description.
  const bound = [];
  const bind = (control, action, what) => {
    bound.push([control, action, what, control.title]);
    show();
    return control;
  };
  const show = () => bound.forEach(([control, action, what, title]) => {
    const off = !can(action);
    if (!off && !control.disabled) return; // it stays on: what its component says of it stays too
    mwDisable(control, off);
    if (off) control.setAttribute("aria-disabled", "true");
    else control.removeAttribute("aria-disabled");
    control.title = off ? why(action, what) : title;
  });
  const next = () => {
    clearTimeout(slow);
    frame?.busy("");
    running = waiting.shift() ?? null;
    if (!running) return;
    slow = setTimeout(() => frame?.busy("Python is working on it\u2026"), 400);
    try {
      model.send({ id: running.id, action: running.action, params: running.params }, undefined, running.buffers);
    } catch (error) {
      const { done } = running;
      running = null;
      waiting.splice(0).forEach((each) => each.done(false));
      clearTimeout(slow);
      frame?.fail("Python no longer answers: the kernel was stopped or restarted. Run the cell again.");
      done(false);
    }
  };
  const ask = (action, params = {}, { latest = false, buffers } = {}) => new Promise((done) => {
    if (!can(action)) { frame?.fail(why(action, "This")); return done(false); }
    if (latest) {
      const at = waiting.findIndex((each) => each.action === action);
      if (at >= 0) waiting.splice(at, 1)[0].done(false);
    }
    number = Math.max(number, model.get("replied") ?? 0) + 1;
    waiting.push({ id: number, action, params, buffers, done });
    if (!running) next();
  });
  mwListen(model, "change:replied", () => {
    if (!running || model.get("replied") < running.id) return;
    const { done } = running;
    next();
    done(true);
  }, signal);
  mwListen(model, "change:able", show, signal);
  const id = String(model.get("selection") ?? "").replace(/^(anywidget:|IPY_MODEL_)/, "");
  if (id) {
    model.widget_manager?.get_model(id).then((found) => {
      witness = found;
      found.on("comm_live_update", show);
      signal?.addEventListener("abort", () => found.off("comm_live_update", show));
      show();
    });
  }
  signal?.addEventListener("abort", () => clearTimeout(slow));
  return { can, why, bind, ask, busy: () => Boolean(running) };
}

// Call back once when Python has sent new data, however many of arrays, buffer and config changed in one message.
function mwOnData(model, callback, signal) {
  let due = false;
  const soon = () => {
    if (!due) queueMicrotask(() => { due = false; callback(); });
    due = true;
  };
  for (const name of ["arrays", "buffer", "config"]) mwListen(model, `change:${name}`, soon, signal);
}
