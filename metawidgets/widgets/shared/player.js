// One transport for everything that has steps: back, play or pause, forward, and a slider that keys can drag.

// mwPlayer({model, steps, label, format, interval, loop, speeds}) -> {node, get(), set(step), play(), pause(), toggle()}
// steps: number of recorded states T (step 0 .. T-1); label: the slider's accessible name; format(step): its spoken and
// printed value. loop adds a switch that starts over at the end, speeds (multiples of the pace) a choice of them.
// The model's `step` is the truth: redraw in mwListen(model, "change:step", ...).
function mwPlayer({
  model, steps, label = "step", format = (step) => `${step}`, interval = 350, loop = false, speeds = [], signal,
}) {
  const last = Math.max(0, steps - 1);
  const clamp = (value) => Math.min(last, Math.max(0, Math.round(value)));
  const get = () => clamp(model.get("step") ?? 0);
  const slider = mwEl("input", {
    type: "range", class: "mw-slider", min: 0, max: last, step: 1, "aria-label": label, disabled: last === 0,
  });
  const value = mwEl("output", { class: "mw-value" });
  const button = (text, name, onclick) =>
    mwEl("button", { type: "button", class: "mw-button", "aria-label": name, title: name, disabled: last === 0, onclick }, text);
  let timer = 0;
  let pace = 1;
  let looping = false;
  const set = (step) => {
    if (clamp(step) === model.get("step")) return;
    model.set("step", clamp(step));
    model.save_changes();
  };
  const pause = () => { clearInterval(timer); timer = 0; show(); };
  const play = () => {
    if (last === 0) return;
    if (get() === last) set(0);
    clearInterval(timer);
    const end = () => (looping ? set(0) : pause());
    timer = setInterval(() => (get() >= last ? end() : set(get() + 1)), interval / pace);
    show();
  };
  const toggle = () => (timer ? pause() : play());
  const move = (step) => { if (timer) pause(); set(step); };
  const back = button("\u2039", "Previous step", () => move(get() - 1));
  const playing = button("\u25b6", "Play", toggle);
  const next = button("\u203a", "Next step", () => move(get() + 1));
  const again = loop && button("\u21bb", "Loop", () => {
    looping = !looping;
    again.setAttribute("aria-pressed", looping);
  });
  if (again) again.setAttribute("aria-pressed", false);
  const choice = speeds.length > 1 && mwEl("select", {
    class: "mw-speed", "aria-label": "Speed", title: "Speed", disabled: last === 0,
    onchange: () => { pace = Number(choice.value); if (timer) play(); },
  }, speeds.map((speed) => mwEl("option", { value: speed, selected: speed === 1 }, `${speed}\u00d7`)));
  const show = () => {
    const step = get();
    slider.value = step;
    slider.setAttribute("aria-valuetext", format(step));
    slider.style.setProperty("--mw-part", last ? step / last : 0);
    value.textContent = format(step);
    playing.textContent = timer ? "\u275a\u275a" : "\u25b6";
    playing.title = timer ? "Pause" : "Play";
    playing.setAttribute("aria-label", playing.title);
  };
  slider.addEventListener("input", () => move(Number(slider.value)));
  mwKeys(slider, {
    ArrowLeft: () => move(get() - 1), ArrowDown: () => move(get() - 1),
    ArrowRight: () => move(get() + 1), ArrowUp: () => move(get() + 1),
    PageDown: () => move(get() - 5), PageUp: () => move(get() + 5),
    Home: () => move(0), End: () => move(last), " ": toggle,
  });
  mwListen(model, "change:step", show, signal);
  signal?.addEventListener("abort", () => clearInterval(timer));
  show();
  const node = mwEl("div", { class: "mw-player", role: "group", "aria-label": label }, back, playing, next, again, slider, choice, value);
  return { node, get, set: move, play, pause, toggle };
}
