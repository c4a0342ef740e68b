// Self-check questions: choose, check, try again; the explanation comes after. Nothing here asks Python.

export default { render({ model, el, signal }) {
  const { root, body } = mwFrame({ model, el, label: "Quiz", signal });
  const { questions } = model.get("config");
  const secrets = mwUnsealed(mwArrays(model).sealed).questions;
  const id = `qz-${Math.random().toString(36).slice(2, 9)}`;
  // A saved state may be garbled: what is no option counts as not ticked.
  const read = (name, i, blank) => model.get(name)?.[i] ?? blank;
  const ticked = (name, i) => [].concat(read(name, i, [])).filter((k) => Number.isInteger(k) && k >= 0 && k < questions[i].options.length);
  const write = (i, values) => {
    for (const [name, value] of Object.entries(values)) {
      const blank = { chosen: [], checked: [], tries: 0, outcome: "", hinted: false }[name];
      model.set(name, questions.map((_, j) => (j === i ? value : read(name, j, blank))));
    }
    model.save_changes();
  };
  const same = (a, b) => a.length === b.length && a.every((k) => b.includes(k));

  function card(q, i) {
    const secret = secrets[i];
    const type = q.several ? "checkbox" : "radio";
    const feedback = mwEl("div", { class: "qz-feedback", id: `${id}-f${i}` });
    const hint = mwEl("p", { class: "qz-hint", hidden: true }, mwEl("b", {}, "Hint: "), mwQuizText(q.hint));
    const rows = q.options.map((option, k) => {
      const input = mwEl("input", { type, name: `${id}-${i}`, id: `${id}-${i}-${k}`, "aria-describedby": `${id}-n${i}-${k}` });
      const sign = mwEl("span", { class: "qz-sign", "aria-hidden": "true" });
      const note = mwEl("span", { class: "qz-note", id: `${id}-n${i}-${k}` });
      input.addEventListener("change", () => {
        const before = ticked("chosen", i);
        write(i, { chosen: q.several ? (input.checked ? [...before, k].sort((a, b) => a - b) : before.filter((each) => each !== k)) : [k] });
      });
      return { input, sign, note, node: mwEl("li", { class: "qz-option" }, mwEl("label", { for: input.id }, input, mwEl("span", { class: "qz-text" }, mwQuizText(option)), sign), note) };
    });
    const check = mwButton({ text: "Check", onclick: () => {
      const chosen = ticked("chosen", i);
      if (!chosen.length) { feedback.replaceChildren(mwEl("p", {}, q.several ? "Tick what you hold to be right, then check." : "Choose an answer first.")); mwAnnounce(root, feedback.textContent); return; }
      const right = same(chosen, secret.right);
      write(i, { checked: chosen, tries: read("tries", i, 0) + 1, ...(right ? { outcome: "right" } : {}) });
      mwAnnounce(root, `${feedback.textContent} ${rows.map((row) => row.note.textContent).filter(Boolean).join(" ")}`);
      if (right) again.focus({ preventScroll: true });
    } });
    check.classList.add("qz-check");
    const tip = mwButton({ text: "Hint", onclick: () => { write(i, { hinted: true }); mwAnnounce(root, hint.textContent); check.focus({ preventScroll: true }); } });
    const reveal = mwButton({ text: "Show the answer", onclick: () => { write(i, { outcome: "shown", chosen: [...secret.right], checked: [] }); mwAnnounce(root, feedback.textContent); again.focus({ preventScroll: true }); } });
    const again = mwButton({ text: "Ask me again", onclick: () => { write(i, { outcome: "", chosen: [], checked: [], tries: 0, hinted: false }); rows[0].input.focus({ preventScroll: true }); } });
    const number = questions.length > 1 && mwEl("span", { class: "qz-number" }, `${i + 1} of ${questions.length}`);
    const node = mwEl("fieldset", { class: "qz-card", "aria-describedby": `${id}-f${i}` },
      mwEl("legend", {}, number, mwEl("span", { class: "qz-question" }, mwQuizText(q.question)), q.several && mwEl("span", { class: "qz-how" }, "Several answers may be right.")),
      mwEl("ul", { class: "qz-options" }, rows.map((row) => row.node)), hint, feedback, mwEl("div", { class: "qz-actions" }, check, tip, reveal, again));

    // What may be told now. Of a wrong choice: which of the ticks are wrong, and whether something is missing, not what.
    const show = () => {
      const outcome = read("outcome", i, "");
      const told = outcome === "right" || outcome === "shown";
      const [chosen, checked, tries] = [ticked("chosen", i), ticked("checked", i), read("tries", i, 0)];
      const fresh = checked.length > 0 && !told && same(chosen, checked);
      const wrong = checked.filter((k) => !secret.right.includes(k));
      const missing = secret.right.some((k) => !checked.includes(k));
      rows.forEach((row, k) => {
        row.input.checked = chosen.includes(k);
        mwDisable(row.input, told);
        const bad = fresh && wrong.includes(k);
        const good = told && secret.right.includes(k);
        row.sign.textContent = good ? "\u2713" : bad ? "\u2715" : "";
        row.node.classList.toggle("is-right", good);
        row.node.classList.toggle("is-wrong", bad);
      row.note.classList.toggle("qz-quiet", good); // the sign says it; this is for those who hear the page
        row.note.replaceChildren(...(bad ? mwQuizText(`Not this one. ${secret.reasons[k]}`.trim()) : good ? ["Right."] : []));
        if (bad) row.input.setAttribute("aria-invalid", "true"); else row.input.removeAttribute("aria-invalid");
      });
      hint.hidden = !(q.hint && read("hinted", i, false));
      tip.hidden = !q.hint || read("hinted", i, false) || told;
      check.hidden = reveal.hidden = told;
      reveal.hidden = told || !tries;
      again.hidden = !told;
      const say = (...parts) => feedback.replaceChildren(mwEl("p", {}, parts));
      if (outcome === "right") say(mwEl("b", { class: "qz-good" }, tries > 1 ? `\u2713 Right, at try ${tries}. ` : "\u2713 Right. "), ...mwQuizText(secret.explanation));
      else if (outcome === "shown") say(mwEl("b", {}, "The answer is marked. "), ...mwQuizText(secret.explanation));
      else if (fresh) {
        const what = !q.several ? "That is not it."
          : !wrong.length ? "What you ticked is right, but something is missing."
            : `${wrong.length === 1 ? "One of your ticks is" : `${wrong.length} of your ticks are`} wrong${missing ? ", and something is missing" : ""}.`;
        say(mwEl("b", { class: "qz-bad" }, `\u2715 ${what} `), "Try again.");
      } else feedback.replaceChildren();
      node.classList.toggle("is-done", outcome === "right");
    };
    return { node, show };
  }

  const cards = questions.map(card);
  const total = mwEl("p", { class: "qz-total" });
  body.append(...cards.map((each) => each.node), ...(questions.length > 1 ? [total] : []));
  const paint = () => {
    cards.forEach((each) => each.show());
    const right = questions.filter((_, i) => read("outcome", i, "") === "right");
    const first = questions.filter((_, i) => read("outcome", i, "") === "right" && read("tries", i, 0) === 1);
    total.textContent = right.length ? `${right.length} of ${questions.length} right, ${first.length} at the first try.` : `${questions.length} questions.`;
  };
  for (const name of ["chosen", "checked", "tries", "outcome", "hinted"]) mwListen(model, `change:${name}`, paint, signal);
  paint();
} };
