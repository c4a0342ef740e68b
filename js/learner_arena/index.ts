// Several learners on identical episodes. What was sent is explored here; opening further episodes and playing more asks
// Python.
import { type ScoreWords, scoreWords } from "../contest/scores.ts";
import tableStyle from "../contest/table.css";
import { arraysOf } from "../shared/arrays.ts";
import { button, field } from "../shared/controls.ts";
import { h } from "../shared/elements.ts";
import { fold, tryFirst } from "../shared/first_view.ts";
import { listen, onData, type View } from "../shared/model.ts";
import { type Frame, mount } from "../shared/mount.ts";
import { type Python, pythonOf } from "../shared/python.ts";
import { onWidth, repaint } from "../shared/repaint.ts";
import { type Selection, selectionOf } from "../shared/selection.ts";
import { onTheme, type Theme, themeOf } from "../shared/theme.ts";
import { chartsOf } from "./charts.ts";
import type { Cursor } from "./dots.ts";
import { episodeOf } from "./episode.ts";
import type { Arrays, Config, Traits } from "./model.ts";
import { showOpened } from "./opened.ts";
import { type Player, playersOf } from "./players.ts";
import style from "./style.css";
import { fillFigures, headlineText, tryText } from "./table.ts";

/** What there is to show, read anew when Python sends it. */
interface Shown {
  config: Config;
  arrays: Arrays;
  words: ScoreWords;
  charts: ReturnType<typeof chartsOf>;
  episode: ReturnType<typeof episodeOf>;
}

class Arena {
  readonly #view: View<Traits>;
  readonly #frame: Frame;
  readonly #python: Python;
  readonly #selection: Selection;
  readonly #parts = partsOf((reference) => this.#save({ reference }));
  readonly #repaint: () => void;
  readonly #repaintDots: () => void;
  #theme: Theme;
  #shown: Shown;
  #players: Player[] = [];
  #base!: Player;
  #paintSigns: (theme: Theme) => void = () => {};
  /** Pointed at, or reached by keys. */
  #cursor: Cursor | null = null;
  #width = 0;
  /** What the opened episode was filled for. */
  #filled = "";

  constructor(view: View<Traits>) {
    const { model, signal } = view;
    this.#view = view;
    this.#frame = mount(view, {
      name: "learner_arena",
      label: "Learner arena",
      style: tableStyle + style,
    });
    this.#python = pythonOf(model, { frame: this.#frame, signal });
    this.#selection = selectionOf(model);
    this.#theme = themeOf(this.#frame.root);
    const more = button({
      text: "Play 50 more episodes",
      onclick: () => this.#python.ask("more", { n: 50 }),
    });
    this.#python.bind(more, "more", "Playing more episodes");
    this.#frame.body.append(...this.#parts.layOut(more, this.#python.needs()));
    const { root } = this.#frame;
    this.#repaint = repaint(() => this.#paint(), { el: root, signal });
    this.#repaintDots = repaint(() => this.#paintDots(), { el: root, signal });
    this.#shown = this.#read();
    this.#arrange();
    this.#listen();
    this.#paint();
  }

  #listen(): void {
    const { model, signal } = this.#view;
    onData(
      model,
      () => {
        [this.#filled, this.#cursor] = ["", null];
        this.#shown = this.#read();
        this.#arrange();
        this.#shown.charts.fit(this.#width);
        this.#repaint();
      },
      signal,
    );
    for (const name of ["you", "reference"]) {
      listen(model, `change:${name}`, () => this.#arrange(), signal);
    }
    for (const name of ["opened", "able"]) listen(model, `change:${name}`, this.#repaint, signal);
    this.#selection.on(() => this.#shown.episode.mark());
    const fit = (width: number) => {
      this.#width = width;
      this.#shown.charts.fit(width);
      this.#repaint();
    };
    onWidth(this.#frame.body, fit, signal);
    const recolour = () => {
      this.#theme = themeOf(this.#frame.root);
      this.#filled = "";
      this.#repaint();
    };
    onTheme(recolour, signal);
    signal.addEventListener("abort", () => this.#selection.close());
  }

  #save(values: Partial<Pick<Traits, "opened" | "reference">>): void {
    const { model } = this.#view;
    if (values.opened !== undefined) model.set("opened", values.opened);
    if (values.reference !== undefined) model.set("reference", values.reference);
    model.save_changes();
  }

  #read(): Shown {
    const { model, signal } = this.#view;
    const config = model.get("config");
    const arrays = arraysOf<Arrays>(model);
    const words = scoreWords(config.metric);
    const charts = chartsOf({
      config,
      arrays,
      words,
      onPoint: (found, spoken) => this.#point(found, spoken),
      onOpen: (found) => this.#open(found.episode),
      onEnd: () => this.#frame.say("No further row with this episode."),
      signal,
    });
    this.#parts.title.textContent = config.label;
    this.#parts.charts.replaceChildren(...charts.figures);
    this.#parts.lines.replaceChildren(...charts.lineNodes);
    this.#parts.curves.hidden = !charts.lineNodes.length;
    const { names, kind } = config;
    const episode = episodeOf({ names, kind, words, selection: this.#selection });
    return { config, arrays, words, charts, episode };
  }

  /** Put the players in their order, and everything that follows from it. */
  #arrange(): void {
    const { model } = this.#view;
    const { chooser, headline, table } = this.#parts;
    const found = playersOf(this.#shown, model.get("you") ?? {}, model.get("reference"));
    const { players, base } = found;
    [this.#players, this.#base] = [players, base];
    const { words, config } = this.#shown;
    chooser.replaceChildren(...players.map(({ name }) => h("option", { value: name }, name)));
    chooser.value = base.name;
    headline.textContent = headlineText(players, words);
    this.#parts.trying.replaceChildren(tryFirst(tryText(players, words, this.#sent)));
    const { threads } = config.settings;
    this.#paintSigns = fillFigures(table, { players, base, words, threads });
    this.#repaint();
  }

  #sent = (episode: number): boolean =>
    String(episode) in this.#shown.config.episodes || this.#python.can("open");

  #describe = (episode: number): string => {
    const { config, words } = this.#shown;
    const seed = config.seeds[episode].join(", ");
    const scored = this.#players
      .filter(({ scores }) => Number.isFinite(scores[episode]))
      .map(({ name, scores }) => `${name} ${words.one(scores[episode])}`);
    const needed = this.#sent(episode) ? "" : " Opening it needs Python.";
    return `Episode ${episode}${seed ? `, seed ${seed}` : ""}: ${scored.join(", ")}.${needed}`;
  };

  #note(): string {
    if (this.#cursor) return this.#describe(this.#cursor.episode);
    const { seeds, episodes } = this.#shown.config;
    const hollow = seeds.length > Object.keys(episodes).length && !this.#python.can("open");
    const which = "Hollow dots are episodes whose pictures were not sent with this page.";
    return hollow ? which : "Point at a dot to read who scored what on its episode.";
  }

  #point(found: Cursor | null, spoken = false): void {
    if (found?.row === this.#cursor?.row && found?.episode === this.#cursor?.episode) return;
    this.#cursor = found;
    this.#parts.note.textContent = this.#note();
    if (spoken && found) this.#frame.say(this.#describe(found.episode));
    this.#repaintDots(); // pointing changes nothing else
  }

  async #open(index: number): Promise<void> {
    if (String(index) in this.#shown.config.episodes) this.#save({ opened: index });
    else if (!(await this.#python.ask("open", { index }))) return;
    this.#frame.say(`Episode ${index} opened below.`);
  }

  #paintDots(): void {
    this.#shown.charts.showDots({
      rows: this.#players,
      theme: this.#theme,
      cursor: this.#cursor,
      opened: this.#view.model.get("opened"),
      sent: this.#sent,
    });
  }

  #paint(): void {
    this.#paintDots();
    this.#shown.charts.showRest(this.#players, this.#base.name, this.#theme);
    this.#paintSigns(this.#theme);
    this.#parts.note.textContent = this.#note();
    this.#fillOpened();
  }

  #fillOpened(): void {
    const index = this.#view.model.get("opened");
    const { config, arrays, episode, charts } = this.#shown;
    const isOpen = String(index) in config.episodes;
    const { opened } = this.#parts;
    opened.hidden = !isOpen;
    const key = [index, this.#theme.fg, this.#width, config.seeds.length].join();
    if (!isOpen || key === this.#filled) return;
    this.#filled = key;
    const close = () => {
      this.#save({ opened: -1 });
      charts.focus();
    };
    const place = { theme: this.#theme, width: this.#width };
    const open = (next: number) => this.#open(next);
    const [describe, sent] = [this.#describe, this.#sent];
    showOpened(opened, index, place, {
      config,
      arrays,
      view: episode,
      describe,
      sent,
      open,
      close,
    });
  }
}

/** The elements of an arena. */
function partsOf(onReference: (name: string) => void) {
  const title = h("h3", {});
  const headline = h("p", { class: "ar-headline" });
  const chooser = h("select", { class: "mw-select", onchange: () => onReference(chooser.value) });
  const charts = h("div", { class: "ar-charts" });
  const note = h("p", { class: "ar-note" });
  const table = h("table");
  const lines = h("div", { class: "ar-two" });
  const trying = h("div", { class: "ar-try" });
  const curves = fold({
    name: "learner_arena/curves",
    title: "Scores against shots and inner steps",
    content: lines,
  });
  const opened = h("div", { role: "group", class: "ar-opened", "aria-label": "Opened episode" });
  const layOut = (more: HTMLElement, needs: HTMLElement) => [
    h("header", {}, title, headline),
    trying,
    h("div", { class: "mw-toolbar" }, field("Differences from", chooser), more, needs),
    charts,
    note,
    opened,
    table,
    curves,
  ];
  return { title, headline, trying, chooser, charts, note, table, lines, curves, opened, layOut };
}

export default {
  render(view: View<Traits>): void {
    new Arena(view);
  },
};
