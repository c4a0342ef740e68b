// Scrubbing over outer steps: a slider over all of them that keys and play move from stop to stop, and a way back to the newest.

// olTransport({stops, newest, get, set, follow}) -> {node, paint(), move(by), home(), toggle(), pause()}
// stops(): the outer steps worth stopping at, ascending; get(): the one shown; set(step) shows one, follow() the newest.
function olTransport({ stops, newest, get, set, follow, following, signal }) {
  let timer = 0;
  const slider = mwEl("input", { type: "range", class: "mw-slider", min: 0, max: 0, step: 1, "aria-label": "Outer step shown" });
  const value = mwEl("output", { class: "mw-value" });
  const pause = () => { clearInterval(timer); timer = 0; paint(); };
  const neighbour = (by) => {
    const all = stops();
    const at = olLastUpTo(all, get());
    return by > 0 ? all[Math.min(all.length - 1, at + by)] : all[Math.max(0, at >= 0 && all[at] < get() ? at + by + 1 : at + by)];
  };
  const show = (step) => { if (step !== undefined) set(Math.min(newest(), Math.max(0, step))); };
  const move = (by) => { if (timer) pause(); show(neighbour(by)); };
  const play = () => {
    if (get() >= newest()) show(stops()[0]);
    timer = setInterval(() => {
      if (get() >= newest()) pause();
      else show(neighbour(1));
    }, 250);
    paint();
  };
  const toggle = () => (timer ? pause() : newest() > 0 && play());
  const button = (icon, name, onclick) => mwEl("button", { type: "button", class: "mw-button", "aria-label": name, title: name, onclick }, mwIcon(icon));
  const back = button("back", "Previous recorded step", () => move(-1));
  const playing = button("play", "Play the record", toggle);
  const next = button("next", "Next recorded step", () => move(1));
  const latest = mwButton({ text: "Newest", title: "Show the newest step, and follow the training", pressed: true, onclick: () => { if (timer) pause(); follow(); } });
  slider.addEventListener("input", () => { if (timer) pause(); show(Number(slider.value)); });
  mwKeys(slider, {
    ArrowLeft: () => move(-1), ArrowDown: () => move(-1), ArrowRight: () => move(1), ArrowUp: () => move(1),
    PageDown: () => move(-5), PageUp: () => move(5), Home: () => { pause(); show(stops()[0]); }, End: () => { pause(); follow(); }, " ": toggle,
  });
  signal?.addEventListener("abort", () => clearInterval(timer));
  let icon = "";
  function paint() {
    const [step, last] = [get(), newest()];
    slider.max = last;
    slider.value = step;
    mwDisable(slider, last === 0);
    for (const each of [back, playing, next]) mwDisable(each, last === 0);
    const text = step === 0 ? "before training" : `after ${olCount(step)} outer step${step === 1 ? "" : "s"}`;
    slider.setAttribute("aria-valuetext", text);
    slider.style.setProperty("--mw-part", last ? step / last : 0);
    value.textContent = text;
    latest.setAttribute("aria-pressed", String(following()));
    const now = timer ? "pause" : "play";
    if (icon !== now) {
      icon = now;
      playing.title = timer ? "Pause the record" : "Play the record";
      playing.setAttribute("aria-label", playing.title);
      playing.replaceChildren(mwIcon(icon));
    }
  }
  const node = mwEl("div", { class: "mw-player ol-player", role: "group", "aria-label": "Replay of the record" }, back, playing, next, slider, value, latest);
  return { node, paint, move, toggle, pause, home: () => { pause(); show(stops()[0]); } };
}
