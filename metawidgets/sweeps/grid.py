"""Which combinations of parameters a sweep asks for: a product of lists, lists that go together, what is left out."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from metawidgets.errors import SweepError

__all__ = ["MOST", "combinations", "excluded"]

MOST = 1_000_000
"""Reports that one sweep may ask for."""


def combinations(
    grid: Mapping[str, Any], zipped: Sequence[Mapping[str, Any]], repeats: Sequence[int] | None
) -> Iterator[dict[str, Any]]:
    """What differs from report to report, the last name changing fastest, the seeds of `repeats` fastest of all.

    Args:
        grid: name -> list of values; a name with a dot sets one entry of a dictionary (`dataset_options.n_classes`).
        zipped: groups of lists of one length, of which the first entries go together, then the second ones, ...
        repeats: seeds, or `None` for the seed as it is.

    Raises:
        SweepError: if a list is none or empty, a group's lists differ in length, a name occurs twice, or it is too many.
    """
    axes: list[list[dict[str, Any]]] = []
    names: list[str] = []
    for name, values in _flat(grid, "grid"):
        axes.append([{name: value} for value in values])
        names.append(name)
    for group in zipped:
        columns = dict(_flat(group, "zip"))
        lengths = {name: len(values) for name, values in columns.items()}
        if len(set(lengths.values())) > 1:
            said = ", ".join(f"{name} has {n}" for name, n in lengths.items())
            raise SweepError(f"the lists of a zip go together, but {said} entries; make them of one length.")
        axes.append([dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)])
        names += columns
    if repeats is not None:
        axes.append([{"seed": seed} for seed in repeats])
        names.append("seed")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise SweepError(f"{twice} is given more than once (grid, zip, repeats); leave it in one of them.")
    n = math.prod(len(axis) for axis in axes)
    if n > MOST:
        raise SweepError(f"the sweep asks for {n:,} reports; {MOST:,} are the most, so make it several sweeps.")
    for row in itertools.product(*axes):
        yield {name: value for part in row for name, value in part.items()}


def excluded(values: Mapping[str, Any], rules: Sequence[Mapping[str, Any]]) -> int | None:
    """Which rule leaves these parameters out: the first of which every entry fits; `None` if none does.

    A rule's entry is a value, or a list of values of which one must fit.
    """
    for number, rule in enumerate(rules):
        if all(_fits(_entry(values, name), wanted) for name, wanted in rule.items()):
            return number
    return None


def _flat(table: Mapping[str, Any], where: str, prefix: str = "") -> Iterator[tuple[str, list[Any]]]:
    for name, values in table.items():
        if isinstance(values, Mapping):
            yield from _flat(values, where, f"{prefix}{name}.")
        elif not isinstance(values, list) or not values:
            raise SweepError(f"{where}.{prefix}{name} is {values!r}; give a list with at least one value.")
        else:
            yield f"{prefix}{name}", values


def _entry(values: Mapping[str, Any], name: str) -> Any:
    for part in name.split("."):
        values = values.get(part, {}) if isinstance(values, Mapping) else {}
    return values


def _fits(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        return isinstance(value, Mapping) and all(_fits(value.get(name), each) for name, each in wanted.items())
    return value == wanted or (isinstance(wanted, list) and value in wanted)
