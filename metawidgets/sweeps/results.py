"""What the reports of a sweep have come to: one table of all, the scores of every episode, and what was asked for."""

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
from jaxtyping import Float64

from metawidgets.errors import SweepError
from metawidgets.sweeps.flat import MOST_COLUMNS, csv_bytes, flat, table_of
from metawidgets.sweeps.plans import SavedPlan, saved_plans
from metawidgets.sweeps.store import Store

__all__ = ["FILES", "Results"]

FILES = ("results.parquet", "results.csv", "scores.parquet")
"""Of an output: the table twice, and for each report that says so the score of every episode."""
_FRONT = ("key", "report", "state")
_BACK = ("seconds", "overhead", "host", "attempts", "started", "metawidgets", "problem", "page")
_ABOUT = b"metawidgets"  # of the Parquet file's own metadata


@dataclass(frozen=True, eq=False)
class Results:
    """All reports of an output.

    Args:
        rows: one a report, in the order in which they were asked for; a name that is missing was not said.
        parameters: names of the parameters among the columns. metrics: of the figures, each `metrics.` and its own name.
        scores: by key, of the reports that say so, one number an episode.
        plans: what was asked for: name, report, the keys' number and how many are completed or failed, what varies.
        unreadable: status files that are truncated or of something else. dropped: figures beyond the number of columns.
    """

    rows: Sequence[Mapping[str, Any]]
    parameters: Sequence[str]
    metrics: Sequence[str]
    scores: Mapping[str, Float64[np.ndarray, " episode"]] = field(default_factory=dict)
    plans: Sequence[Mapping[str, Any]] = ()
    unreadable: int = 0
    dropped: int = 0

    @property
    def columns(self) -> list[str]:
        """Names of the table's columns, in order."""
        return [*_FRONT, *self.parameters, *self.metrics, *_BACK]

    @classmethod
    def gathered(cls, store: Store, on_read: Callable[[int, int], None] | None = None) -> Self:
        """Read every status file of an output.

        Args:
            on_read: told how many of how many have been read.
        """
        saved = saved_plans(store)
        asked = dict.fromkeys(key for plan in saved for key in plan.keys)
        there = store.statuses()
        keys = [key for key in asked if key in there] + sorted(there.keys() - asked.keys())
        statuses: dict[str, dict[str, Any]] = {}
        with ThreadPoolExecutor(16 if store.folder is None else 1) as pool:
            for n, (key, said) in enumerate(zip(keys, pool.map(store.status, keys), strict=True), start=1):
                if said is not None:
                    statuses[key] = said
                if on_read and (n % 100 == 0 or n == len(keys)):
                    on_read(n, len(keys))
        return cls.of(statuses, saved, unreadable=len(keys) - len(statuses))

    @classmethod
    def of(
        cls, statuses: Mapping[str, Mapping[str, Any]], plans: Sequence[SavedPlan] = (), *, unreadable: int = 0
    ) -> Self:
        """From what status files say, by key."""
        rows, scores = [], {}
        parameters: dict[str, None] = {}
        metrics: dict[str, None] = {}
        for key, said in statuses.items():
            given = {_beside(name): value for name, value in flat(_mapping(said, "parameters"), lists=True).items()}
            figures = flat({"metrics": _mapping(said, "metrics")}, lists=False)
            parameters |= dict.fromkeys(given)
            metrics |= dict.fromkeys(figures)
            rows.append({**_about(key, said), **given, **figures})
            listed = _mapping(said, "metrics").get("scores")
            if isinstance(listed, list) and listed and all(type(each) in (int, float) for each in listed):
                scores[key] = np.array(listed, np.float64)
        room = MOST_COLUMNS - len(_FRONT) - len(_BACK)
        kept = list(parameters)[:room]
        figures = list(metrics)[: room - len(kept)]
        dropped = len(parameters) + len(metrics) - len(kept) - len(figures)
        told = [_told(plan, statuses) for plan in plans]
        return cls(rows, kept, figures, scores, told, unreadable, dropped)

    def write(self, folder: Path) -> None:
        """Write `FILES`."""
        import pyarrow as pa
        from pyarrow import parquet

        about = {name: getattr(self, name) for name in ("parameters", "metrics", "plans", "unreadable", "dropped")}
        table = table_of(self.rows, self.columns)
        parquet.write_table(table.replace_schema_metadata({_ABOUT: json.dumps(about)}), folder / FILES[0])
        (folder / FILES[1]).write_bytes(csv_bytes(table))
        scores = {"key": pa.array(list(self.scores), pa.string())}
        scores["scores"] = pa.array(list(self.scores.values()), pa.list_(pa.float64()))
        parquet.write_table(pa.table(scores), folder / FILES[2])

    @classmethod
    def read(cls, folder: str | Path) -> Self:
        """What `write` wrote.

        Raises:
            SweepError: if there are no results, or the files are none of ours.
        """
        import pyarrow as pa
        from pyarrow import parquet

        folder = Path(folder)
        try:
            table, listed = parquet.read_table(folder / FILES[0]), parquet.read_table(folder / FILES[2])
            about = json.loads((table.schema.metadata or {})[_ABOUT])
            rows = [{name: value for name, value in row.items() if value is not None} for row in table.to_pylist()]
            scores = {row["key"]: np.array(row["scores"], np.float64) for row in listed.to_pylist()}
            return cls(rows, scores=scores, **about)
        except FileNotFoundError:
            message = f"there are no collected results in {folder}; `metawidgets sweep summary` collects a sweep's."
            raise SweepError(message) from None
        except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
            message = f"the results in {folder} cannot be read ({type(error).__name__}); `metawidgets sweep summary` makes them anew."
            raise SweepError(message) from None


def _about(key: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Columns that every report has."""
    error, page = _mapping(said, "error"), said.get("html") or said.get("notebook")
    ours = isinstance(page, str) and page.startswith(f"reports/{key[:2]}/{key}.")  # a link may lead nowhere else
    told = {name: said.get(name) for name in ("report", "state", *_BACK)}
    told |= {"problem": error.get("message"), "page": page if ours else None}
    return {"key": key, **flat({name: value for name, value in told.items() if value is not None}, lists=True)}


def _beside(name: str) -> str:
    """A parameter's column, which must not be one that every report has."""
    return f"parameters.{name}" if name in (*_FRONT, *_BACK) or name.startswith("metrics.") else name


def _mapping(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = said.get(name)
    return value if isinstance(value, Mapping) else {}


def _told(plan: SavedPlan, statuses: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    states = [statuses[key].get("state") for key in plan.keys if key in statuses]
    varying = {}
    for name in plan.varying:
        values = list(dict.fromkeys(json.dumps(value.get(name), sort_keys=True) for value in plan.values))
        varying[name] = {"values": [json.loads(text) for text in values[:12]], "n": len(values)}
    return {
        "name": plan.name,
        "report": plan.report,
        "reports": len(plan.keys),
        "completed": states.count("completed"),
        "failed": states.count("failed"),
        "varying": varying,
    }
