// The query in question, with what is asked, how far the episode is, and the buttons.
import { durationText } from "../contest/scores.ts";
import { button } from "../shared/controls.ts";
import { disable, h } from "../shared/elements.ts";
import type { Round } from "./round.ts";

export interface StageOptions {
  round: Round;
  /** The picture of the query. */
  picture: HTMLElement;
  onUndo: () => void;
  onSkip: () => void;
  onEnd: () => void;
  onNext: () => void;
}

export function stageOf({ round, picture, onUndo, onSkip, onEnd, onNext }: StageOptions) {
  const prompt = h("p", { class: "yl-prompt" });
  const count = h("p", { class: "yl-count" });
  const part = h("i");
  const bar = h("div", { class: "yl-progress", "aria-hidden": "true" }, part);
  const skip = button({ text: "Skip", title: "Skip to the next query (S)", onclick: onSkip });
  const undo = button({ text: "Undo", title: "Undo (Backspace)", onclick: onUndo });
  const finish = button({ text: "Show how I did", class: "yl-primary", onclick: onEnd });
  const next = button({ text: "Next episode", class: "yl-primary", onclick: onNext });
  const actions = h("div", { class: "yl-actions" }, skip, undo, finish, next);
  const ask = h("div", { class: "yl-ask" }, prompt, count, bar, actions);
  const look = {
    class: "yl-stage",
    tabindex: -1,
    role: "group",
    "aria-label": "The query in question",
  };
  const node = h("div", look, picture, ask);
  const show = () => {
    const e = round.place;
    const done = round.done[e];
    const left = round.left();
    const { n } = round.episode;
    prompt.textContent = promptText(round);
    count.textContent = countText(round);
    part.style.width = `${(100 * (n - left)) / n}%`;
    disable(skip, left < 2);
    disable(undo, !round.history[e].length || round.tellsEach);
    disable(finish, left > 0);
    skip.hidden = done;
    undo.hidden = done || round.tellsEach;
    finish.hidden = done || round.tellsEach;
    next.hidden = !done || round.done.every(Boolean);
    node.classList.toggle("is-done", done);
  };
  return { node, undo, finish, next, show, focus: () => node.focus({ preventScroll: true }) };
}

function promptText(round: Round): string {
  const e = round.place;
  if (round.done[e]) return `Episode ${e + 1}: done`;
  if (!round.left()) return "All answered. Change what you like, or see how you did.";
  if (round.kind() === "curve") return "What is the curve\u2019s value at the dashed line?";
  return "Which class is this?";
}

function countText(round: Round): string {
  const left = round.left();
  if (round.done[round.place]) return `You took ${durationText(round.pace(round.place))} a query.`;
  if (!left) return "";
  const { n, class_names } = round.episode;
  const most = Math.min(9, class_names.length);
  const how =
    round.kind() === "curve"
      ? "Click the value, or set it with arrow keys and Enter."
      : `Click a class, press 1 to ${most}, or drag.`;
  return `Query ${n - left + 1} of ${n}. ${how}`;
}
