"""The numbers of a dataset that can be changed, and the shifted datasets."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from metawidgets.datasets import Dataset
from metawidgets.errors import DatasetError, did_you_mean

__all__ = ["Dial", "dials", "moved", "shift_name"]

# These options change the pool of classes or the shape of items, not the distribution.
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


@dataclass(frozen=True)
class Dial:
    """A number of a dataset that can be changed: an option, or a range whose two ends move together.

    Args:
        name: the name of an option, or of a range ("phase" for `phase_low` and `phase_high`).
        fields: the options that change with it.
        low, high: the smallest and largest change that the options allow.
        whole: whether changes are whole numbers.
        help: a description.
    """

    name: str
    fields: tuple[str, ...]
    low: float
    high: float
    whole: bool
    help: str


def dials(dataset: Dataset) -> list[Dial]:
    """Return all numbers of the dataset that can be changed."""
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
    """Return the dataset with its numbers changed by `part` times `changes`.

    Raises:
        DatasetError: if the dataset has no such number, or the number cannot be changed that much.
    """
    known = {dial.name: dial for dial in dials(dataset)}
    options: dict[str, Any] = {}
    for name, by in changes.items():
        if name not in known:
            raise DatasetError(
                f"dataset {dataset.name!r} has no number {name!r} to change; {did_you_mean(name, known)}"
            )
        dial = known[name]
        if isinstance(by, bool) or not isinstance(by, int | float) or not dial.low - 1e-9 <= by <= dial.high + 1e-9:
            raise DatasetError(
                f"{name} of {dataset.name!r} cannot change by {by!r}; give a number from {dial.low:.3g} to {dial.high:.3g}."
            )
        for field in dial.fields:
            value = getattr(dataset, field) + part * by
            options[field] = round(value) if dial.whole else float(value)
    return dataclasses.replace(dataset, **options)


def shift_name(dataset: Dataset, changes: Mapping[str, float], part: float) -> str:
    """Return a shift as text: "phase + 1.57, noise + 0.5", or "not moved" if nothing changes."""
    whole = {dial.name: dial.whole for dial in dials(dataset)}
    turned = {name: round(part * by) if whole[name] else part * by for name, by in changes.items()}
    parts = [f"{name} {'+' if by > 0 else '−'} {abs(by):.3g}" for name, by in turned.items() if by]
    return ", ".join(parts) or "not moved"
