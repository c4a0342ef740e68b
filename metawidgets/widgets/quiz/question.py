"""A question of a quiz and its checks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from metawidgets.errors import ParameterError, did_you_mean

__all__ = ["Question", "question_from"]

_KEYS = ("question", "options", "answers", "explanation", "hint", "why", "several")


@dataclass(frozen=True)
class Question:
    """A question of a quiz. Texts are plain; text between backticks is shown as code.

    Args:
        question: the question's text.
        options: two or more different texts.
        answers: the right option or options, each as its text or its index.
        explanation: shown when the question is solved or its answer is shown.
        hint: shown on request.
        why: for each wrong option (text or index), the reason why it is wrong. It is shown after a reader has checked this option.
        several: whether more than one option may be ticked; by default, whether more than one is right.

    Raises:
        ParameterError: if a text is empty, two options are equal, or an answer is not an option.
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
        self.reasons  # noqa: B018 - raises if `why` has a reason for an unknown option

    @property
    def right(self) -> list[int]:
        """The indices of the right options, in order."""
        given = [self.answers] if isinstance(self.answers, str | int) else list(self.answers)
        return sorted({self._place(each) for each in given})

    @property
    def reasons(self) -> list[str]:
        """The reason why each option is wrong, "" if none is given."""
        found = {self._place(key): str(text) for key, text in (self.why or {}).items()}
        return [found.get(i, "") for i in range(len(self.options))]

    def shuffled(self, rng: np.random.Generator) -> "Question":
        """Return the question with its options in a random order."""
        options = list(self.options)
        return replace(
            self,
            options=[options[i] for i in rng.permutation(len(options))],
            answers=[options[i] for i in self.right],
            why={option: reason for option, reason in zip(options, self.reasons, strict=True) if reason},
        )

    def _place(self, option: Any) -> int:
        if isinstance(option, int) and not isinstance(option, bool):
            if not 0 <= option < len(self.options):
                raise ParameterError(
                    f"{option} is not an option's index in {self.question!r:.60}; give 0 to {len(self.options) - 1}."
                )
            return option
        if not isinstance(option, str) or option not in self.options:
            raise ParameterError(
                f"{option!r:.60} is not an option of {self.question!r:.60}; {did_you_mean(option, self.options)}"
            )
        return list(self.options).index(option)


def question_from(given: Any) -> Question:
    """Return a `Question`, or make one from a dictionary of its fields.

    Raises:
        ParameterError: if `given` has another type, or the dictionary has an unknown field or lacks a field.
    """
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
