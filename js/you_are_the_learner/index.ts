// Be the few-shot learner: the same support, the same queries, and then the same scoring. Nothing here asks Python.

import tableStyle from "../contest/table.css";
import { h } from "../shared/elements.ts";
import { tryFirst } from "../shared/first_view.ts";
import { listen, type View } from "../shared/model.ts";
import { type Frame, mount } from "../shared/mount.ts";
import { numberText } from "../shared/numbers.ts";
import { onWidth, repaint } from "../shared/repaint.ts";
import { type Selection, selectionOf } from "../shared/selection.ts";
import { onTheme, type Theme, themeOf } from "../shared/theme.ts";
import { Board, type Looked } from "./board.ts";
import { curveOf } from "./curve.ts";
import { headerOf } from "./header.ts";
import type { Traits } from "./model.ts";
import { pointsOf } from "./points.ts";
import { resultOf } from "./result.ts";
import { Round } from "./round.ts";
import { stageOf } from "./stage.ts";
import style from "./style.css";
import { answersText, tryText } from "./words.ts";

class Game {
  readonly #round: Round;
  readonly #frame: Frame;
  readonly #selection: Selection;
  readonly #told = h("p", { class: "yl-told" });
  readonly #trying: HTMLElement;
  readonly #plots = h("div", { class: "yl-plots" });
  readonly #board: Board;
  readonly #points;
  readonly #curve;
  readonly #result;
  readonly #stage;
  readonly #header;
  readonly #repaint: () => void;
  #theme: Theme;
  /** The query that is pointed at, -1 for none. */
  #looked = -1;
  /** The episode and colours that the board was built for. */
  #built = "";
  /** When the query in question was asked, in milliseconds. */
  #since = performance.now();

  constructor(view: View<Traits>) {
    this.#frame = mount(view, {
      name: "you_are_the_learner",
      label: "You are the learner",
      style: tableStyle + style,
    });
    const round = new Round(view.model);
    this.#round = round;
    this.#selection = selectionOf(view.model);
    this.#theme = themeOf(this.#frame.root);
    const onLook = (q: number) => this.#look(q);
    const onAssign = (q: number, value: number) => this.#assign(q, value);
    this.#board = new Board({ round, onAssign, onLook, onPick: (q) => this.#pick(q) });
    this.#points = pointsOf({ round });
    this.#curve = curveOf({ round, onLook, onGuess: onAssign });
    this.#result = resultOf({ round });
    this.#stage = stageOf({
      round,
      picture: this.#board.picture,
      onUndo: () => this.#undo(),
      onSkip: () => this.#skip(),
      onEnd: () => this.#end(),
      onNext: () => this.#go(round.done.findIndex((done, e) => !done && e !== round.place)),
    });
    this.#header = headerOf({
      round,
      say: this.#frame.say,
      onGo: (e) => this.#go(e),
      onRestart: () => this.#restart(),
    });
    this.#trying = tryFirst(tryText(round));
    this.#layOut();
    this.#repaint = repaint(() => this.#paint(), { el: this.#frame.root, signal: view.signal });
    this.#listen(view);
    this.#paint();
  }

  #layOut(): void {
    const { names } = this.#round.config;
    const against = names.length
      ? ` You play against ${names.join(", ")} on the same queries.`
      : "";
    const note = `Answers and times stay in this notebook or page: nothing is sent anywhere.${against}`;
    this.#frame.body.append(
      this.#header.node,
      this.#trying,
      this.#stage.node,
      this.#plots,
      this.#board.tray,
      this.#board.node,
      this.#told,
      this.#result.node,
      h("p", { class: "yl-note" }, note),
    );
  }

  #listen({ model, signal }: View<Traits>): void {
    const { root, body } = this.#frame;
    root.addEventListener("keydown", (event) => this.#press(event));
    for (const name of ["answers", "done", "place", "times"] as const) {
      // What this view has just written comes back as a change; only what somebody else wrote is read.
      const changed = () => {
        if (!this.#round.differs(name)) return;
        this.#round.read();
        this.#repaint();
      };
      listen(model, `change:${name}`, changed, signal);
    }
    this.#selection.on(this.#repaint);
    const fit = (width: number) => {
      this.#points.fit(width);
      this.#curve.fit(width);
      const beside = Math.min(380, Math.floor(0.36 * width));
      this.#result.fit(width >= 860 ? beside : Math.min(width, 520));
      this.#repaint();
    };
    onWidth(body, fit, signal);
    const recolour = () => {
      this.#theme = themeOf(root);
      this.#repaint();
    };
    onTheme(recolour, signal);
    const wake = () => {
      if (!document.hidden) this.#since = performance.now();
    };
    document.addEventListener("visibilitychange", wake, { signal });
    signal.addEventListener("abort", () => {
      this.#header.calm();
      this.#selection.close();
    });
  }

  #press(event: KeyboardEvent): void {
    const typing = (event.target as Element).closest("input, select, textarea, [role=slider]");
    if (event.ctrlKey || event.metaKey || event.altKey || typing) return;
    const round = this.#round;
    const q = round.current();
    const k = /^[1-9]$/.test(event.key) ? Number(event.key) - 1 : Infinity;
    if (k < round.episode.class_names.length && q !== undefined) {
      event.preventDefault();
      this.#assign(q, k);
    } else if (!round.done[round.place] && /^(Backspace|s|S)$/.test(event.key)) {
      event.preventDefault();
      if (event.key === "Backspace") this.#undo();
      else this.#skip();
    }
  }

  /** Seconds since the query was asked; a long pause counts as two minutes. */
  #clock(): number {
    const now = performance.now();
    const seconds = Math.min(120, (now - this.#since) / 1000);
    this.#since = now;
    return seconds;
  }

  #assign(q: number, value: number): void {
    const round = this.#round;
    const e = round.place;
    const before = round.answers[e][q];
    if (round.done[e] || (round.tellsEach && before !== null)) return;
    if (before !== null) round.takeBack(q);
    round.answer(q, value, before === null && q === round.current() ? this.#clock() : 0);
    const names = round.episode.class_names;
    const what = names.length ? names[value] : numberText(value);
    const left = round.left() ? `${round.left()} left.` : "All answered.";
    this.#frame.say(round.tellsEach ? answersText(round, q) : `Query ${q + 1}: ${what}. ${left}`);
    this.#looked = round.tellsEach ? q : -1;
    this.#since = performance.now();
    if (round.tellsEach && !round.left()) this.#end();
    this.#paint();
    if (!round.left() && !round.done[e]) this.#stage.finish.focus({ preventScroll: true });
  }

  #pick(q: number): void {
    const round = this.#round;
    const e = round.place;
    if (round.done[e]) {
      this.#selection.toggle(round.secret(e).ids[q]);
      this.#look(q);
      this.#frame.say(answersText(round, q));
      return;
    }
    let said = `Query ${q + 1} is next.`;
    if (round.answers[e][q] === null) round.choose(q);
    else if (round.takeBack(q, this.#clock())) said = `Query ${q + 1} is asked again.`;
    else return;
    this.#repaint();
    this.#frame.say(said);
    this.#stage.focus();
  }

  #look(q: number): void {
    if (this.#looked === q) return;
    this.#looked = q;
    const round = this.#round;
    if (round.done[round.place]) this.#selection.hover(q >= 0 ? round.secret().ids[q] : "");
    this.#showTold();
    this.#board.mark(this.#marks());
    this.#plot();
  }

  #undo(): void {
    const q = this.#round.undo();
    if (q === undefined) return;
    this.#since = performance.now();
    this.#frame.say(`Taken back: query ${q + 1} is asked again.`);
    this.#paint();
    if (this.#stage.undo.disabled) this.#stage.focus();
  }

  #skip(): void {
    if (!this.#round.skip(this.#clock())) return;
    this.#repaint();
    this.#frame.say(`Skipped. Query ${(this.#round.current() ?? 0) + 1} is next.`);
  }

  #end(): void {
    const round = this.#round;
    if (round.left() || round.done[round.place]) return;
    round.finish();
    this.#paint();
    this.#frame.say(this.#result.text());
    const { next } = this.#stage;
    if (next.hidden) this.#stage.focus();
    else next.focus({ preventScroll: true });
  }

  #go(e: number): void {
    if (e < 0) return;
    this.#round.go(e);
    this.#looked = -1;
    this.#since = performance.now();
    this.#paint();
    const done = this.#round.done[e] ? ", done" : "";
    this.#frame.say(`Episode ${e + 1} of ${this.#round.config.episodes.length}${done}.`);
    this.#stage.focus();
  }

  #restart(): void {
    this.#round.restart();
    this.#since = performance.now();
    this.#frame.say("The round starts anew.");
    this.#repaint();
    this.#stage.focus();
  }

  #marks(): Looked {
    const round = this.#round;
    if (!round.done[round.place]) return { q: this.#looked, pinned: -1 };
    const selected = round.secret().ids.indexOf(this.#selection.get());
    const pinned = this.#selection.pinned() ? selected : -1;
    return { q: this.#looked < 0 ? selected : this.#looked, pinned };
  }

  #showTold(): void {
    const round = this.#round;
    const e = round.place;
    const done = round.done[e];
    const { q } = this.#marks();
    const isOpen = done || (round.tellsEach && q >= 0 && round.answers[e][q] !== null);
    this.#told.hidden = !isOpen && !round.tellsEach;
    const order = ["You", ...round.config.names].join(", ");
    let text = "";
    if (isOpen && q >= 0) text = answersText(round, q);
    else if (done && round.kind() === "curve") {
      text =
        "Open circles are the true values, the star is yours. Point at a query to read who answered what.";
    } else if (done) {
      text = `Under each query, from top: ${order}. A dot is right, a cross wrong; point at a query to read who answered what.`;
    }
    this.#told.textContent = text;
  }

  #plot(): void {
    const kind = this.#round.kind();
    if (kind === "points") this.#points.show(this.#theme, this.#marks());
    if (kind === "curve") this.#curve.show(this.#theme, this.#marks());
  }

  #paint(): void {
    const round = this.#round;
    const done = round.done[round.place];
    this.#build();
    this.#header.show();
    this.#stage.show();
    this.#board.tray.hidden = done || round.left() < 2;
    this.#board.node.hidden = !round.episode.class_names.length;
    this.#board.show(this.#marks());
    this.#plot();
    this.#showTold();
    this.#result.show(this.#theme);
  }

  /** Make the cards and the plot of an episode, where another one is shown or the colours have changed. */
  #build(): void {
    const key = `${this.#round.place} ${this.#theme.fg}`;
    if (this.#built === key) return;
    this.#built = key;
    this.#board.build(this.#theme);
    const kind = this.#round.kind();
    if (kind === "points") this.#plots.replaceChildren(this.#points.node);
    else if (kind === "curve") this.#plots.replaceChildren(this.#curve.node);
    else this.#plots.replaceChildren();
  }
}

export default {
  render(view: View<Traits>): void {
    new Game(view);
  },
};
