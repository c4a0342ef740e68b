// Every query as a row, class by class, in a list that scrolls.
import { shorten } from "../../plot/canvas.ts";
import { itemKeys } from "../../plot/point_panel.ts";
import { type Sight, scrollCanvasOf } from "../../plot/scroll_canvas.ts";
import { shapePath } from "../../plot/shapes.ts";
import { thumbnailsOf } from "../../plot/thumbnails.ts";
import { at, type Float32, type Uint8 } from "../../shared/arrays.ts";
import { h, keys } from "../../shared/elements.ts";
import { selectByPointer } from "../../shared/selection.ts";
import { largestOf } from "../adaptations.ts";
import type { Panel, PanelOptions, State } from "../panel.ts";
import { type Group, HEAD, type Layout, layoutOf, piecesOf, queryAt, ROW } from "./query_layout.ts";
import { drawTile, type Fill, fillsOf, frameTile, isColoured } from "./query_tile.ts";
import { supportStripOf } from "./support_strip.ts";

/** The height of the list; side by side there are rows of other things above it. */
const VIEW = { one: 360, several: 190 };
const KEY =
  "Bar: the true class first, then the others; the tick is chance. " +
  "The number is the true class's probability.";

export function queriesPanelOf(options: PanelOptions): Panel {
  const { now, selection, stepKeys, announce, current, label, signal } = options;
  const { arrays, names, images, queries, several } = now; // those of one episode
  const thumbnails = images ? thumbnailsOf(arrays.query_x as Uint8) : null;
  const fills = fillsOf(names.length);
  let probabilities: Float32;
  let absorbed: Uint8 | undefined;
  let layout: Layout | null = null;
  let state: State | null = null;
  const draw = (ctx: CanvasRenderingContext2D, sight: Sight) => {
    if (!layout || !state) return;
    const { step, theme } = state;
    const p = at(probabilities, step);
    const probabilitiesOf = (i: number) => at(p, i).data;
    drawRows(ctx, sight, { names, layout, state, probabilitiesOf, thumbnails, fill: fills(theme) });
  };
  const scroll = scrollCanvasOf({
    signal,
    draw,
    pieces: () => (layout ? piecesOf(layout) : []),
    role: "application",
    "aria-roledescription": "list of queries",
    "aria-label":
      `${label}. Up and down visit the queries, left and right move the step, Enter selects, ` +
      "Escape lets go.",
  });
  const hit = (event: MouseEvent) => {
    const { x, y } = scroll.at(event);
    return layout ? queryAt(layout, x, y) : "";
  };
  selectByPointer(scroll.node, hit, selection);
  const reveal = () => {
    const place = layout?.places.get(current());
    if (place) scroll.reveal({ x: 0, y: place.y, width: 1, height: ROW, top: HEAD });
  };
  const tell = () => {
    reveal();
    announce();
  };
  const visit = itemKeys({ items: queries, selection, current, announce: tell });
  keys(scroll.node, { ...stepKeys, ...visit });
  const support = supportStripOf(now, isColoured(names.length));
  return {
    node: h("div", {}, !several && support.node, scroll.node),
    strip: support.node,
    legend: { node: h("p", { class: "il-key" }, KEY), paint() {} },
    update({ i }) {
      probabilities = now.arrays[`${i}.probabilities`]!;
      absorbed = now.arrays[`${i}.absorbed`];
    },
    paint(next) {
      state = next;
      scroll.paint();
      support.paint(next, several ? undefined : absorbed);
    },
    fit(width) {
      layout = layoutOf(queries, names.length, width - 14); // room for the scroll bar
      const { height } = layout;
      scroll.resize({
        width: layout.width,
        height,
        view: Math.min(height, several ? VIEW.several : VIEW.one),
      });
      support.fit();
    },
  };
}

interface RowsPaint extends Pick<Parameters<typeof drawTile>[1], "thumbnails"> {
  names: string[];
  layout: Layout;
  state: State;
  /** The probabilities of query i. */
  probabilitiesOf: (i: number) => Float32Array;
  fill: Fill;
}

function drawRows(ctx: CanvasRenderingContext2D, sight: Sight, given: RowsPaint): void {
  const { layout, state, probabilitiesOf, thumbnails, fill } = given;
  const { theme, shown, pinned } = state;
  ctx.textBaseline = "middle";
  for (const group of layout.groups) {
    if (group.y > sight.top + sight.height || group.y + group.height < sight.top) continue;
    for (const item of group.members) {
      const { x, y } = layout.places.get(item.id)!;
      if (y + ROW <= sight.top || y >= sight.top + sight.height) continue;
      const tile = {
        x,
        y: y - sight.top,
        width: layout.tile,
        item,
        p: probabilitiesOf(item.i),
        thumbnails,
        fill,
        theme,
      };
      if (item.id === shown) frameTile(ctx, tile, pinned);
      drawTile(ctx, tile);
    }
    drawHead(ctx, group, sight, given);
  }
}

/** Draw the name of a class, which stays in sight as long as one of its rows. */
function drawHead(
  ctx: CanvasRenderingContext2D,
  group: Group,
  sight: Sight,
  { names, state: { theme }, probabilitiesOf, fill }: RowsPaint,
): void {
  const coloured = isColoured(names.length);
  const top = group.y - sight.top;
  const y = Math.min(Math.max(top, 0), top + group.height - HEAD);
  ctx.fillStyle = theme.bg;
  ctx.fillRect(0, y, sight.width, HEAD - 2);
  if (coloured) {
    ctx.fillStyle = fill(group.k, true);
    shapePath(ctx, group.k, 10, y + 12, 5.5);
    ctx.fill();
  }
  const isRight = ({ i }: { i: number }) => largestOf(probabilitiesOf(i)) === group.k;
  const right = group.members.filter(isRight).length;
  ctx.textAlign = "left";
  ctx.font = `600 12px ${theme.font}`;
  ctx.fillStyle = theme.fg;
  const from = coloured ? 24 : 4;
  const name = shorten(ctx, names[group.k], sight.width - 120);
  ctx.fillText(name, from, y + 12.5);
  const after = from + ctx.measureText(name).width + 10;
  ctx.font = `11px ${theme.font}`;
  ctx.fillStyle = theme.muted;
  ctx.fillText(`${right} of ${group.members.length} correct`, after, y + 13);
}
