"""The base class of datasets: a frozen record of options, and a method that makes a task source from them."""

import abc
import csv
import dataclasses
import typing
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self, get_args, get_origin, get_type_hints

from metawidgets.datasets._origins import remember_origin
from metawidgets.episodes import TaskSource
from metawidgets.errors import DatasetError, did_you_mean
from metawidgets.files.plain_json import plain_value

__all__ = ["SPLITS", "Dataset", "OptionInfo", "Split", "option"]

Split = Literal["train", "validation", "test", "all"]
SPLITS: tuple[Split, ...] = get_args(Split)
_NAMES = tuple[str, ...] | None


def option(default: Any, help: str, low: float | None = None, high: float | None = None) -> Any:
    """Make a dataclass field with a description and, for a number, its range (both ends included)."""
    metadata = {"help": help} if low is None else {"help": help, "range": (low, high)}
    return dataclasses.field(default=default, metadata=metadata)


@dataclass(frozen=True)
class OptionInfo:
    """The description of one option, for a command line or a form.

    Args:
        name: the keyword.
        type: readable text, such as "int" or "'alphabet' | 'character'".
        default: the default value.
        range: smallest and largest allowed number; `None` if the option is not a number.
        choices: the allowed words; empty if the option is not a choice.
        help: its meaning, in one sentence.
    """

    name: str
    type: str
    default: Any
    range: tuple[float, float] | None
    choices: tuple[str, ...]
    help: str


@dataclass(frozen=True, kw_only=True)
class Dataset(abc.ABC):
    """The options of a task distribution. A subclass is final, and declares its options as fields with `option`.

    Raises:
        DatasetError: if an option is of the wrong type or out of its range.
    """

    name: ClassVar[str]
    kind: ClassVar[Literal["image", "point", "curve"]]
    summary: ClassVar[str]  # a description in one line

    def __post_init__(self) -> None:
        hints = get_type_hints(type(self))
        for field in dataclasses.fields(self):
            value = _checked(self.name, field.name, getattr(self, field.name), hints[field.name], field.metadata)
            object.__setattr__(self, field.name, value)  # a frozen dataclass forbids normal assignment

    def source(self, split: Split = "train") -> TaskSource:
        """Return the source from which tasks of a split are drawn.

        Args:
            split: "train", "validation" and "test" share no class. "all" has every class, for a learner that was trained
                on another dataset. A function family has no classes, so it is the same for every split.

        Raises:
            DatasetError: if the dataset does not have this split.
        """
        if split not in SPLITS:
            raise DatasetError(f"split={split!r} is not a split of a dataset; {did_you_mean(split, SPLITS)}")
        source = self._part(split)
        remember_origin(source, self, split)
        return source

    def _part(self, split: Split) -> TaskSource:
        return self._source(split)

    @abc.abstractmethod
    def _source(self, split: Split) -> TaskSource: ...

    @classmethod
    def options(cls) -> tuple[OptionInfo, ...]:
        """Return every option with its type, default, range and meaning."""
        hints = get_type_hints(cls)
        return tuple(
            OptionInfo(
                name=f.name,
                type=_readable(hints[f.name]),
                default=f.default,
                range=f.metadata.get("range"),
                choices=_choices(hints[f.name]),
                help=f.metadata["help"],
            )
            for f in dataclasses.fields(cls)
        )

    @classmethod
    def from_options(cls, options: typing.Mapping[str, Any]) -> Self:
        """Make the dataset with these options.

        Raises:
            DatasetError: if an option is unknown (the message names the closest one), or a value is not valid.
        """
        known = [f.name for f in dataclasses.fields(cls)]
        for name in options:
            if name not in known:
                raise DatasetError(f"dataset {cls.name!r} has no option {name!r}; {did_you_mean(name, known)}")
        return cls(**options)

    def _refuse(self, what: str) -> typing.NoReturn:
        raise DatasetError(f"dataset {self.name!r}: {what}")


def _choices(hint: Any) -> tuple[str, ...]:
    return get_args(hint) if get_origin(hint) is Literal else ()


def _readable(hint: Any) -> str:
    if _choices(hint):
        return " | ".join(map(repr, _choices(hint)))
    if hint == _NAMES:
        return "list of names | None"
    return hint.__name__ if isinstance(hint, type) else str(hint).replace("NoneType", "None")


def _checked(dataset: str, name: str, value: Any, hint: Any, metadata: typing.Mapping[str, Any]) -> Any:
    """Check a value and convert it to its type: a whole number may stand for a float, and a `Path` for a string."""
    value = plain_value(value)
    where = f"option {name}={value!r} of dataset {dataset!r}"
    if choices := _choices(hint):
        if value not in choices:
            raise DatasetError(f"{where} is not one of its choices; {did_you_mean(value, choices)}")
        return value
    if hint in (str, str | None):
        if not isinstance(value, str) and not (value is None and hint is not str):
            raise DatasetError(f"{where} is not text; give text, or leave it out.")
        return value
    if hint == _NAMES:
        return _names(value, where)
    if hint is bool:
        if not isinstance(value, bool):
            raise DatasetError(f"{where} is not True or False; give one of these.")
        return value
    low, high = metadata["range"]
    whole = isinstance(value, int) and not isinstance(value, bool)
    fits = whole if hint is int else whole or isinstance(value, float)
    if (
        not fits or not low <= value <= high
    ):  # NaN fails this test; do not convert first, since a whole number may be too large for a float
        kind = "whole number" if hint is int else "number"
        raise DatasetError(f"{where} is not a {kind} from {low:g} to {high:g}; give one.")
    return hint(value)


def _names(value: Any, where: str) -> tuple[str, ...] | None:
    """Return a list of names, or a text of names separated by commas, as a tuple. A whole number stands for its digits."""
    if value is None:
        return None
    if isinstance(value, str):
        value = next(csv.reader([value], skipinitialspace=True), [])
    whole = [each for each in value if type(each) in (int, str)] if isinstance(value, list) else []
    names = tuple(str(each).strip() for each in whole)
    if not names or len(names) != len(value) or "" in names:
        raise DatasetError(f"{where} is not a list of names; give one, such as ['a', 'b'] or 'a, b'.")
    if len(set(names)) != len(names):
        raise DatasetError(f"{where} has {max(names, key=names.count)!r} twice; give each name once.")
    return names
