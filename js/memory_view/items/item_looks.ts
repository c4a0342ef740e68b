// What stands under each item: how much the item in focus looks at it, or it at the item in focus.
import type { Recorded } from "../record/recorded.ts";
import type { State } from "../state.ts";

export interface Look {
  share: number;
  /** Whether it is the item in focus that looks. */
  outward: boolean;
}

/** Return the looks by item id; there are none at and from what is not read yet. */
export function looksOf(
  { config, shares, support }: Recorded,
  { focus, step, heads }: Pick<State, "focus" | "step" | "heads">,
): Map<string, Look> {
  const looks = new Map<string, Look>();
  if (shares.kind === "none") return looks;
  const read = support.filter((item) => shares.isRead(item.i, step));
  if (focus.side === "query") {
    const { items } = shares.ofQuery(step, focus.i, heads);
    for (const item of read) looks.set(item.id, { share: items[item.i], outward: true });
    return looks;
  }
  if (!shares.isRead(focus.i, step)) return looks;
  for (const [q, share] of shares.onItem(step, focus.i, heads).entries()) {
    looks.set(config.episode.query_ids[q], { share, outward: false });
  }
  const among = shares.amongItems(step, focus.i, heads);
  if (!among) return looks;
  for (const { id, i } of read) {
    looks.set(id, { share: among[i], outward: shares.readAt[i] <= shares.readAt[focus.i] });
  }
  return looks;
}

/** Return the looks that get a line, the strongest first. */
export function strongest(looks: Map<string, Look>, focus: string, most: number): [string, Look][] {
  const drawn = ([id, { share }]: [string, Look]) =>
    id !== focus && share > 0.02 && share > 0.06 * most;
  return [...looks]
    .filter(drawn)
    .sort(([, a], [, b]) => b.share - a.share)
    .slice(0, 12);
}
