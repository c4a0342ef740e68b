"""What of an output is no longer asked for, and its removal."""

import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from metawidgets.sweeps.index import Index
from metawidgets.sweeps.keys import is_key
from metawidgets.sweeps.store import Store

__all__ = ["Leftovers", "leftovers"]


@dataclass(frozen=True)
class Leftovers:
    """What can go.

    Args:
        store: the output. reports: keys of those that no plan has, or that failed. work: keys of runs that were killed.
    """

    store: Store
    reports: Sequence[str]
    work: Sequence[str]

    def remove(self, on_removed: Callable[[], None] | None = None) -> int:
        """Take them away; a report that somebody is at just now stays. Returns how many went."""
        gone = 0
        for key in dict.fromkeys([*self.reports, *self.work]):
            with self.store.claim(key) as mine:
                if mine:
                    if key in self.reports:
                        self.store.remove(key)
                    if self.store.folder is not None:
                        shutil.rmtree(self.store.folder / ".work" / key, ignore_errors=True)
                    gone += 1
            if on_removed:
                on_removed()
        index = Index.of(self.store)
        index.save()
        return gone


def leftovers(store: Store, wanted: Collection[str], *, failed: bool = False) -> Leftovers:
    """What of an output is not wanted.

    Args:
        wanted: keys of the plan. failed: whether reports of the plan that failed go, too.
    """
    index = Index.of(store)
    reports = [key for key, entry in index.entries.items() if key not in wanted or (failed and entry.state == "failed")]
    folder = None if store.folder is None else store.folder / ".work"
    work = sorted(path.name for path in folder.iterdir() if is_key(path.name)) if folder and folder.is_dir() else []
    return Leftovers(store, sorted(reports), work)
