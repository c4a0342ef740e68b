"""The index of an output: the contents of all status files in one file, so that a sweep need not open 100,000 of them.

The status files stay the authority. For each, the index stores its contents together with its size, modification time and inode. A file is
read again if one of these has changed, or if the index does not know the file. An index that is missing, damaged or in another
format is rebuilt.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from metawidgets.sweeps.store import Store

__all__ = ["Entry", "Index"]

_NAME, _FORMAT = "index.json", 1
_AT_A_TIME = 8  # concurrent reads from an object store


class Entry(NamedTuple):  # there are many, and the garbage collector does not have to track a tuple of plain values
    """The index's entry for one report.

    Args:
        state: `completed` or `failed`; "" for a damaged status file, which counts as missing.
        seconds: how long the run took.
        problem: why it failed; "" if it did not.
    """

    state: str
    seconds: float = 0.0
    problem: str = ""

    @classmethod
    def of(cls, status: Mapping[str, Any] | None) -> "Entry":
        """Make an entry of a status file's contents; values of the wrong type count as missing."""
        if status is None:
            return cls("")
        problem = status["error"].get("message", "") if isinstance(status.get("error"), dict) else ""
        seconds = status.get("seconds")
        return cls(status["state"], float(seconds) if isinstance(seconds, int | float) else 0.0, str(problem))


@dataclass
class Index:
    """The state of every report of an output, by key."""

    store: Store
    entries: dict[str, Entry] = field(default_factory=dict)
    _marks: dict[str, str] = field(default_factory=dict, repr=False)
    _changed: bool = field(default=False, repr=False)

    @classmethod
    def of(cls, store: Store, on_read: Callable[[int, int], None] | None = None) -> "Index":
        """Load the index of an output and bring it up to date. `save` writes it.

        Args:
            on_read: called with the number of status files read so far and the number to read.
        """
        index = cls(store)
        index._load()
        index.refresh(on_read)
        return index

    def refresh(self, on_read: Callable[[int, int], None] | None = None) -> None:
        """Read status files that are new or have changed, and forget those that were removed."""
        marks = self.store.statuses()
        unread = [key for key, mark in marks.items() if self._marks.get(key) != mark]
        gone = self._marks.keys() - marks.keys()
        for key in gone:
            self.entries.pop(key, None)
        for n, (key, entry) in enumerate(self._entries_of(unread), start=1):
            self.entries[key] = entry
            if on_read and (n % 1000 == 0 or n == len(unread)):
                on_read(n, len(unread))
        self._marks = marks
        self._changed = self._changed or bool(unread or gone)

    def save(self) -> None:
        """Write the index, if it has changed.

        Raises:
            Unwritable: if the output cannot be written to.
        """
        if not self._changed:
            return
        rows = {key: [mark, *entry] for key, mark in self._marks.items() if (entry := self.entries.get(key))}
        with self.store.telling():
            self.store.write(_NAME, json.dumps({"format": _FORMAT, "reports": rows}, separators=(",", ":")).encode())
        self._changed = False

    def missing(self, keys: Iterable[str], *, failed_too: bool = False) -> list[str]:
        """Return the keys whose reports are still to run. Failed reports count only with `failed_too`."""
        found = self.entries
        done = {"completed"} if failed_too else {"completed", "failed"}
        return [key for key in keys if key not in found or found[key].state not in done]

    def _entries_of(self, keys: Sequence[str]) -> Iterator[tuple[str, Entry]]:
        if self.store.folder is not None:
            yield from ((key, self._read(key)) for key in keys)
            return
        with ThreadPoolExecutor(_AT_A_TIME) as pool:  # a remote store takes long for each read
            for first in range(0, len(keys), 1000):
                some = keys[first : first + 1000]
                yield from zip(some, pool.map(self._read, some), strict=True)

    def _read(self, key: str) -> Entry:
        return Entry.of(self.store.status(key))

    def _load(self) -> None:
        try:
            saved = json.loads(self.store.read(_NAME))
            if saved["format"] != _FORMAT:
                return
            for key, (mark, state, seconds, problem) in saved["reports"].items():
                self._marks[key] = str(mark)
                self.entries[key] = Entry(str(state), float(seconds), str(problem))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self._marks, self.entries = {}, {}
