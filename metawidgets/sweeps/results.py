"""The results of a sweep: one table of all reports, the scores of every episode, and the plans."""

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
from jaxtyping import Float64

from metawidgets.errors import SweepError
from metawidgets.sweeps.saved_plans import SavedPlan, saved_plans
from metawidgets.sweeps.status_table import MOST_COLUMNS, csv_bytes, flattened, table_of
from metawidgets.sweeps.store import Store

__all__ = ["FILES", "Results"]

FILES = ("results.parquet", "results.csv", "scores.parquet")
"""The files of an output that hold its results: the table in two formats, and the score of every episode of each report that has them."""
_FRONT = ("key", "report", "state")
_BACK = ("seconds", "overhead", "host", "attempts", "started", "metawidgets", "problem", "page", "plan")
_ABOUT = b"metawidgets"  # key in the Parquet file's metadata


@dataclass(frozen=True, eq=False)
class Results:
    """The results of all reports of an output.

    Args:
        rows: one dictionary per report, in the order of the plans; a value that the report does not give is missing.
        parameters: names of the columns that hold parameters.
        metrics: names of the columns that hold metrics; each begins with `metrics.`.
        scores: by the key of a report, the scores of its episodes. Reports that give no scores are left out.
        plans: one dictionary per plan: name, report, numbers of reports, of completed and of failed ones, varying parameters.
        unreadable: the number of status files that are damaged.
        dropped: the number of columns left out because the table would have more than `MOST_COLUMNS`.
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
        """The names of the table's columns, in order."""
        return [*_FRONT, *self.parameters, *self.metrics, *_BACK]

    @classmethod
    def gathered(
        cls, store: Store, on_read: Callable[[int, int], None] | None = None, wanted: Sequence[str] | None = None
    ) -> Self:
        """Read the status files of an output.

        Args:
            on_read: called with the number of files read so far and the number of files to read.
            wanted: the keys of the reports to read; `None` for all, in the order of the plans, the one that was run last first.
        """
        saved = saved_plans(store)[::-1]
        if wanted is not None:
            saved = [plan for plan in saved if set(plan.keys) == set(wanted)][:1]
        there = store.statuses()
        asked = wanted if wanted is not None else dict.fromkeys(key for plan in saved for key in plan.keys)
        keys = [key for key in asked if key in there]
        keys += sorted(there.keys() - set(keys)) if wanted is None else []
        statuses: dict[str, dict[str, Any]] = {}
        with ThreadPoolExecutor(16 if store.folder is None else 1) as pool:
            for n, (key, status) in enumerate(zip(keys, pool.map(store.status, keys), strict=True), start=1):
                if status is not None:
                    statuses[key] = status
                if on_read and (n % 100 == 0 or n == len(keys)):
                    on_read(n, len(keys))
        return cls.of(statuses, saved, unreadable=len(keys) - len(statuses))

    @classmethod
    def of(
        cls, statuses: Mapping[str, Mapping[str, Any]], plans: Sequence[SavedPlan] = (), *, unreadable: int = 0
    ) -> Self:
        """Make results from the contents of status files, by key. A report of several plans counts as one of the first of them."""
        rows, scores = [], {}
        plan_of = {key: plan.name for plan in reversed(plans) for key in plan.keys}
        parameters: dict[str, None] = {}
        metrics: dict[str, None] = {}
        for key, status in statuses.items():
            given = {
                _parameter_column(name): value
                for name, value in flattened(_mapping(status, "parameters"), lists=True).items()
            }
            figures = flattened({"metrics": _mapping(status, "metrics")}, lists=False)
            parameters |= dict.fromkeys(given)
            metrics |= dict.fromkeys(figures)
            planned = {"plan": plan_of[key]} if key in plan_of else {}
            rows.append({**_common_columns(key, status), **planned, **given, **figures})
            listed = _mapping(status, "metrics").get("scores")
            if isinstance(listed, list) and listed and all(type(each) in (int, float) for each in listed):
                scores[key] = np.array(listed, np.float64)
        room = MOST_COLUMNS - len(_FRONT) - len(_BACK)
        kept = list(parameters)[:room]
        figures = list(metrics)[: room - len(kept)]
        dropped = len(parameters) + len(metrics) - len(kept) - len(figures)
        summaries = [_plan_summary(plan, statuses) for plan in plans]
        return cls(rows, kept, figures, scores, summaries, unreadable, dropped)

    def write(self, folder: Path) -> None:
        """Write `FILES` into a folder."""
        # pyarrow loads slowly
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
        """Read results that `write` wrote.

        Raises:
            SweepError: if the folder holds no results, or holds files that `write` did not write.
        """
        # pyarrow loads slowly
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
            message = f"the results in {folder} cannot be read ({type(error).__name__}); `metawidgets sweep summary` makes them again."
            raise SweepError(message) from None


def _common_columns(key: str, status: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that every report has."""
    error, page = _mapping(status, "error"), status.get("html") or status.get("notebook")
    ours = isinstance(page, str) and page.startswith(f"reports/{key[:2]}/{key}.")  # a link must not lead anywhere else
    columns = {name: status.get(name) for name in ("report", "state", *_BACK) if name != "plan"}
    columns |= {"problem": error.get("message"), "page": page if ours else None}
    return {"key": key, **flattened({name: value for name, value in columns.items() if value is not None}, lists=True)}


def _parameter_column(name: str) -> str:
    """Return a parameter's column name, with a prefix where the plain name is already taken."""
    return f"parameters.{name}" if name in (*_FRONT, *_BACK) or name.startswith("metrics.") else name


def _mapping(status: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = status.get(name)
    return value if isinstance(value, Mapping) else {}


def _plan_summary(plan: SavedPlan, statuses: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
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
