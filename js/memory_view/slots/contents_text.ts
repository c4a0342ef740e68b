// What a slot holds, in words.
import { percentText } from "../../shared/numbers.ts";
import { supportText } from "../record/items.ts";
import type { Recorded } from "../record/recorded.ts";

/** Return what a slot holds after a step; a blend is called one. */
export function holdsText(recorded: Recorded, step: number, slot: number): string {
  const parts = recorded.slots?.contents(step, slot, 3) ?? [];
  if (!parts.length) return "empty, as good as never written";
  const [[first, most]] = parts;
  if (most > 0.9) return `holds ${supportText(recorded, first)}`;
  const named = parts
    .filter(([, part], k) => k === 0 || part >= 0.05)
    .map(([i, part]) => `${percentText(part)} ${supportText(recorded, i)}`);
  return `a blend, ${named.join(", ")}`;
}
