"""Where a sweep's files are: a folder, or any place that fsspec has a URL for.

::

    reports/ab/<key>.html, <key>.ipynb     the page and the executed notebook, or <key>.partial.ipynb of one that failed
    status/ab/<key>.json                   written last: what it names is there, and what it does not name does not count
    plans/<report>-<digest>.json           what was asked for
    index.json                             what the status files say, in one file; made anew where it is missing or wrong
    .claims, .work/                        in a folder only: who is at what, and what is not done yet
"""

import errno
import json
import os
import posixpath
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from metawidgets.errors import SweepError
from metawidgets.npz import replacing
from metawidgets.sweeps.claims import claimed
from metawidgets.sweeps.keys import is_key

__all__ = ["REFUSALS", "Store", "Unwritable"]

REFUSALS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.EFBIG})
"""Errors of a file system that will meet every other report too."""
_SUFFIXES = (".html", ".ipynb", ".partial.ipynb")


class Unwritable(SweepError):
    """The output cannot be written to: disk full, read-only, not ours. What is there already stays as it is."""


class Store:
    """The output of a sweep.

    Args:
        place: a folder, or a URL such as `s3://bucket/folder`, `memory://sweep`, `file:///folder` (a folder). Options of a file
            system come from fsspec's own configuration files and environment variables.

    Raises:
        SweepError: if there is no such file system here.
    """

    def __init__(self, place: str) -> None:
        import fsspec

        self.place = place
        try:
            self.fs, self.root = fsspec.core.url_to_fs(place)
        except (ImportError, ValueError, OSError) as error:
            raise SweepError(f"cannot use {place!r} for the output ({error}); give a folder or another URL.") from None
        protocol = self.fs.protocol if isinstance(self.fs.protocol, str) else self.fs.protocol[0]
        self.folder = Path(self.root) if protocol == "file" else None
        """Of this machine's file system; `None` for an object store."""

    def prepare(self) -> None:
        """Make the place and try to write there.

        Raises:
            Unwritable: if that fails.
        """
        with self.telling():
            self.write(".trial", b"")
            self._remove(".trial")

    def statuses(self) -> dict[str, tuple[Any, ...]]:
        """Every key with a status file -> what changes when that file does (its size, time, and number on disk); reads none."""
        if self.folder is None:
            return self._listed()
        found = {}
        for shard in _entries(self.folder / "status"):
            for entry in _entries(shard.path):
                key, _dot, suffix = entry.name.partition(".")
                if suffix == "json" and is_key(key):
                    stat = entry.stat()
                    found[key] = (stat.st_size, stat.st_mtime_ns, stat.st_ino)
        return found

    def status(self, key: str) -> dict[str, Any] | None:
        """What a status file says; `None` if there is none or it is truncated or another file's: then the report is not done."""
        try:
            said = json.loads(self.read(_status(key)))
        except (OSError, ValueError, RecursionError):
            return None
        whole = isinstance(said, dict) and said.get("key") == key and said.get("state") in ("completed", "failed")
        return said if whole else None

    def publish(self, key: str, made: Path | None, status: Mapping[str, Any]) -> None:
        """Put a report's files in place, and its status after them.

        Args:
            made: folder of what `run_report` left; `None` if there is nothing.

        Raises:
            Unwritable: if the place refuses; nothing half written has a final name then.
        """
        files: dict[str, str | None] = {"html": None, "notebook": None}
        with self.telling():
            for role in files:
                name = status.get(role)
                if made is None or not name or not (made / name).is_file():
                    continue
                suffix = next(s for s in reversed(_SUFFIXES) if name.endswith(s))
                files[role] = final = f"reports/{key[:2]}/{key}{suffix}"
                self._bring(made / name, final)
            text = json.dumps({**status, **files, "key": key}, indent=1) + "\n"
            self.write(_status(key), text.encode())

    def remove(self, key: str) -> None:
        """Take a report away, its status first, so that what remains at any moment is true."""
        self._remove(_status(key))
        for suffix in _SUFFIXES:
            self._remove(f"reports/{key[:2]}/{key}{suffix}")

    @contextmanager
    def claim(self, key: str) -> Iterator[bool]:
        """Whether this process alone is at the report now, until the block ends. An object store has no claims: always true."""
        if self.folder is None:
            yield True
            return
        with self.telling(), claimed(self.folder / ".claims", key) as mine:
            yield mine

    @contextmanager
    def workplace(self, key: str) -> Iterator[Path]:
        """An empty folder for a report that is being made, on the disk of its final place where that is a folder."""
        if self.folder is None:
            with tempfile.TemporaryDirectory(prefix="mw-sweep-", ignore_cleanup_errors=True) as folder:
                yield Path(folder)
            return
        folder = self.folder / ".work" / key
        shutil.rmtree(folder, ignore_errors=True)  # of one that was killed: the claim says that nobody is at it
        with self.telling():
            folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def read(self, name: str) -> bytes:
        """A file's bytes.

        Raises:
            OSError: if there is none.
        """
        return self.fs.cat_file(self._path(name))

    def write(self, name: str, data: bytes) -> None:
        """Write a file beside and rename it; an object store does so by itself.

        Raises:
            OSError: if the place refuses.
        """
        if self.folder is not None:
            with replacing(self.folder / name) as part:
                part.write_bytes(data)
            return
        self.fs.makedirs(posixpath.dirname(self._path(name)), exist_ok=True)
        self.fs.pipe_file(self._path(name), data)

    def names(self, folder: str) -> list[str]:
        """Paths of the files right in a folder, from the place on; none if it is not there."""
        try:
            found = self.fs.ls(self._path(folder), detail=False)
        except FileNotFoundError:
            return []
        return sorted(f"{folder}/{posixpath.basename(path)}" for path in found)

    def _bring(self, source: Path, name: str) -> None:
        if self.folder is None:
            self.write(name, source.read_bytes())
            return
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)  # `.work` is on the same disk

    def _remove(self, name: str) -> None:
        with suppress(FileNotFoundError):
            self.fs.rm_file(self._path(name))

    def _path(self, name: str) -> str:
        return f"{self.root.rstrip('/')}/{name}"

    def _listed(self) -> dict[str, tuple[Any, ...]]:
        self.fs.invalidate_cache()
        try:
            found = self.fs.find(self._path("status"), detail=True)
        except FileNotFoundError:
            return {}
        names = {path: posixpath.basename(path).partition(".")[0] for path in found}
        marks = ("size", "mtime", "LastModified", "last_modified", "updated", "created", "ETag", "etag")
        return {
            key: tuple(str(found[path].get(mark, "")) for mark in marks) for path, key in names.items() if is_key(key)
        }

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Turn a file system's refusal into an `Unwritable` that says what to do."""
        try:
            yield
        except OSError as error:
            if error.errno not in REFUSALS and not isinstance(error, NotADirectoryError | FileExistsError):
                raise
            raise Unwritable(
                f"cannot write into {self.place} ({error.strerror}); what is done is kept. Make room, or give another place."
            ) from error


def _status(key: str) -> str:
    return f"status/{key[:2]}/{key}.json"


def _entries(folder: str | os.PathLike[str]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []
