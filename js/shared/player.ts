// One transport for everything that has steps: back, play or pause, forward, and a slider that keys can drag.
import { disable, h, keys } from "./elements.ts";
import { type IconName, icon } from "./icons.ts";
import { type BaseTraits, listen, type Model } from "./model.ts";

export interface PlayerOptions {
  model: Model<BaseTraits<unknown>>;
  /** Number of recorded states; step 0 is the first, steps - 1 the last. */
  steps: number;
  /** The slider's accessible name. */
  label?: string;
  /** A step as it is printed and spoken. */
  format?: (step: number) => string;
  /** Milliseconds a step. */
  interval?: number;
  /** Add a switch that starts over at the end. */
  loop?: boolean;
  /** Add a choice of multiples of the pace. */
  speeds?: number[];
  signal: AbortSignal;
}

export interface Player {
  node: HTMLElement;
  get(): number;
  set(step: number): void;
  play(): void;
  pause(): void;
  toggle(): void;
  /** Take another number of steps, for new data; neither focus nor play is lost. */
  resize(steps: number): void;
}

/** A transport. The model's `step` is the truth: redraw when it changes. */
export function playerOf(options: PlayerOptions): Player {
  const { model, label = "step", format = (step) => `${step}`, signal } = options;
  const transport = transportOf(options, () => show());
  const { move, toggle, get } = transport;
  const slider = h("input", {
    type: "range",
    class: "mw-slider",
    min: 0,
    step: 1,
    "aria-label": label,
  });
  const value = h("output", { class: "mw-value" });
  const back = iconButton("back", "Previous step", () => move(get() - 1));
  const playing = iconButton("play", "Play", toggle);
  const forward = iconButton("next", "Next step", () => move(get() + 1));
  const loop = options.loop ? loopSwitch(transport) : null;
  const speed = speedChoice(options.speeds ?? [], transport);
  const why = () => (transport.last === 0 ? " (only one state was recorded)" : "");
  const show = () => {
    const step = get();
    slider.value = String(step);
    slider.setAttribute("aria-valuetext", format(step));
    slider.style.setProperty("--mw-part", String(transport.last ? step / transport.last : 0));
    value.textContent = format(step);
    const name = transport.playing ? "Pause" : "Play";
    playing.title = `${name}${why()}`;
    playing.setAttribute("aria-label", name);
    playing.replaceChildren(icon(transport.playing ? "pause" : "play"));
  };
  slider.addEventListener("input", () => move(Number(slider.value)));
  keys(slider, stepKeys(transport));
  const resize = (next: number) => {
    transport.last = Math.max(0, next - 1);
    slider.max = String(transport.last);
    // As wide as its longest text, or the slider would change its length under the pointer.
    const texts = Array.from({ length: transport.last + 1 }, (_, step) => format(step).length);
    value.style.minWidth = `${0.9 * Math.max(...texts)}ch`;
    for (const control of [slider, back, playing, forward, loop, speed]) {
      if (control) disable(control, transport.last === 0);
    }
    for (const control of [back, forward, loop]) {
      if (control) control.title = `${control.getAttribute("aria-label")}${why()}`;
    }
    if (transport.last === 0 && transport.playing) transport.pause();
    show();
  };
  listen(model, "change:step", show, signal);
  resize(options.steps);
  const node = h("div", { class: "mw-player", role: "group", "aria-label": label }, [
    back,
    playing,
    forward,
    loop,
    slider,
    speed,
    value,
  ]);
  const { play, pause } = transport;
  return { node, get, set: move, play, pause, toggle, resize };
}

type Transport = ReturnType<typeof transportOf>;

/** What moves the step, without a picture of it. */
function transportOf({ model, interval = 350, signal }: PlayerOptions, show: () => void) {
  let timer: ReturnType<typeof setInterval> | undefined;
  const clamp = (value: number) => Math.min(self.last, Math.max(0, Math.round(value)));
  const get = () => clamp(model.get("step") ?? 0);
  const set = (step: number) => {
    if (clamp(step) === model.get("step")) return;
    model.set("step", clamp(step));
    model.save_changes();
  };
  const pause = () => {
    clearInterval(timer);
    timer = undefined;
    show();
  };
  const advance = () => {
    if (get() < self.last) set(get() + 1);
    else if (self.looping) set(0);
    else pause();
  };
  const play = () => {
    if (self.last === 0) return;
    if (get() === self.last) set(0);
    clearInterval(timer);
    timer = setInterval(advance, interval / self.pace);
    show();
  };
  const move = (step: number) => {
    if (timer !== undefined) pause();
    set(step);
  };
  signal.addEventListener("abort", () => clearInterval(timer));
  const self = {
    last: 0,
    pace: 1,
    looping: false,
    get playing() {
      return timer !== undefined;
    },
    get,
    move,
    play,
    pause,
    toggle: () => (timer !== undefined ? pause() : play()),
  };
  return self;
}

function stepKeys({ move, get, toggle }: Transport) {
  const by = (steps: number) => () => move(get() + steps);
  return {
    ArrowLeft: by(-1),
    ArrowDown: by(-1),
    ArrowRight: by(1),
    ArrowUp: by(1),
    PageDown: by(-5),
    PageUp: by(5),
    Home: () => move(0),
    End: () => move(Number.MAX_SAFE_INTEGER),
    " ": toggle,
  };
}

function iconButton(name: IconName, title: string, onclick: () => void): HTMLButtonElement {
  const props = { type: "button", class: "mw-button", "aria-label": title, title, onclick };
  return h("button", props, icon(name));
}

function loopSwitch(transport: Transport): HTMLButtonElement {
  const node = iconButton("loop", "Loop", () => {
    transport.looping = !transport.looping;
    node.setAttribute("aria-pressed", String(transport.looping));
  });
  node.setAttribute("aria-pressed", "false");
  return node;
}

function speedChoice(speeds: number[], transport: Transport): HTMLSelectElement | null {
  if (speeds.length < 2) return null;
  const onchange = () => {
    transport.pace = Number(node.value);
    if (transport.playing) transport.play();
  };
  const node = h(
    "select",
    { class: "mw-speed", "aria-label": "Speed", title: "Speed", onchange },
    speeds.map((speed) => h("option", { value: speed, selected: speed === 1 }, `${speed}\u00d7`)),
  );
  return node;
}
