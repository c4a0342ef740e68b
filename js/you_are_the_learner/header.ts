// The title, the episodes of the round, and the button that begins it anew.
import { scoreWords } from "../contest/scores.ts";
import { button } from "../shared/controls.ts";
import { focused, h } from "../shared/elements.ts";
import type { Round } from "./round.ts";

export interface HeaderOptions {
  round: Round;
  say: (text: string) => void;
  onGo: (e: number) => void;
  onRestart: () => void;
}

export function headerOf({ round, say, onGo, onRestart }: HeaderOptions) {
  const words = scoreWords(round.config.metric);
  const track = h("div", {
    class: "yl-track",
    role: "group",
    "aria-label": "Episodes of the round",
  });
  const restart = restartButton(say, onRestart);
  const title = h("h3", {}, `You are the learner: ${round.config.title}`);
  const node = h("header", { class: "yl-header" }, title, track, restart.node);
  const step = (e: number) => {
    const done = round.done[e];
    const score = done ? words.one(round.yours(e)) : "";
    let state = e === round.place ? ", in hand" : "";
    if (done) state = `, done: ${score}`;
    return h(
      "button",
      {
        type: "button",
        class: `mw-button mw-button-text yl-step${done ? " is-done" : ""}`,
        "aria-current": e === round.place ? "step" : null,
        "aria-label": `Episode ${e + 1}${state}`,
        dataset: { e },
        onclick: () => onGo(e),
      },
      done ? `${e + 1} \u00b7 ${score}` : String(e + 1),
    );
  };
  const show = () => {
    const active = focused(track);
    const held = active && track.contains(active) ? active.dataset.e : null;
    track.replaceChildren(...round.config.episodes.map((_, e) => step(e)));
    if (held)
      track.querySelector<HTMLElement>(`[data-e="${held}"]`)?.focus({ preventScroll: true });
  };
  return { node, show, calm: restart.calm };
}

const RESTART = "Restart the round";

/** A button that asks once before all answers go. */
function restartButton(say: (text: string) => void, onRestart: () => void) {
  let sure: ReturnType<typeof setTimeout> | undefined;
  const calm = () => {
    clearTimeout(sure);
    sure = undefined;
    node.textContent = RESTART;
  };
  const press = () => {
    if (sure !== undefined) {
      calm();
      onRestart();
      return;
    }
    node.textContent = "Really? All answers go";
    say("Press again to restart the round; all answers will be gone.");
    sure = setTimeout(calm, 4000);
  };
  const node = button({ text: RESTART, onclick: press });
  return { node, calm };
}
