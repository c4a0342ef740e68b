// Points that the reader adds, moves and removes: by clicks and drags in a panel, by keys, and by the buttons beside it.

import type { PointEdits } from "../../plot/point_edits.ts";
import { button, choice, segments } from "../../shared/controls.ts";
import { disable, h } from "../../shared/elements.ts";
import type { Frame } from "../../shared/mount.ts";
import type { Side } from "../../shared/packed_episode.ts";
import type { Selection } from "../../shared/selection.ts";
import type { Adaptations } from "../adaptations.ts";
import type { Wanted } from "../controls/settings.ts";
import { added, MOST_POINTS, moved, type Points, pointsOf, removed } from "./points.ts";

export interface EditorOptions {
  now: Adaptations;
  wanted: Wanted;
  selection: Selection;
  frame: Frame;
  /** Whether a change of points can be answered. */
  able: () => boolean;
}

const LAST =
  "The last point of its side stays: a learner needs one to adapt to, and one to be asked.";

type Mode = "select" | Side;

/** What edits the points, with its row of controls; null where an episode has no points to edit. */
export function editorOf(options: EditorOptions) {
  const { now, wanted, selection, frame, able } = options;
  if (now.config.kind === "queries") return null;
  const history: (Points | null)[] = [];
  let mode: Mode = "select";
  let label = 0;
  let dragging = false;
  const present = (): Points => pointsOf({ episode: now.config.episode, arrays: now.arrays });
  const change = (points: Points | null) => {
    history.push(wanted.get().points);
    wanted.ask({ points });
  };
  const curve = now.config.kind === "curve";
  const add = (side: Side, [x, y]: readonly [number, number]) => {
    const points = present();
    if (points[side].length >= MOST_POINTS) {
      frame.fail(`A side has ${MOST_POINTS} points at most; remove one first.`);
      return;
    }
    const at = curve ? { x: [x], y, label: -1 } : { x: [x, y], y, label };
    const next = added(points, side, at);
    change(next.points);
    selection.set(next.id);
    frame.fail("");
  };
  const moveTo = (id: string, [x, y]: readonly [number, number]) => {
    const next = curve ? moved(present(), id, [x], y) : moved(present(), id, [x, y], null);
    if (dragging) wanted.ask({ points: next });
    else change(next);
  };
  const remove = (id: string) => {
    const next = removed(present(), id);
    if (!next) {
      frame.fail(LAST);
      return;
    }
    change(next);
    selection.set("");
    frame.fail("");
  };
  const drag = (on: boolean) => {
    if (on) history.push(wanted.get().points);
    dragging = on;
    if (!on) wanted.ask({}); // the axes, which stayed during the drag
  };
  const edits: PointEdits = {
    able,
    adds: () => (mode === "select" ? null : mode),
    add,
    move: moveTo,
    remove,
    drag,
    dragging: () => dragging,
  };
  const bar = barOf(now, {
    mode: (next) => {
      mode = next;
    },
    label: (next) => {
      label = next;
    },
    remove: () => remove(selection.get()),
    undo: () => wanted.ask({ points: history.pop() ?? null }),
  });
  const show = () => {
    const removable = selection.pinned() && now.items.some(({ id }) => id === selection.get());
    bar.show({ able: able(), removable, undoable: history.length > 0 });
  };
  const forget = () => {
    history.length = 0;
  };
  return { edits, node: bar.node, show, forget };
}

interface BarActions {
  mode: (mode: Mode) => void;
  label: (label: number) => void;
  remove: () => void;
  undo: () => void;
}

function barOf(now: Adaptations, actions: BarActions) {
  const { names } = now;
  const mode = segments<Mode>({
    label: "A click in the picture",
    options: [
      ["select", "Select or drag"],
      ["support", "Add support"],
      ["query", "Add query"],
    ],
    value: "select",
    onchange: (next) => actions.mode(next),
  });
  const classes = names.length
    ? choice({
        label: "of class",
        options: names.map((name, k) => [String(k), name] as const),
        value: "0",
        onchange: (value) => actions.label(Number(value)),
      })
    : null;
  classes?.node.classList.add("il-class");
  const title = "Take the selected point away (Delete)";
  const remove = button({ text: "Remove point", title, onclick: actions.remove });
  const undo = button({
    text: "Undo",
    title: "Take back the last change of points",
    onclick: actions.undo,
  });
  const node = h(
    "div",
    { class: "mw-toolbar il-points", role: "group", "aria-label": "Points" },
    h("span", { class: "mw-field-label" }, "Clicking:"),
    mode.node,
    classes?.node,
    remove,
    undo,
  );
  const show = (state: { able: boolean; removable: boolean; undoable: boolean }) => {
    const { able, removable, undoable } = state;
    for (const control of [...mode.control, classes?.control]) if (control) disable(control, !able);
    disable(remove, !able || !removable);
    disable(undo, !able || !undoable);
  };
  return { node, show };
}
