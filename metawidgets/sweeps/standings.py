"""Which learner answers best, from the reports of a sweep: scores pooled over seeds, and learners paired on the same episodes."""

import itertools
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float64

from metawidgets.analysis import Interval, paired_interval
from metawidgets.errors import EpisodeError
from metawidgets.significance import holm, paired_t_test

__all__ = ["Pairing", "Score", "Standing", "number", "pairings", "scores_of", "standings"]

_TASK = ("dataset", "split", "n_way", "n_query", "n_episodes")
"""What makes episodes the same, beside the dataset's options, k_shot and the seed."""
_Z95 = 1.96


@dataclass(frozen=True)
class Score:
    """One report's score.

    Args:
        learner: its name, with the parameters in which it differs from others of that name.
        task: what else the episodes are, in words that tell it from the sweep's other tasks.
        metric: "accuracy" or "mean squared error". half_width: of the 95 % interval over the episodes.
    """

    key: str
    learner: str
    task: str
    metric: str
    k_shot: int
    seed: int
    n_episodes: int
    mean: float
    half_width: float
    seconds: float


@dataclass(frozen=True)
class Standing:
    """A learner at one number of shots, over all seeds.

    Args:
        interval: over the episodes of all seeds. low, high: of the seeds' own means.
    """

    learner: str
    task: str
    metric: str
    k_shot: int
    interval: Interval
    n_seeds: int
    low: float
    high: float


@dataclass(frozen=True)
class Pairing:
    """Two learners on the same episodes.

    Args:
        interval: of the first one's scores minus the second one's. t: Student's.
        p: two-sided, of this comparison alone. p_holm: with Holm's correction for all comparisons of the sweep.
    """

    first: str
    second: str
    task: str
    metric: str
    k_shot: int
    interval: Interval
    t: float
    p: float
    p_holm: float

    @property
    def better(self) -> str:
        """The learner that is better; "" where they cannot be told apart: over few episodes an interval means little."""
        if self.p_holm >= 0.05 or self.interval.n < 5:
            return ""
        smaller_wins = self.metric != "accuracy"
        return self.first if (self.interval.mean < 0) == smaller_wins else self.second


def scores_of(rows: Sequence[Mapping[str, Any]], parameters: Iterable[str]) -> list[Score]:
    """Scores of the reports that name a learner, its mean score and a number of shots; the others are left out.

    Of several reports of the same episodes and learner, such as of two versions of the package, the latest counts.
    """
    found = [row for row in rows if _is_score(row)]
    tasks = _told_apart([_task(row) for row in found], "dataset")
    others = [name for name in parameters if not _of_the_task(name)]
    learners = _told_apart(
        [{"learner is": row["metrics.learner"], **{name: row.get(name) for name in others}} for row in found],
        "learner is",
    )
    latest: dict[tuple[Any, ...], Score] = {}
    started: dict[tuple[Any, ...], str] = {}
    for row, learner, task in zip(found, learners, tasks, strict=True):
        score = Score(
            str(row["key"]),
            learner,
            task,
            str(row.get("metrics.metric", "")),
            int(number(row["metrics.k_shot"])),
            _whole(row.get("metrics.seed")),
            _whole(row.get("metrics.n_episodes")),
            number(row["metrics.mean"]),
            number(row.get("metrics.half_width")),
            number(row.get("seconds")),
        )
        same = (learner, task, score.metric, score.k_shot, score.seed)
        if same not in latest or str(row.get("started", "")) > started[same]:
            latest[same], started[same] = score, str(row.get("started", ""))
    return list(latest.values())


def standings(scores: Iterable[Score]) -> list[Standing]:
    """Scores pooled over seeds, by task and shots, the best learner first."""
    cells: dict[tuple[str, str, int, str], list[Score]] = defaultdict(list)
    for score in scores:
        cells[score.task, score.metric, score.k_shot, score.learner].append(score)
    found = [
        Standing(
            learner,
            task,
            metric,
            k_shot,
            _pooled(each),
            len(each),
            min(s.mean for s in each),
            max(s.mean for s in each),
        )
        for (task, metric, k_shot, learner), each in cells.items()
    ]
    sign = {"accuracy": -1}
    order = lambda s: (s.task, s.metric, s.k_shot, sign.get(s.metric, 1) * s.interval.mean, s.learner)  # noqa: E731
    return sorted(found, key=order)


def pairings(
    scores: Iterable[Score], per_episode: Mapping[str, Float64[np.ndarray, " episode"]]
) -> tuple[list[Pairing], int]:
    """Every two learners on the episodes that both have seen, by task and shots; and how many pairs could not be compared.

    Args:
        per_episode: each report's scores, by key; seeds of which one of the two has none are left out.
    """
    cells: dict[tuple[str, str, int], dict[str, dict[int, str]]] = defaultdict(lambda: defaultdict(dict))
    for score in scores:
        cells[score.task, score.metric, score.k_shot][score.learner][score.seed] = score.key
    raw, refused = [], 0
    for (task, metric, k_shot), learners in sorted(cells.items()):
        for first, second in itertools.combinations(sorted(learners), 2):
            pairs = [
                (per_episode.get(learners[first][seed]), per_episode.get(learners[second][seed]))
                for seed in sorted(learners[first].keys() & learners[second].keys())
            ]
            both = [(a, b) for a, b in pairs if a is not None and b is not None and len(a) == len(b)]
            try:
                a, b = (np.concatenate(side) for side in zip(*both, strict=True))
                raw.append((first, second, task, metric, k_shot, paired_interval(a, b), *paired_t_test(a, b)))
            except (ValueError, EpisodeError):  # no seed in common, one episode only, or a score that is not finite
                refused += 1
    corrected = holm([each[-1] for each in raw])
    return [Pairing(*each, float(p)) for each, p in zip(raw, corrected, strict=True)], refused


def _is_score(row: Mapping[str, Any]) -> bool:
    numbers = [number(row.get(name)) for name in ("metrics.mean", "metrics.k_shot")]
    return (
        all(map(math.isfinite, numbers))
        and row.get("state") == "completed"
        and isinstance(row.get("metrics.learner"), str)
    )


def number(value: Any) -> float:
    """A figure; NaN for what is none. In a column where one report says no number, those of the others are texts, too."""
    try:
        return math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _whole(value: Any) -> int:
    return int(number(value)) if math.isfinite(number(value)) else 0


def _task(row: Mapping[str, Any]) -> dict[str, Any]:
    options = {name: value for name, value in row.items() if name.startswith("metrics.dataset_options.")}
    said = {name: row.get(f"metrics.{name}", row.get(name)) for name in _TASK} | {"metric": row.get("metrics.metric")}
    return said | {name.removeprefix("metrics."): value for name, value in sorted(options.items())}


def _of_the_task(name: str) -> bool:
    return name in (*_TASK, "k_shot", "seed", "smoke") or name.split(".")[0] == "dataset_options"


def _told_apart(things: Sequence[dict[str, Any]], base: str) -> list[str]:
    """Each thing in words of its own: its base, and those of its entries in which things of that base differ."""
    alike: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for thing in things:
        alike[str(thing[base])].append(thing)
    differing = {
        name: [each for each in dict.fromkeys(key for thing in group for key in thing) if _varies(group, each)]
        for name, group in alike.items()
    }
    words: dict[str, str] = {}
    taken: set[str] = set()
    for thing in things:
        identity = json.dumps(thing)
        if identity in words:
            continue
        said = [f"{each.rpartition('.')[2]} {_said(thing.get(each))}" for each in differing[str(thing[base])]]
        plain = text = " ".join(", ".join([str(thing[base]), *said]).split()) or "without a name"
        for n in itertools.count(2):
            if text not in taken:
                break
            text = f"{plain} #{n}"
        words[identity] = text
        taken.add(text)
    return [words[json.dumps(thing)] for thing in things]


def _varies(group: Sequence[Mapping[str, Any]], name: str) -> bool:
    return len({json.dumps(thing.get(name)) for thing in group}) > 1


def _said(value: Any) -> str:
    return value if isinstance(value, str) and value else json.dumps(value) if value is not None else "none"


def _pooled(scores: Sequence[Score]) -> Interval:
    """As one list of episodes: each report's own spread, and how far its mean is from that of all."""
    n = np.array([score.n_episodes for score in scores], np.float64)
    means, widths = (np.array([getattr(score, name) for score in scores]) for name in ("mean", "half_width"))
    if len(scores) == 1:
        return Interval(float(means[0]), float(widths[0]), int(n[0]))
    total = n.sum()
    if total < 2:
        return Interval(float(means.mean()), math.nan, int(total))
    mean = float((n * means).sum() / total)
    squares = (n - 1) * n * (widths / _Z95) ** 2 + n * (means - mean) ** 2
    return Interval(mean, float(_Z95 * math.sqrt(squares.sum() / (total - 1) / total)), int(total))
