"""Where a sweep's files are: a folder, or any place that fsspec has a URL for.

::

    reports/ab/<key>.html, <key>.ipynb     the page and the executed notebook, or <key>.partial.ipynb of one that failed
    status/ab/<key>.json                   written last: what it names is there, and what it does not name does not count
    plans/<report>-<digest>.json           what was asked for
    index.json                             what the status files say, in one file; made anew where it is missing or wrong
    .claims, .work/                        in a folder only: who is at what, and what is not done yet
"""

import errno
import hashlib
import json
import os
import posixpath
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from metawidgets.errors import SweepError
from metawidgets.npz import replacing
from metawidgets.sweeps.claims import claimed
from metawidgets.sweeps.keys import is_key

__all__ = ["REFUSALS", "Store", "Unwritable", "entries"]

REFUSALS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.EFBIG})
"""Errors of a file system that will meet every other report too."""
_SUFFIXES = (".html", ".ipynb", ".partial.ipynb")
_OF_READING = (
    "name",
    "atime",
    "time",
)  # what a listing says that is no mark of the content; `time` is SFTP's last access


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
        from fsspec.implementations.cached import CachingFileSystem

        try:
            self.fs, self.root = fsspec.core.url_to_fs(place)
        except (ImportError, ValueError, OSError) as error:
            raise SweepError(f"cannot use {place!r} for the output ({error}); give a folder or another URL.") from None
        if isinstance(self.fs, CachingFileSystem):
            raise SweepError(
                f"cannot use {place!r} for the output: its cache would go on showing what was; leave that out."
            )
        protocol = self.fs.protocol if isinstance(self.fs.protocol, str) else self.fs.protocol[0]
        self.folder = Path(self.root) if protocol == "file" else None
        """Of this machine's file system; `None` for an object store."""
        self.place = place if self.folder is None else self.root
        """As it was given, a folder by its whole path: for workers that start elsewhere."""

    def prepare(self) -> None:
        """Make the place and try to write there.

        Raises:
            Unwritable: if that fails.
        """
        try:
            with self.telling():
                self.write(".trial", b"trial")
                self.remove_file(".trial")
        except Unwritable:
            raise
        except (
            Exception
        ) as error:  # clients of object stores have errors of their own, for a missing key or bucket, say
            reason = str(error).strip().partition("\n")[0].rstrip(".") or "no reason given"
            raise Unwritable(
                f"cannot write into {self.place} ({type(error).__name__}: {reason}); check the place and the right to it."
            ) from error

    def statuses(self) -> dict[str, str]:
        """Every key with a status file -> what changes when that file does (its size, time, and number on disk); reads none.

        Of an object store it is a digest of everything that the listing says of the file.
        """
        if self.folder is None:
            return self._listed()
        found = {}
        for shard in entries(self.folder / "status"):
            for entry in entries(shard.path):
                key, _dot, suffix = entry.name.partition(".")
                if suffix == "json" and is_key(key):
                    stat = entry.stat()
                    found[key] = f"{stat.st_size}-{stat.st_mtime_ns}-{stat.st_ino}"
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

        In an object store, where nothing is claimed, the first that is completed stays: a second run changes nothing any more.

        Args:
            made: folder of what `run_report` left; `None` if there is nothing.

        Raises:
            Unwritable: if the place refuses; nothing half written has a final name then.
        """
        files: dict[str, str | None] = {"html": None, "notebook": None}
        with self.telling():
            if self.folder is None and (self.status(key) or {}).get("state") == "completed":
                return
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
        self.remove_file(_status(key))
        for suffix in _SUFFIXES:
            self.remove_file(f"reports/{key[:2]}/{key}{suffix}")

    @contextmanager
    def claim(self, key: str) -> Iterator[bool]:
        """Whether this process alone is at the report now, until the block ends. An object store has no claims: always true."""
        if self.folder is None:
            yield True
            return
        with ExitStack() as held:
            with self.telling():  # of the claim only: what goes wrong in the block is the block's own
                mine = held.enter_context(claimed(self.folder / ".claims", key))
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
        if self.folder is not None:
            return (self.folder / name).read_bytes()
        return self.fs.cat_file(self._path(name))

    def write(self, name: str, data: bytes) -> None:
        """Write a file beside and rename it, on the disk before it has its name.

        In an object store it is one upload, and whole or not there. On other file systems it may be seen half written: what
        is read from there is JSON, of which half is none.

        Raises:
            OSError: if the place refuses.
        """
        if self.folder is not None:
            with replacing(self.folder / name) as part, part.open("wb") as file:
                file.write(data)
                _onto_disk(file.fileno())
            return
        path = self._path(name)
        try:
            self.fs.pipe_file(path, data)
        except FileNotFoundError:  # not every store needs folders, and asking each time would take as long again
            self.fs.makedirs(posixpath.dirname(path), exist_ok=True)
            self.fs.pipe_file(path, data)

    def names(self, folder: str) -> list[str]:
        """Paths of the files right in a folder, from the place on; none if it is not there."""
        if self.folder is not None:
            return sorted(f"{folder}/{each.name}" for each in entries(self.folder / folder) if each.is_file())
        self.fs.invalidate_cache()
        try:
            found = self.fs.ls(self._path(folder), detail=True)
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted(f"{folder}/{_base(each['name'])}" for each in found if each["type"] == "file")

    def _bring(self, source: Path, name: str) -> None:
        if self.folder is None:
            self.write(name, source.read_bytes())
            return
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with source.open("r+b") as file:
            _onto_disk(file.fileno())
        source.replace(target)  # `.work` is on the same disk

    def remove_file(self, name: str) -> None:
        """Take a file away, if it is there."""
        with suppress(FileNotFoundError):
            if self.folder is not None:
                (self.folder / name).unlink()
            else:
                self.fs.rm_file(self._path(name))

    def _path(self, name: str) -> str:
        root = self.root.rstrip("/")
        return f"{root}/{name}" if root else name

    def _listed(self) -> dict[str, str]:
        self.fs.invalidate_cache()
        try:
            found = self.fs.find(self._path("status"), detail=True)
        except FileNotFoundError:
            return {}
        marks = {}
        for path, info in found.items():
            key, _dot, suffix = _base(path).partition(".")
            if suffix == "json" and is_key(key):
                said = sorted((name, str(value)) for name, value in info.items() if name not in _OF_READING)
                marks[key] = hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]
        return marks

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


def _base(path: str) -> str:
    return posixpath.basename(path.rstrip("/"))


def _onto_disk(descriptor: int) -> None:
    """Else, after a power cut, a name may be there of which the content is not."""
    try:
        os.fsync(descriptor)
    except OSError as error:  # some file systems cannot; a disk that is full says so here, at the latest
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise


def entries(folder: str | os.PathLike[str]) -> list[os.DirEntry[str]]:
    """What is in a folder; nothing if there is none."""
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []
