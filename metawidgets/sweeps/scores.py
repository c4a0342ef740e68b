"""The score of each report of a sweep, with distinct names for its learner and its task."""

import itertools
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Score", "number", "scores_of"]

_TASK = ("dataset", "split", "n_way", "n_query", "n_episodes")
"""Parameters that determine the episodes, besides the dataset's options, k_shot and the seed."""


@dataclass(frozen=True)
class Score:
    """One report's score.

    Args:
        learner: its name, with the parameters in which it differs from other learners of the same name.
        task: the dataset, with the settings in which it differs from the sweep's other tasks on the same dataset.
        metric: "accuracy" or "mean squared error".
        half_width: half of the 95 % interval over the episodes.
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
    """Return the scores of the completed reports that name a learner, its mean score and a number of shots.

    If several reports have the same learner and episodes, such as reports of two versions of the package, only the latest counts.
    """
    found = [row for row in rows if _is_score(row)]
    tasks = _distinct_names([_task(row) for row in found], "dataset")
    others = [name for name in parameters if not _describes_task(name)]
    learners = _distinct_names(
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
    """Return a value as a float, or NaN if it is not a number. A number may arrive as text: one text in a column makes all of it text."""
    try:
        return math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _whole(value: Any) -> int:
    return int(number(value)) if math.isfinite(number(value)) else 0


def _task(row: Mapping[str, Any]) -> dict[str, Any]:
    options = {name: value for name, value in row.items() if name.startswith("metrics.dataset_options.")}
    task = {name: row.get(f"metrics.{name}", row.get(name)) for name in _TASK} | {"metric": row.get("metrics.metric")}
    return task | {name.removeprefix("metrics."): value for name, value in sorted(options.items())}


def _describes_task(name: str) -> bool:
    return name in (*_TASK, "k_shot", "seed", "smoke") or name.split(".")[0] == "dataset_options"


def _distinct_names(things: Sequence[dict[str, Any]], base: str) -> list[str]:
    """Return a distinct name for each thing: its base, and the entries in which things of the same base differ."""
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
        differences = [
            f"{each.rpartition('.')[2]} {_value_text(thing.get(each))}" for each in differing[str(thing[base] or "")]
        ]
        plain = text = " ".join(", ".join([str(thing[base] or ""), *differences]).split()) or "without a name"
        for n in itertools.count(2):
            if text not in taken:
                break
            text = f"{plain} #{n}"
        words[identity] = text
        taken.add(text)
    return [words[json.dumps(thing)] for thing in things]


def _varies(group: Sequence[Mapping[str, Any]], name: str) -> bool:
    return len({json.dumps(thing.get(name)) for thing in group}) > 1


def _value_text(value: Any) -> str:
    return value if isinstance(value, str) and value else json.dumps(value) if value is not None else "none"
