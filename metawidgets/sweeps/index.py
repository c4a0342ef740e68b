"""What all status files of an output say, in one file, so that a sweep of 100,000 reports need not read 100,000 files.

Each status file is the truth. The index remembers what it said when it had a certain size, time and number on disk; where one of
these has changed, or the index does not know the file, it is read. An index that is missing, damaged or of another version is
made anew.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from metawidgets.sweeps.store import Store

__all__ = ["Entry", "Index"]

_NAME, _FORMAT = "index.json", 1
_AT_A_TIME = 8  # reads under way in an object store


class Entry(NamedTuple):  # a tuple of plain values costs the garbage collector nothing, and there are many
    """What the index keeps of one report.

    Args:
        state: `completed` or `failed`; "" for a status file that is no whole one, which counts as none.
        seconds: how long it took. problem: why it failed, "" otherwise.
    """

    state: str
    seconds: float = 0.0
    problem: str = ""

    @classmethod
    def of(cls, said: Mapping[str, Any] | None) -> "Entry":
        """What a status file says; whatever is odd in it counts as not said."""
        if said is None:
            return cls("")
        problem = said["error"].get("message", "") if isinstance(said.get("error"), dict) else ""
        seconds = said.get("seconds")
        return cls(said["state"], float(seconds) if isinstance(seconds, int | float) else 0.0, str(problem))


@dataclass
class Index:
    """Keys and what became of them."""

    store: Store
    entries: dict[str, Entry] = field(default_factory=dict)
    _marks: dict[str, str] = field(default_factory=dict, repr=False)
    _changed: bool = field(default=False, repr=False)

    @classmethod
    def of(cls, store: Store, on_read: Callable[[int, int], None] | None = None) -> "Index":
        """The index of an output, brought up to date; `save` keeps it.

        Args:
            on_read: told how many of how many status files have been read.
        """
        index = cls(store)
        index._load()
        index.refresh(on_read)
        return index

    def refresh(self, on_read: Callable[[int, int], None] | None = None) -> None:
        """Look for status files that came, changed or went, and read the first two kinds."""
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
        """Write the index, if there is anything new in it.

        Raises:
            Unwritable: if the place refuses.
        """
        if not self._changed:
            return
        rows = {key: [mark, *entry] for key, mark in self._marks.items() if (entry := self.entries.get(key))}
        with self.store.telling():
            self.store.write(_NAME, json.dumps({"format": _FORMAT, "reports": rows}, separators=(",", ":")).encode())
        self._changed = False

    def missing(self, keys: Iterable[str], *, failed_too: bool = False) -> list[str]:
        """Of these keys those that are not completed; those that failed are among them only if they are to be run again."""
        found = self.entries
        done = {"completed"} if failed_too else {"completed", "failed"}
        return [key for key in keys if key not in found or found[key].state not in done]

    def _entries_of(self, keys: Sequence[str]) -> Iterator[tuple[str, Entry]]:
        if self.store.folder is not None:
            yield from ((key, self._read(key)) for key in keys)
            return
        with ThreadPoolExecutor(_AT_A_TIME) as pool:  # a store far away takes its time for each
            for first in range(0, len(keys), 1000):
                some = keys[first : first + 1000]
                yield from zip(some, pool.map(self._read, some), strict=True)

    def _read(self, key: str) -> Entry:
        return Entry.of(self.store.status(key))

    def _load(self) -> None:
        try:
            said = json.loads(self.store.read(_NAME))
            if said["format"] != _FORMAT:
                return
            for key, (mark, state, seconds, problem) in said["reports"].items():
                self._marks[key] = str(mark)
                self.entries[key] = Entry(str(state), float(seconds), str(problem))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self._marks, self.entries = {}, {}
