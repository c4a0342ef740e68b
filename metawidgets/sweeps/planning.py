"""The plan of a sweep: all combinations of parameters, checked before any report starts, each with the key that names its files."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import nbformat
from nbformat import NotebookNode

import metawidgets
from metawidgets.errors import MetawidgetsError, ParameterError, SweepError
from metawidgets.reports import catalogue
from metawidgets.reports.parameters import Parameters
from metawidgets.reports.prechecks import Prechecks
from metawidgets.sweeps.grid import combinations, excluded, shown
from metawidgets.sweeps.keys import Fingerprints, Keys
from metawidgets.sweeps.settings import Settings
from metawidgets.sweeps.store import Store

__all__ = ["Job", "Plan", "Settings"]


@dataclass(frozen=True, slots=True)
class Job:
    """One report to run: its key, which names its files, and all its parameters."""

    key: str
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """Every report of a sweep.

    Args:
        settings: the sweep's settings.
        name: the report's name.
        notebook: the notebook's text, which is sent to the workers.
        jobs: in the order of the grid, without duplicates.
        varying: the parameters that differ between jobs.
    """

    settings: Settings
    name: str
    notebook: str
    jobs: Sequence[Job]
    varying: Sequence[str]

    @classmethod
    def of(cls, settings: Settings, folder: str | Path = ".") -> Self:
        """Check every combination of the settings and compute its key.

        Args:
            folder: the folder that a notebook's relative path starts from.

        Raises:
            SweepError: if the grid is malformed, or if nothing is left to run.
            ParameterError: if the report does not accept a combination; the message gives the number of the first such one.
        """
        source = catalogue.find(_notebook_path(settings.report, Path(folder)))
        notebook = catalogue.read(source)
        declared = Parameters.of(notebook)
        prechecks = Prechecks(ours=catalogue.is_ours(source), local=False)
        keys = Keys(notebook, Fingerprints())
        seeds = _seeds(settings, declared)
        fixed = declared.defaults | settings.parameters
        jobs: dict[str, Job] = {}
        unused = set(range(len(settings.exclude)))
        for number, differing in enumerate(combinations(settings.grid, settings.zip, seeds), start=1):
            try:
                checked = declared.check(_merged(fixed, differing))
                rules = excluded(checked, settings.exclude)
                if rules:
                    unused.difference_update(rules)
                    continue
                prechecks.check(checked)
            except (MetawidgetsError, TypeError) as error:
                raise ParameterError(
                    f"report {number} of the sweep ({_combination_text(differing)}): {error}"
                ) from None
            key = keys.of(checked)
            jobs.setdefault(key, Job(key, checked))
        if unused:
            rule = settings.exclude[min(unused)]
            raise SweepError(f"the exclusion {shown(rule)} matches none of the reports; correct it or leave it out.")
        if not jobs:
            raise SweepError("every report of the sweep is excluded; remove an exclusion.")
        return cls(settings, source.stem, _portable(notebook), list(jobs.values()), _varying(list(jobs.values())))

    @property
    def keys(self) -> list[str]:
        """The keys of all reports."""
        return [job.key for job in self.jobs]

    def save(self, store: Store) -> None:
        """Write the plan to the output: the settings, every key with its varying parameters, and the time."""
        keys = [[job.key, {name: job.parameters[name] for name in self.varying}] for job in self.jobs]
        plan = {
            "report": self.name,
            "metawidgets": metawidgets.__version__,
            "settings": self.settings.model_dump(),
            "varying": list(self.varying),
            "jobs": keys,
        }
        text = json.dumps(plan, separators=(",", ":"))
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        text = json.dumps({**plan, "saved": datetime.now(UTC).isoformat()}, separators=(",", ":"))
        with store.telling():
            store.write(f"plans/{self.name}-{digest}.json", text.encode())


def _notebook_path(report: str, folder: Path) -> str | Path:
    return folder / report if report.endswith(".ipynb") else report


def _seeds(settings: Settings, declared: Parameters) -> range | None:
    if settings.repeats == 1:
        return None
    if "seed" not in declared.fields:
        raise SweepError(
            f"repeats={settings.repeats} needs a report with a parameter 'seed'; this one has none, so leave repeats out."
        )
    first = settings.parameters.get("seed", declared.defaults.get("seed"))
    if not isinstance(first, int) or isinstance(first, bool):
        raise SweepError(f"repeats={settings.repeats} counts up from seed={shown(first)}; give a whole number.")
    return range(first, first + settings.repeats)


def _merged(fixed: Mapping[str, Any], differing: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(fixed)
    for name, value in differing.items():
        first, *rest = name.split(".")
        if rest:  # the dictionary is copied, since the next combination starts from the same one
            inner = values.get(first) or {}
            if not isinstance(inner, Mapping):
                raise ParameterError(
                    f"{first}={shown(inner)} is not a table, so its entry {'.'.join(rest)!r} cannot be set; give a table."
                )
            values[first] = _merged(inner, {".".join(rest): value})
        else:
            values[first] = value
    return values


def _combination_text(differing: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={shown(value)}" for name, value in differing.items()) or "no parameter varies"


def _portable(notebook: NotebookNode) -> str:
    """Return the notebook as JSON, without outputs, execution counts or widget states of an earlier run."""
    bare: Any = nbformat.from_dict(notebook)
    for cell in bare.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    bare.metadata.pop("widgets", None)
    return nbformat.writes(bare)


def _varying(jobs: Sequence[Job]) -> list[str]:
    first = jobs[0].parameters
    return [name for name, value in first.items() if any(job.parameters[name] != value for job in jobs)]
