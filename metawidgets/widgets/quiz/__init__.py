"""Questions for self-checks."""

from metawidgets.widgets.quiz.component import Quiz
from metawidgets.widgets.quiz.question import Question

__all__ = ["Question", "Quiz"]
