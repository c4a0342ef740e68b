"""The episode builder: build an episode by hand from the items of a dataset."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from metawidgets import datasets as known
from metawidgets.episodes import Episode
from metawidgets.errors import DatasetError
from metawidgets.instruments.prototype_embedder import prototype_embedder

if TYPE_CHECKING:
    from metawidgets.learners import Learner
    from metawidgets.widgets import EpisodeBuilder, Selection

__all__ = ["episode_builder"]


def episode_builder(
    dataset: str | known.Dataset | Episode = "glyphs",
    split: str = "test",
    *,
    n_way: int | None = None,
    k_shot: int | None = None,
    n_query: int | None = None,
    seed: int = 0,
    datasets: Mapping[str, known.Dataset] | None = None,
    learner: "Learner | None" = None,
    selection: "Selection | None" = None,
) -> "EpisodeBuilder":
    """Build the support and query sets of an episode by hand.

    `builder.episode` is the current episode, and `builder.on_episode(callback)` reports each change.

    Args:
        dataset: the dataset of the first episode, its name, or an episode to edit.
        split: the split of the dataset to draw from.
        n_way, k_shot, n_query, seed: size and seed of the first episode; by default the size depends on the kind of data.
        datasets: further datasets to choose from, by name; by default all that need no download.
        learner: a learner that compares with class means, such as ProtoNet. It predicts the queries while you move items, also
            in an exported page.
        selection: a selection that other components share.

    Raises:
        DatasetError: if the dataset or the split is unknown.
        EpisodeError: if no episode of that size can be drawn, or the given episode cannot be edited by hand.
        LearnerError: if the learner cannot take the episode, or does not predict the class of the nearest prototype.
    """
    from metawidgets.widgets import EpisodeBuilder  # ipywidgets loads slowly

    choice = dict(datasets) if datasets is not None else _without_download()
    if isinstance(dataset, Episode):
        builder = EpisodeBuilder(dataset, datasets=choice, split=split, seed=seed, selection=selection)
        if learner is not None:
            builder.answer_with(prototype_embedder(learner, dataset))
        return builder
    if not isinstance(dataset, str | known.Dataset):
        raise DatasetError(
            f"an episode is built from a dataset, its name or another episode, not from {dataset!r}; give one of these."
        )
    if not isinstance(dataset, str):
        choice[dataset.name] = dataset
        dataset = dataset.name
    elif dataset not in choice:
        choice[dataset] = known.load(dataset)  # raises if the dataset is missing or unknown
    builder = EpisodeBuilder(
        datasets=choice,
        dataset=dataset,
        split=split,
        n_way=n_way,
        k_shot=k_shot,
        n_query=n_query,
        seed=seed,
        selection=selection,
    )
    if learner is not None and builder.episode is not None:
        builder.answer_with(prototype_embedder(learner, builder.episode))
    return builder


def _without_download() -> dict[str, known.Dataset]:
    """Return the datasets that need no download, by name."""
    found = {name: known.load(name) for name in ("glyphs", "digits", "gaussians", "sinusoids")}
    if os.environ.get("METAWIDGETS_OMNIGLOT"):
        found["omniglot"] = known.load("omniglot")
    return found
