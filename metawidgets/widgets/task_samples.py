"""Tasks drawn from a distribution, and from the same one as it moves away: what TaskDistribution sends to the browser."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Shaped

from metawidgets.analysis import fit_projection
from metawidgets.datasets import Dataset
from metawidgets.episodes import Episode
from metawidgets.errors import DatasetError, did_you_mean
from metawidgets.sampling import EpisodeSampler

__all__ = ["Dial", "dials", "draw", "moved", "pack_tasks", "shift_name"]

# Another pool of classes or another shape of item, not another distribution.
_FIXED = {
    "seed",
    "split_seed",
    "n_classes",
    "n_drawers",
    "dim",
    "size",
    "min_items",
    "max_rows",
    "test_share",
    "validation_share",
}
CURVE_POINTS = 101


@dataclass(frozen=True)
class Dial:
    """A number of a dataset that can be turned: one option, or a range of which both ends move together.

    Args:
        name: "phase" for `phase_low` and `phase_high`, else the option's own name. fields: the options that it turns.
        low, high: by how much, at most; both ends stay within what the options allow. whole: whether by whole numbers only.
        help: what it is.
    """

    name: str
    fields: tuple[str, ...]
    low: float
    high: float
    whole: bool
    help: str


def dials(dataset: Dataset) -> list[Dial]:
    """Everything about the dataset that can be turned by a number."""
    numbers = {o.name: o for o in dataset.options() if o.range is not None and o.name not in _FIXED}
    found: dict[str, Dial] = {}
    for name, info in numbers.items():
        stem = name.removesuffix("_low").removesuffix("_high")
        paired = f"{stem}_low" in numbers and f"{stem}_high" in numbers
        fields = (f"{stem}_low", f"{stem}_high") if paired else (name,)
        values = [getattr(dataset, field) for field in fields]
        span = 2 * (values[1] - values[0]) if paired else 3 * max(1.0, abs(values[0]))
        ranges = [numbers[field].range or (0.0, 0.0) for field in fields]
        low = max(-span, *(r[0] - v for r, v in zip(ranges, values, strict=True)))
        high = min(span, *(r[1] - v for r, v in zip(ranges, values, strict=True)))
        text = f"both ends of {stem}" if paired else info.help
        found[stem if paired else name] = Dial(stem if paired else name, fields, low, high, info.type == "int", text)
    return list(found.values())


def moved(dataset: Dataset, changes: Mapping[str, float], part: float = 1.0) -> Dataset:
    """The dataset with its dials turned by `part` of these changes.

    Raises:
        DatasetError: if there is no such dial, or it cannot be turned that far.
    """
    known = {dial.name: dial for dial in dials(dataset)}
    options: dict[str, Any] = {}
    for name, by in changes.items():
        if name not in known:
            raise DatasetError(f"dataset {dataset.name!r} has no number {name!r} to turn; {did_you_mean(name, known)}")
        dial = known[name]
        if isinstance(by, bool) or not isinstance(by, int | float) or not dial.low - 1e-9 <= by <= dial.high + 1e-9:
            raise DatasetError(
                f"{name} of {dataset.name!r} cannot be moved by {by!r}; give a number from {dial.low:.3g} to {dial.high:.3g}."
            )
        for field in dial.fields:
            value = getattr(dataset, field) + part * by
            options[field] = round(value) if dial.whole else float(value)
    return dataclasses.replace(dataset, **options)


def shift_name(dataset: Dataset, changes: Mapping[str, float], part: float) -> str:
    """In words: "phase + 1.57, noise + 0.5", or "not moved"."""
    whole = {dial.name: dial.whole for dial in dials(dataset)}
    turned = {name: round(part * by) if whole[name] else part * by for name, by in changes.items()}
    parts = [f"{name} {'+' if by > 0 else '−'} {abs(by):.3g}" for name, by in turned.items() if by]
    return ", ".join(parts) or "not moved"


def draw(
    train: Dataset, test: Sequence[Dataset], n_tasks: int, size: Mapping[str, Any], seed: int
) -> list[list[Episode]]:
    """Tasks of meta-training, and of each test distribution; these share their random numbers, so that tasks move with it.

    Raises:
        EpisodeError: if episodes of that size cannot be drawn.
    """
    sources = [train.source("train"), *(dataset.source("test") for dataset in test)]
    samplers = [EpisodeSampler(s, seed=seed if i == 0 else seed + 1, **size) for i, s in enumerate(sources)]
    return [[sampler.episode(i) for i in range(n_tasks)] for sampler in samplers]


def pack_tasks(
    groups: Sequence[Sequence[Episode]],
    datasets: Sequence[Dataset],
    embedded: Float[np.ndarray, "group task feature"] | None = None,
) -> tuple[dict[str, Shaped[np.ndarray, "..."]], dict[str, Any]]:
    """Arrays with the leading axes (group, task), group 0 being meta-training, and the small JSON beside them.

    A task's place is what its distribution draws, where that is two numbers (amplitude and phase); else its embedding, or the
    mean of its support items, on two principal axes fitted over all groups.
    """
    first = groups[0][0]
    arrays: dict[str, np.ndarray] = {
        name: np.stack([np.stack([getattr(e, name) for e in group]) for group in groups])
        for name in ("support_x", "support_y", "query_x", "query_y")
    }
    numbers = _varying(groups[0])
    config: dict[str, Any] = {"ranges": [], "explained": []}
    if len(numbers) == 2 and embedded is None:
        arrays["places"] = np.array([[[e.task[name] for name in numbers] for e in group] for group in groups])
        config["axes"] = numbers
        config["ranges"] = [
            [[getattr(d, f"{name}_{end}", None) for end in ("low", "high")] for name in numbers] for d in datasets
        ]
    else:
        if embedded is None:
            embedded = np.array([[_mean_item(e) for e in group] for group in groups])
        projection = fit_projection(embedded)
        arrays["places"] = projection(embedded)
        config["axes"] = ["first principal axis", "second principal axis"]
        config["explained"] = [float(v) for v in projection.explained]
    if {"amplitude", "phase"} <= set(first.task):
        low, high = float(arrays["query_x"].min()), float(arrays["query_x"].max())
        grid = np.linspace(min(low, arrays["support_x"].min()), max(high, arrays["support_x"].max()), CURVE_POINTS)
        arrays["grid"] = grid
        arrays["curves"] = np.array(
            [[e.task["amplitude"] * np.sin(grid - e.task["phase"]) for e in group] for group in groups]
        )
        # The one function that is best over all tasks is their mean; what it leaves is the tasks' variance around it.
        config["one_for_all"] = [float(curves.var(0).mean()) for curves in arrays["curves"]]
    config["names"] = [[list(e.class_names) for e in group] for group in groups]
    config["ids"] = [
        [{s: [str(i) for i in getattr(e, f"{s}_items")] for s in ("support", "query")} for e in group]
        for group in groups
    ]
    return arrays, config


def _varying(episodes: Sequence[Episode]) -> list[str]:
    """The numbers of a task that differ between tasks, by name."""
    numbers = [k for k, v in episodes[0].task.items() if isinstance(v, int | float) and not isinstance(v, bool)]
    return sorted(k for k in numbers if len({e.task.get(k) for e in episodes}) > 1)


def _mean_item(e: Episode) -> Float[np.ndarray, " feature"]:
    return e.support_x.reshape(len(e.support_x), -1).astype(np.float64).mean(0)
