// Classes as cards, each with its support and a bin below; queries are sorted into the bins by click, key or drag.

import { crossMark, dotMark } from "../plot/shapes.ts";
import { disable, focused, h } from "../shared/elements.ts";
import type { Theme } from "../shared/theme.ts";
import { type ClassCard, classCard } from "./card.ts";
import { type Drag, draggingOf } from "./drag.ts";
import { type Face, facesOf, squareCanvas } from "./faces.ts";
import type { Round } from "./round.ts";
import { answersText } from "./words.ts";

/** The query that is looked at, and the one that is selected; -1 for none. */
export interface Looked {
  q: number;
  pinned: number;
}

export interface BoardOptions {
  round: Round;
  onAssign: (q: number, k: number) => void;
  onPick: (q: number) => void;
  onLook: (q: number) => void;
}

export class Board {
  readonly node = h("div", { class: "yl-cards" });
  /** The query in question, large. */
  readonly picture = h("div", { class: "yl-picture" });
  /** The queries that wait. */
  readonly tray = h("div", {
    class: "yl-tray",
    role: "group",
    "aria-label": "Queries still to be answered",
  });
  readonly #options: BoardOptions;
  readonly #round: Round;
  readonly #drag: Drag;
  #theme!: Theme;
  #cards: ClassCard[] = [];
  #faces: { support: Face; query: Face } | null = null;
  #shown: number | undefined = -1;

  constructor(options: BoardOptions) {
    this.#options = options;
    const { round, onAssign } = options;
    this.#round = round;
    this.#drag = draggingOf({
      may: (q) => {
        const e = round.place;
        return !round.done[e] && !(round.tellsEach && round.answers[e][q] !== null);
      },
      cards: () => this.#cards.map((card) => card.node),
      face: (q) => this.#faces?.query(q, 48) ?? `${q + 1}`,
      holder: this.node,
      onDrop: onAssign,
    });
    for (const place of [this.node, this.tray]) this.#drag.guard(place);
  }

  /** Make the cards of the episode that is shown. */
  build(theme: Theme): void {
    const round = this.#round;
    this.#theme = theme;
    this.#faces = facesOf(round, theme);
    this.#shown = -1;
    const assign = (k: number) => {
      const q = round.current();
      if (q !== undefined) this.#options.onAssign(q, k);
    };
    const face = this.#faces?.support;
    this.#cards = round.episode.class_names.map((_, k) =>
      classCard({ round, k, face, theme, onclick: () => assign(k) }),
    );
    this.node.replaceChildren(...this.#cards.map((card) => card.node));
  }

  /** Show what was answered, and what waits. */
  show(looked: Looked): void {
    const round = this.#round;
    const e = round.place;
    const done = round.done[e];
    this.node.classList.toggle("is-done", done);
    this.#showPicture();
    const held = focused(this.node)?.dataset.q;
    const waiting = done ? [] : round.queues[e].slice(1);
    const again = (q: number) => `Query ${q + 1}, not answered: answer it next`;
    this.tray.replaceChildren(...waiting.map((q) => this.#thumb(q, again(q), 30)));
    for (const [k, card] of this.#cards.entries()) {
      disable(card.button, done);
      const mine = round.answers[e].flatMap((value, q) => (value === k ? [q] : []));
      card.bin.replaceChildren(...mine.map((q) => this.#answered(q, k, looked)));
    }
    if (held === undefined) return;
    this.node.querySelector<HTMLElement>(`[data-q="${held}"]`)?.focus({ preventScroll: true });
  }

  /** Mark the query that is looked at, and the selected one. */
  mark(looked: Looked): void {
    const done = this.#round.done[this.#round.place];
    for (const each of this.node.querySelectorAll<HTMLElement>(".yl-thumb")) {
      const q = Number(each.dataset.q);
      each.classList.toggle("is-current", q === looked.q);
      if (done) each.setAttribute("aria-pressed", String(q === looked.pinned));
    }
  }

  #showPicture(): void {
    const current = this.#round.current();
    if (current === this.#shown) return;
    this.#shown = current;
    this.picture.replaceChildren();
    if (current === undefined || !this.#faces) return;
    const big = h("div", { class: "yl-big" }, this.#faces.query(current, 128));
    this.#drag.on(big, current);
    this.picture.append(big);
  }

  #thumb(q: number, label: string, size: number): HTMLButtonElement {
    const face = this.#faces?.query(q, size) ?? h("span", { class: "yl-dot" }, `${q + 1}`);
    const onclick = () => this.#options.onPick(q);
    const look = { type: "button", class: "mw-button yl-thumb", "aria-label": label };
    const made = h("button", { ...look, dataset: { q }, onclick }, face);
    this.#drag.on(made, q);
    return made;
  }

  /** A query in the bin of class k. */
  #answered(q: number, k: number, looked: Looked): HTMLButtonElement {
    const round = this.#round;
    const { onLook } = this.#options;
    const done = round.done[round.place];
    const told = done || round.tellsEach;
    const mine = `Query ${q + 1}, your answer ${round.episode.class_names[k]}: take it back`;
    const made = this.#thumb(q, told ? answersText(round, q) : mine, 38);
    if (told) made.append(answerSigns(round, q, this.#theme));
    if (done) made.setAttribute("aria-pressed", String(q === looked.pinned));
    made.classList.toggle("is-current", q === looked.q && done);
    made.addEventListener("pointerenter", () => onLook(q));
    made.addEventListener("pointerleave", () => onLook(-1));
    made.addEventListener("focus", () => onLook(q));
    return made;
  }
}

/** Right or wrong under a query, for the person and each learner, once that may be told. */
function answerSigns(round: Round, q: number, theme: Theme): HTMLElement {
  const { truth, answers } = round.secret();
  const said = [round.answers[round.place][q], ...answers.map((each) => each[q])];
  const sign = (right: boolean, isPerson: boolean) =>
    squareCanvas(isPerson ? 13 : 9, (ctx) => {
      const middle = isPerson ? 6.5 : 4.5;
      ctx.fillStyle = theme.good;
      ctx.strokeStyle = theme.bad;
      ctx.lineWidth = isPerson ? 2.5 : 1.75;
      if (right) dotMark(ctx, middle, middle, isPerson ? 4 : 2);
      else crossMark(ctx, middle, middle, isPerson ? 4 : 2.6);
    });
  return h(
    "span",
    { class: "yl-signs", "aria-hidden": "true" },
    said[0] !== truth[q] && h("span", { class: "yl-truth" }, `is ${truth[q] + 1}`),
    said.map((each, i) => {
      const right = each === truth[q];
      return h("span", { class: right ? "yl-right" : "yl-wrong" }, sign(right, i === 0));
    }),
  );
}
