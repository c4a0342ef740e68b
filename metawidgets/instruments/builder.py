"""An episode built by hand, with the datasets behind it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from metawidgets.episodes import Episode

if TYPE_CHECKING:
    from metawidgets.datasets import Dataset
    from metawidgets.widgets import EpisodeBuilder, Selection

__all__ = ["episode_builder"]


def episode_builder(
    dataset: "str | Dataset | Episode" = "glyphs",
    split: str = "test",
    *,
    n_way: int | None = None,
    k_shot: int | None = None,
    n_query: int | None = None,
    seed: int = 0,
    datasets: "Mapping[str, Dataset] | None" = None,
    selection: "Selection | None" = None,
) -> "EpisodeBuilder":
    """Support and query to build by hand: `builder.episode` follows, and `builder.on_episode(callback)` tells.

    Args:
        dataset: what to begin with: a dataset by name or with its options, or an episode to edit.
        split: its part.
        n_way, k_shot, n_query, seed: of the first episode; numbers that are left out follow the kind of data.
        datasets: what else can be chosen, by name; all that come with metawidgets or are at hand by default.
        selection: shared with other components.

    Raises:
        DatasetError: if there is no such dataset or split.
        EpisodeError: if no episode of that size can be drawn, or the one given cannot be edited by hand.
    """
    from metawidgets import datasets as known
    from metawidgets.errors import DatasetError
    from metawidgets.widgets import EpisodeBuilder

    choice = dict(datasets) if datasets is not None else _at_hand()
    if isinstance(dataset, Episode):
        return EpisodeBuilder(dataset, datasets=choice, split=split, seed=seed, selection=selection)
    if not isinstance(dataset, str | known.Dataset):
        raise DatasetError(
            f"an episode is built from a dataset, its name or an episode, not from {dataset!r}; give one of these."
        )
    if not isinstance(dataset, str):
        choice[dataset.name] = dataset
        dataset = dataset.name
    elif dataset not in choice:
        choice[dataset] = known.load(dataset)  # its own error, where it is missing or unknown
    return EpisodeBuilder(
        datasets=choice,
        dataset=dataset,
        split=split,
        n_way=n_way,
        k_shot=k_shot,
        n_query=n_query,
        seed=seed,
        selection=selection,
    )


def _at_hand() -> "dict[str, Dataset]":
    """What can be drawn by hand and needs no download."""
    import os

    from metawidgets.datasets import load

    found = {name: load(name) for name in ("glyphs", "digits", "gaussians", "sinusoids")}
    if os.environ.get("METAWIDGETS_OMNIGLOT"):
        found["omniglot"] = load("omniglot")
    return found
