// Which heads of attention a choice means: "all", "layer:<i>" or "head:<i>", as `chosen_heads` in
// widgets/memory_view/attribution.py has it.
import type { Config } from "../model.ts";

type Heads = Pick<Config, "head_groups" | "head_names">;

/** Return the numbers of the heads that a choice means; all of them for one that means nothing. */
export function headsOf({ head_groups: groups, head_names: names }: Heads, head: string): number[] {
  const [, kind, number] = /^(layer|head):(\d+)$/.exec(head) ?? [];
  const i = Number(number ?? -1);
  if (kind === "layer" && groups[i]) return groups[i][1];
  return kind === "head" && names[i] !== undefined ? [i] : names.map((_, h) => h);
}

/** Return the choice itself where it means some of the heads, else "all". */
export function headChoice(heads: Heads, head: string): string {
  return headsOf(heads, head).length < heads.head_names.length ? head : "all";
}

/** Return "layer 1 head 2", "layer 1, mean of 2 heads" or "mean of 4 heads"; "" where there is one head at most. */
export function headText(given: Heads, head: string): string {
  const { head_groups: groups, head_names: names } = given;
  if (names.length < 2) return "";
  const heads = headsOf(given, head);
  if (heads.length === 1) return names[heads[0]];
  const layer = heads.length < names.length && groups.find(([, own]) => own === heads)?.[0];
  return `${layer ? `${layer}, ` : ""}mean of ${heads.length} heads`;
}

/** Return all choices of heads as [choice, words]: all, and each layer before its heads. */
export function headOptions({ head_groups: groups, head_names: names }: Heads): [string, string][] {
  const layered = isLayered({ head_groups: groups, head_names: names });
  const ofGroup = ([group, heads]: Config["head_groups"][number], g: number) => {
    const layer: [string, string] = [`layer:${g}`, `${group} (mean of ${heads.length})`];
    const single = heads.map((h): [string, string] => [`head:${h}`, names[h]]);
    return layered ? [layer, ...single] : single;
  };
  return [["all", `all ${names.length} heads (mean)`], ...groups.flatMap(ofGroup)];
}

/** Whether there are several layers, of several heads. */
export function isLayered({ head_groups: groups, head_names: names }: Heads): boolean {
  return groups.length > 1 && groups.length < names.length;
}
