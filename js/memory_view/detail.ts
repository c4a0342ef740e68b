// The item in focus: its picture, what is predicted of it, what it looked at most and what looked at it most.
import { canvasOf } from "../plot/canvas.ts";
import { h } from "../shared/elements.ts";
import { LONGEST, looksLists } from "./looks/lists.ts";
import { Ranks } from "./ranks.ts";
import { verdictOf } from "./record/answers.ts";
import { itemTitle } from "./record/items.ts";
import type { Given, State } from "./state.ts";

const WHY: Record<State["mode"], string> = {
  pinned: "Selected",
  pointed: "Pointing at",
  hardest: "Query answered worst in the end",
  asked: "Query asked about last",
};
const SIZE = 72;

export class Detail {
  readonly node: HTMLElement;
  readonly #given: Given;
  readonly #picture = canvasOf({ role: "img" });
  readonly #kicker = h("p", { class: "mv-kicker" });
  readonly #title = h("h4", { class: "mv-title" });
  readonly #verdict = h("p", { class: "mv-verdict" });
  readonly #lists: Ranks[];
  /** What the picture was drawn for. */
  #pictured = "";

  constructor(given: Given) {
    this.#given = given;
    this.#lists = [new Ranks(given, LONGEST), new Ranks(given, LONGEST)];
    const lines = h("div", {}, this.#kicker, this.#title, this.#verdict);
    this.node = h(
      "div",
      { class: "mv-detail", role: "group", "aria-label": "Item in detail" },
      h("div", { class: "mv-who" }, given.pictures && this.#picture.canvas, lines),
      this.#lists.map((list) => list.node),
    );
  }

  /** Show the item in focus, and return what is shown in words. */
  show(state: State): string {
    const { recorded } = this.#given;
    const { focus, mode, step, theme } = state;
    const title = itemTitle(recorded, focus);
    const { tone, text } = verdictOf(recorded, focus, step);
    this.#kicker.textContent = WHY[mode];
    this.#title.textContent = title;
    this.#verdict.className = `mv-verdict ${tone && `mv-${tone}`}`;
    this.#verdict.textContent = text;
    this.#draw(state, title);
    const lists = looksLists(recorded, state);
    const said = lists.map((list, k) => this.#lists[k].show(list, theme));
    for (const list of this.#lists.slice(lists.length)) list.hide();
    return [`${title}, ${text}.`, ...said].join(" ");
  }

  #draw({ focus, theme }: State, title: string): void {
    const { pictures } = this.#given;
    const now = `${focus.id} ${theme.fg}`;
    if (!pictures || this.#pictured === now) return;
    this.#pictured = now;
    const { ctx, canvas, resize } = this.#picture;
    resize(SIZE, SIZE);
    pictures[focus.side].draw(ctx, focus.i, 4, 4, SIZE - 8, theme.fg, true);
    canvas.setAttribute("aria-label", title);
  }
}
