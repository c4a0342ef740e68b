"""Counts of a learner's answers over many episodes, by class and by item: the numbers of a report."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Shaped

from metawidgets.episodes import Episode, ItemId
from metawidgets.errors import ReportError
from metawidgets.records import Evaluation

__all__ = ["Answer", "AnswerCounts", "ClassScore"]


@dataclass(frozen=True, eq=False)
class Answer:
    """A query and the learner's answer to it.

    Args:
        episode: index of the episode.
        item: the query's provenance.
        x: the query itself.
        truth, guess: ids of the true and the predicted class (`ItemId.class_id`).
        p_truth, p_guess: the probabilities of these two classes.
    """

    episode: int
    item: ItemId
    x: Shaped[np.ndarray, "*item"]
    truth: str
    guess: str
    p_truth: float
    p_guess: float


@dataclass(frozen=True, eq=False)
class ClassScore:
    """The learner's score on the queries of one class.

    Args:
        n_queries: number of queries.
        accuracy: share of the queries predicted correctly.
        p_truth: mean probability of the true class.
        mistaken_for: the wrong class that is predicted most often, '' if none.
        share: share of the queries for which this wrong class is predicted.
        example: the first query of the class.
    """

    name: str
    n_queries: int
    accuracy: float
    p_truth: float
    mistaken_for: str
    share: float
    example: Shaped[np.ndarray, "*item"]


@dataclass
class AnswerCounts:
    """A collection of `predict`'s answers, episode by episode. It keeps the `n_worst` mistakes that gave the true class
    the lowest probability."""

    n_worst: int = 12
    scores: list[float] = field(default_factory=list)
    worst: list[Answer] = field(default_factory=list)
    is_regression: bool = False
    _hits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list), repr=False)
    _p_truth: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list), repr=False)
    _examples: dict[str, Shaped[np.ndarray, "*item"]] = field(default_factory=dict, repr=False)
    _mistakes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter), repr=False)

    def add(self, number: int, episode: Episode, predicted: Float[np.ndarray, "query way"]) -> None:
        """Count the queries of episode `number`. `predicted` holds probabilities, or predicted targets for regression.

        Raises:
            ReportError: if the shape of `predicted` does not match the episode.
        """
        wanted = (len(episode.query_x), episode.output_dim)
        if predicted.shape != wanted:
            raise ReportError(f"predictions for episode {number} have shape {predicted.shape}; give shape {wanted}.")
        self.is_regression = episode.is_regression
        if episode.is_regression:
            self.scores.append(float(np.mean((predicted - episode.query_y) ** 2)))
            return
        y = episode.query_y
        best = predicted == predicted.max(1, keepdims=True)  # (query, way)
        hits = best[np.arange(len(y)), y] / best.sum(1)  # among k tied classes, the true one counts as 1 / k
        self.scores.append(float(hits.mean()))
        ids, guesses = _class_ids(episode), predicted.argmax(1)
        for i, (label, guess, hit) in enumerate(zip(y, guesses, hits, strict=True)):
            truth, p_truth = ids[label], float(predicted[i, label])
            self._hits[truth].append(float(hit))
            self._p_truth[truth].append(p_truth)
            self._examples.setdefault(truth, episode.query_x[i])
            if guess != label:
                self._mistakes[truth][ids[guess]] += 1
                item, x, p_guess = episode.query_items[i], episode.query_x[i], float(predicted[i, guess])
                self.worst.append(Answer(number, item, x, truth, ids[guess], p_truth, p_guess))
        self.worst = sorted(self.worst, key=lambda answer: answer.p_truth)[: self.n_worst]

    @property
    def evaluation(self) -> Evaluation:
        """Accuracy, or mean squared error, with its interval over episodes.

        Raises:
            ReportError: if no episode was added.
        """
        if not self.scores:
            raise ReportError("no episode was counted; add at least one first.")
        return Evaluation("mean squared error" if self.is_regression else "accuracy", np.array(self.scores))

    def classes(self) -> list[ClassScore]:
        """Return the scores of all classes that had queries, hardest first. The list is empty for regression."""
        found = []
        for name, hits in self._hits.items():
            rival, n = next(iter(self._mistakes[name].most_common(1)), ("", 0))
            p_truth = float(np.mean(self._p_truth[name]))
            scores = len(hits), float(np.mean(hits)), p_truth, rival, n / len(hits)
            found.append(ClassScore(name, *scores, self._examples[name]))
        return sorted(found, key=lambda score: (score.accuracy, score.p_truth))

    def hardest_episodes(self, n: int = 5) -> list[tuple[int, float]]:
        """Return `(index, score)` of the episodes with the lowest accuracy, or the largest error."""
        order = np.argsort(self.scores, kind="stable")
        order = order[::-1] if self.is_regression else order
        return [(int(i), self.scores[i]) for i in order[:n]]


def _class_ids(episode: Episode) -> list[str]:
    """Return the id of each class. A class has the same id in every episode, while its name may differ."""
    ids = list(episode.class_names)
    for item, label in zip(reversed(episode.support_items), reversed(episode.support_y), strict=True):
        ids[label] = item.class_id
    return ids
