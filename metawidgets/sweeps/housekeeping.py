"""What of an output is no longer asked for, and its removal."""

import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from metawidgets.npz import sweep
from metawidgets.sweeps.index import Index
from metawidgets.sweeps.keys import is_key
from metawidgets.sweeps.plans import saved_plans
from metawidgets.sweeps.store import Store, entries

__all__ = ["Leftovers", "leftovers"]


@dataclass(frozen=True)
class Leftovers:
    """What can go.

    Args:
        store: the output. unwanted: keys of reports that the plan does not have. failed: keys of those of it that failed, if
            these go. work: keys of runs that were killed. plans: files of plans that ask for something unwanted.
    """

    store: Store
    unwanted: Sequence[str]
    failed: Sequence[str]
    work: Sequence[str]
    plans: Sequence[str]

    @property
    def n_reports(self) -> int:
        """Reports that would go."""
        return len(self.unwanted) + len(self.failed)

    def remove(self, on_removed: Callable[[], None] | None = None) -> int:
        """Take them away; a report that somebody is at just now stays, and one that was completed since. Returns how many went.

        Raises:
            Unwritable: if the place refuses.
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
    """What of an output is not wanted.

    Args:
        wanted: keys of the plan. failed: whether reports of the plan that failed go, too.
    """
    wanted = set(wanted)
    index = Index.of(store)
    return Leftovers(
        store,
        unwanted=sorted(index.entries.keys() - wanted),
        failed=sorted(key for key in wanted & index.entries.keys() if failed and index.entries[key].state == "failed"),
        work=sorted(_strays(store)),
        plans=[plan.path for plan in saved_plans(store) if not wanted.issuperset(plan.keys)],
    )


def _strays(store: Store) -> set[str]:
    """Keys of which there are files, though no status file yet: of runs that were killed, or that end just now.

    None in an object store: without claims one is like the other.
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
    """Take away what a killed run left. Only for who has the claim."""
    if store.folder is None:
        return
    shutil.rmtree(store.folder / ".work" / key, ignore_errors=True)
    sweep(store.folder / "status" / key[:2] / f"{key}.json")
    if store.status(key) is None:
        store.remove(key)
