// What a step did, in a sentence or two.
import { at } from "../shared/arrays.ts";
import { percentText } from "../shared/numbers.ts";
import { supportText } from "./record/items.ts";
import type { Recorded } from "./record/recorded.ts";

export function stepText(recorded: Recorded, step: number): string {
  const { config, arrays, slots } = recorded;
  if (!step) return "Nothing is read yet.";
  const taken = config.taken[step];
  const read = taken >= 0 ? supportText(recorded, taken) : "nothing new";
  if (!slots || !arrays.write_weights) return `This step read ${read}.`;
  const now = at(arrays.write_weights, step).data;
  const most = Array.from(now.keys())
    .sort((a, b) => now[b] - now[a])
    .slice(0, 3)
    .filter((s) => now[s] >= 0.05)
    .map((s) => `${s} (${percentText(now[s])})`);
  const written = most.length ? `, written to slot ${most.join(", ")}` : "";
  const whole = slots.tops(step).part.filter((part) => part > 0.5).length;
  return (
    `This step read ${read}${written}. ` + `${whole} of ${slots.count} slots hold mostly one item.`
  );
}
