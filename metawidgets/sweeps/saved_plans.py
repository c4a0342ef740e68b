"""The plans saved in an output, from which `status` and `summary` tell how far a sweep is."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from metawidgets.sweeps.keys import is_key
from metawidgets.sweeps.store import Store

__all__ = ["SavedPlan", "saved_plans"]

_FOLDER = "plans"


@dataclass(frozen=True)
class SavedPlan:
    """A plan as saved in an output.

    Args:
        name: the file's name.
        report: the notebook's name.
        keys: the keys of its reports.
        varying: names of the parameters that differ between reports.
        values: for each report, the values of these parameters.
        saved: when a run last saved it, in ISO format; "" if its file does not say so.
    """

    name: str
    report: str
    keys: Sequence[str]
    varying: Sequence[str]
    values: Sequence[dict[str, Any]]
    saved: str = ""

    @property
    def path(self) -> str:
        """The path of its file within the output."""
        return f"{_FOLDER}/{self.name}.json"


def saved_plans(store: Store) -> list[SavedPlan]:
    """Return all plans that can be read, the one that was run last at the end.

    A damaged file is left out; the next run of its sweep writes it again.
    """
    found = []
    for name in store.names(_FOLDER):
        if not name.endswith(".json"):
            continue
        try:
            saved = json.loads(store.read(name))
            jobs = [(key, dict(values)) for key, values in saved["jobs"] if is_key(key)]
            report, varying = str(saved["report"]), [str(each) for each in saved["varying"]]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            continue
        stem = name.rpartition("/")[2].removesuffix(".json")
        keys, values = [key for key, _ in jobs], [values for _, values in jobs]
        found.append(SavedPlan(stem, report, keys, varying, values, str(saved.get("saved", ""))))
    return sorted(found, key=lambda plan: plan.saved)
