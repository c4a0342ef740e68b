"""The same episodes as the learners', classified by the person in front of them, and scored beside them."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import traitlets as t

from metawidgets.analysis import Interval, mean_interval, paired_interval
from metawidgets.contests import Contest
from metawidgets.episodes import Episode
from metawidgets.errors import EpisodeError
from metawidgets.widgets.base import Component
from metawidgets.widgets.contest_state import episode_key, episode_kind, is_clear, sealed, unsealed
from metawidgets.widgets.episode_state import episode_title
from metawidgets.widgets.selection import Selection

__all__ = ["YouAreTheLearner"]


class YouAreTheLearner(Component):
    """A round of episodes to be answered by hand: see a class's support, say of each query which class it is.

    Classes are chosen by a click, by number keys or by dragging; of a curve, the value at a query is pointed out. Nothing is
    told until the episode is done, or after every answer with `reveal="each"`. Then the person stands beside the learners: score,
    time, and over the round the paired differences with their intervals. All of it works without Python; the right answers
    travel with the page, hidden from a casual look only, and nothing leaves it.

    Args:
        names: of the learners.
        contests: the episodes with the learners' answers.
        n_query: queries of each class that are asked (regression: in all), of those that an episode has; `None` for all.
        reveal: "end" tells right from wrong when an episode is done, "each" after every answer.
        selection: shared with other components; queries can be selected once their episode is done.

    Raises:
        EpisodeError: if there is no episode, one fits no learners, or an option is none.
    """

    answers = t.List(t.List(), help="episode -> query -> class (or value) that was given, None for none yet").tag(
        sync=True, saved=True
    )
    times = t.List(t.List(), help="episode -> query -> seconds that the answer took").tag(sync=True, saved=True)
    done = t.List(t.Bool(), help="episode -> whether it was answered to its end").tag(sync=True, saved=True)
    place = t.Int(0, help="the episode that is shown").tag(sync=True, saved=True)
    scores = t.Dict(help="episode key -> {score, seconds} of the episodes that are done; seconds are a query's").tag(
        sync=True, saved=True
    )

    js_parts: ClassVar[tuple[str, ...]] = (
        "plot_axes.js",
        "contest_marks.js",
        "you_state.js",
        "you_board.js",
        "you_plots.js",
        "you_result.js",
    )

    def __init__(
        self,
        names: Sequence[str],
        contests: Sequence[Contest],
        *,
        n_query: int | None = 3,
        reveal: str = "end",
        selection: Selection | None = None,
        **kwargs: Any,
    ) -> None:
        if not contests:
            raise EpisodeError("YouAreTheLearner needs one episode or more; it got none.")
        if reveal not in ("end", "each"):
            raise EpisodeError(f'reveal={reveal!r} is unknown; give "end" or "each".')
        if n_query is not None and (isinstance(n_query, bool) or not isinstance(n_query, int) or n_query < 1):
            raise EpisodeError(f"n_query={n_query!r} is not a positive whole number; give one, or None for all.")
        arrays: dict[str, np.ndarray] = {}
        episodes: list[dict[str, Any]] = []
        for i, contest in enumerate(contests):
            if len(contest.answers) != len(names):
                raise EpisodeError(
                    f"episode {i} has answers of {len(contest.answers)} learners, for {len(names)} names."
                )
            e = contest.episode
            asked = _asked(e, n_query)
            arrays |= {f"{i}.support_x": e.support_x, f"{i}.support_y": e.support_y, f"{i}.query_x": e.query_x[asked]}
            said = [np.asarray(a.answers)[asked].reshape(len(asked), -1)[:, 0].tolist() for a in contest.answers]
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
        e = contests[0].episode
        self.pack(
            arrays,
            names=[str(name) for name in names],
            episodes=episodes,
            reveal=reveal,
            metric="mean squared error" if e.is_regression else "accuracy",
            title=episode_title(e),
        )

    # -- what was answered --------------------------------------------------------------------------------------------------

    def finished(self) -> list[int]:
        """The episodes that are done."""
        return [i for i, each in enumerate(self.done[: len(self.config["episodes"])]) if each]

    def your_score(self, index: int) -> float:
        """Accuracy, or mean squared error, over the queries of an episode; an unanswered query is wrong.

        Raises:
            EpisodeError: if that episode is not done: until then nothing is told.
        """
        if index not in self.finished():
            raise EpisodeError(f"episode {index} is not done yet; its score is told when all its queries are answered.")
        given = self.answers[index] if index < len(self.answers) else []
        truth = self._secret(index)["truth"]
        return self._score([given[q] if q < len(given) else None for q in range(len(truth))], truth)

    def learner_scores(self, index: int) -> dict[str, float]:
        """The same of each learner on the same queries, under the same condition.

        Raises:
            EpisodeError: if that episode is not done.
        """
        if index not in self.finished():
            raise EpisodeError(f"episode {index} is not done yet; its score is told when all its queries are answered.")
        secret = self._secret(index)
        return {
            name: self._score(said, secret["truth"])
            for name, said in zip(self.config["names"], secret["answers"], strict=True)
        }

    def difference(self, name: str) -> Interval:
        """Your score minus a learner's over the episodes that are done, with its paired 95 % interval.

        Raises:
            EpisodeError: for an unknown learner, or fewer than two episodes done.
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
        """How far the round is, and of the episodes that are done, the scores; of others nothing is told."""
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
        return f"{factor * found.mean:.3g} ± {factor * found.half_width:.2g}{unit}"

    def _signed(self, d: Interval) -> str:
        factor, unit = (100, " points") if self.config["metric"] == "accuracy" else (1, "")
        return f"{factor * d.mean:+.3g}, {factor * d.low:+.3g} to {factor * d.high:+.3g}{unit}"

    def png(self) -> bytes:
        from metawidgets.widgets.you_still import draw_round  # Pillow's fonts are loaded only by who draws

        given = self.answers[self._shown] if self._shown < len(self.answers) else []
        return draw_round(self.unpack(), self.config, self._shown, given, self.summary())


def _asked(e: Episode, n_query: int | None) -> np.ndarray:
    """Places of the queries that are asked, in an order that says nothing of their classes and is the same every time."""
    y = np.zeros(len(e.query_y), int) if e.is_regression else e.query_y
    place = np.array([(y[:i] == y[i]).sum() for i in range(len(y))], int)
    asked = np.flatnonzero(place < n_query) if n_query else np.arange(len(y))
    return np.random.default_rng([*(e.seed or (0,)), 2]).permutation(asked)
