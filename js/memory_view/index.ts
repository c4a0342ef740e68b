// What a learner keeps of an episode and where it looks. All steps are here; nothing asks Python.
import { thumbnailsOf } from "../plot/thumbnails.ts";
import { arraysOf, type Uint8 } from "../shared/arrays.ts";
import { type Child, h, isTyping, type KeyMap } from "../shared/elements.ts";
import { fold, tryFirst } from "../shared/first_view.ts";
import { listen, type View } from "../shared/model.ts";
import { type Frame, mount } from "../shared/mount.ts";
import { type Player, playerOf } from "../shared/player.ts";
import { drawing, later, onWidth, repaint } from "../shared/repaint.ts";
import { type Selection, selectionOf } from "../shared/selection.ts";
import { onTheme, type Theme, themeOf } from "../shared/theme.ts";
import { Detail } from "./detail.ts";
import { Growth } from "./growth.ts";
import { ItemsPanel } from "./items/panel.ts";
import { looksPanelOf } from "./looks/panel.ts";
import type { Arrays, Config, Traits } from "./model.ts";
import { type Recorded, recordedOf } from "./record/recorded.ts";
import { SlotsPanel } from "./slots/panel.ts";
import { type Given, type Panel, save } from "./state.ts";
import { stateOf } from "./state_of.ts";
import { stepText } from "./step_text.ts";
import style from "./style.css";
import { UnitsPanel } from "./units_panel.ts";

/** The parts; null where nothing is recorded to show in one. */
interface Parts {
  items: Panel;
  growth: Growth | null;
  slots: Panel | null;
  looks: Panel | null;
  units: Panel | null;
}

class Memory {
  readonly #view: View<Traits>;
  readonly #recorded: Recorded;
  readonly #frame: Frame;
  readonly #selection: Selection;
  readonly #player: Player;
  readonly #repaint: () => void;
  readonly #parts: Parts;
  readonly #detail: Detail;
  readonly #reading = h("p", { class: "mv-reading" });
  #theme: Theme;
  /** The item in focus in words. */
  #spoken = "";

  constructor(view: View<Traits>) {
    const { model, signal } = view;
    const config = model.get("config");
    this.#view = view;
    this.#recorded = recordedOf(config, arraysOf<Arrays>(model));
    this.#frame = mount(view, { name: "memory_view", label: config.label, style });
    this.#theme = themeOf(this.#frame.root);
    this.#selection = selectionOf(model);
    this.#player = playerFor(view, config);
    this.#repaint = repaint(() => this.#paint(), { el: this.#frame.root, signal });
    const given = this.#given();
    this.#detail = new Detail(given);
    this.#parts = partsOf(given);
    this.#layOut();
    this.#listen();
    this.#paint();
  }

  #given(): Given {
    const { arrays, images } = this.#recorded;
    const { model, signal } = this.#view;
    return {
      recorded: this.#recorded,
      pictures: images ? picturesOf(arrays) : null,
      model,
      selection: this.#selection,
      player: this.#player,
      stepKeys: this.#stepKeys(),
      redraw: this.#repaint,
      announce: (text) => {
        drawing(() => this.#paint());
        this.#frame.say(text ?? this.#spoken);
      },
      chooseSlot: (slot) => {
        save(model, "slot", slot);
        this.#repaint();
      },
      enterSlot: (slot, step) => this.#enterSlot(slot, step),
      signal,
    };
  }

  #layOut(): void {
    const { label, note } = this.#recorded.config;
    const title = h("h3", {}, label);
    this.#frame.body.append(
      h("header", {}, title, note && h("p", { class: "mv-key" }, note)),
      tryFirst(tryText(this.#recorded)),
      this.#player.node,
      this.#reading,
      h("div", { class: "mv-columns" }, this.#parts.items.node, this.#detail.node),
      this.#folds(),
    );
  }

  #folds(): HTMLElement {
    const { growth, looks, slots, units } = this.#parts;
    const attends = this.#recorded.shares.kind === "attention";
    const part = (name: string, title: Child, panel: Panel | null, wide = false) => {
      if (!panel) return null;
      const node = fold({ name: `memory_view/${name}`, title, content: panel.node });
      node.classList.toggle("mv-wide", wide);
      return node;
    };
    return h(
      "div",
      { class: "mv-parts" },
      part("looks", attends ? "Who attends to what" : "Who reads what", looks),
      growth && part("growth", growth.title, growth),
      part("slots", "Memory, slot by slot", slots, true),
      part("units", "Hidden state, unit by unit", units),
    );
  }

  #listen(): void {
    const { model, signal } = this.#view;
    const { root, body } = this.#frame;
    const say = later(() => this.#sayStep(), signal);
    const stepped = () => {
      this.#repaint();
      say();
    };
    listen(model, "change:step", stepped, signal);
    for (const name of ["head", "slot", "shown", "order", "query", "rows"]) {
      listen(model, `change:${name}`, this.#repaint, signal);
    }
    this.#selection.on(() => this.#selected());
    signal.addEventListener("abort", () => this.#selection.close());
    answerKeys(body, this.#keys());
    const recolour = () => {
      this.#theme = themeOf(root);
      this.#repaint();
    };
    onTheme(recolour, signal);
    for (const panel of this.#panels) {
      const fit = (width: number) => {
        panel.fit(width);
        this.#repaint();
      };
      onWidth(panel.node, fit, signal);
    }
  }

  get #panels(): Panel[] {
    return Object.values(this.#parts).filter((panel): panel is Panel => panel !== null);
  }

  #paint(): void {
    const { model } = this.#view;
    const state = stateOf(this.#recorded, {
      id: this.#selection.get(),
      pinned: this.#selection.pinned(),
      step: this.#player.get(),
      query: model.get("query"),
      slot: model.get("slot"),
      head: model.get("head"),
      theme: this.#theme,
    });
    for (const panel of this.#panels) panel.paint(state);
    this.#reading.textContent = stepText(this.#recorded, state.step);
    this.#spoken = this.#detail.show(state);
  }

  #sayStep(): void {
    const name = this.#recorded.config.step_names[this.#player.get()];
    this.#frame.say(`${name}. ${this.#reading.textContent}`);
  }

  /** A query that is selected, here or elsewhere, is the one asked about from now on. */
  #selected(): void {
    const { model } = this.#view;
    const item = this.#selection.pinned() && this.#recorded.byId.get(this.#selection.get());
    if (item && item.side === "query" && item.i !== model.get("query")) {
      save(model, "query", item.i);
    }
    this.#repaint();
  }

  #enterSlot(slot: number, step?: number): void {
    const { slots, config } = this.#recorded;
    save(this.#view.model, "slot", slot);
    if (step !== undefined) this.#player.set(step);
    const item = slot < 0 ? -1 : (slots?.tops(this.#player.get()).item[slot] ?? -1);
    this.#selection.set(item < 0 ? "" : config.episode.support_ids[item]);
  }

  #stepKeys(): KeyMap {
    const player = this.#player;
    return {
      ",": () => player.set(player.get() - 1),
      ".": () => player.set(player.get() + 1),
      "<": () => player.set(0),
      ">": () => player.set(this.#recorded.config.steps - 1),
    };
  }

  #keys(): KeyMap {
    const player = this.#player;
    return {
      ...this.#stepKeys(),
      ArrowLeft: () => player.set(player.get() - 1),
      ArrowRight: () => player.set(player.get() + 1),
      " ": () => player.toggle(),
    };
  }
}

export default {
  render(view: View<Traits>): void {
    new Memory(view);
  },
};

function playerFor({ model, signal }: View<Traits>, config: Config): Player {
  return playerOf({
    model,
    steps: config.steps,
    label: config.axis_label,
    format: (step) => config.step_names[step],
    interval: 500,
    loop: true,
    speeds: [0.5, 1, 2, 4],
    signal,
  });
}

function partsOf(given: Given): Parts {
  const { arrays, config, slots, shares, queries } = given.recorded;
  const { hidden, probabilities, outputs } = arrays;
  const grows = (probabilities || outputs) && config.steps > 1 && queries.length;
  return {
    items: new ItemsPanel(given),
    growth: grows ? new Growth(given) : null,
    slots: slots && new SlotsPanel(given, slots),
    looks: shares.kind !== "none" && queries.length ? looksPanelOf(given) : null,
    units: hidden ? new UnitsPanel(given, hidden) : null,
  };
}

/** What to try first, by what there is to see. */
function tryText({ shares, queries, slots }: Recorded): string {
  if (shares.kind === "none" || !queries.length) {
    return "Press play, and see what each step changes in the state.";
  }
  const looks = shares.kind === "attention" ? "attends to" : slots ? "reads" : "looks at";
  return `Point at a query to see what it ${looks}; at a support item, to see which queries look there.`;
}

function picturesOf({ support_x, query_x }: Arrays) {
  return { support: thumbnailsOf(support_x as Uint8), query: thumbnailsOf(query_x as Uint8) };
}

/** Let keys work from anywhere in the component; a control keeps those that are its own. */
function answerKeys(body: HTMLElement, map: KeyMap): void {
  body.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    if (!map[event.key]) return;
    event.preventDefault();
    map[event.key](event);
  });
}
