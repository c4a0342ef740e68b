// Which examples a decision depends on, in order and in words.
import type { LeftOut } from "../distances/class_means.ts";

/** The decision without the example at a place. */
export type LeftOutPlace = Omit<LeftOut, "i"> & { place: number };

/** Those that change something: first those without which the decision would be another, then by the change of margin. */
export function mattering(all: readonly LeftOutPlace[], decided: number): LeftOutPlace[] {
  const flips = ({ first }: LeftOutPlace) => first !== decided;
  const size = ({ change }: LeftOutPlace) => (Number.isFinite(change) ? Math.abs(change) : 0);
  const weight = (each: LeftOutPlace) => (flips(each) ? 1e300 : 0) + size(each);
  return all
    .filter((each) => flips(each) || !(Math.abs(each.change) <= 1e-9))
    .sort((a, b) => weight(b) - weight(a) || a.place - b.place);
}

/** How many examples change the decision and how many nothing; at most so many are listed. */
export function withoutText(
  all: readonly LeftOutPlace[],
  changing: readonly LeftOutPlace[],
  decided: number,
  most: number,
): string {
  const examples = (count: number) => `${count} example${count === 1 ? "" : "s"}`;
  const flips = all.filter(({ first }) => first !== decided).length;
  const any = flips === 1 ? "one of" : `any of ${flips} of`;
  const rest = all.length - changing.length;
  const parts = [
    flips
      ? `Leaving out ${any} ${examples(all.length)} changes the decision.`
      : `None of ${examples(all.length)} decides alone.`,
    rest ? `${examples(rest)} of other classes change${rest === 1 ? "s" : ""} nothing.` : "",
    changing.length > most ? `The ${most} that matter most:` : "",
  ];
  return parts.filter(Boolean).join(" ");
}
