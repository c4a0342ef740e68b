"""Questions to check oneself with: one right answer or several, a second try, and the explanation after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import traitlets as t

from metawidgets.errors import ParameterError, did_you_mean
from metawidgets.widgets.base import Component
from metawidgets.widgets.contest_state import sealed, unsealed

__all__ = ["Question", "Quiz"]

_KEYS = ("question", "options", "answers", "explanation", "hint", "why", "several")


@dataclass(frozen=True)
class Question:
    """One question. Texts are plain; what stands between backticks is set as code.

    Args:
        question: what is asked.
        options: two or more different texts.
        answers: the right option, or options, each by its text or its place from 0.
        explanation: told when the question is solved, or its answer shown.
        hint: told on request.
        why: option (text or place) -> what is wrong with it, told when it was chosen and checked.
        several: whether more than one option may be ticked; by default, if more than one is right.

    Raises:
        ParameterError: if a text is empty, options are alike, or an answer is none of them.
    """

    question: str
    options: Sequence[str]
    answers: Any
    explanation: str
    hint: str | None = None
    why: Mapping[Any, str] | None = None
    several: bool | None = None

    def __post_init__(self) -> None:
        for name in ("question", "explanation"):
            if not isinstance(getattr(self, name), str) or not getattr(self, name).strip():
                raise ParameterError(f"a question's {name} is {getattr(self, name)!r}; give a text.")
        if isinstance(self.options, str) or not all(isinstance(o, str) and o.strip() for o in self.options):
            raise ParameterError(
                f"options of {self.question!r:.60} should be a list of texts, not {self.options!r:.80}."
            )
        if len(self.options) < 2 or len(set(self.options)) < len(self.options):
            raise ParameterError(f"options of {self.question!r:.60} should be two or more different texts.")
        right = self.right
        if not right:
            raise ParameterError(f"{self.question!r:.60} has no right answer; give one or more of its options.")
        if self.several is False and len(right) > 1:
            raise ParameterError(
                f"{self.question!r:.60} has {len(right)} right answers, but several=False; leave it out or give True."
            )
        self.reasons  # noqa: B018 - complains of a reason for an option that is none

    @property
    def right(self) -> list[int]:
        """Places of the right options, in order."""
        given = [self.answers] if isinstance(self.answers, str | int) else list(self.answers)
        return sorted({self._place(each) for each in given})

    @property
    def reasons(self) -> list[str]:
        """For each option what is wrong with it, "" where nothing is said."""
        found = {self._place(key): str(text) for key, text in (self.why or {}).items()}
        return [found.get(i, "") for i in range(len(self.options))]

    def _place(self, option: Any) -> int:
        if isinstance(option, int) and not isinstance(option, bool):
            if not 0 <= option < len(self.options):
                raise ParameterError(
                    f"answer {option} of {self.question!r:.60} is no place among {len(self.options)} options, 0 to {len(self.options) - 1}."
                )
            return option
        if not isinstance(option, str) or option not in self.options:
            raise ParameterError(
                f"{option!r:.60} is no option of {self.question!r:.60}; {did_you_mean(option, self.options)}"
            )
        return list(self.options).index(option)


class Quiz(Component):
    """Self-check questions. A wrong answer says which choice is wrong and may be tried again; a right one is explained.

    It works without Python. The right answers travel with the page, hidden from a casual look only, and neither picture nor text
    tells them before they were given.

    >>> Quiz("Which set is the learner scored on?", ["support", "query"], "query", "It adapts to the support set.")  # doctest: +SKIP
    >>> Quiz([Question(...), {"question": ..., "options": ..., "answers": ..., "explanation": ...}])                 # doctest: +SKIP

    Args:
        question: a question's text, or a list of `Question` (or of dictionaries of its fields).
        options, answers, explanation, hint, why, several: of the one question, see `Question`.

    Raises:
        ParameterError: if a question cannot be asked.
    """

    chosen = t.List(t.List(t.Int()), help="question -> options that are ticked").tag(sync=True, saved=True)
    checked = t.List(t.List(t.Int()), help="question -> options that were ticked at the last check").tag(
        sync=True, saved=True
    )
    tries = t.List(t.Int(), help="question -> number of checks").tag(sync=True, saved=True)
    outcome = t.List(t.Unicode(), help='question -> "" open, "right" solved, "shown" given up').tag(
        sync=True, saved=True
    )
    hinted = t.List(t.Bool(), help="question -> whether its hint was asked for").tag(sync=True, saved=True)

    js_parts: ClassVar[tuple[str, ...]] = ("contest_marks.js", "quiz_text.js")

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
        **kwargs: Any,
    ) -> None:
        if isinstance(question, str):
            questions = [Question(question, options, answers, explanation, hint, why, several)]
        else:
            if options or answers or explanation or hint or why:
                raise ParameterError("a quiz of several questions has their options and answers in the list itself.")
            questions = [_question(each) for each in question]
        if not questions:
            raise ParameterError("a quiz needs a question; it got none.")
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
        """For each question whether it was answered rightly."""
        return [self._of("outcome", i, "") == "right" for i in range(len(self.config["questions"]))]

    @property
    def score(self) -> tuple[int, int]:
        """Questions answered rightly at the first try, and all of them."""
        first = [ok and self._of("tries", i, 0) == 1 for i, ok in enumerate(self.solved)]
        return sum(first), len(first)

    def _of(self, name: str, i: int, blank: Any) -> Any:
        values = getattr(self, name)
        return values[i] if i < len(values) else blank

    def _lines(self) -> list[tuple[str, str]]:
        """(kind, text) of all that may be told now; kinds: question, option, note."""
        secret = unsealed(self.unpack()["sealed"])["questions"]
        lines = []
        for i, (q, hidden) in enumerate(zip(self.config["questions"], secret, strict=True)):
            outcome, chosen = self._of("outcome", i, ""), self._of("chosen", i, [])
            told = outcome in ("right", "shown")
            lines.append(("question", q["question"]))
            ticked = hidden["right"] if told else chosen
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
        """Questions, options, what is ticked, and of the solved ones the explanation."""
        return "\n".join(text if kind == "question" else f"  {text}" for kind, text in self._lines())

    def png(self) -> bytes:
        from metawidgets.widgets.quiz_still import draw_quiz  # Pillow's fonts are loaded only by who draws

        return draw_quiz(self._lines())


def _question(given: Any) -> Question:
    if isinstance(given, Question):
        return given
    if not isinstance(given, Mapping):
        raise ParameterError(f"a question is a Question or a dictionary of its fields, not {given!r:.60}.")
    for key in given:
        if key not in _KEYS:
            raise ParameterError(f"a question has no {key!r}; {did_you_mean(key, _KEYS)}")
    missing = [key for key in ("question", "options", "answers", "explanation") if key not in given]
    if missing:
        raise ParameterError(f"a question lacks its {' and '.join(missing)}.")
    return Question(**given)
