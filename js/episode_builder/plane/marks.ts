// The items as marks in the plot, each of which takes the focus.
import { ordered } from "../../episode_document/edits.ts";
import type { DocumentItem, Point } from "../../episode_document/types.ts";
import { showMark } from "../../plot/svg_marks.ts";
import type { Plane } from "../../plot/svg_plane.ts";
import { focused, svg } from "../../shared/elements.ts";
import { numberText } from "../../shared/numbers.ts";
import { focusedKey } from "../actions.ts";
import type { State } from "../state.ts";
import type { Store } from "../store.ts";

export interface MarksState {
  plane: Plane;
  /** The item that is dragged, and where it is now. */
  held: { key: string | null; at: Point | null } | null;
}

export type Marks = ReturnType<typeof marksOf>;

interface Mark {
  node: SVGGElement;
  path: SVGPathElement;
}

/** A group with all marks. */
export function marksOf(store: Store, state: State) {
  const layer = svg("g");
  const marks = new Map<string, Mark>();
  let order: string[] = [];
  const paint = (moment: MarksState) => {
    const { items } = store.document();
    const hadFocus = focusedKey(layer);
    for (const [key, { node }] of marks) {
      if (items[key]) continue;
      node.remove();
      marks.delete(key);
    }
    order = Object.keys(items).sort((a, b) => items[a].at![0] - items[b].at![0]);
    const stop = state.current() || order[0];
    const show = shower(store, state, moment);
    // Support comes last, to lie on top.
    for (const side of ["pool", "query", "support"] as const) {
      for (const [key, item] of ordered(store.document(), side)) {
        const mark = marks.get(key) ?? markFor(key, state);
        marks.set(key, mark);
        show(key, item, mark);
        mark.node.setAttribute("tabindex", key === stop ? "0" : "-1");
        const resting = !moment.held && focused(layer) !== (mark.node as Element);
        if (resting && layer.lastChild !== mark.node) layer.append(mark.node);
      }
    }
    const node = marks.get(hadFocus)?.node;
    if (node && focused(layer) !== (node as Element)) node.focus({ preventScroll: true });
  };
  const focus = (key: string, how?: FocusOptions) => marks.get(key)?.node.focus(how);
  return {
    node: layer,
    paint,
    focus,
    /** Go so many items on along an axis: 0 to the right, 1 upward. */
    go(axis: 0 | 1, by: number) {
      const { items } = store.document();
      const along = [...order].sort((a, b) => items[a].at![axis] - items[b].at![axis]);
      const i = along.indexOf(focusedKey(layer)) + by;
      marks.get(along[Math.min(along.length - 1, Math.max(0, i))])?.node.focus();
    },
    count: () => order.length,
  };
}

function markFor(key: string, state: State): Mark {
  const path = svg("path");
  const reach = svg("circle", { r: 11, class: "mw-reach" });
  const node = svg("g", { class: "eb-point", role: "button", dataset: { key } }, reach, path);
  node.addEventListener("focus", () => {
    if (node.matches(":focus-visible")) state.look(key);
  });
  return { node, path };
}

/** How a mark is brought up to date. */
function shower(store: Store, state: State, { plane, held }: MarksState) {
  const document = store.document();
  const { bad } = store.verdict();
  const curve = document.kind === "curve";
  const labels = new Map(document.classes.map(({ key }, i) => [key, i]));
  const current = state.current();
  return (key: string, item: DocumentItem, { node, path }: Mark) => {
    const label = labels.get(item.class ?? -1) ?? 0;
    const fault = bad.has(key);
    const classes = [
      `eb-point is-${item.side}`,
      key === current && "is-current",
      fault && "is-bad",
      item.locked && "is-locked",
    ];
    node.setAttribute("class", classes.filter(Boolean).join(" "));
    showMark(path, { label: curve ? -1 : label, side: item.side, curve });
    const [x, y] = (held?.key === key && held.at) || item.at!;
    node.setAttribute("transform", `translate(${plane.x(x)} ${plane.y(y)})`);
    const name = curve ? "" : `, class ${document.classes[label]?.name ?? ""}`;
    const more = `${item.locked ? ", locked" : ""}${fault ? ", at fault" : ""}`;
    const place = `at (${numberText(x)}, ${numberText(y)})`;
    node.setAttribute("aria-label", `${item.side}${name}, ${place}${more}`);
  };
}
