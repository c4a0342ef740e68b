// Pointing at cells, pinning them, and going from one to the next, by mouse, by keys and by the shared selection.
import { announce, keys } from "../shared/elements.ts";
import type { Model } from "../shared/model.ts";
import type { Selection } from "../shared/selection.ts";
import type { Shown } from "./distances/shown.ts";
import type { Cell } from "./matrix/layout.ts";
import type { MatrixView } from "./matrix/view.ts";
import type { Traits } from "./model.ts";

export interface PointingOptions {
  model: Model<Traits>;
  root: HTMLElement;
  shown: Shown;
  matrix: MatrixView;
  selection: Selection;
  /** Show the current cell beside the matrix, and return what a screen reader says of it. */
  showDetail: () => string;
  repaint: () => void;
  /** Take a support example into the editor, without opening it. */
  choose: (place: number) => void;
}

export type Pointing = ReturnType<typeof pointingOn>;

export function pointingOn(options: PointingOptions) {
  const { model, root, shown, selection, repaint } = options;
  const idOf = ([q]: Cell) => queryIds(shown)[q];
  /** Pin a cell, a row at its nearest class, or let go; `tell` others of it. */
  const pin = (cell: Cell | null, tell = true) => {
    const nearest = cell && Math.max(0, shown.nearest().first[cell[0]]);
    shown.pinned = cell && [cell[0], cell[1] < 0 ? nearest! : cell[1]];
    if (tell) {
      selection.set(shown.pinned ? idOf(shown.pinned) : "");
      model.set("cell", shown.pinned ? [...shown.pinned] : []);
      model.save_changes();
    }
    repaint();
  };
  /** Point at a cell; the pin goes along. */
  const go = (cell: Cell) => {
    if (shown.pinned) pin(cell);
    else {
      shown.pointed = cell;
      selection.hover(idOf(cell));
    }
    options.matrix.reveal([cell[0], Math.max(0, cell[1])]);
    const said = options.showDetail();
    repaint();
    announce(root, said);
  };
  const goWrong = () => {
    const q = shown.nextWrong;
    if (q !== undefined) go([q, shown.nearest().first[q]]);
  };
  onKeys(options, go, pin);
  onPointer(options, pin);
  onSelection(options, pin);
  /** Take the cell that Python pinned. */
  const fromPython = () => {
    const [q, k, ...rest] = model.get("cell");
    const { n, way } = shown.prototypes;
    if (k === undefined || rest.length || isSame([q, k], shown.pinned)) return;
    if (q < 0 || q >= n || k < 0 || k >= way) return;
    shown.pinned = [q, k];
    selection.set(idOf([q, k]));
    repaint();
  };
  return { go, goWrong, fromPython };
}

type Pin = (cell: Cell | null, tell?: boolean) => void;

function queryIds({ prototypes: { places } }: Shown): string[] {
  return places.ids.slice(places.nSupport, places.nSupport + places.nQuery);
}

function isSame(a: Cell | null, b: Cell | null): boolean {
  return a?.[0] === b?.[0] && a?.[1] === b?.[1];
}

function onKeys(
  { root, shown, matrix, showDetail }: PointingOptions,
  go: (cell: Cell) => void,
  pin: Pin,
): void {
  const { n, way } = shown.prototypes;
  const move = (down: number, right: number) => () => {
    if (!n) return;
    const { order } = shown;
    const [q, k] = shown.current ?? [order[0], 0];
    const row = Math.min(n - 1, Math.max(0, order.indexOf(q) + down));
    go([order[row], Math.min(way - 1, Math.max(0, Math.max(0, k) + right))]);
  };
  keys(matrix.scroll, {
    ArrowUp: move(-1, 0),
    ArrowDown: move(1, 0),
    ArrowLeft: move(0, -1),
    ArrowRight: move(0, 1),
    PageUp: move(-10, 0),
    PageDown: move(10, 0),
    Home: move(-n, 0),
    End: move(n, 0),
    Enter: () => {
      pin(shown.current);
      announce(root, `Pinned. ${showDetail()}`);
    },
    " ": () => pin(shown.current),
    Escape: () => {
      pin(null);
      announce(root, "Let go.");
    },
  });
}

function onPointer({ shown, matrix, selection, repaint }: PointingOptions, pin: Pin): void {
  const ids = queryIds(shown);
  const point = (cell: Cell | null) => {
    shown.pointed = cell;
    selection.hover(cell ? ids[cell[0]] : "");
    repaint();
  };
  matrix.scroll.addEventListener("pointermove", (event) => {
    const cell = matrix.cellAt(event);
    if (!isSame(cell, shown.pointed)) point(cell);
  });
  matrix.scroll.addEventListener("pointerleave", () => point(null));
  matrix.scroll.addEventListener("click", (event) => {
    const cell = matrix.cellAt(event);
    if (cell) pin(shown.pinned && isSame(cell, shown.pinned) ? null : cell);
  });
}

function onSelection(
  { shown, matrix, selection, repaint, choose }: PointingOptions,
  pin: Pin,
): void {
  const { placeOf, nSupport, nQuery } = shown.prototypes.places;
  // The selection's id and its pin change one after the other: only when both have, is there something to follow.
  let following = false;
  const follow = () => {
    following = false;
    const [place, isPinned] = [placeOf.get(selection.get()) ?? -1, selection.pinned()];
    const isSupport = place >= 0 && place < nSupport;
    shown.marked = isSupport ? shown.prototypes.supportLabels[place] : -1;
    if (isSupport) choose(place);
    const q = place - nSupport;
    if (q < 0 || q >= nQuery) shown.pinned = null;
    else if (isPinned && shown.pinned?.[0] !== q) {
      pin([q, -1], false);
      matrix.reveal([q, -1]);
    } else if (!isPinned) {
      shown.pinned = null;
      if (shown.pointed?.[0] !== q) shown.pointed = [q, -1];
    }
    repaint();
  };
  selection.on(() => {
    if (!following) queueMicrotask(follow);
    following = true;
  });
}
