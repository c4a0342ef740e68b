"""A component for self-checks: questions with one or several right answers, more than one try, and explanations."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import traitlets as t

from metawidgets.errors import ParameterError
from metawidgets.widgets.base.card import card
from metawidgets.widgets.base.component import Component
from metawidgets.widgets.base.sealing import sealed, unsealed
from metawidgets.widgets.quiz.question import Question, question_from

__all__ = ["Quiz"]


class Quiz(Component):
    """Self-check questions. After a wrong answer, the quiz says which choice is wrong and allows another try. It explains a right
    answer.

    The quiz works without Python. The page contains the right answers in a form that is hard to read by accident. The picture and the
    text show an answer only after its question is solved.

    >>> Quiz("Which set is the learner scored on?", ["support", "query"], "query", "It adapts to the support set.")  # doctest: +SKIP
    >>> Quiz([Question(...), {"question": ..., "options": ..., "answers": ..., "explanation": ...}])                 # doctest: +SKIP

    Args:
        question: a question's text, or a list of `Question` (or of dictionaries of its fields).
        options, answers, explanation, hint, why, several: the fields of a single question, see `Question`.
        seed: shuffles the options of each question; `None` leaves them in the given order.

    Raises:
        ParameterError: if a question is invalid.
    """

    chosen = t.List(t.List(t.Int()), help="question -> options that are ticked").tag(sync=True, saved=True)
    checked = t.List(t.List(t.Int()), help="question -> options that were ticked at the last check").tag(
        sync=True, saved=True
    )
    tries = t.List(t.Int(), help="question -> number of checks").tag(sync=True, saved=True)
    outcome = t.List(t.Unicode(), help='question -> "" for open, "right" for solved, "shown" for given up').tag(
        sync=True, saved=True
    )
    hinted = t.List(t.Bool(), help="question -> whether its hint was requested").tag(sync=True, saved=True)

    def __init__(
        self,
        question: str | Sequence[Question | Mapping[str, Any]],
        options: Sequence[str] = (),
        answers: Any = (),
        explanation: str = "",
        *,
        hint: str | None = None,
        why: Mapping[Any, str] | None = None,
        several: bool | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        if isinstance(question, str):
            questions = [Question(question, options, answers, explanation, hint, why, several)]
        else:
            if options or answers or explanation or hint or why:
                raise ParameterError(
                    "options, answers, explanation, hint and why belong to a single question; put them into the list's questions."
                )
            questions = [question_from(each) for each in question]
        if not questions:
            raise ParameterError("the quiz has no question; give at least one.")
        if seed is not None:
            rng = np.random.default_rng(seed)
            questions = [each.shuffled(rng) for each in questions]
        n = len(questions)
        blank: dict[str, Any] = {
            "chosen": [[] for _ in questions],
            "checked": [[] for _ in questions],
            "tries": [0] * n,
            "outcome": [""] * n,
            "hinted": [False] * n,
        }
        super().__init__(**(blank | kwargs))
        secret = [{"right": q.right, "explanation": q.explanation, "reasons": q.reasons} for q in questions]
        plain = [
            {
                "question": q.question,
                "options": list(q.options),
                "several": len(q.right) > 1 if q.several is None else q.several,
                "hint": q.hint or "",
            }
            for q in questions
        ]
        self.pack({"sealed": sealed({"questions": secret})}, questions=plain)

    @property
    def solved(self) -> list[bool]:
        """Whether each question was answered correctly."""
        return [self._of("outcome", i, "") == "right" for i in range(len(self.config["questions"]))]

    @property
    def score(self) -> tuple[int, int]:
        """The number of questions answered correctly at the first try, and the number of all questions."""
        first = [ok and self._of("tries", i, 0) == 1 for i, ok in enumerate(self.solved)]
        return sum(first), len(first)

    def _of(self, name: str, i: int, blank: Any) -> Any:
        values = getattr(self, name)
        return values[i] if i < len(values) else blank

    def _lines(self) -> list[tuple[str, str]]:
        """Return (kind, text) of all lines that may be shown now. A kind is "question", "option" or "note"."""
        secret = unsealed(self.unpack()["sealed"])["questions"]
        lines = []
        for i, (q, hidden) in enumerate(zip(self.config["questions"], secret, strict=True)):
            outcome, chosen = self._of("outcome", i, ""), self._of("chosen", i, [])
            revealed = outcome in ("right", "shown")
            lines.append(("question", q["question"]))
            ticked = hidden["right"] if revealed else chosen
            marks = ("[x]", "[ ]") if q["several"] else ("(x)", "( )")
            lines += [("option", f"{marks[k not in ticked]} {option}") for k, option in enumerate(q["options"])]
            tries = self._of("tries", i, 0)
            if outcome == "right":
                lines.append(("note", f"Right{'' if tries < 2 else f', at try {tries}'}. {hidden['explanation']}"))
            elif outcome == "shown":
                lines.append(("note", f"The answer was shown. {hidden['explanation']}"))
            elif tries:
                lines.append(("note", f"Not right yet after {tries} {'try' if tries == 1 else 'tries'}."))
            else:
                lines.append(("note", "Not answered yet."))
        return lines

    def summary(self) -> str:
        """Return the questions, their options with the ticked ones marked, and the explanations of solved questions."""
        return "\n".join(text if kind == "question" else f"  {text}" for kind, text in self._lines())

    def png(self) -> bytes:
        text = "\n".join(f"\n{text}" if kind == "question" else f"  {text}" for kind, text in self._lines()).strip()
        n, solved = len(self.solved), sum(self.solved)
        return card(f"Quiz: {solved} of {n} question{'s' if n > 1 else ''} solved", text.replace("`", ""))
