"""A component in which a person classifies the same episodes as the learners and is scored beside them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets as t

from metawidgets.analysis import Interval, interval_text, mean_interval, paired_interval
from metawidgets.episodes import Episode
from metawidgets.errors import EpisodeError
from metawidgets.records import EpisodeComparison
from metawidgets.widgets.base.card import card
from metawidgets.widgets.base.comparisons import difference_ends, is_clear
from metawidgets.widgets.base.component import Component
from metawidgets.widgets.base.episode_facts import episode_key, episode_kind, episode_title
from metawidgets.widgets.base.sealing import sealed, unsealed
from metawidgets.widgets.base.selection import Selection

__all__ = ["YouAreTheLearner"]


class YouAreTheLearner(Component):
    """A round of episodes that a person classifies: the person sees the support set and chooses the class of each query.

    The person chooses classes by a click, number keys or dragging; for a curve, they point at the value at a query. Right and
    wrong answers are revealed when the episode is done, or after every answer with `reveal="each"`. Then the person is compared
    with the learners: score, time, and the paired differences over the round with their intervals. The game works without Python.
    The page contains the right answers in a form that is hard to read by accident. The answers given are not sent anywhere.

    Args:
        names: the learners' names.
        comparisons: the episodes with the learners' answers.
        n_query: queries of each class to answer (regression: in all); `None` for all queries of an episode.
        reveal: "end" reveals right and wrong answers when an episode is done, "each" after every answer.
        selection: a selection that other components share; queries can be selected once their episode is done.

    Raises:
        EpisodeError: if `comparisons` is empty, an episode has answers of other learners, or an option is invalid.
    """

    answers = t.List(t.List(), help="episode -> query -> the class (or value) given, None for none yet").tag(
        sync=True, saved=True
    )
    times = t.List(t.List(), help="episode -> query -> seconds that the answer took").tag(sync=True, saved=True)
    done = t.List(t.Bool(), help="episode -> whether all its queries are answered").tag(sync=True, saved=True)
    place = t.Int(0, help="the episode that is shown").tag(sync=True, saved=True)
    scores = t.Dict(help="key of a done episode -> {score, seconds}, where seconds are for each query").tag(
        sync=True, saved=True
    )

    def __init__(
        self,
        names: Sequence[str],
        comparisons: Sequence[EpisodeComparison],
        *,
        n_query: int | None = 3,
        reveal: str = "end",
        selection: Selection | None = None,
        **kwargs: Any,
    ) -> None:
        if not comparisons:
            raise EpisodeError("YouAreTheLearner has no episode; give at least one.")
        if reveal not in ("end", "each"):
            raise EpisodeError(f'reveal={reveal!r} is unknown; give "end" or "each".')
        if n_query is not None and (isinstance(n_query, bool) or not isinstance(n_query, int) or n_query < 1):
            raise EpisodeError(f"n_query={n_query!r} is not a positive whole number; give one, or None for all.")
        arrays: dict[str, np.ndarray] = {}
        episodes: list[dict[str, Any]] = []
        for i, comparison in enumerate(comparisons):
            if len(comparison.answers) != len(names):
                raise EpisodeError(
                    f"episode {i} has answers of {len(comparison.answers)} learners, but there are {len(names)} names; "
                    "give one name for each learner."
                )
            e = comparison.episode
            asked = _asked(e, n_query)
            arrays |= {f"{i}.support_x": e.support_x, f"{i}.support_y": e.support_y, f"{i}.query_x": e.query_x[asked]}
            said = [np.asarray(a.answers)[asked].reshape(len(asked), -1)[:, 0].tolist() for a in comparison.answers]
            truth = e.query_y[asked].reshape(len(asked), -1)[:, 0].tolist()
            ids = [str(e.query_items[q]) for q in asked]
            arrays[f"{i}.sealed"] = sealed({"truth": truth, "answers": said, "ids": ids})
            episodes.append(
                {"class_names": list(e.class_names), "key": episode_key(e), "kind": episode_kind(e), "n": len(asked)}
            )
        blank: dict[str, Any] = {
            "answers": [[None] * e["n"] for e in episodes],
            "times": [[0.0] * e["n"] for e in episodes],
            "done": [False] * len(episodes),
        }
        super().__init__(selection=selection, **(blank | kwargs))
        e = comparisons[0].episode
        self.pack(
            arrays,
            names=[str(name) for name in names],
            episodes=episodes,
            reveal=reveal,
            metric="mean squared error" if e.is_regression else "accuracy",
            title=episode_title(e),
        )

    # -- scores -------------------------------------------------------------------------------------------------------------

    def finished(self) -> list[int]:
        """Return the indices of the episodes that are done."""
        return [i for i, each in enumerate(self.done[: len(self.config["episodes"])]) if each]

    def your_score(self, index: int) -> float:
        """Return the person's accuracy, or mean squared error, over the queries of an episode. An unanswered query is wrong.

        Raises:
            EpisodeError: if the episode is not done, because its score is still hidden.
        """
        if index not in self.finished():
            raise EpisodeError(f"episode {index} is not done yet; answer all its queries to see its score.")
        given = self.answers[index] if index < len(self.answers) else []
        truth = self._secret(index)["truth"]
        return self._score([given[q] if q < len(given) else None for q in range(len(truth))], truth)

    def learner_scores(self, index: int) -> dict[str, float]:
        """Return each learner's score on the same queries of an episode.

        Raises:
            EpisodeError: if the episode is not done.
        """
        if index not in self.finished():
            raise EpisodeError(f"episode {index} is not done yet; answer all its queries to see its score.")
        secret = self._secret(index)
        return {
            name: self._score(said, secret["truth"])
            for name, said in zip(self.config["names"], secret["answers"], strict=True)
        }

    def difference(self, name: str) -> Interval:
        """Return the mean of your score minus a learner's over the done episodes, with its paired 95 % interval.

        Raises:
            EpisodeError: for an unknown learner, or if fewer than two episodes are done.
        """
        if name not in self.config["names"]:
            raise EpisodeError(f"no learner here is called {name!r}; there are {', '.join(self.config['names'])}.")
        done = self.finished()
        return paired_interval(
            np.array([self.your_score(i) for i in done]), np.array([self.learner_scores(i)[name] for i in done])
        )

    def _secret(self, index: int) -> dict[str, Any]:
        return unsealed(self.unpack()[f"{index}.sealed"])

    def _score(self, given: Sequence[Any], truth: Sequence[float]) -> float:
        if self.config["metric"] == "accuracy":
            return float(np.mean([a is not None and a == y for a, y in zip(given, truth, strict=True)]))
        values = [float(a) if isinstance(a, int | float) else 0.0 for a in given]
        return float(np.mean((np.array(values) - np.array(truth)) ** 2))

    # -- outside the notebook -------------------------------------------------------------------------------------------------

    @property
    def _shown(self) -> int:
        return min(max(self.place, 0), len(self.config["episodes"]) - 1)

    def summary(self) -> str:
        """Return the progress of the round and the scores of the done episodes. Other scores are not revealed."""
        c, done = self.config, self.finished()
        lines = [f"You are the learner, {c['title']}: {len(done)} of {len(c['episodes'])} episodes done."]
        if self._shown not in done:
            given = self.answers[self._shown] if self._shown < len(self.answers) else []
            n = sum(a is not None for a in given)
            lines.append(f"  Episode {self._shown + 1}: {n} of {c['episodes'][self._shown]['n']} queries answered.")
        if done:
            yours = np.array([self.your_score(i) for i in done])
            lines.append(f"  You: {self._words(yours)}.")
            for name in c["names"]:
                theirs = np.array([self.learner_scores(i)[name] for i in done])
                line = f"  {name}: {self._words(theirs)}"
                if len(done) > 1:
                    d = self.difference(name)
                    line += f"; you are {'clearly apart' if is_clear(d) else 'not clearly apart'} ({self._signed(d)})"
                lines.append(line + ".")
        return "\n".join(lines)

    def _words(self, scores: np.ndarray) -> str:
        factor, unit = (100, " %") if self.config["metric"] == "accuracy" else (1, "")
        if len(scores) < 2:
            return f"{factor * float(scores[0]):.3g}{unit}"
        found = mean_interval(scores)
        return interval_text(found.mean, found.half_width, self.config["metric"])

    def _signed(self, d: Interval) -> str:
        factor, unit = (100, " points") if self.config["metric"] == "accuracy" else (1, "")
        low, high = difference_ends(d, self.config["metric"])
        return f"{factor * d.mean:+.3g}, {factor * low:+.3g} to {factor * high:+.3g}{unit}"

    def png(self) -> bytes:
        """Return a PNG with the summary and, for each class of the episode shown, its support and the queries assigned to it."""
        title, *lines = self.summary().split("\n")
        arrays, place = self.unpack(), self._shown
        support, labels, query = (arrays[f"{place}.{name}"] for name in ("support_x", "support_y", "query_x"))
        names = self.config["episodes"][place]["class_names"] if support.ndim == 4 else []
        given = self.answers[place] if place < len(self.answers) else []
        rows: list[tuple[str, Any]] = []
        for k, name in enumerate(names):
            put = [query[q] for q, answer in enumerate(given[: len(query)]) if answer == k]
            rows += [(name, support[labels == k]), *([("  put to it:", put)] if put else [])]
        return card(title.removesuffix("."), "\n".join(lines), rows)


def _asked(e: Episode, n_query: int | None) -> np.ndarray:
    """Return the indices of the queries to answer, in a random order that is the same every time and does not reveal classes."""
    y = np.zeros(len(e.query_y), int) if e.is_regression else e.query_y
    place = np.array([(y[:i] == y[i]).sum() for i in range(len(y))], int)
    asked = np.flatnonzero(place < n_query) if n_query else np.arange(len(y))
    return np.random.default_rng([*(e.seed or (0,)), 2]).permutation(asked)
