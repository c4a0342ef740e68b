// What is said of the matrix.
import { numberText } from "../../shared/numbers.ts";
import type { RowGroup } from "./nearest.ts";
import type { Shown } from "./shown.ts";

/** How many queries are nearest to a wrong prototype, and the smallest margin. */
export function summaryText(shown: Shown): string {
  const { first, second, margin } = shown.nearest();
  if (first.every((k) => k < 0)) {
    return "No class has support yet: no query has a nearest prototype.";
  }
  const { names } = shown;
  const wrong = shown.wrongOf([...first.keys()]).length;
  const best = shown.closest?.[0];
  const tail =
    best === undefined
      ? ""
      : ` Smallest margin: ${numberText(margin[best])} (query ${best}, ${names[first[best]]} before ` +
        `${names[second[best]]}).`;
  const verb = wrong === 1 ? "is" : "are";
  return `${wrong} of ${shown.nAsked} queries ${verb} nearest to a wrong prototype.${tail}`;
}

/** How many queries a group has, and how many of them are wrong. */
export function groupText({ members }: RowGroup, shown: Shown): string {
  const wrong = shown.wrongOf(members).length;
  const asked = members.filter((q) => shown.isAsked(q)).length;
  return `${asked} ${asked === 1 ? "query" : "queries"}${wrong ? `, ${wrong} wrong` : ""}`;
}

/** What colours show, in words. */
export function legendText(shown: Shown): string {
  if (shown.quantity === "change") return `${shown.metricWords}, now minus before`;
  return shown.quantity === "excess" ? `${shown.metricWords} above the nearest` : shown.metricWords;
}
