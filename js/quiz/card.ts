// One question: options, buttons, and what the reader is told.
import { button } from "../shared/controls.ts";
import { announce, type Child, disable, h } from "../shared/elements.ts";
import { type Answer, sameTicks, verdictOf } from "./answers.ts";
import type { Question, Secret } from "./model.ts";
import { richText } from "./text.ts";

export interface CardOptions {
  /** The quiz's root, where things are announced. */
  root: HTMLElement;
  question: Question;
  secret: Secret;
  /** "2 of 5", "" where there is one question only. */
  number: string;
  /** Unlike that of any other card in the page. */
  id: string;
  read: () => Answer;
  write: (changed: Partial<Answer>) => void;
}

/** A question with its answer; `show` follows the model. */
export function cardOf(options: CardOptions) {
  const { question, number, id } = options;
  const feedback = h("div", { class: "qz-feedback", id: `${id}-f` });
  const hint = h(
    "p",
    { class: "qz-hint", hidden: true },
    h("b", {}, "Hint: "),
    richText(question.hint),
  );
  const rows = question.options.map((_, k) => optionRow(options, k));
  const buttons = buttonsOf(options, rows, feedback, hint);
  const legend = h(
    "legend",
    {},
    number && h("span", { class: "qz-number" }, number),
    h("span", { class: "qz-question" }, richText(question.question)),
    question.several && h("span", { class: "qz-how" }, "Several answers may be right."),
  );
  const node = h(
    "fieldset",
    { class: "qz-card", "aria-describedby": feedback.id },
    legend,
    h(
      "ul",
      { class: "qz-options" },
      rows.map((row) => row.node),
    ),
    hint,
    feedback,
    h("div", { class: "qz-actions" }, buttons.check, buttons.tip, buttons.reveal, buttons.again),
  );
  const show = () => {
    const answer = options.read();
    const verdict = verdictOf(answer, options.secret.right);
    for (const [k, row] of rows.entries()) {
      const bad = verdict.fresh && verdict.wrong.includes(k);
      const good = verdict.told && options.secret.right.includes(k);
      row.show({ ticked: answer.chosen.includes(k), off: verdict.told, bad, good });
    }
    hint.hidden = !(question.hint && answer.hinted);
    buttons.tip.hidden = !question.hint || answer.hinted || verdict.told;
    buttons.check.hidden = verdict.told;
    buttons.reveal.hidden = verdict.told || !answer.tries;
    buttons.again.hidden = !verdict.told;
    feedback.replaceChildren(...feedbackOf(options, answer));
    node.classList.toggle("is-done", answer.outcome === "right");
  };
  return { node, show };
}

type Row = ReturnType<typeof optionRow>;

function optionRow({ question, secret, id, read, write }: CardOptions, k: number) {
  const type = question.several ? "checkbox" : "radio";
  const note = h("span", { class: "qz-note", id: `${id}-n${k}` });
  const input = h("input", { type, name: id, id: `${id}-${k}`, "aria-describedby": note.id });
  const sign = h("span", { class: "qz-sign", "aria-hidden": "true" });
  const text = h("span", { class: "qz-text" }, richText(question.options[k]));
  const node = h(
    "li",
    { class: "qz-option" },
    h("label", { for: input.id }, input, text, sign),
    note,
  );
  input.addEventListener("change", () => {
    const others = read().chosen.filter((each) => each !== k);
    const several = input.checked ? [...others, k].sort((a, b) => a - b) : others;
    write({ chosen: question.several ? several : [k] });
  });
  const show = ({ ticked, off, bad, good }: Record<"ticked" | "off" | "bad" | "good", boolean>) => {
    input.checked = ticked;
    disable(input, off);
    sign.textContent = good ? "\u2713" : bad ? "\u2715" : "";
    node.classList.toggle("is-right", good);
    node.classList.toggle("is-wrong", bad);
    note.classList.toggle("qz-quiet", good); // the sign says it; this is for those who hear the page
    const reason = `Not this one. ${secret.reasons[k]}`.trim();
    note.replaceChildren(
      ...((bad ? richText(reason) : good ? ["Right."] : []) as (Node | string)[]),
    );
    if (bad) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  };
  return { node, input, note, show };
}

function buttonsOf(options: CardOptions, rows: Row[], feedback: HTMLElement, hint: HTMLElement) {
  const { root, question, secret, read, write } = options;
  const say = (text: string | null) => announce(root, text ?? "");
  const focus = (node: HTMLElement) => node.focus({ preventScroll: true });
  const ask = question.several
    ? "Tick what you hold to be right, then check."
    : "Choose an answer first.";
  const check = button({
    text: "Check",
    class: "qz-check",
    onclick: () => {
      const { chosen, tries } = read();
      if (!chosen.length) {
        feedback.replaceChildren(h("p", {}, ask));
        say(ask);
        return;
      }
      const right = sameTicks(chosen, secret.right);
      write({ checked: chosen, tries: tries + 1, ...(right ? { outcome: "right" } : {}) });
      const notes = rows.map((row) => row.note.textContent).filter(Boolean);
      say(`${feedback.textContent} ${notes.join(" ")}`);
      if (right) focus(again);
    },
  });
  const tip = button({
    text: "Hint",
    onclick: () => {
      write({ hinted: true });
      say(hint.textContent);
      focus(check);
    },
  });
  const reveal = button({
    text: "Show the answer",
    onclick: () => {
      write({ outcome: "shown", chosen: [...secret.right], checked: [] });
      say(feedback.textContent);
      focus(again);
    },
  });
  const again = button({
    text: "Ask me again",
    onclick: () => {
      write({ outcome: "", chosen: [], checked: [], tries: 0, hinted: false });
      focus(rows[0].input);
    },
  });
  return { check, tip, reveal, again };
}

/** What is said below the options: nothing before an answer was checked, and again once it has changed. */
function feedbackOf({ question, secret }: CardOptions, answer: Answer): HTMLElement[] {
  const { outcome, tries } = answer;
  const { fresh, wrong, missing } = verdictOf(answer, secret.right);
  const say = (...parts: Child[]) => [h("p", {}, parts)];
  if (outcome === "right") {
    const how = tries > 1 ? `\u2713 Right, at try ${tries}. ` : "\u2713 Right. ";
    return say(h("b", { class: "qz-good" }, how), richText(secret.explanation));
  }
  if (outcome === "shown") {
    return say(h("b", {}, "The answer is marked. "), richText(secret.explanation));
  }
  if (!fresh) return [];
  let what = "That is not it.";
  if (question.several && !wrong.length)
    what = "What you ticked is right, but something is missing.";
  else if (question.several) {
    const ticks = wrong.length === 1 ? "One of your ticks is" : `${wrong.length} of your ticks are`;
    what = `${ticks} wrong${missing ? ", and something is missing" : ""}.`;
  }
  return say(h("b", { class: "qz-bad" }, `\u2715 ${what} `), "Try again.");
}
