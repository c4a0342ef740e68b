"""A game in which a person classifies the learners' episodes and is scored beside them."""

from metawidgets.widgets.you_are_the_learner.component import YouAreTheLearner

__all__ = ["YouAreTheLearner"]
