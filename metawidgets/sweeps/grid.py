"""The combinations of parameters of a sweep: the product of lists, lists that vary together, and exclusions."""

import itertools
import math
import reprlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from metawidgets.errors import SweepError

__all__ = ["MOST", "combinations", "excluded", "shown"]

MOST = 1_000_000
"""The most reports that one sweep may have."""
_BRIEF = reprlib.Repr()
_BRIEF.maxstring = _BRIEF.maxother = 80
_BRIEF.maxlevel = 3


def combinations(
    grid: Mapping[str, Any], zipped: Sequence[Mapping[str, Any]], repeats: Sequence[int] | None
) -> Iterator[dict[str, Any]]:
    """Yield the varied parameters of each report. The last name changes fastest, and the seeds of `repeats` fastest of all.

    Args:
        grid: the list of values of each name. A name with a dot sets one entry of a dictionary (`dataset_options.n_classes`).
        zipped: groups of lists of the same length. The first entries of a group go together, then the second ones, and so on.
        repeats: the seeds, or `None` to leave the seed as it is.

    Raises:
        SweepError: if a value is not a list, or an empty one; if a group's lists differ in length; if a name occurs twice; or if
            there are more than `MOST` combinations.
    """
    axes: list[tuple[str | tuple[str, ...], Sequence[Any]]] = []  # a name and its values, or names and rows of values
    for name, values in _flat(grid, "grid"):
        axes.append((name, values))
    for group in zipped:
        columns = dict(_flat(group, "zip"))
        lengths = {name: len(values) for name, values in columns.items()}
        if len(set(lengths.values())) > 1:
            lengths_text = ", ".join(f"{name} has {n}" for name, n in lengths.items())
            raise SweepError(
                f"the lists of a zip must have the same length, but {lengths_text} entries; make them equally long."
            )
        if columns:
            axes.append((tuple(columns), list(zip(*columns.values(), strict=True))))
    if repeats is not None:
        axes.append(("seed", repeats))
    zips = [isinstance(axis, tuple) for axis, _ in axes]
    names = [name for axis, _ in axes for name in ([axis] if isinstance(axis, str) else axis)]
    _refuse_collisions(names)
    n = math.prod(len(rows) for _, rows in axes)
    if n > MOST:
        raise SweepError(
            f"the sweep asks for {n:,} reports, but at most {MOST:,} are allowed; split it into several sweeps."
        )
    for row in itertools.product(*(rows for _, rows in axes)):
        flat: list[Any] = []
        for value, several in zip(row, zips, strict=True):
            if several:
                flat += value
            else:
                flat.append(value)
        yield dict(zip(names, flat, strict=True))


def excluded(values: Mapping[str, Any], rules: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the indices of the rules that exclude these parameters: every entry of such a rule matches.

    A rule's entry is a value to match, or a list of values, one of which must match.
    """
    return [
        number
        for number, rule in enumerate(rules)
        if all(_fits(_entry(values, name), wanted) for name, wanted in rule.items())
    ]


def shown(value: object) -> str:
    """Return a value as text for an error message; a long or deep one is shortened."""
    return _BRIEF.repr(value)


def _refuse_collisions(names: Sequence[str]) -> None:
    """Raise if a name is varied twice, or if both a dictionary and one of its entries are varied: the later would overwrite the other."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise SweepError(f"{name} is given more than once (grid, zip, repeats); keep it in only one of them.")
        seen.add(name)
    for name in names:
        above = next((each for each in seen if name.startswith(f"{each}.")), None)
        if above:
            raise SweepError(f"{above} and its entry {name} are both varied; vary only one of them.")


def _flat(table: Mapping[str, Any], where: str, prefix: str = "") -> Iterator[tuple[str, list[Any]]]:
    for name, values in table.items():
        if isinstance(values, Mapping):
            yield from _flat(values, where, f"{prefix}{name}.")
        elif not isinstance(values, list) or not values:
            raise SweepError(f"{where}.{prefix}{name} is {shown(values)}; give a list with at least one value.")
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
