"""The output of a sweep: a folder, or a URL that fsspec can open. `ab` stands for the first two characters of a key.

::

    reports/ab/<key>.html, <key>.ipynb     the page and the executed notebook; <key>.partial.ipynb if the report failed
    status/ab/<key>.json                   the report's result; written last, so every file that it names exists
    plans/<report>-<digest>.json           the plans of the sweeps that wrote here
    index.json                             the contents of all status files in one file; rebuilt if it is missing or wrong
    .claims, .work/                        in a folder only: locks on running reports, and unfinished files
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
from metawidgets.files.part_files import replacing
from metawidgets.sweeps.claims import claimed
from metawidgets.sweeps.keys import is_key

__all__ = ["REFUSALS", "Store", "Unwritable", "entries"]

REFUSALS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.EFBIG})
"""File system errors that would hit every other report too, such as a full disk."""
_SUFFIXES = (".html", ".ipynb", ".partial.ipynb")
# Entries of a listing that do not depend on the content; `time` is SFTP's last access.
_OF_READING = ("name", "atime", "time")


class Unwritable(SweepError):
    """The output cannot be written to: the disk is full or read-only, or access is denied. Existing files stay as they are."""


class Store:
    """The output of a sweep.

    Args:
        place: a folder, or a URL such as `s3://bucket/folder`, `memory://sweep`, `file:///folder` (a folder). Options of a file
            system come from fsspec's own configuration files and environment variables.

    Raises:
        SweepError: if the file system is not installed here, or if it is a cached one.
    """

    def __init__(self, place: str) -> None:
        # fsspec loads slowly, and is an extra package (metawidgets[sweep]); reading results needs this module but not fsspec.
        import fsspec
        from fsspec.implementations.cached import CachingFileSystem

        try:
            self.fs, self.root = fsspec.core.url_to_fs(place)
        except (ImportError, ValueError, OSError) as error:
            raise SweepError(f"cannot use {place!r} for the output ({error}); give a folder or another URL.") from None
        if isinstance(self.fs, CachingFileSystem):
            raise SweepError(
                f"cannot use {place!r} for the output: its cache would show files as they were before; give the URL without it."
            )
        protocol = self.fs.protocol if isinstance(self.fs.protocol, str) else self.fs.protocol[0]
        self.folder = Path(self.root) if protocol == "file" else None
        """The folder on this machine's file system; `None` for an object store."""
        self.place = place if self.folder is None else self.root
        """The URL as it was given, or the folder's absolute path, since workers may start in another folder."""

    def prepare(self) -> None:
        """Create the output's folder and try to write there.

        Raises:
            Unwritable: if that fails.
        """
        try:
            with self.telling():
                self.write(".trial", b"trial")
                self.remove_file(".trial")
        except Unwritable:
            raise
        # Clients of object stores have their own exceptions, for example for a missing key or bucket.
        except Exception as error:
            reason = str(error).strip().partition("\n")[0].rstrip(".") or "no reason given"
            raise Unwritable(
                f"cannot write into {self.place} ({type(error).__name__}: {reason}); check the place and your access to it."
            ) from error

    def statuses(self) -> dict[str, str]:
        """Return for every key with a status file a mark that changes when the file changes. No file is opened.

        In a folder the mark is the file's size, modification time and inode; in an object store a digest of its entry in the listing.
        """
        if self.folder is None:
            return self._marks_of_listing()
        found = {}
        for shard in entries(self.folder / "status"):
            for entry in entries(shard.path):
                key, _dot, suffix = entry.name.partition(".")
                if suffix == "json" and is_key(key):
                    stat = entry.stat()
                    found[key] = f"{stat.st_size}-{stat.st_mtime_ns}-{stat.st_ino}"
        return found

    def status(self, key: str) -> dict[str, Any] | None:
        """Return the contents of a status file, or `None` if it is missing, damaged or another key's: then the report is not done."""
        try:
            status = json.loads(self.read(_status(key)))
        except (OSError, ValueError, RecursionError):
            return None
        whole = isinstance(status, dict) and status.get("key") == key and status.get("state") in ("completed", "failed")
        return status if whole else None

    def publish(self, key: str, made: Path | None, status: Mapping[str, Any]) -> None:
        """Move a report's files into the output, then write its status file.

        An object store has no claims, so a report may run there twice: the first completed run stays, and a later one changes nothing.

        Args:
            made: the folder that `run_report` wrote to; `None` if there are no files.

        Raises:
            Unwritable: if the output cannot be written to. No half-written file has its final name then.
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
                self._move_in(made / name, final)
            text = json.dumps({**status, **files, "key": key}, indent=1) + "\n"
            self.write(_status(key), text.encode())

    def remove(self, key: str) -> None:
        """Remove a report. Its status file goes first, so that no status file ever names a missing file."""
        self.remove_file(_status(key))
        for suffix in _SUFFIXES:
            self.remove_file(f"reports/{key[:2]}/{key}{suffix}")

    @contextmanager
    def claim(self, key: str) -> Iterator[bool]:
        """Try to claim a report until the block ends. Yield whether the claim succeeded; an object store has no claims, so yield true."""
        if self.folder is None:
            yield True
            return
        with ExitStack() as held:
            with self.telling():  # translates errors of the claim only, not errors of the caller's block
                mine = held.enter_context(claimed(self.folder / ".claims", key))
            yield mine

    @contextmanager
    def workplace(self, key: str) -> Iterator[Path]:
        """Yield an empty temporary folder for a running report. If the output is a folder, it is on the same disk."""
        if self.folder is None:
            with tempfile.TemporaryDirectory(prefix="mw-sweep-", ignore_cleanup_errors=True) as folder:
                yield Path(folder)
            return
        folder = self.folder / ".work" / key
        shutil.rmtree(folder, ignore_errors=True)  # left by a killed run: this process holds the claim
        with self.telling():
            folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def read(self, name: str) -> bytes:
        """Return a file's bytes.

        Raises:
            OSError: if the file does not exist.
        """
        if self.folder is not None:
            return (self.folder / name).read_bytes()
        return self.fs.cat_file(self._path(name))

    def write(self, name: str, data: bytes) -> None:
        """Write a file.

        In a folder it is written under a temporary name, flushed to the disk and renamed. In an object store it is one upload, which
        appears whole or not at all. Other file systems may show it half written; readers are safe, since half a JSON file is not valid
        JSON.

        Raises:
            OSError: if the output cannot be written to.
        """
        if self.folder is not None:
            with replacing(self.folder / name) as part, part.open("wb") as file:
                file.write(data)
                _flush_to_disk(file.fileno())
            return
        path = self._path(name)
        try:
            self.fs.pipe_file(path, data)
        except FileNotFoundError:  # few stores need folders, and creating one each time would double the time
            self.fs.makedirs(posixpath.dirname(path), exist_ok=True)
            self.fs.pipe_file(path, data)

    def names(self, folder: str) -> list[str]:
        """Return the paths of the files directly in a folder, relative to the output; none if the folder does not exist."""
        if self.folder is not None:
            return sorted(f"{folder}/{each.name}" for each in entries(self.folder / folder) if each.is_file())
        self.fs.invalidate_cache()
        try:
            found = self.fs.ls(self._path(folder), detail=True)
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted(f"{folder}/{_base(each['name'])}" for each in found if each["type"] == "file")

    def _move_in(self, source: Path, name: str) -> None:
        if self.folder is None:
            self.write(name, source.read_bytes())
            return
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with source.open("r+b") as file:
            _flush_to_disk(file.fileno())
        source.replace(target)  # `.work` is on the same disk

    def remove_file(self, name: str) -> None:
        """Remove a file, if it exists."""
        with suppress(FileNotFoundError):
            if self.folder is not None:
                (self.folder / name).unlink()
            else:
                self.fs.rm_file(self._path(name))

    def _path(self, name: str) -> str:
        root = self.root.rstrip("/")
        return f"{root}/{name}" if root else name

    def _marks_of_listing(self) -> dict[str, str]:
        self.fs.invalidate_cache()
        try:
            found = self.fs.find(self._path("status"), detail=True)
        except FileNotFoundError:
            return {}
        marks = {}
        for path, info in found.items():
            key, _dot, suffix = _base(path).partition(".")
            if suffix == "json" and is_key(key):
                facts = sorted((name, str(value)) for name, value in info.items() if name not in _OF_READING)
                marks[key] = hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]
        return marks

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Turn a file system error that would hit every report into an `Unwritable` that says what to do."""
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


def _flush_to_disk(descriptor: int) -> None:
    """Flush a file to the disk. Otherwise a power cut may leave a file name without its contents."""
    try:
        os.fsync(descriptor)
    except OSError as error:  # some file systems cannot flush; other errors count, since a full disk may show only here
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise


def entries(folder: str | os.PathLike[str]) -> list[os.DirEntry[str]]:
    """Return the entries of a folder; an empty list if it does not exist."""
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []
