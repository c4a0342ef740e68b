"""Several learners compared on identical episodes."""

from metawidgets.widgets.learner_arena.component import LearnerArena

__all__ = ["LearnerArena"]
