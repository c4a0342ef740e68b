"""A component that compares several learners on identical episodes: scores, paired differences, intervals and times."""

import threading
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
import traitlets as t
from ipywidgets import jslink

from metawidgets.analysis import Interval, difference_ends, interval_note, interval_text, mean_interval, paired_interval
from metawidgets.errors import EpisodeError
from metawidgets.records import ArenaRound, EpisodeComparison
from metawidgets.widgets.base.background import Background, Progress
from metawidgets.widgets.base.card import picture
from metawidgets.widgets.base.component import Component
from metawidgets.widgets.base.episode_facts import episode_key, episode_kind
from metawidgets.widgets.base.selection import Selection
from metawidgets.widgets.learner_arena.packed_comparison import pack_comparison

__all__ = ["LearnerArena"]

_OPENED_AT_MOST = 60  # episodes whose items are kept in the browser
_MORE_AT_MOST = 1000


class LearnerArena(Component):
    """A comparison of learners on identical episodes: a dot for each episode, means with 95 % intervals, paired differences,
    times, and scores by shots and by steps.

    Pointing at a dot highlights the same episode in every row. A click or Enter opens it: its support and query items, and each
    learner's answers. Differences are paired, against a learner that the reader chooses; intervals are over episodes.

    Args:
        played: the scores of a round.
        opened: comparisons, by place in the round, whose items are sent too, so that they can be opened without Python.
        play: `play(index)` returns the comparison on one episode, to open the episode or to add it to the round.
        keys: the `episode_key` of episodes, by place in the round, to find a person's scores. The keys of `opened` may be left out.
        selection: a selection that other components share; a query of the opened episode can be selected.

    Raises:
        EpisodeError: if a comparison does not belong to the round.
    """

    opened = t.Int(-1, help="place in the round of the opened episode, -1 for none").tag(sync=True, saved=True)
    reference = t.Unicode("", help="name of the learner that the others are compared with; '' for the best").tag(
        sync=True, saved=True
    )
    you = t.Dict(help="episode key -> {score, seconds} of a person who plays too").tag(sync=True, saved=True)

    actions: ClassVar[tuple[str, ...]] = ("open", "more")

    def __init__(
        self,
        played: ArenaRound,
        opened: Mapping[int, EpisodeComparison] | None = None,
        play: Callable[[int], EpisodeComparison] | None = None,
        *,
        keys: Mapping[int, str] | None = None,
        selection: Selection | None = None,
        **kwargs: Any,
    ) -> None:
        if not isinstance(played, ArenaRound):
            raise TypeError(
                f"LearnerArena shows an ArenaRound, not {type(played).__name__}; make one with ArenaRound.of."
            )
        comparisons = dict(opened or {})
        for index, comparison in comparisons.items():
            if not 0 <= index < played.n_episodes:
                raise EpisodeError(
                    f"opened has episode {index}, but the round has {played.n_episodes}; give 0 to {played.n_episodes - 1}."
                )
            if len(comparison.answers) != len(played.names):
                raise EpisodeError(
                    f"episode {index} has answers of {len(comparison.answers)} learners, but the round has {len(played.names)}; "
                    "give comparisons of the same learners."
                )
        super().__init__(selection=selection, able=list(self.actions) if play else [], **kwargs)
        self._play, self._background, self._lock = play, Background(self), threading.Lock()
        known = {i: episode_key(c.episode) for i, c in comparisons.items()} | dict(keys or {})
        self._show(played, comparisons, [known.get(i, "") for i in range(played.n_episodes)])

    def _show(self, played: ArenaRound, comparisons: Mapping[int, EpisodeComparison], keys: list[str]) -> None:
        self._comparisons = dict(comparisons)
        arrays = {
            "scores": played.scores,
            "seconds": played.seconds,
            "by_shots": played.by_shots,
            "by_steps": played.by_steps,
        }
        episodes: dict[str, Any] = {}
        kind = "vectors"
        for index, comparison in self._comparisons.items():
            packed, episodes[str(index)] = pack_comparison(comparison, f"{index}.")
            arrays |= packed
            kind = episode_kind(comparison.episode)
        self.pack(
            arrays,
            names=list(played.names),
            metric=played.metric,
            k_shot=played.k_shot,
            shots=list(played.shots),
            seeds=[list(seed) for seed in played.seeds],
            keys=keys,
            settings=dict(played.settings),
            episodes=episodes,
            kind=kind,
            label=_title(played),
        )

    # -- requests -----------------------------------------------------------------------------------------------------------

    def do_open(self, index: Any) -> None:
        """Open an episode of the round. If the browser does not have its items, run the learners on it again and send the result."""
        index = _whole(index, 0, self.round.n_episodes - 1, "the episode")
        if index not in self._comparisons:
            assert self._play is not None
            comparison = self._play(index)
            with self._lock:
                kept = list(self._comparisons.items())[-(_OPENED_AT_MOST - 1) :]
                keys = list(self.config["keys"])
                keys[index] = episode_key(comparison.episode)
                self._show(self.round, dict(kept) | {index: comparison}, keys)
        self.opened = index

    def do_more(self, n: Any = 50) -> None:
        """Play `n` further episodes in the background."""
        count = _whole(n, 1, _MORE_AT_MOST, "the number of further episodes")
        self._background.start(lambda progress: self.play_more(count, progress))

    def play_more(self, n: int, progress: Progress | None = None) -> None:
        """Play the next `n` episodes of the same sequence and add them to the round.

        Raises:
            EpisodeError: if this arena was restored without its learners.
        """
        play = getattr(self, "_play", None)  # a restored component does not have it
        if play is None:
            raise EpisodeError("this arena was restored without its learners; make it again with learner_arena(...).")
        start, found = self.round.n_episodes, []
        for i in range(n):
            if progress is not None:
                progress(f"episode {i + 1} of {n}", i / n)
            found.append(play(start + i))
        with self._lock:
            r = self.round
            more = ArenaRound.of(r.names, found, k_shot=r.k_shot, shots=r.shots, settings=r.settings)
            keys = [*self.config["keys"], *(episode_key(c.episode) for c in found)]
            self._show(r.with_more(more), self._comparisons, keys)

    def join(self, you: Any) -> None:
        """Show the scores of a `YouAreTheLearner` as a further row, live and in exported pages."""
        self.you = dict(you.scores)
        observer = lambda change: setattr(self, "you", dict(change["new"]))  # noqa: E731 - its own object, to be removed alone
        you.observe(observer, "scores")
        self._link = jslink((you, "scores"), (self, "you"))
        self.at_close(lambda: you.unobserve(observer, "scores"))
        self.at_close(self._link.close)

    # -- outside the notebook -------------------------------------------------------------------------------------------------

    @property
    def round(self) -> ArenaRound:
        """The scores of the round, as they were sent."""
        a, c = self.unpack(), self.config
        tables = {name: np.asarray(a[name], np.float64) for name in ("scores", "seconds", "by_shots", "by_steps")}
        return ArenaRound(
            metric=c["metric"],
            names=tuple(c["names"]),
            k_shot=c["k_shot"],
            shots=tuple(c["shots"]),
            seeds=tuple(tuple(seed) for seed in c["seeds"]),
            settings=c["settings"],
            **tables,
        )

    def difference(self, first: str, second: str) -> Interval:
        """Return the mean of first minus second over the episodes, with its paired 95 % interval; one episode has none.

        Raises:
            EpisodeError: for an unknown learner.
        """
        names, scores = self.round.names, self.round.scores
        for name in (first, second):
            if name not in names:
                raise EpisodeError(f"no learner here is called {name!r}; there are {', '.join(names)}.")
        return paired_interval(scores[names.index(first)], scores[names.index(second)])

    def ranking(self) -> list[str]:
        """Return the learners' names, best first."""
        means = self.round.scores.mean(1) * (1 if self.round.metric == "accuracy" else -1)
        return [self.round.names[i] for i in np.argsort(-means, kind="stable")]

    def summary(self) -> str:
        """Return a line for each learner, best first: score, time, and difference to the reference."""
        r, ranking, mine = self.round, self.ranking(), self.your_scores()
        rows = {name: r.scores[r.names.index(name)] for name in ranking}
        if mine:
            rows["You"] = np.full(r.n_episodes, np.nan)
            rows["You"][list(mine)] = list(mine.values())
        base = self.reference if self.reference in rows else ranking[0]
        lines = [f"{self.config['label']}."]
        for name, scores in rows.items():
            line = f"  {name}: {self._words(scores[np.isfinite(scores)])}"
            if name in r.names:
                seconds = r.seconds[r.names.index(name)].sum(1)
                line += f", {1000 * float(np.median(seconds)):.3g} ms an episode"
            both = np.isfinite(scores) & np.isfinite(rows[base])
            if name != base and both.sum() > 1:
                d = paired_interval(scores[both], rows[base][both])
                line += f"; {self._signed(d)} against {base}, {'clear' if d.is_clear else 'not clear'}"
            lines.append(line + ".")
        if note := interval_note(r.n_episodes):
            lines.append(f"  {note[0].upper()}{note[1:]}.")
        if str(self.opened) in self.config["episodes"]:
            lines.append(f"  Opened: episode {self.opened} (seed {', '.join(map(str, r.seeds[self.opened]))}).")
        return "\n".join(lines)

    def your_scores(self) -> dict[int, float]:
        """Return the person's score on each answered episode of the round, by the episode's index in the round."""
        places = {key: i for i, key in enumerate(self.config["keys"]) if key}
        found = {}
        for key, value in self.you.items():
            score = value.get("score") if isinstance(value, Mapping) else None
            if key in places and isinstance(score, int | float) and np.isfinite(score):
                found[places[key]] = float(score)
        return found

    def _words(self, scores: np.ndarray) -> str:
        found = mean_interval(scores)
        over = "one episode" if found.n == 1 else f"{found.n} episodes"
        return f"{interval_text(found.mean, found.half_width, self.round.metric)} over {over}"

    def _signed(self, d: Interval) -> str:
        factor, unit = (100, " points") if self.round.metric == "accuracy" else (1, "")
        low, high = difference_ends(d, self.round.metric)
        return f"{factor * d.mean:+.3g} ({factor * low:+.3g} to {factor * high:+.3g}){unit}"

    def png(self) -> bytes:
        from metawidgets.widgets.learner_arena.picture import arena_chart  # altair loads slowly

        return picture(
            arena_chart(self.round, self.ranking(), self.reference, self.your_scores(), self.config["label"])
        )


def _title(r: ArenaRound) -> str:
    s = r.settings
    parts = [str(s["source"])] if s.get("source") else []
    shots = f"{s.get('k_shot', r.k_shot)}-shot"  # uneven shots: "1 to 5"
    parts.append(f"{s['n_way']}-way {shots}" if s.get("n_way") else shots)
    n = f"{r.n_episodes} episode{'s' if r.n_episodes > 1 else ''}"
    return f"{len(r.names)} learner{'s' if len(r.names) > 1 else ''} on {n}: {', '.join(parts)}"


def _whole(value: Any, low: int, high: int, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise EpisodeError(f"{what} should be a whole number from {low} to {high}, not {value!r:.60}.")
    return value
