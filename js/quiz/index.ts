// Self-check questions: choose, check, try again; the explanation comes after. Nothing here asks Python.
import { unsealed } from "../contest/scores.ts";
import { arraysOf } from "../shared/arrays.ts";
import { h } from "../shared/elements.ts";
import { tryFirst } from "../shared/first_view.ts";
import { listen, type View } from "../shared/model.ts";
import { mount } from "../shared/mount.ts";
import { answersOf, NAMES } from "./answers.ts";
import { cardOf } from "./card.ts";
import type { Arrays, Secrets, Traits } from "./model.ts";
import style from "./style.css";

function render(view: View<Traits>): void {
  const { model, signal } = view;
  const { root, body } = mount(view, { name: "quiz", label: "Quiz", style });
  const { questions } = model.get("config");
  const secrets = unsealed<Secrets>(arraysOf<Arrays>(model).sealed).questions;
  const answers = answersOf(
    model,
    questions.map((question) => question.options.length),
  );
  const several = questions.length > 1;
  const cards = questions.map((question, i) =>
    cardOf({
      root,
      question,
      secret: secrets[i],
      number: several ? `${i + 1} of ${questions.length}` : "",
      id: `question-${i}`,
      read: () => answers.of(i),
      write: (changed) => answers.write(i, changed),
    }),
  );
  const total = h("p", { class: "qz-total" });
  const trying = tryFirst("Choose what you think is right, then press Check.");
  body.append(trying, ...cards.map((card) => card.node), ...(several ? [total] : []));
  const paint = () => {
    for (const card of cards) card.show();
    const all = questions.map((_, i) => answers.of(i));
    const right = all.filter(({ outcome }) => outcome === "right");
    const first = right.filter(({ tries }) => tries === 1);
    total.textContent = right.length
      ? `${right.length} of ${questions.length} right, ${first.length} at the first try.`
      : `${questions.length} questions.`;
  };
  for (const name of NAMES) listen(model, `change:${name}`, paint, signal);
  paint();
}

export default { render };
