// One transport for everything that has steps: back, play or pause, forward, and a slider that keys can drag.

// Paths in a 16 x 16 box: drawn, because the characters for them come from a different font on every machine.
const MW_ICONS = {
  back: "M10 3.5 5.5 8l4.5 4.5", next: "M6 3.5 10.5 8 6 12.5", play: "M5 3.2v9.6L12.6 8z", pause: "M5.2 3.5v9M10.8 3.5v9",
  loop: "M12.8 6.2A5.2 5.2 0 1 0 13.2 8M13.2 3v3.4H9.8",
};
const mwIcon = (name) => mwEl("svg", { class: `mw-icon mw-icon-${name}`, viewBox: "0 0 16 16", "aria-hidden": "true" }, mwEl("path", { d: MW_ICONS[name] }));

// mwPlayer({model, steps, label, format, interval, loop, speeds}) -> {node, get(), set(step), play(), pause(), toggle(), resize(steps)}
// steps: number of recorded states T (step 0 .. T-1); label: the slider's accessible name; format(step): its spoken and
// printed value. loop adds a switch that starts over at the end, speeds (multiples of the pace) a choice of them.
// resize() is for new data: what format() says then counts, and neither focus nor play is lost.
// The model's `step` is the truth: redraw in mwListen(model, "change:step", ...).
function mwPlayer({
  model, steps, label = "step", format = (step) => `${step}`, interval = 350, loop = false, speeds = [], signal,
}) {
  let last = Math.max(0, steps - 1);
  const clamp = (value) => Math.min(last, Math.max(0, Math.round(value)));
  const get = () => clamp(model.get("step") ?? 0);
  const slider = mwEl("input", {
    type: "range", class: "mw-slider", min: 0, max: last, step: 1, "aria-label": label,
  });
  const value = mwEl("output", { class: "mw-value" });
  const why = () => (last === 0 ? " (only one state was recorded)" : "");
  const button = (icon, name, onclick) => mwEl(
    "button", { type: "button", class: "mw-button", "aria-label": name, title: name, onclick }, mwIcon(icon));
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
  const back = button("back", "Previous step", () => move(get() - 1));
  const playing = button("play", "Play", toggle);
  const forward = button("next", "Next step", () => move(get() + 1));
  const again = loop && button("loop", "Loop", () => {
    looping = !looping;
    again.setAttribute("aria-pressed", looping);
  });
  if (again) again.setAttribute("aria-pressed", false);
  const choice = speeds.length > 1 && mwEl("select", {
    class: "mw-speed", "aria-label": "Speed", title: "Speed",
    onchange: () => { pace = Number(choice.value); if (timer) play(); },
  }, speeds.map((speed) => mwEl("option", { value: speed, selected: speed === 1 }, `${speed}\u00d7`)));
  const show = () => {
    const step = get();
    slider.value = step;
    slider.setAttribute("aria-valuetext", format(step));
    slider.style.setProperty("--mw-part", last ? step / last : 0);
    value.textContent = format(step);
    const name = timer ? "Pause" : "Play";
    playing.title = `${name}${why()}`;
    playing.setAttribute("aria-label", name);
    playing.replaceChildren(mwIcon(timer ? "pause" : "play"));
  };
  slider.addEventListener("input", () => move(Number(slider.value)));
  mwKeys(slider, {
    ArrowLeft: () => move(get() - 1), ArrowDown: () => move(get() - 1),
    ArrowRight: () => move(get() + 1), ArrowUp: () => move(get() + 1),
    PageDown: () => move(get() - 5), PageUp: () => move(get() + 5),
    Home: () => move(0), End: () => move(last), " ": toggle,
  });
  const resize = (next) => {
    last = Math.max(0, next - 1);
    slider.max = last;
    // As wide as its longest text, or the slider would change its length under the pointer.
    const longest = Math.max(...Array.from({ length: last + 1 }, (_, step) => format(step).length));
    value.style.minWidth = `${0.9 * longest}ch`;
    for (const control of [slider, back, playing, forward, again, choice]) if (control) mwDisable(control, last === 0);
    for (const [control, name] of [[back, "Previous step"], [forward, "Next step"], [again, "Loop"]]) if (control) control.title = `${name}${why()}`;
    if (last === 0 && timer) pause();
    show();
  };
  mwListen(model, "change:step", show, signal);
  signal?.addEventListener("abort", () => clearInterval(timer));
  resize(steps);
  const node = mwEl("div", { class: "mw-player", role: "group", "aria-label": label }, back, playing, forward, again, slider, choice, value);
  return { node, get, set: move, play, pause, toggle, resize };
}
