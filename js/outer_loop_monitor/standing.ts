// Where the training stands: the phase in words with a bar, and the figures.
import { h } from "../shared/elements.ts";
import type { Model } from "../shared/model.ts";
import { numberText } from "../shared/numbers.ts";
import type { Figures, Phase, Traits } from "./model.ts";
import { countText, durationText, isBusy, PHASES, scoreText } from "./words.ts";

const NAMES = ["Step", "Time left", "Loss, smoothed", "Best validation"];
const NONE = "\u2013";

export function standingOf(model: Model<Traits>) {
  const phase = h("b", { class: "ol-phase" });
  const bar = h("progress", { class: "ol-bar", max: 1, "aria-label": "Outer steps done" });
  const why = h("p", { class: "ol-why", hidden: true });
  const seen = h("p", { class: "ol-about" });
  const cells = NAMES.map((name) => {
    const value = h("dd");
    return { value, node: h("div", {}, h("dt", {}, name), value) };
  });
  const paint = () => {
    const figures = model.get("figures") as Partial<Figures>;
    const { step = 0, best, episodes = 0, episodes_per_second } = figures;
    const now = model.get("phase") as Phase;
    const recorded = model.offline && isBusy(now);
    phase.textContent = recorded ? "Recorded while training" : PHASES[now];
    phase.dataset.phase = now;
    // What comes before the first step (a pretraining, say) has no known end.
    if (isBusy(now) && !step && !model.offline) bar.removeAttribute("value");
    else bar.value = Math.min(1, step / model.get("target"));
    const pace = episodes_per_second ? `, ${numberText(episodes_per_second)} a second` : "";
    seen.textContent = `${countText(episodes)} episodes${pace}`;
    why.textContent = now === "failed" ? failureText(model, figures) : "";
    why.hidden = !why.textContent;
    for (const [i, text] of figureTexts(model, figures).entries())
      cells[i].value.textContent = text;
    cells[3].node.title = best ? `at outer step ${countText(Number(best[0]))}` : "";
  };
  const state = h("div", { class: "ol-state" }, phase, bar);
  const list = h(
    "dl",
    { class: "ol-figures" },
    cells.map((cell) => cell.node),
  );
  return { node: h("div", { class: "ol-standing" }, state, list, why), seen, paint };
}

/** What ended the training, unless the status line says it, and from where it goes on. */
function failureText(model: Model<Traits>, figures: Partial<Figures>): string {
  const { step = 0, stands_at = 0, failure = "" } = figures;
  const back =
    stands_at < step
      ? ` Resume goes on after step ${countText(stands_at)}, with parameters kept before the error.`
      : "";
  return (model.get("error") === failure ? back : `${failure}${back}`).trim();
}

function figureTexts(model: Model<Traits>, figures: Partial<Figures>): string[] {
  const { step = 0, seconds_left, loss, best } = figures;
  const target = model.get("target");
  const phase = model.get("phase");
  const goesOn = !model.offline && step < target && (isBusy(phase) || phase === "paused");
  const left = goesOn && Number.isFinite(seconds_left) ? durationText(Number(seconds_left)) : NONE;
  const metric = model.get("config").metric ?? "accuracy";
  const score = best ? scoreText(metric, Number(best[1]), best[2] as number | null) : NONE;
  return [
    `${countText(step)} of ${countText(target)}`,
    left,
    loss === null || loss === undefined ? NONE : numberText(loss),
    score,
  ];
}
