"""The tasks that TaskDistribution draws and sends: tasks of meta-training, and tasks of each shifted distribution."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Shaped

from metawidgets.analysis import fit_projection
from metawidgets.datasets import Dataset
from metawidgets.episodes import Episode, EpisodeSampler

__all__ = ["draw_episodes", "pack_tasks"]

CURVE_POINTS = 101


def draw_episodes(
    train: Dataset, test: Sequence[Dataset], n_tasks: int, size: Mapping[str, Any], seed: int
) -> list[list[Episode]]:
    """Draw the tasks of meta-training and of each test distribution.

    The test distributions share their random numbers, so that a shift moves each task instead of drawing a new one.

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
    """Return arrays with the leading axes (group, task), and a JSON-able dictionary of the other values.

    Group 0 is meta-training. If a task is defined by two random numbers (such as amplitude and phase), they are its place on the
    map. If not, its place is its embedding, or the mean of its support items, on two principal axes fitted over all groups.
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
        # The single function with the lowest mean squared error over all tasks is their mean; its error is their variance.
        config["one_for_all"] = [float(curves.var(0).mean()) for curves in arrays["curves"]]
    if not first.is_image:
        config["item_axes"] = [*first.feature_names[:2], *("x", "y")[len(first.feature_names) :]]
    config["names"] = [[list(e.class_names) for e in group] for group in groups]
    config["ids"] = [
        [{s: [str(i) for i in getattr(e, f"{s}_items")] for s in ("support", "query")} for e in group]
        for group in groups
    ]
    return arrays, config


def _varying(episodes: Sequence[Episode]) -> list[str]:
    """Return the names of the numbers that differ between tasks."""
    numbers = [k for k, v in episodes[0].task.items() if isinstance(v, int | float) and not isinstance(v, bool)]
    return sorted(k for k in numbers if len({e.task.get(k) for e in episodes}) > 1)


def _mean_item(e: Episode) -> Float[np.ndarray, " feature"]:
    return e.support_x.reshape(len(e.support_x), -1).astype(np.float64).mean(0)
