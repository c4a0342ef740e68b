// Live meta-training, and its replay: its progress, its curves, and one held-out episode that is adapted to better and
// better.
import { h, isTyping } from "../shared/elements.ts";
import { fold, tryFirst } from "../shared/first_view.ts";
import { listen, onData, type View } from "../shared/model.ts";
import { type Frame, mount } from "../shared/mount.ts";
import { pythonOf } from "../shared/python.ts";
import { later, onWidth, repaint } from "../shared/repaint.ts";
import { type Selection, selectionOf } from "../shared/selection.ts";
import { onTheme, type Theme, themeOf } from "../shared/theme.ts";
import { chartsOf } from "./curves/charts.ts";
import { HeldEpisode } from "./held/episode.ts";
import type { Config, Figures, Traits, Validation } from "./model.ts";
import { recordOf, type TrainingRecord } from "./record.ts";
import { standingOf } from "./standing.ts";
import style from "./style.css";
import { toolbarOf } from "./toolbar.ts";
import { Transport } from "./transport.ts";
import { isBusy } from "./words.ts";

class Monitor {
  readonly #view: View<Traits>;
  readonly #frame: Frame;
  readonly #selection: Selection;
  readonly #held: HeldEpisode | null;
  readonly #transport: Transport;
  readonly #toolbar: ReturnType<typeof toolbarOf>;
  readonly #standing: ReturnType<typeof standingOf>;
  readonly #charts: ReturnType<typeof chartsOf>;
  readonly #moreCharts: ReturnType<typeof chartsOf>;
  readonly #try = tryFirst("");
  readonly #repaint: () => void;
  #record: TrainingRecord;
  #theme: Theme;

  constructor(view: View<Traits>) {
    const { model, signal } = view;
    this.#view = view;
    const label = this.#config.label ?? "";
    this.#frame = mount(view, { name: "outer_loop_monitor", label, style });
    const python = pythonOf(model, { frame: this.#frame, signal });
    this.#selection = selectionOf(model);
    this.#theme = themeOf(this.#frame.root);
    this.#record = this.#read();
    this.#repaint = repaint(() => this.#paint(), { el: this.#frame.root, signal });
    this.#held = this.#heldEpisode();
    this.#transport = new Transport({
      stops: () => this.#stops(),
      newest: () => this.#record.newest,
      get: () => this.#shown,
      set: (step) => this.#show(step),
      follow: () => this.#follow(),
      following: () => model.get("follow"),
      signal,
    });
    this.#toolbar = toolbarOf({ model, python, frame: this.#frame });
    this.#standing = standingOf(model);
    const onStep = (step: number) => this.#show(step);
    const config = () => this.#config;
    this.#charts = chartsOf({ keys: ["loss", "validation"], config, onStep });
    this.#moreCharts = chartsOf({ keys: ["norm", "rate"], config, onStep });
    this.#layOut();
    this.#listen();
    this.#paint();
  }

  get #config(): Config {
    return this.#view.model.get("config");
  }

  /** The outer step shown. */
  get #shown(): number {
    const { model } = this.#view;
    if (model.get("follow")) return this.#record.newest;
    return Math.min(this.#record.newest, Math.max(0, model.get("step")));
  }

  #read(): TrainingRecord {
    const { model } = this.#view;
    return recordOf(model.get("history") ?? "", this.#newest());
  }

  #newest(): number {
    return (this.#view.model.get("figures") as Partial<Figures>).step ?? 0;
  }

  #heldEpisode(): HeldEpisode | null {
    const { model, signal } = this.#view;
    const { held } = this.#config;
    if (!held) return null;
    return new HeldEpisode({
      model,
      config: held,
      selection: this.#selection,
      announce: this.#frame.say,
      signal,
      onInner: (inner) => {
        model.set("inner", inner);
        model.save_changes();
        this.#repaint();
      },
      stepKeys: {
        ArrowLeft: () => this.#transport.move(-1),
        ArrowRight: () => this.#transport.move(1),
        Home: () => this.#transport.home(),
        End: () => this.#follow(),
        " ": () => this.#transport.toggle(),
      },
    });
  }

  /** Where keys and play stop: at every adaptation, or at a hundredth of the record, and at the newest step. */
  #stops(): number[] {
    const { n, last, newest } = this.#record;
    const taken = this.#held?.steps ?? [];
    if (taken.length > 2) return [...new Set([...taken, newest])].sort((a, b) => a - b);
    const every = Math.max(1, Math.ceil(n / 100));
    const isStop = (_: number, i: number) => i % every === every - 1 && i < n - 1;
    return [0, ...Array.from(last).filter(isStop), newest];
  }

  #show(step: number): void {
    const { model } = this.#view;
    const to = Math.min(this.#record.newest, Math.max(0, step));
    if (to !== this.#shown || model.get("follow")) this.#save(to, false);
    this.#repaint();
  }

  #follow(): void {
    this.#save(this.#record.newest, true);
    this.#repaint();
  }

  #save(step: number, follow: boolean): void {
    const { model } = this.#view;
    model.set("step", step);
    model.set("follow", follow);
    model.save_changes();
  }

  #layOut(): void {
    const columns = (left: HTMLElement, right: HTMLElement | null | undefined) =>
      h("div", { class: `ol-columns${right ? "" : " ol-alone"}` }, left, right);
    this.#frame.body.append(
      h("h3", {}, this.#config.label),
      this.#try,
      this.#toolbar.node,
      this.#standing.node,
      this.#transport.node,
      columns(this.#charts.node, this.#held?.node),
      fold({
        name: "outer_loop_monitor/curves",
        title: `Gradient norm, learning rate${this.#held?.inner ? ", and the held-out episode step by step" : ""}`,
        content: columns(this.#moreCharts.node, this.#held?.inner),
        ontoggle: this.#repaint,
      }),
      fold({
        name: "outer_loop_monitor/steer",
        title: "Learning rate, number of steps, single steps, and how it trains",
        content: this.#settings(),
      }),
    );
  }

  #settings(): HTMLElement[] {
    const { settings, validation } = this.#config;
    const lines = [settings, validation].filter(Boolean);
    return [
      h("div", { class: "mw-toolbar ol-settings" }, this.#toolbar.settings),
      ...lines.map((line) => h("p", { class: "ol-about" }, line)),
      this.#standing.seen,
    ];
  }

  /** What to try, as the training stands. */
  #advice(): string {
    const { model } = this.#view;
    const watch = this.#held ? "watch the held-out episode" : "watch the loss";
    if (!this.#record.n) {
      if (isBusy(model.get("phase"))) return `${watch}: the first step comes soon.`;
      return model.offline ? "open the notebook and press Start." : `press Start and ${watch}.`;
    }
    const what = this.#held
      ? "the held-out episode shows how well the learner adapts from the parameters of that step"
      : "the figures above it are those of that step";
    return `drag over the loss to the left, and to the right again: ${what}.`;
  }

  #listen(): void {
    const { model, signal } = this.#view;
    const on = (name: string, change: () => void) => {
      const changed = () => {
        change();
        this.#repaint();
      };
      listen(model, `change:${name}`, changed, signal);
    };
    on("history", () => {
      this.#record = this.#read();
    });
    on("figures", () => {
      this.#record.newest = this.#newest();
    });
    on("phase", () => this.#toolbar.tell());
    const others = ["validations", "meta_lr", "target", "step", "follow", "inner", "error", "able"];
    for (const name of others) on(name, () => {});
    onData(
      model,
      () => {
        this.#held?.refresh();
        this.#repaint();
      },
      signal,
    );
    this.#selection.on(this.#repaint);
    const say = () => {
      if (this.#held && !model.get("follow")) this.#frame.say(this.#held.text);
    };
    listen(model, "change:step", later(say, signal), signal);
    this.#listenToPage();
  }

  #listenToPage(): void {
    const { signal } = this.#view;
    // Keys work from anywhere in the component, but a control keeps those that are its own.
    this.#frame.body.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      const modified = event.ctrlKey || event.metaKey || event.altKey;
      if (!by || modified || isTyping(event, "[role=application]")) return;
      event.preventDefault();
      this.#transport.move(by);
    });
    const fitted = (node: HTMLElement | null | undefined, fit: (width: number) => void) => {
      if (!node) return;
      const changed = (width: number) => {
        fit(width);
        this.#repaint();
      };
      onWidth(node, changed, signal);
    };
    for (const each of [this.#charts, this.#moreCharts]) fitted(each.node, each.fit);
    fitted(this.#held?.node, (width) => this.#held?.fit(width));
    fitted(this.#held?.inner, (width) => this.#held?.fitInner(width));
    const recolour = () => {
      this.#theme = themeOf(this.#frame.root);
      this.#repaint();
    };
    onTheme(recolour, signal);
    signal.addEventListener("abort", () => this.#selection.close());
  }

  #paint(): void {
    const { model } = this.#view;
    const [shown, theme] = [this.#shown, this.#theme];
    const validations = (model.get("validations") ?? []) as Validation[];
    this.#toolbar.paint();
    this.#standing.paint();
    this.#transport.paint();
    const advice = this.#advice();
    this.#try.lastChild!.textContent = `${advice[0].toUpperCase()}${advice.slice(1)}`;
    for (const each of [this.#charts, this.#moreCharts]) {
      each.paint({ record: this.#record, validations, shown, theme });
    }
    const [current, pinned] = [this.#selection.get(), this.#selection.pinned()];
    this.#held?.paint(shown, { theme, current, pinned });
  }
}

export default {
  render(view: View<Traits>): void {
    new Monitor(view);
  },
};
