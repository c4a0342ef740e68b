"""The settings of a sweep, read from its TOML file."""

import math
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from metawidgets.errors import SweepError, did_you_mean
from metawidgets.sweeps.grid import MOST, shown

__all__ = ["Settings"]

_LARGEST = 10 << 20  # bytes of a settings file; a few hundred are enough for a million reports
_DEEPEST = 20  # nested tables; no parameter is that deep, and the code that reads them recurses


class Settings(BaseModel):
    """The contents of a `sweep.toml`.

    Args:
        report: the name of one of our reports, or the path of a notebook, relative to the settings file's folder.
        out: the folder, or the URL of an object store, for everything that the sweep writes; relative to the working folder.
        parameters: the parameters that are the same in every report.
        grid, zip, exclude, repeats: see `metawidgets.sweeps.grid`; `repeats` counts up from the parameters' `seed`.
        workers: reports at a time on this machine; `None` for one per core that the process may use. A cluster given by
            `--scheduler` has its own number.
        forked: whether kernels are forked from a warm process; `None` forks them where that is safe.
        time_limit: seconds that one report may take, from its first cell on.
        retries: how often a report is run again after its kernel died.
    """

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    report: str = Field(default="few_shot", min_length=1)
    out: str = Field(default="build/sweep", min_length=1)
    parameters: dict[str, Any] = {}
    grid: dict[str, Any] = {}
    zip: list[dict[str, Any]] = []
    exclude: list[dict[str, Any]] = []
    repeats: int = Field(default=1, ge=1, le=MOST)
    workers: int | None = Field(default=None, ge=1, le=1024)
    forked: bool | None = None
    time_limit: float | None = Field(default=None, gt=0)
    retries: int = Field(default=1, ge=0, le=10)

    @field_validator("zip", mode="before")
    @classmethod
    def _one_group(cls, value: Any) -> Any:
        return [value] if isinstance(value, dict) else value

    @field_validator("time_limit", mode="before")
    @classmethod
    def _whole_seconds(cls, value: Any) -> Any:
        return float(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Read the settings from a file.

        Raises:
            SweepError: if the file cannot be read, is not TOML, or has an entry that is unknown or of the wrong type.
        """
        path = Path(path)
        try:
            with path.open("rb") as file:
                data = file.read(_LARGEST + 1)  # limited, since a device file has size 0 and may never end
        except (OSError, ValueError) as error:  # ValueError: the name contains a zero byte
            reason = error.strerror if isinstance(error, OSError) else error
            raise SweepError(f"cannot read {path} ({reason}); give a sweep's TOML file.") from None
        if len(data) > _LARGEST:
            raise SweepError(f"{path} has more than {_LARGEST:,} bytes, so it is not a sweep's TOML file; give that.")
        try:
            given = tomllib.loads(data.decode())
        except (ValueError, RecursionError) as error:
            raise SweepError(f"{path} is not valid TOML ({error}); correct it there.") from None
        return cls.of(given)

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """Make settings from a dictionary.

        Raises:
            SweepError: if an entry is unknown or of the wrong type.
        """
        for where, value, depth in _entries(given):
            problem = _problem_of(value, depth)
            if problem:
                raise SweepError(f"the sweep's setting {where!r} {problem}.")
        try:
            return cls.model_validate(dict(given))
        except ValidationError as errors:
            first = errors.errors()[0]
            where, reason = ".".join(map(str, first["loc"])), first["msg"]
            if first["type"] == "extra_forbidden":
                raise SweepError(f"there is no setting {where!r}; {did_you_mean(where, cls.model_fields)}") from None
            raise SweepError(f"the sweep's setting {where!r} is {shown(first['input'])}: {reason}.") from None


def _entries(given: Mapping[str, Any]) -> Iterator[tuple[str, Any, int]]:
    """Yield every value with its dotted name and its depth. A loop, since the values may be too deep for recursion."""
    left: list[tuple[str, Any, int]] = [(str(name), value, 1) for name, value in given.items()]
    while left:
        where, value, depth = left.pop()
        yield where, value, depth
        inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
        names = value if isinstance(value, Mapping) else [""] * len(inner)
        left += [(f"{where}.{n}" if n else where, each, depth + 1) for n, each in zip(names, inner, strict=True)]


def _problem_of(value: Any, depth: int) -> str:
    """Return why a value cannot be a setting, or "" if it can. Settings are sent to workers as JSON, so JSON must hold the value."""
    if depth > _DEEPEST:
        return f"is nested more than {_DEEPEST} deep; make it flatter"
    if isinstance(value, str):
        return "contains a zero byte; leave that out" if "\0" in value else ""
    if isinstance(value, int):
        return "" if abs(value) < 2**63 else "is a number of more than 64 bits; give a smaller one"
    if isinstance(value, float):
        return "" if math.isfinite(value) else f"is {value}; give a finite number"
    if value is None or isinstance(value, Mapping | list):
        return ""
    return f"is {value} ({type(value).__name__}); give it as a text"
