// Title and what to try at the top, and below the player one sentence about the step.
import { h } from "../shared/elements.ts";
import { tryFirst } from "../shared/first_view.ts";
import type { Adaptations } from "./adaptations.ts";
import { divergence, listed, scoresOf, shortScoresOf } from "./words.ts";

export function headingOf(now: Adaptations, { adjustable }: { adjustable: boolean }) {
  const title = h("h3", {});
  const head = h("header", { class: "il-header" }, title, tryFirst(whatToTry(now, adjustable)));
  const reading = h("p", { class: "il-reading" });
  const alarms = h("p", { class: "il-note il-alarm" });
  const update = () => {
    const names = now.traces.map(({ name }) => name);
    title.textContent = `${listed(names)}, step by step: ${now.config.title}`;
    alarms.textContent = divergence(now);
  };
  /** Say where each learner is at a step; return the same for each panel, in few words. */
  const show = (step: number): string[] => {
    const said = now.traces.map((trace) => scoresOf(now, trace, step));
    const named = now.traces.map(({ name }, j) => `${name}: ${lowered(said[j])}`);
    reading.textContent = now.several ? named.join(" ") : said[0];
    reading.classList.toggle("il-spoken", now.several); // there each panel says its own
    return now.traces.map((trace) => shortScoresOf(now, trace, step));
  };
  const text = () => `${reading.textContent} ${alarms.textContent}`;
  return { head, below: [reading, alarms], update, show, text };
}

function whatToTry({ config, several }: Adaptations, adjustable: boolean): string {
  const broken = {
    curve: several ? "until the fits break" : "until the fit breaks",
    regions: "until the regions break",
    queries: "until queries go wrong",
  }[config.kind];
  if (adjustable) return `Drag the inner learning rate to the right ${broken}.`;
  const seen = { curve: "the fit", regions: "the regions", queries: "the answers" }[config.kind];
  return `Drag the step to the left end, then to the right, and watch ${seen} change.`;
}

function lowered(text: string): string {
  return text[0].toLowerCase() + text.slice(1);
}
