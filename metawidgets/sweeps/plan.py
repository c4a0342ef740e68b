"""What a sweep will run: `sweep.toml` read, every combination of parameters checked, and each given its key."""

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import nbformat
from nbformat import NotebookNode
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

import metawidgets
from metawidgets.errors import MetawidgetsError, ParameterError, SweepError
from metawidgets.reports import catalogue, parameters
from metawidgets.sweeps.grid import combinations, excluded
from metawidgets.sweeps.keys import Fingerprints, Keys
from metawidgets.sweeps.names import NameChecks
from metawidgets.sweeps.store import Store

__all__ = ["Job", "Plan", "Settings"]

_LARGEST = 10 << 20  # bytes of a settings file; one of a million reports is a few hundred


class Settings(BaseModel):
    """The contents of a `sweep.toml`.

    Args:
        report: one of our reports by name, or the path of a notebook, from the settings file's folder.
        out: folder, or URL of an object store, for everything that the sweep writes; a folder starts at the working folder.
        parameters: what is the same in every report.
        grid, zip, exclude, repeats: see `metawidgets.sweeps.grid`; `repeats` counts up from the parameters' `seed`.
        workers: reports at a time on this machine; `None` for one a core. Another cluster has its own number.
        forked: whether kernels are forked from a warm process: `None` where that is safe.
        time_limit: seconds that one report may take, from its first cell on.
        retries: how often a report is begun anew whose kernel died.
    """

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    report: str = "few_shot"
    out: str = "build/sweep"
    parameters: dict[str, Any] = {}
    grid: dict[str, Any] = {}
    zip: list[dict[str, Any]] = []
    exclude: list[dict[str, Any]] = []
    repeats: int = Field(default=1, ge=1)
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
        """The settings of a file.

        Raises:
            SweepError: if it cannot be read, is no TOML, or an entry is unknown or of the wrong type.
        """
        path = Path(path)
        try:
            if path.stat().st_size > _LARGEST:
                raise SweepError(f"{path} has {path.stat().st_size:,} bytes; {_LARGEST:,} are the most.")
            given = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise SweepError(f"cannot read {path} ({error.strerror}); give a sweep's TOML file.") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
            raise SweepError(f"{path} is no TOML ({error}); mend it there.") from None
        return cls.of(given)

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """Settings from a dictionary.

        Raises:
            SweepError: if an entry is unknown or of the wrong type.
        """
        try:
            return cls.model_validate(dict(given))
        except ValidationError as errors:
            first = errors.errors()[0]
            where, said = ".".join(map(str, first["loc"])), first["msg"]
            if first["type"] == "extra_forbidden":
                said = f"there is no such setting; known are {', '.join(cls.model_fields)}"
            raise SweepError(f"the sweep's setting {where!r} is {first['input']!r}: {said}.") from None


@dataclass(frozen=True)
class Job:
    """One report to be run: its key, under which its files are kept, and all its parameters."""

    key: str
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """Every report of a sweep.

    Args:
        settings: what was asked for. name: of the report. notebook: its text, which travels to the workers.
        jobs: in the order of the grid, without repetitions. varying: parameters that are not the same in all of them.
    """

    settings: Settings
    name: str
    notebook: str
    jobs: Sequence[Job]
    varying: Sequence[str]

    @classmethod
    def of(cls, settings: Settings, folder: str | Path = ".") -> Self:
        """Check every combination, and give each its key.

        Args:
            folder: where a notebook's path starts.

        Raises:
            SweepError: if the grid is no grid, or leaves nothing.
            ParameterError: of the first combination that the report does not take, with its number.
        """
        source = catalogue.find(_located(settings.report, Path(folder)))
        notebook = catalogue.read(source)
        model = parameters.model_of(parameters.parameters_cell(notebook))
        names, keys = NameChecks(ours=settings.report in catalogue.names()), Keys(notebook, Fingerprints())
        seeds = _seeds(settings, model)
        jobs: dict[str, Job] = {}
        unused = set(range(len(settings.exclude)))
        for number, differing in enumerate(combinations(settings.grid, settings.zip, seeds), start=1):
            values = _merged(settings.parameters, differing)
            try:
                checked = parameters.check(model, values)
                rule = excluded(checked, settings.exclude)
                if rule is not None:
                    unused.discard(rule)
                    continue
                names.check(checked)
            except (MetawidgetsError, TypeError) as error:
                raise ParameterError(f"report {number} of the sweep ({_short(differing)}): {error}") from None
            key = keys.of(checked)
            jobs.setdefault(key, Job(key, checked))
        if unused:
            rule = settings.exclude[min(unused)]
            raise SweepError(f"the exclusion {rule!r} fits none of the reports; mend it or leave it out.")
        if not jobs:
            raise SweepError("every report of the sweep is excluded; leave something to run.")
        return cls(settings, source.stem, _text(notebook), list(jobs.values()), _varying(list(jobs.values())))

    def save(self, store: Store) -> None:
        """Write down what is asked for: settings, notebook, and every key with what varies."""
        keys = [[job.key, {name: job.parameters[name] for name in self.varying}] for job in self.jobs]
        said = {
            "report": self.name,
            "metawidgets": metawidgets.__version__,
            "settings": self.settings.model_dump(),
            "varying": list(self.varying),
            "jobs": keys,
        }
        text = json.dumps(said, separators=(",", ":"))
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        with store.telling():
            store.write(f"plans/{self.name}-{digest}.json", text.encode())


def _located(report: str, folder: Path) -> str | Path:
    return folder / report if report.endswith(".ipynb") else report


def _seeds(settings: Settings, model: type[BaseModel]) -> list[int] | None:
    if settings.repeats == 1:
        return None
    if "seed" not in model.model_fields:
        raise SweepError(f"repeats={settings.repeats} needs a report with a parameter 'seed'; this one has none.")
    first = settings.parameters.get("seed", model.model_fields["seed"].default)
    if not isinstance(first, int):
        raise SweepError(f"repeats={settings.repeats} counts up from seed={first!r}; give a whole number.")
    return list(range(first, first + settings.repeats))


def _merged(fixed: Mapping[str, Any], differing: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(fixed)
    for name, value in differing.items():
        first, *rest = name.split(".")
        if rest:  # the dictionary is copied: the next combination starts from the same one
            values[first] = _merged(values.get(first) or {}, {".".join(rest): value})
        else:
            values[first] = value
    return values


def _short(differing: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in differing.items()) or "no parameter varies"


def _text(notebook: NotebookNode) -> str:
    """The notebook as it travels: without what an earlier run left in it."""
    bare = nbformat.from_dict(notebook)
    for cell in bare.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    bare.metadata.pop("widgets", None)
    return nbformat.writes(bare)


def _varying(jobs: Sequence[Job]) -> list[str]:
    first = jobs[0].parameters
    return [name for name in first if any(job.parameters[name] != first[name] for job in jobs)]
