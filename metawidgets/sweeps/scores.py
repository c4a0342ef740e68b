"""What each report of a sweep says of its learner, with names for learners and tasks that tell them apart."""

import itertools
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Score", "number", "scores_of"]

_TASK = ("dataset", "split", "n_way", "n_query", "n_episodes")
"""What makes episodes the same, beside the dataset's options, k_shot and the seed."""


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
        alike[str(thing[base] or "")].append(thing)
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
        said = [f"{each.rpartition('.')[2]} {_said(thing.get(each))}" for each in differing[str(thing[base] or "")]]
        plain = text = " ".join(", ".join([str(thing[base] or ""), *said]).split()) or "without a name"
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
