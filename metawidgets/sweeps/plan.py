"""What a sweep will run: every combination of parameters checked before anything starts, and each given its key."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import nbformat
from nbformat import NotebookNode
from pydantic import BaseModel

import metawidgets
from metawidgets.errors import MetawidgetsError, ParameterError, SweepError
from metawidgets.reports import catalogue, parameters
from metawidgets.sweeps.grid import combinations, excluded, shown
from metawidgets.sweeps.keys import Fingerprints, Keys
from metawidgets.sweeps.names import NameChecks
from metawidgets.sweeps.settings import Settings
from metawidgets.sweeps.store import Store

__all__ = ["Job", "Plan", "Settings"]


@dataclass(frozen=True, slots=True)
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
        fixed = {name: field.default for name, field in model.model_fields.items()} | settings.parameters
        jobs: dict[str, Job] = {}
        unused = set(range(len(settings.exclude)))
        for number, differing in enumerate(combinations(settings.grid, settings.zip, seeds), start=1):
            try:
                checked = parameters.check(model, _merged(fixed, differing))
                rules = excluded(checked, settings.exclude)
                if rules:
                    unused.difference_update(rules)
                    continue
                names.check(checked)
            except (MetawidgetsError, TypeError) as error:
                raise ParameterError(f"report {number} of the sweep ({_short(differing)}): {error}") from None
            key = keys.of(checked)
            jobs.setdefault(key, Job(key, checked))
        if unused:
            rule = settings.exclude[min(unused)]
            raise SweepError(f"the exclusion {shown(rule)} fits none of the reports; mend it or leave it out.")
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


def _seeds(settings: Settings, model: type[BaseModel]) -> range | None:
    if settings.repeats == 1:
        return None
    if "seed" not in model.model_fields:
        raise SweepError(f"repeats={settings.repeats} needs a report with a parameter 'seed'; this one has none.")
    first = settings.parameters.get("seed", model.model_fields["seed"].default)
    if not isinstance(first, int) or isinstance(first, bool):
        raise SweepError(f"repeats={settings.repeats} counts up from seed={shown(first)}; give a whole number.")
    return range(first, first + settings.repeats)


def _merged(fixed: Mapping[str, Any], differing: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(fixed)
    for name, value in differing.items():
        first, *rest = name.split(".")
        if rest:  # the dictionary is copied: the next combination starts from the same one
            inner = values.get(first) or {}
            if not isinstance(inner, Mapping):
                raise ParameterError(
                    f"{first}={shown(inner)} is no table, so it has no entry {'.'.join(rest)!r} to set."
                )
            values[first] = _merged(inner, {".".join(rest): value})
        else:
            values[first] = value
    return values


def _short(differing: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={shown(value)}" for name, value in differing.items()) or "no parameter varies"


def _text(notebook: NotebookNode) -> str:
    """The notebook as it travels: without what an earlier run left in it."""
    bare: Any = nbformat.from_dict(notebook)
    for cell in bare.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    bare.metadata.pop("widgets", None)
    return nbformat.writes(bare)


def _varying(jobs: Sequence[Job]) -> list[str]:
    first = jobs[0].parameters
    return [name for name, value in first.items() if any(job.parameters[name] != value for job in jobs)]
