"""Datasets: task distributions with options. `load` makes a dataset by its name.

    >>> pool = load("glyphs", n_classes=60, n_drawers=10).source("test")
    >>> len(pool)
    10

To add a dataset, write one file with a final subclass of `Dataset`, and add it to `ALL`.
"""

from typing import Any

from metawidgets.datasets._omniglot_runs import one_shot_runs
from metawidgets.datasets._origins import validation_source
from metawidgets.datasets.base import SPLITS, Dataset, OptionInfo, Split
from metawidgets.datasets.digits import Digits
from metawidgets.datasets.features import Features
from metawidgets.datasets.gaussians import Gaussians
from metawidgets.datasets.glyphs import Glyphs
from metawidgets.datasets.image_folder import ImageFolder
from metawidgets.datasets.linear_functions import LinearFunctions
from metawidgets.datasets.omniglot import Omniglot
from metawidgets.datasets.sinusoids import Sinusoids
from metawidgets.datasets.table import Table
from metawidgets.errors import DatasetError, did_you_mean

__all__ = [
    "ALL",
    "SPLITS",
    "Dataset",
    "Features",
    "ImageFolder",
    "OptionInfo",
    "Split",
    "Table",
    "describe",
    "load",
    "one_shot_runs",
    "validation_source",
]

ALL: dict[str, type[Dataset]] = {
    cls.name: cls
    for cls in (Digits, Features, Gaussians, Glyphs, ImageFolder, LinearFunctions, Omniglot, Sinusoids, Table)
}


def load(name: str, **options: Any) -> Dataset:
    """Return the dataset of this name with these options; the other options keep their defaults.

    Raises:
        DatasetError: if the dataset or an option is unknown (the message names the closest one), or a value is not valid.
    """
    if name not in ALL:
        raise DatasetError(f"there is no dataset {name!r}; {did_you_mean(name, ALL)}")
    return ALL[name].from_options(options)


def describe() -> dict[str, tuple[str, tuple[OptionInfo, ...]]]:
    """Return a one-line description and the options of every dataset, by its name."""
    return {name: (cls.summary, cls.options()) for name, cls in ALL.items()}
