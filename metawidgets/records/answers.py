"""A learner's answers to single queries over many episodes: by class, by pair of classes, by item, and the worst."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from metawidgets.analysis import Calibration, binned_calibration
from metawidgets.episodes import Episode, ItemId
from metawidgets.errors import EpisodeError

__all__ = ["Answer", "ClassScore", "Confusion", "EpisodeReplies", "ItemScore", "QueryAnswers", "replies"]


@dataclass(frozen=True)
class Answer:
    """A query and the learner's answer to it.

    Args:
        episode: index of the episode.
        item: the query's provenance.
        truth, guess: ids of the true and the predicted class (`ItemId.class_id`).
        p_truth, p_guess: the probabilities of these two classes.
    """

    episode: int
    item: ItemId
    truth: str
    guess: str
    p_truth: float
    p_guess: float


@dataclass(frozen=True)
class ClassScore:
    """The learner's score on the queries of one class.

    Args:
        n_queries: number of queries.
        accuracy: share of the queries predicted correctly.
        p_truth: mean probability of the true class.
        mistaken_for: the wrong class that is predicted most often, '' if none.
        share: share of the queries for which this wrong class is predicted.
        episode: index of the first episode with a query of the class.
    """

    name: str
    n_queries: int
    accuracy: float
    p_truth: float
    mistaken_for: str
    share: float
    episode: int


@dataclass(frozen=True)
class Confusion:
    """How often one class is taken for another.

    Args:
        truth, guess: ids of the two classes.
        n_wrong: queries of `truth` that were answered with `guess`.
        n_queries: queries of `truth` in the episodes that have both classes.
    """

    truth: str
    guess: str
    n_wrong: int
    n_queries: int

    @property
    def share(self) -> float:
        return self.n_wrong / self.n_queries


@dataclass(frozen=True)
class ItemScore:
    """The learner's answers to one item, over all episodes that ask for it.

    Args:
        n_queries: number of times that the item was a query.
        n_right: number of times that its class was predicted.
        answered: the wrong class that was predicted most often, '' if none.
        episode: index of the first episode with the item as a query.
    """

    item: ItemId
    n_queries: int
    n_right: int
    answered: str
    episode: int


@dataclass(frozen=True, eq=False)
class EpisodeReplies:
    """The answers to the queries of one episode: `predict`'s largest probabilities, without the others.

    Args:
        classes: the id of each label's class.
        items: the queries' ids.
        truth, guess: labels, `(query,)`.
        p_truth, p_guess: the probabilities of these labels, `(query,)`.
        hit: 1 for a right answer, 1 / k if the true class is tied with others for the largest probability, `(query,)`.
    """

    classes: tuple[str, ...]
    items: tuple[ItemId, ...]
    truth: Int[np.ndarray, " query"]
    guess: Int[np.ndarray, " query"]
    p_truth: Float[np.ndarray, " query"]
    p_guess: Float[np.ndarray, " query"]
    hit: Float[np.ndarray, " query"]


def replies(episode: Episode, probabilities: Float[np.ndarray, "query way"]) -> EpisodeReplies:
    """Return the answers to an episode's queries.

    Raises:
        EpisodeError: if the shape of `probabilities` does not match the episode.
    """
    wanted = (len(episode.query_x), episode.output_dim)
    if probabilities.shape != wanted:
        raise EpisodeError(f"these predictions have shape {probabilities.shape}; give shape {wanted}.")
    rows, y = np.arange(len(episode.query_y)), episode.query_y
    best = probabilities == probabilities.max(1, keepdims=True)
    guess = probabilities.argmax(1)
    return EpisodeReplies(
        _class_ids(episode),
        episode.query_items,
        y.astype(np.int32),
        guess.astype(np.int32),
        probabilities[rows, y].astype(np.float32),
        probabilities[rows, guess].astype(np.float32),
        best[rows, y] / best.sum(1),
    )


def _class_ids(episode: Episode) -> tuple[str, ...]:
    """Return the id of each class. A class has the same id in every episode, while its name may differ."""
    ids = list(episode.class_names)
    for item, label in zip(reversed(episode.support_items), reversed(episode.support_y), strict=True):
        ids[label] = item.class_id
    return tuple(ids)


class QueryAnswers:
    """The answers to all queries of a list of episodes, in flat arrays.

    Args:
        episodes: the answers of each episode, in order.

    Attributes:
        classes: ids of all classes; `truth` and `guess` are positions in it.
        items: ids of all queries' items; `item` holds positions in it.
        episode, item, truth, guess, p_truth, p_guess, hit: one entry per query; see `EpisodeReplies`.
    """

    def __init__(self, episodes: Sequence[EpisodeReplies]) -> None:
        self._episodes = tuple(episodes)
        self.classes = tuple(dict.fromkeys(name for one in episodes for name in one.classes))
        self.items = tuple(dict.fromkeys(item for one in episodes for item in one.items))
        class_at = {name: i for i, name in enumerate(self.classes)}
        item_at = {item: i for i, item in enumerate(self.items)}
        own = [np.array([class_at[name] for name in one.classes]) for one in episodes]
        join = lambda parts: np.concatenate([*parts, np.empty(0)])  # noqa: E731
        self.episode = np.repeat(np.arange(len(episodes)), [len(one.items) for one in episodes])
        self.item = join([[item_at[item] for item in one.items] for one in episodes]).astype(int)
        self.truth = join([ids[one.truth] for ids, one in zip(own, episodes, strict=True)]).astype(int)
        self.guess = join([ids[one.guess] for ids, one in zip(own, episodes, strict=True)]).astype(int)
        self.p_truth = join([one.p_truth for one in episodes])
        self.p_guess = join([one.p_guess for one in episodes])
        self.hit = join([one.hit for one in episodes])

    def __len__(self) -> int:
        return len(self.episode)

    def calibration(self, n_bins: int = 10) -> Calibration:
        """Compute how well the largest probability of each query agrees with the accuracy."""
        return binned_calibration(np.minimum(self.p_guess, 1.0), self.guess == self.truth, n_bins)

    def per_class(self) -> list[ClassScore]:
        """Return the score of every class that had queries, hardest first."""
        rivals = _most_frequent(self.truth, self.guess, self.guess != self.truth)
        n = np.bincount(self.truth, minlength=len(self.classes))
        hits, p = (np.bincount(self.truth, v, minlength=len(self.classes)) for v in (self.hit, self.p_truth))
        _, first = np.unique(self.truth, return_index=True)
        found = []
        for c, at in zip(np.flatnonzero(n), first, strict=True):
            rival, count = rivals.get(int(c), (-1, 0))
            name, mistaken_for = self.classes[c], self.classes[rival] if count else ""
            scores = float(hits[c] / n[c]), float(p[c] / n[c]), mistaken_for, float(count / n[c])
            found.append(ClassScore(name, int(n[c]), *scores, int(self.episode[at])))
        return sorted(found, key=lambda score: (score.accuracy, score.p_truth))

    def per_item(self) -> list[ItemScore]:
        """Return the answers to every item, in the order of their first appearance."""
        rivals = _most_frequent(self.item, self.guess, self.guess != self.truth)
        n = np.bincount(self.item, minlength=len(self.items))
        right = np.bincount(self.item, self.guess == self.truth, minlength=len(self.items))
        _, first = np.unique(self.item, return_index=True)
        found = []
        for i, item in enumerate(self.items):
            rival, count = rivals.get(i, (-1, 0))
            answered = self.classes[rival] if count else ""
            found.append(ItemScore(item, int(n[i]), int(right[i]), answered, int(self.episode[first[i]])))
        return found

    def confusions(self, n: int | None = None) -> list[Confusion]:
        """Return the pairs of classes that were confused, the most queries first; at most `n` of them."""
        wrong: dict[tuple[int, int], int] = {}
        together: dict[tuple[int, int], int] = {}
        for classes, counts in self.episode_confusions:
            for i, a in enumerate(classes):
                for j, b in enumerate(classes):
                    if i != j and counts[i].any():
                        wrong[a, b] = wrong.get((a, b), 0) + int(counts[i, j])
                        together[a, b] = together.get((a, b), 0) + int(counts[i].sum())
        found = [
            Confusion(self.classes[a], self.classes[b], count, together[a, b])
            for (a, b), count in wrong.items()
            if count
        ]
        return sorted(found, key=lambda pair: (-pair.n_wrong, -pair.share, pair.truth, pair.guess))[:n]

    @cached_property
    def episode_confusions(self) -> list[tuple[list[int], Int[np.ndarray, "way way"]]]:
        """The classes of each episode, and its queries counted by true class (row) and answer (column)."""
        place = {name: i for i, name in enumerate(self.classes)}
        found = []
        for one in self._episodes:
            way = len(one.classes)
            counts = np.bincount(one.truth * way + one.guess, minlength=way * way).reshape(way, way)
            found.append(([place[name] for name in one.classes], counts))
        return found

    def worst_queries(self, n: int = 12) -> list[Answer]:
        """Return the `n` wrong answers that gave the true class the least probability."""
        wrong = np.flatnonzero(self.guess != self.truth)
        order = wrong[np.argsort(self.p_truth[wrong], kind="stable")][:n]
        return [
            Answer(
                int(self.episode[i]),
                self.items[self.item[i]],
                self.classes[self.truth[i]],
                self.classes[self.guess[i]],
                float(self.p_truth[i]),
                float(self.p_guess[i]),
            )
            for i in order
        ]


def _most_frequent(keys: np.ndarray, values: np.ndarray, where: np.ndarray) -> dict[int, tuple[int, int]]:
    """Return for each key its most frequent value, and how often it occurs, among the entries `where`."""
    pairs, counts = np.unique(np.stack([keys[where], values[where]]), axis=1, return_counts=True)
    found: dict[int, tuple[int, int]] = {}
    for key, value, count in zip(*pairs.tolist(), counts.tolist(), strict=True):
        if count > found.get(key, (0, 0))[1]:
            found[key] = (value, count)
    return found
