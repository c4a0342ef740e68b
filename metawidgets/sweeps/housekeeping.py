"""Removal of the files of an output that the plan no longer asks for."""

import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from metawidgets.files.part_files import sweep
from metawidgets.sweeps.index import Index
from metawidgets.sweeps.keys import is_key
from metawidgets.sweeps.saved_plans import saved_plans
from metawidgets.sweeps.store import Store, entries

__all__ = ["Leftovers", "leftovers"]


@dataclass(frozen=True)
class Leftovers:
    """The parts of an output that can be removed.

    Args:
        store: the output.
        unwanted: keys of reports that are not in the current plan.
        failed: keys of the current plan's failed reports, if these are to be removed too.
        work: keys of runs that left unfinished files, such as runs that were killed.
        plans: files of saved plans that list a report which is not in the current plan.
    """

    store: Store
    unwanted: Sequence[str]
    failed: Sequence[str]
    work: Sequence[str]
    plans: Sequence[str]

    @property
    def n_reports(self) -> int:
        """The number of reports that would be removed."""
        return len(self.unwanted) + len(self.failed)

    def remove(self, on_removed: Callable[[], None] | None = None) -> int:
        """Remove these files. A report stays if it is running now, or if it failed before and has been completed since.

        Returns:
            The number of keys that were not running.

        Raises:
            Unwritable: if the output cannot be written to.
        """
        gone = 0
        unwanted, failed = set(self.unwanted), set(self.failed)
        with self.store.telling():
            for name in self.plans:
                self.store.remove_file(name)
            for key in dict.fromkeys([*self.unwanted, *self.failed, *self.work]):
                with self.store.claim(key) as mine:
                    if mine:
                        again = key in failed and (self.store.status(key) or {}).get("state") == "failed"
                        if key in unwanted or again:
                            self.store.remove(key)
                        _remove_work(self.store, key)
                        gone += 1
                if on_removed:
                    on_removed()
            index = Index.of(self.store)
            index.save()
        return gone


def leftovers(store: Store, wanted: Collection[str], *, failed: bool = False) -> Leftovers:
    """Return the parts of an output that are not wanted.

    Args:
        wanted: the plan's keys.
        failed: whether the plan's failed reports are to be removed too.
    """
    wanted = set(wanted)
    index = Index.of(store)
    return Leftovers(
        store,
        unwanted=sorted(index.entries.keys() - wanted),
        failed=sorted(key for key in wanted & index.entries.keys() if failed and index.entries[key].state == "failed"),
        work=sorted(_unfinished(store)),
        plans=[plan.path for plan in saved_plans(store) if not wanted.issuperset(plan.keys)],
    )


def _unfinished(store: Store) -> set[str]:
    """Return keys that have files but no status file: runs that were killed, or that are about to end.

    Return none for an object store, where the two cannot be told apart: it has no claims.
    """
    if store.folder is None:
        return set()
    found = {entry.name for entry in entries(store.folder / ".work")}
    found |= {e.name.partition(".")[0] for shard in entries(store.folder / "reports") for e in entries(shard.path)}
    found -= store.statuses().keys()
    parts = [e.name for shard in entries(store.folder / "status") for e in entries(shard.path)]
    found |= {name[1:].partition(".")[0] for name in parts if name.startswith(".") and name.endswith(".part")}
    return {key for key in found if is_key(key)}


def _remove_work(store: Store, key: str) -> None:
    """Remove the files of a killed run. Call this only while holding the key's claim."""
    if store.folder is None:
        return
    shutil.rmtree(store.folder / ".work" / key, ignore_errors=True)
    sweep(store.folder / "status" / key[:2] / f"{key}.json")
    if store.status(key) is None:
        store.remove(key)
