// Tasks of a distribution, the data that they leave, and what becomes of learners as the distribution moves. All shifts are
// here.
import { thumbnailsOf } from "../plot/thumbnails.ts";
import { arraysOf, type NdArray, type Uint8 } from "../shared/arrays.ts";
import { focused, h, isTyping } from "../shared/elements.ts";
import { fold, tryFirst } from "../shared/first_view.ts";
import { listen, onData, type View } from "../shared/model.ts";
import { type Frame, mount } from "../shared/mount.ts";
import { type Player, playerOf } from "../shared/player.ts";
import { pythonOf } from "../shared/python.ts";
import { later, onWidth, repaint } from "../shared/repaint.ts";
import { type Selection, selectionOf } from "../shared/selection.ts";
import { onTheme, type Theme, themeOf } from "../shared/theme.ts";
import { dialsOf } from "./dials.ts";
import { lossesOf } from "./losses.ts";
import type { Arrays, Config, Traits } from "./model.ts";
import { oneTaskOf } from "./one_task.ts";
import type { Panel } from "./panel.ts";
import { type Pictures, pooledOf } from "./pooled.ts";
import { spaceOf } from "./space.ts";
import style from "./style.css";
import { SIDES, type Side, type State, type Task } from "./tasks.ts";

interface Parts {
  space: Panel;
  pooled: Panel;
  task: Panel;
  losses: ReturnType<typeof lossesOf>;
}

class Distribution {
  readonly #view: View<Traits>;
  readonly #frame: Frame;
  readonly #selection: Selection;
  readonly #player: Player;
  readonly #repaint: () => void;
  readonly #sayTask: () => void;
  readonly #title = h("h3");
  readonly #reading = h("p", { class: "td-reading" });
  readonly #panels = h("div", { class: "td-panels" });
  readonly #below = h("div", { class: "td-below" });
  readonly #heap = h("div", { class: "td-heap" });
  readonly #heapFold = fold({
    name: "task_distribution/heap",
    title: "The same as data, in one heap: what a learner sees that is told nothing of tasks",
    content: this.#heap,
  });
  readonly #dials: HTMLElement;
  #theme: Theme;
  /** Made anew when Python sends other tasks. */
  #parts: Parts | null = null;

  constructor(view: View<Traits>) {
    const { model, signal } = view;
    this.#view = view;
    const label = `Tasks of ${this.#config.dataset}`;
    this.#frame = mount(view, { name: "task_distribution", label, style });
    this.#selection = selectionOf(model);
    this.#theme = themeOf(this.#frame.root);
    this.#player = playerOf({
      model,
      steps: this.#config.shifts.length,
      label: "How far the test distribution has moved",
      format: (step) => this.#config.shifts[step] ?? "",
      interval: 700,
      loop: true,
      signal,
    });
    this.#dials = dialsOf(model, pythonOf(model, { frame: this.#frame, signal }), signal);
    this.#repaint = repaint(() => this.#paint(), { el: this.#frame.root, signal });
    // The words on the chosen task are written after the painting: said at once, they would be those of the task before.
    this.#sayTask = later(() => this.#frame.say(this.#parts?.task.text() ?? ""), signal, 150);
    const first = tryFirst(tryText(this.#config));
    this.#frame.body.append(
      this.#title,
      first,
      this.#player.node,
      this.#reading,
      this.#panels,
      this.#below,
    );
    this.#listen();
    this.#build();
    this.#paint();
  }

  get #config(): Config {
    return this.#view.model.get("config");
  }

  get #step(): number {
    const last = this.#config.shifts.length - 1;
    return Math.min(last, Math.max(0, this.#view.model.get("step")));
  }

  /** The chosen task; the first of meta-testing where a saved state names none. */
  get #chosen(): Task {
    const [side, i] = this.#view.model.get("chosen") ?? [];
    const known = typeof side === "string" && side in SIDES;
    const isTask = Number.isInteger(i) && Number(i) >= 0 && Number(i) < this.#config.n_tasks;
    return known && isTask ? [side as Side, Number(i)] : ["test", 0];
  }

  #listen(): void {
    const { model, signal } = this.#view;
    const { root, body } = this.#frame;
    body.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      const modified = event.ctrlKey || event.metaKey || event.altKey;
      if (!by || modified || isTyping(event, ".td-plot")) return;
      event.preventDefault();
      this.#player.set(this.#step + by);
    });
    const say = later(() => this.#frame.say(this.#reading.textContent ?? ""), signal);
    const stepped = () => {
      this.#repaint();
      say();
    };
    listen(model, "change:step", stepped, signal);
    listen(model, "change:chosen", this.#repaint, signal);
    onData(model, () => this.#build(), signal);
    this.#selection.on(this.#repaint);
    const recolour = () => {
      this.#theme = themeOf(root);
      this.#repaint();
    };
    onTheme(recolour, signal);
    signal.addEventListener("abort", () => this.#selection.close());
  }

  #choose(task: Task): void {
    this.#view.model.set("chosen", task);
    this.#view.model.save_changes();
    this.#sayTask();
  }

  #build(): void {
    const { model, signal } = this.#view;
    const config = this.#config;
    const arrays = arraysOf<Arrays>(model);
    const items = { arrays, config, pictures: picturesOf(arrays, config) };
    const active = focused(this.#panels);
    const held = active && this.#panels.contains(active);
    const parts: Parts = {
      space: spaceOf({
        arrays,
        config,
        chosen: () => this.#chosen,
        onChoose: (task) => this.#choose(task),
      }),
      pooled: pooledOf(items),
      task: oneTaskOf({ ...items, selection: this.#selection }),
      losses: lossesOf({
        arrays,
        config,
        after: this.#parts?.losses.after() ?? null,
        onStep: (step) => this.#player.set(step),
      }),
    };
    this.#parts = parts;
    this.#title.textContent = `Tasks of ${config.dataset}, ${config.size}`;
    this.#arrange(parts);
    if (held) parts.space.holder.focus();
    for (const part of Object.values(parts)) {
      const fit = (width: number) => {
        part.fit(width);
        this.#repaint();
      };
      onWidth(part.node, fit, signal);
    }
    this.#repaint();
  }

  /** With losses, the heap of all items is folded: the view holds one screen. */
  #arrange({ space, pooled, task, losses }: Parts): void {
    const hasLosses = this.#config.learners.length > 0;
    this.#panels.classList.toggle("td-with-losses", hasLosses);
    if (hasLosses) {
      this.#panels.replaceChildren(space.node, task.node, losses.node);
      this.#heap.replaceChildren(pooled.node);
    } else this.#panels.replaceChildren(space.node, pooled.node, task.node);
    this.#heapFold.hidden = !hasLosses;
    this.#below.replaceChildren(this.#heapFold, this.#dials);
  }

  #paint(): void {
    if (!this.#parts) return;
    const state: State = { step: this.#step, chosen: this.#chosen, theme: this.#theme };
    for (const part of Object.values(this.#parts)) part.paint(state);
    const moved = state.step ? `has moved: ${this.#config.shifts[state.step]}` : "has not moved";
    const words = this.#parts.losses.words(state);
    this.#reading.textContent = `The test distribution ${moved}. ${words}`;
  }
}

/** What to try first. */
function tryText({ learners }: Config): string {
  const moves =
    "Drag the slider to the right: the tasks of meta-testing move away from those of meta-training.";
  return learners.length ? `${moves} Watch the losses.` : moves;
}

/** Pictures of all items, counted through groups and tasks; null for curves and points. */
function picturesOf(arrays: Arrays, { kind }: Config): Pictures {
  if (kind !== "image") return null;
  const flat = ({ data, shape: [groups, tasks, items, ...rest] }: NdArray) =>
    thumbnailsOf({ data, shape: [groups * tasks * items, ...rest] } as Uint8);
  return { support: flat(arrays.support_x), query: flat(arrays.query_x) };
}

export default {
  render(view: View<Traits>): void {
    new Distribution(view);
  },
};
