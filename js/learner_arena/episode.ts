// The episode behind a dot: what was given, what was asked, and what each learner answered.
import type { ScoreWords } from "../contest/scores.ts";
import { canvasOf } from "../plot/canvas.ts";
import { crossMark, dotMark } from "../plot/shapes.ts";
import { type Thumbnails, thumbnailsOf } from "../plot/thumbnails.ts";
import type { Uint8 } from "../shared/arrays.ts";
import { h } from "../shared/elements.ts";
import type { Selection } from "../shared/selection.ts";
import type { Theme } from "../shared/theme.ts";
import { answersText, isRight, type Opened, squaredError, wrongCount } from "./answers.ts";
import type { Kind } from "./model.ts";
import { type CurveArrays, curvesPlot, type EpisodePlot, pointsPlot } from "./plots.ts";

const THUMB = 34;
const HINT = "Point at a query, or move to it with the arrow keys, to read who answered what.";

export interface EpisodeOptions {
  /** The learners. */
  names: string[];
  kind: Kind;
  words: ScoreWords;
  selection: Selection;
}

export interface Shown extends Opened {
  theme: Theme;
  width: number;
}

export function episodeOf(options: EpisodeOptions) {
  const { names, kind, selection } = options;
  const body = h("div", { class: "ae-body" });
  const told = h("p", { class: "ae-told" });
  const picture = h("span", { class: "ae-told-picture" });
  const foot = h("div", { class: "ae-foot" }, picture, told);
  const node = h("div", { class: "ae" }, body, foot);
  let now: Shown | null = null;
  let cells: HTMLButtonElement[] = [];
  let thumbs: Thumbnails | null = null;
  let plot: EpisodePlot | null = null;
  let looked = -1;
  const placeOf = (id: string) => now?.plain.query_ids.indexOf(id) ?? -1;
  const mark = () => {
    if (!now) return;
    const query = looked >= 0 ? looked : placeOf(selection.get());
    const pinned = selection.pinned() ? placeOf(selection.get()) : -1;
    for (const [i, cell] of cells.entries()) {
      cell.classList.toggle("is-current", i === query);
      cell.setAttribute("aria-pressed", String(i === pinned));
    }
    told.textContent = query >= 0 ? answersText(now, names, query) : HINT;
    const { theme } = now;
    const large =
      query >= 0 && thumbs && small(56, (ctx) => thumbs!.draw(ctx, query, 0, 0, 56, theme.fg));
    picture.replaceChildren(...(large ? [large] : []));
    plot?.mark(query);
  };
  const look = (query: number) => {
    looked = query;
    if (now && query >= 0) selection.hover(now.plain.query_ids[query]);
    mark();
  };
  const choose = (query: number) => {
    if (now) selection.toggle(now.plain.query_ids[query]);
    mark();
  };
  moveByKeys(body, () => cells);
  body.addEventListener("pointerleave", () => look(-1));
  body.addEventListener("focusout", (event) => {
    if (!body.contains(event.relatedTarget as Node | null)) look(-1);
  });
  const load = (shown: Shown) => {
    now = shown;
    looked = -1;
    thumbs = kind === "images" ? thumbnailsOf(shown.arrays.query_x as Uint8) : null;
    const made = contentOf(shown, thumbs, options, { look, choose });
    cells = made.cells;
    plot = made.plot;
    body.replaceChildren(...made.nodes);
    foot.hidden = !shown.plain.class_names.length;
    mark();
  };
  return { node, mark, load };
}

/** Arrows go through the queries, and up and down by six. */
function moveByKeys(body: HTMLElement, cells: () => HTMLElement[]): void {
  const steps: Record<string, number> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -6,
    ArrowDown: 6,
    Home: -1e6,
    End: 1e6,
  };
  body.addEventListener("keydown", (event) => {
    const query = (event.target as Element).closest<HTMLElement>(".ae-query");
    const place = query ? cells().indexOf(query) : -1;
    const step = steps[event.key];
    if (!step || place < 0) return;
    event.preventDefault();
    cells()[Math.min(cells().length - 1, Math.max(0, place + step))].focus();
  });
}

function small(size: number, draw: (ctx: CanvasRenderingContext2D) => void): HTMLCanvasElement {
  const { canvas, ctx, resize } = canvasOf({ "aria-hidden": "true" });
  resize(size, size);
  draw(ctx);
  return canvas;
}

interface Handlers {
  look(query: number): void;
  choose(query: number): void;
}

interface Content {
  nodes: HTMLElement[];
  cells: HTMLButtonElement[];
  plot: EpisodePlot | null;
}

function contentOf(
  shown: Shown,
  thumbs: Thumbnails | null,
  { names, kind, words }: EpisodeOptions,
  on: Handlers,
): Content {
  const { arrays, plain, theme, width } = shown;
  if (plain.class_names.length) {
    const n = arrays.query_y.data.length;
    const wrong = names.map((name, i) => `${name} (${wrongCount(shown, i)} of ${n} wrong)`);
    const text = `Under each query, from top: ${wrong.join(", ")}. A dot is right, a cross wrong.`;
    const plot = kind === "points" ? pointsPlot(shown, theme, width) : null;
    const { rows, cells } = classRows(shown, thumbs, names, on);
    return {
      nodes: [h("p", { class: "ae-key" }, text), ...(plot ? [plot.node] : []), ...rows],
      cells,
      plot,
    };
  }
  if (arrays.curves && arrays.probe) {
    const plot = curvesPlot(arrays as CurveArrays, names, theme, width);
    return { nodes: [plot.node], cells: [], plot };
  }
  const text = names.map((name, i) => `${name}: ${words.one(squaredError(shown, i))}`).join(", ");
  return { nodes: [h("p", { class: "ae-key" }, text)], cells: [], plot: null };
}

/** A row for each class: its support, and its queries. */
function classRows(shown: Shown, thumbs: Thumbnails | null, names: string[], on: Handlers) {
  const { arrays, plain, theme } = shown;
  const queries = Array.from(arrays.query_y.data.keys());
  const supports = Array.from(arrays.support_y.data.keys());
  const first = plain.class_names
    .map((_, k) => queries.find((query) => arrays.query_y.data[query] === k))
    .find((query) => query !== undefined);
  const cells: HTMLButtonElement[] = queries.map((query) =>
    queryCell(shown, query, thumbs, names, { isStop: query === first, cells: () => cells, on }),
  );
  const pictures = thumbs && thumbnailsOf(arrays.support_x as Uint8);
  const rows = plain.class_names.map((name, k) => {
    const mine = supports.filter((item) => arrays.support_y.data[item] === k).slice(0, 5);
    const face = (item: number) =>
      small(THUMB, (ctx) => pictures!.draw(ctx, item, 0, 0, THUMB, theme.fg));
    return h(
      "div",
      { class: "ae-class", role: "group", "aria-label": `Class ${name}` },
      h(
        "div",
        { class: "ae-head" },
        h("span", { class: "ae-name", title: name }, name),
        pictures && h("span", { class: "ae-supports" }, mine.map(face)),
      ),
      h(
        "div",
        { class: "ae-queries" },
        cells.filter((_, query) => arrays.query_y.data[query] === k),
      ),
    );
  });
  return { rows, cells };
}

interface CellOptions {
  /** Whether the tab key stops here at first. */
  isStop: boolean;
  cells: () => HTMLButtonElement[];
  on: Handlers;
}

/** One query: its picture, and under it a sign for each learner in their order. */
function queryCell(
  shown: Shown,
  query: number,
  thumbs: Thumbnails | null,
  names: string[],
  { isStop, cells, on }: CellOptions,
): HTMLButtonElement {
  const { theme } = shown;
  const face = thumbs
    ? small(THUMB, (ctx) => thumbs.draw(ctx, query, 0, 0, THUMB, theme.fg))
    : h("span", { class: "ae-number" }, `${query + 1}`);
  const signs = names.map((_, i) => answerSign(isRight(shown, i, query), theme));
  const node = h(
    "button",
    {
      type: "button",
      class: "mw-button ae-query",
      tabindex: isStop ? 0 : -1,
      "aria-label": answersText(shown, names, query),
      "aria-pressed": "false",
      onclick: () => on.choose(query),
      onfocus: () => {
        for (const cell of cells()) cell.tabIndex = -1;
        node.tabIndex = 0;
        on.look(query);
      },
      onpointerenter: () => on.look(query),
    },
    face,
    h("span", { class: "ae-signs" }, signs),
  );
  return node;
}

function answerSign(right: boolean, theme: Theme): HTMLCanvasElement {
  return small(10, (ctx) => {
    ctx.strokeStyle = theme.bad;
    ctx.fillStyle = theme.muted;
    ctx.lineWidth = 2;
    if (right) ctx.globalAlpha = 0.7;
    if (right) dotMark(ctx, 5, 5, 2);
    else crossMark(ctx, 5, 5, 3.2);
  });
}
