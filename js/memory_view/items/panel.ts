// The items themselves: the support set in the order read above, the queries below. Pointing at one draws where it looked,
// and what looked at it: as a bar and a number under each item, and as lines to the first of them.
import { canvasOf } from "../../plot/canvas.ts";
import { classSign } from "../../plot/class_sign.ts";
import { h, type KeyMap, keys } from "../../shared/elements.ts";
import { afterDrawing } from "../../shared/repaint.ts";
import { selectByPointer } from "../../shared/selection.ts";
import type { Theme } from "../../shared/theme.ts";
import { headText } from "../record/heads.ts";
import type { Recorded } from "../record/recorded.ts";
import type { Given, Panel, State } from "../state.ts";
import { looksOf } from "./item_looks.ts";
import { type Board, drawBase, drawFrames, drawLinks, drawLooks, drawStep } from "./painting.ts";
import { acrossRows, tileAt, tileSizes, tilesOf } from "./tiles.ts";

const NAME =
  "Support items and queries. Arrow keys move between them, Enter selects one, Escape lets go; " +
  "comma and full stop move the step.";

/** Pixels of the items that are seen at once; more of them scroll. */
const MOST = 336;

export class ItemsPanel implements Panel {
  readonly node: HTMLElement;
  readonly #given: Given;
  readonly #board: Board;
  readonly #canvas = canvasOf({ class: "mv-canvas", "aria-hidden": "true" });
  /** What no step changes. */
  readonly #base = canvasOf();
  readonly #scroll = h("div", { class: "mv-scroll" });
  /** Says that there are more queries than are seen. */
  readonly #more = h("p", { class: "mv-more", hidden: true, "aria-hidden": "true" });
  readonly #key = h("p", { class: "mv-key" });
  readonly #classes: HTMLElement | null;
  #state: State | null = null;
  /** The colours that the base was drawn in, "" for none. */
  #drawn = "";

  constructor(given: Given) {
    const { recorded, pictures } = given;
    const { items, support, queries, coloured, shares } = recorded;
    this.#given = given;
    const sizes = tileSizes(items.length, shares.kind !== "none");
    const tiles = tilesOf(support, queries, sizes, 0);
    this.#board = { recorded, pictures, sizes, tiles, headings: [] };
    this.#classes = coloured ? h("ul", { class: "mv-classes", "aria-label": "Classes" }) : null;
    const role = { role: "application", "aria-roledescription": "items", "aria-label": NAME };
    const board = h("div", { class: "mv-board", tabindex: 0, ...role }, this.#canvas.canvas);
    selectByPointer(this.#canvas.canvas, (event) => this.#hit(event), given.selection);
    keys(board, this.#keys());
    const look = { role: "group", class: "mv-panel", "aria-label": "Items" };
    this.#scroll.append(board);
    this.#scroll.addEventListener("scroll", () => this.#tellMore());
    this.node = h("div", look, this.#scroll, this.#more, this.#key, this.#classes);
  }

  fit(width: number): void {
    const { support, queries } = this.#given.recorded;
    const tiles = tilesOf(support, queries, this.#board.sizes, width);
    this.#board.tiles = tiles;
    for (const { resize } of [this.#canvas, this.#base]) resize(tiles.width, tiles.height);
    this.#drawn = "";
    this.#tellMore();
  }

  /** Say how many items lie below what is seen. */
  #tellMore(): void {
    const end = this.#scroll.scrollTop + MOST;
    const { places, height } = this.#board.tiles;
    const below = height > MOST ? [...places.values()].filter(({ y }) => y > end - 12).length : 0;
    this.#more.hidden = !below;
    this.#more.textContent = `\u2193 ${below} more queries: scroll`;
  }

  /** Bring the item in focus into sight. */
  #reveal(id: string): void {
    const place = this.#board.tiles.places.get(id);
    if (!place || this.#board.tiles.height <= MOST) return;
    const { scrollTop } = this.#scroll;
    const { height } = this.#board.sizes;
    if (place.y < scrollTop) this.#scroll.scrollTop = place.y - 24;
    else if (place.y + height > scrollTop + MOST) {
      this.#scroll.scrollTop = place.y + height - MOST;
    }
  }

  paint(state: State): void {
    this.#state = state;
    const board = this.#board;
    const { width, height } = board.tiles;
    if (!width) return;
    const { theme, focus } = state;
    this.#drawBase(theme);
    const looks = looksOf(board.recorded, state);
    let most = 1e-9;
    for (const { share } of looks.values()) most = Math.max(most, share);
    const { ctx } = this.#canvas;
    ctx.clearRect(0, 0, width, height);
    ctx.drawImage(this.#base.canvas, 0, 0, width, height);
    drawStep(ctx, board, state);
    drawLinks(ctx, board, looks, { focus, theme, most });
    drawLooks(ctx, board, looks, { theme, most });
    drawFrames(ctx, board, state);
    afterDrawing(() => {
      this.#key.textContent = keyText(board.recorded, state);
    });
  }

  #drawBase(theme: Theme): void {
    const now = `${theme.fg} ${theme.bg}`;
    if (now === this.#drawn) return;
    this.#drawn = now;
    drawBase(this.#base.ctx, this.#board, theme);
    const names = this.#given.recorded.config.episode.class_names;
    const rows = names.map((name, k) => {
      const text = h("span", { class: "mv-name", title: name }, name);
      return h("li", {}, classSign(k, theme, { radius: 4.5 }), text);
    });
    this.#classes?.replaceChildren(...rows);
  }

  #hit(event: MouseEvent): string {
    const { left, top } = this.#canvas.canvas.getBoundingClientRect();
    const { tiles, sizes } = this.#board;
    return tileAt(tiles, sizes, event.clientX - left, event.clientY - top);
  }

  #keys(): KeyMap {
    const { recorded, selection, announce, stepKeys } = this.#given;
    const { items } = recorded;
    const focus = () => this.#state?.focus.id ?? "";
    const go = (id: string | undefined) => {
      if (id === undefined) return;
      this.#reveal(id);
      if (selection.pinned()) selection.set(id);
      else selection.hover(id);
      announce();
    };
    const by = (places: number) => () =>
      go(items[items.findIndex(({ id }) => id === focus()) + places]?.id);
    const across = (sign: 1 | -1) => () => go(acrossRows(this.#board.tiles, focus(), sign));
    const select = (id: string) => {
      selection.set(id);
      announce();
    };
    return {
      ArrowLeft: by(-1),
      ArrowRight: by(1),
      ArrowUp: across(-1),
      ArrowDown: across(1),
      Home: () => go(items[0].id),
      End: () => go(items.at(-1)?.id),
      Enter: () => select(focus()),
      " ": () => select(focus()),
      Escape: () => select(""),
      ...stepKeys,
    };
  }
}

/** Say what the bars and lines are, for the item in focus. */
function keyText({ config, arrays, shares }: Recorded, { focus, head }: State): string {
  const cross = arrays.probabilities ? "Cross: predicted wrong at this step. " : "";
  const marks = `${cross}Pale: not read yet.`;
  if (shares.kind === "none") return marks;
  const heads = headText(config, head);
  const attention = `attention${heads ? ` (${heads})` : ""}`;
  const what = shares.kind === "attention" ? attention : "reading from memory";
  if (focus.side === "query") return `Bar: where this query's ${what} falls. ${marks}`;
  const among = shares.among
    ? " Coloured bars up to it: what it attended to itself when it was read."
    : "";
  return `Dark bars and dotted lines: the ${what} that falls on this item.${among} ${marks}`;
}
