"""Plans that were written down in an output, for whoever asks how far they are."""

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
    """What a sweep asked for.

    Args:
        name: of the file. report: of the notebook. keys: of its reports. varying: parameters that differ among them.
        values: for each report those that differ.
    """

    name: str
    report: str
    keys: Sequence[str]
    varying: Sequence[str]
    values: Sequence[dict[str, Any]]

    @property
    def path(self) -> str:
        """Of its file, from the output on."""
        return f"{_FOLDER}/{self.name}.json"


def saved_plans(store: Store) -> list[SavedPlan]:
    """All that can be read; a file that is damaged is left out, and written again by the next run of its sweep."""
    found = []
    for name in store.names(_FOLDER):
        if not name.endswith(".json"):
            continue
        try:
            said = json.loads(store.read(name))
            jobs = [(key, dict(values)) for key, values in said["jobs"] if is_key(key)]
            report, varying = str(said["report"]), [str(each) for each in said["varying"]]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            continue
        stem = name.rpartition("/")[2].removesuffix(".json")
        found.append(SavedPlan(stem, report, [key for key, _ in jobs], varying, [values for _, values in jobs]))
    return found
