// Scrubbing over outer steps: a slider over all of them that keys and play move from stop to stop, and a way back to the
// newest.
import { button } from "../shared/controls.ts";
import { disable, h, keys } from "../shared/elements.ts";
import { icon } from "../shared/icons.ts";
import { lastUpTo } from "./record.ts";
import { countText } from "./words.ts";

export interface TransportOptions {
  /** The outer steps worth stopping at, ascending. */
  stops: () => number[];
  newest: () => number;
  /** The outer step shown. */
  get: () => number;
  set: (step: number) => void;
  /** Show the newest, and go on doing so. */
  follow: () => void;
  following: () => boolean;
  signal: AbortSignal;
}

/** The stop before or after a step. */
export function neighbourOf(stops: number[], step: number, by: number): number | undefined {
  const place = lastUpTo(stops, step);
  if (by > 0) return stops[Math.min(stops.length - 1, place + by)];
  const isBetween = place >= 0 && stops[place] < step;
  return stops[Math.max(0, isBetween ? place + by + 1 : place + by)];
}

export class Transport {
  readonly node: HTMLElement;
  readonly #options: TransportOptions;
  readonly #slider = h("input", {
    type: "range",
    class: "mw-slider",
    min: 0,
    max: 0,
    step: 1,
    "aria-label": "Outer step shown",
  });
  readonly #value = h("output", { class: "mw-value" });
  readonly #playing: HTMLButtonElement;
  readonly #latest: HTMLButtonElement;
  readonly #steps: HTMLButtonElement[];
  #timer: ReturnType<typeof setInterval> | undefined;
  #icon = "";

  constructor(options: TransportOptions) {
    this.#options = options;
    const plain = (name: "back" | "play" | "next", title: string, onclick: () => void) =>
      button({ icon: name, name: title, onclick });
    const back = plain("back", "Previous recorded step", () => this.move(-1));
    const next = plain("next", "Next recorded step", () => this.move(1));
    this.#playing = plain("play", "Play the record", () => this.toggle());
    this.#steps = [back, this.#playing, next];
    this.#latest = button({
      text: "Newest",
      title: "Show the newest step, and follow the training",
      pressed: true,
      onclick: () => this.#leave(options.follow),
    });
    this.#slider.addEventListener("input", () => {
      this.#leave(() => this.#show(Number(this.#slider.value)));
    });
    this.#listenToKeys();
    options.signal.addEventListener("abort", () => clearInterval(this.#timer));
    this.node = h(
      "div",
      { class: "mw-player ol-player", role: "group", "aria-label": "Replay of the record" },
      [back, this.#playing, next, this.#slider, this.#value, this.#latest],
    );
  }

  move(by: number): void {
    const { stops, get } = this.#options;
    this.#leave(() => this.#show(neighbourOf(stops(), get(), by)));
  }

  home(): void {
    this.#pause();
    this.#show(this.#options.stops()[0]);
  }

  toggle(): void {
    if (this.#timer !== undefined) this.#pause();
    else if (this.#options.newest() > 0) this.#play();
  }

  paint(): void {
    const [step, last] = [this.#options.get(), this.#options.newest()];
    this.#slider.max = String(last);
    this.#slider.value = String(step);
    for (const control of [this.#slider, ...this.#steps]) disable(control, last === 0);
    const plural = step === 1 ? "" : "s";
    const text = step === 0 ? "before training" : `after ${countText(step)} outer step${plural}`;
    this.#slider.setAttribute("aria-valuetext", text);
    this.#slider.style.setProperty("--mw-part", String(last ? step / last : 0));
    this.#value.textContent = text;
    this.#latest.setAttribute("aria-pressed", String(this.#options.following()));
    this.#showIcon(this.#timer === undefined ? "play" : "pause");
  }

  #showIcon(name: "play" | "pause"): void {
    if (this.#icon === name) return;
    this.#icon = name;
    const title = name === "pause" ? "Pause the record" : "Play the record";
    this.#playing.title = title;
    this.#playing.setAttribute("aria-label", title);
    this.#playing.replaceChildren(icon(name));
  }

  #show(step: number | undefined): void {
    if (step === undefined) return;
    this.#options.set(Math.min(this.#options.newest(), Math.max(0, step)));
  }

  /** Do something that ends the play. */
  #leave(go: () => void): void {
    if (this.#timer !== undefined) this.#pause();
    go();
  }

  #pause(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.paint();
  }

  #play(): void {
    const { stops, newest, get } = this.#options;
    if (get() >= newest()) this.#show(stops()[0]);
    this.#timer = setInterval(() => {
      if (get() >= newest()) this.#pause();
      else this.#show(neighbourOf(stops(), get(), 1));
    }, 250);
    this.paint();
  }

  #listenToKeys(): void {
    const by = (steps: number) => () => this.move(steps);
    keys(this.#slider, {
      ArrowLeft: by(-1),
      ArrowDown: by(-1),
      ArrowRight: by(1),
      ArrowUp: by(1),
      PageDown: by(-5),
      PageUp: by(5),
      Home: () => this.home(),
      End: () => {
        this.#pause();
        this.#options.follow();
      },
      " ": () => this.toggle(),
    });
  }
}
