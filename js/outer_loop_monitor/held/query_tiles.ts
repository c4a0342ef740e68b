// The queries of the held-out episode, a row of tiles a class: each with the probability of its true class, and a cross where
// another won.
import { shorten } from "../../plot/canvas.ts";
import { itemKeys } from "../../plot/point_panel.ts";
import { type Sight, scrollCanvasOf } from "../../plot/scroll_canvas.ts";
import { crossMark, shapePath } from "../../plot/shapes.ts";
import { type Thumbnails, thumbnailsOf } from "../../plot/thumbnails.ts";
import { at, type Uint8 } from "../../shared/arrays.ts";
import { classColour, PALETTE } from "../../shared/colour.ts";
import { h, type KeyMap, keys } from "../../shared/elements.ts";
import { percentText } from "../../shared/numbers.ts";
import { type Selection, selectByPointer } from "../../shared/selection.ts";
import type { Arrays, HeldConfig } from "../model.ts";
import type { HeldState } from "./episode.ts";
import { layOutTiles, NAME, type PlacedTile, TILE, type TileLayout } from "./tile_layout.ts";

export interface QueryTilesOptions {
  config: HeldConfig;
  selection: Selection;
  announce: (text: string) => void;
  /** The keys that move the outer step: the tiles must not swallow them. */
  stepKeys: KeyMap;
  signal: AbortSignal;
}

const KEY =
  "Bar: probability of the true class; the tick is chance, a cross says that another class won.";
/** Pixels of the queries that are seen at once: five rows, and half of the next where there are more. */
const MOST = 5.5 * TILE.height;
const LABEL =
  "Queries of the held-out episode. Up and down visit them, left and right move the outer step, Enter selects, Escape lets go.";

export class QueryTiles {
  readonly node: HTMLElement;
  readonly #options: QueryTilesOptions;
  readonly #names: string[];
  readonly #ids: string[];
  readonly #scroll;
  readonly #detail = h("p", { class: "ol-detail" });
  #arrays: Arrays = {};
  #thumbs: Thumbnails | null = null;
  #layout: TileLayout = { tiles: [], groups: [], height: 0 };
  #state: HeldState | null = null;
  #width = 0;

  constructor(options: QueryTilesOptions) {
    const { config, selection, stepKeys, signal } = options;
    this.#options = options;
    this.#names = config.episode.class_names;
    this.#ids = config.episode.query_ids ?? [];
    this.#scroll = scrollCanvasOf({
      signal,
      draw: (ctx, sight) => this.#draw(ctx, sight),
      role: "application",
      "aria-roledescription": "list of queries",
      "aria-label": LABEL,
    });
    selectByPointer(this.#scroll.node, (event) => this.#hit(event), selection);
    const visit = itemKeys({
      items: () => this.#layout.tiles.map(({ query }) => ({ id: this.#ids[query] })),
      selection,
      announce: () => this.#say(),
      current: () => this.#ids[(this.#selected() ?? this.#layout.tiles[0])?.query] ?? "",
    });
    const { ArrowUp, ArrowDown, Enter, Escape } = visit;
    keys(this.#scroll.node, { ...stepKeys, ArrowUp, ArrowDown, Enter, Escape });
    this.node = h("div", {}, this.#scroll.node, this.#detail);
  }

  refresh(arrays: Arrays): void {
    const { query_x } = arrays;
    if (!this.#thumbs && query_x?.shape.length === 4) this.#thumbs = thumbnailsOf(query_x as Uint8);
    this.#arrays = arrays;
    if (this.#width) this.#measure();
  }

  fit(width: number): void {
    this.#width = width;
    this.#measure();
    const { height } = this.#layout;
    this.#scroll.resize({ width: width - 14, height, view: Math.min(height, MOST) });
  }

  paint(state: HeldState): void {
    this.#state = state;
    this.#scroll.paint();
    const tile = this.#tileOf(state.current);
    const more = this.#layout.height > MOST ? ` Scroll for all ${this.#ids.length}.` : "";
    this.#detail.textContent = tile ? this.#describe(tile) : `${KEY}${more}`;
  }

  get #hasColours(): boolean {
    return this.#names.length <= PALETTE.length;
  }

  #measure(): void {
    const labels = Array.from(this.#arrays.query_y?.data ?? []);
    this.#layout = layOutTiles(labels, this.#names.length, this.#width - 16);
  }

  #tileOf(id: string): PlacedTile | undefined {
    return this.#layout.tiles.find(({ query }) => this.#ids[query] === id);
  }

  #selected(): PlacedTile | undefined {
    return this.#tileOf(this.#options.selection.get());
  }

  #hit(event: MouseEvent): string {
    const { x, y } = this.#scroll.at(event);
    const isIn = (tile: PlacedTile) =>
      x >= tile.x && x < tile.x + TILE.width && y >= tile.y && y < tile.y + TILE.height;
    const found = this.#layout.tiles.find(isIn);
    return found ? this.#ids[found.query] : "";
  }

  #say(): void {
    const tile = this.#selected();
    if (!tile || !this.#state) return;
    this.#scroll.reveal({ x: 0, y: tile.y, width: 1, height: TILE.height });
    this.#options.announce(this.#describe(tile));
  }

  /** The probability of a query's true class, and whether that class won. */
  #answer({ query, label }: PlacedTile): { probability: number; guess: number; right: boolean } {
    const { taken, t } = this.#state!;
    const read = (name: "held.true" | "held.guess") =>
      at(at(this.#arrays[name] as Uint8, taken), t).data[query];
    const guess = read("held.guess");
    return { probability: read("held.true") / 255, guess, right: guess === label };
  }

  #describe(tile: PlacedTile): string {
    const { probability, guess, right } = this.#answer(tile);
    const verdict = right ? "correct" : `wrong: ${this.#names[guess]}`;
    const name = this.#names[tile.label];
    return `Query ${tile.query}, true class ${name}: probability ${percentText(probability)}, ${verdict}.`;
  }

  #draw(ctx: CanvasRenderingContext2D, sight: Sight): void {
    if (!this.#state) return;
    ctx.textBaseline = "middle";
    for (const tile of this.#layout.tiles) {
      const isSeen = tile.y + TILE.height > sight.top && tile.y < sight.top + sight.height;
      if (isSeen) this.#drawTile(ctx, tile, tile.x + 2, tile.y - sight.top);
    }
    for (const group of this.#layout.groups) this.#drawHead(ctx, group, sight);
  }

  #drawTile(ctx: CanvasRenderingContext2D, tile: PlacedTile, x: number, y: number): void {
    const { theme, current, pinned } = this.#state!;
    const { probability, right } = this.#answer(tile);
    if (this.#ids[tile.query] === current) {
      ctx.strokeStyle = theme.fg;
      ctx.lineWidth = pinned ? 2 : 1;
      ctx.strokeRect(x + 0.5, y + 0.5, TILE.width - 3, TILE.height - 3);
    }
    if (this.#thumbs) this.#thumbs.draw(ctx, tile.query, x + 6, y + 3, 28, theme.fg);
    else {
      ctx.font = `11px ${theme.font}`;
      ctx.textAlign = "center";
      ctx.fillStyle = theme.muted;
      ctx.fillText(`${tile.query}`, x + 20, y + 17);
    }
    const [left, top, long] = [x + 5, y + 36, 32];
    ctx.fillStyle = theme.raised;
    ctx.fillRect(left, top, long, 8);
    ctx.fillStyle = this.#hasColours ? classColour(tile.label, theme) : theme.accent;
    ctx.fillRect(left, top, probability * long, 8);
    ctx.fillStyle = theme.fg;
    ctx.globalAlpha = 0.55;
    ctx.fillRect(Math.round(left + long / this.#names.length) - 0.5, top - 2, 1, 2); // chance
    ctx.globalAlpha = 1;
    if (right) return;
    for (const [colour, width] of [
      [theme.bg, 4.5],
      [theme.bad, 2.25],
    ] as const) {
      ctx.strokeStyle = colour;
      ctx.lineWidth = width;
      crossMark(ctx, x + 34, y + 8, 4);
    }
  }

  #drawHead(
    ctx: CanvasRenderingContext2D,
    group: TileLayout["groups"][number],
    sight: Sight,
  ): void {
    const { theme } = this.#state!;
    const { label, members } = group;
    const y = group.y - sight.top;
    if (this.#hasColours) {
      ctx.fillStyle = classColour(label, theme);
      shapePath(ctx, label, 9, y + 15, 5);
      ctx.fill();
    }
    ctx.textAlign = "left";
    ctx.font = `600 12px ${theme.font}`;
    ctx.fillStyle = theme.fg;
    const from = this.#hasColours ? 20 : 4;
    ctx.fillText(shorten(ctx, this.#names[label], NAME - from - 6), from, y + 15);
    const correct = members.filter((tile) => this.#answer(tile).right).length;
    ctx.font = `11px ${theme.font}`;
    ctx.fillStyle = theme.muted;
    ctx.fillText(`${correct} of ${members.length} correct`, from, y + 32);
  }
}
