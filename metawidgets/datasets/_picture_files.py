"""Reading of a folder of class folders. Files that cannot be used are listed with the reason."""

import logging
import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import UInt8

from metawidgets.datasets._own_classes import LeftOut
from metawidgets.errors import DatasetError, PictureError
from metawidgets.files.paths import is_file, is_folder

__all__ = ["Colour", "Pictures", "found_files", "read_folder"]

Colour = Literal["auto", "ink", "rgb"]

LARGEST_FILE = 30_000_000  # bytes of one file: large enough for photographs from a camera
MOST_BYTES = 4 << 30  # of all items together, in memory
_CHROMA = 20  # mean difference of a picture's channels, in levels, above which it counts as coloured
_MANY = 300  # smallest number of files for which progress is shown
_LOG = logging.getLogger("metawidgets")


@dataclass(frozen=True)
class FoundFile:
    """A file to read: its class, its name, and its time and size, which show whether the file has changed."""

    class_id: str
    name: str
    modified: int
    size: int

    @property
    def path(self) -> str:
        return f"{self.class_id}/{self.name}"


@dataclass(frozen=True, eq=False)
class Pictures:
    """The pictures in a folder of class folders.

    Args:
        classes: by class, its items `(file name, picture)`. All pictures have the same shape.
        left_out: the path within the folder of each entry that is not used, with the reason.
    """

    classes: dict[str, list[tuple[str, UInt8[np.ndarray, "channel side side"]]]]
    left_out: tuple[LeftOut, ...]


def read_folder(root: Path, size: int, colour: Colour) -> Pictures:
    """Read every picture in the class folders and convert it to an item. The result is cached until a file changes.

    Raises:
        DatasetError: if the folder does not exist, or holds no picture that can be read.
    """
    files, left_out = found_files(root)
    return _read(root.resolve(), files, left_out, size, colour)


def found_files(root: Path) -> tuple[tuple[FoundFile, ...], tuple[LeftOut, ...]]:
    """Return the files that may be pictures, by class and name, and the entries that are left out without being read.

    Raises:
        DatasetError: if the folder does not exist, or has no files in class folders.
    """
    if not is_folder(root):
        what = "is a file, not a folder" if is_file(root) else "does not exist"
        raise DatasetError(f"dataset 'image_folder': root={str(root)!r} {what}; give a folder of class folders.")
    files: list[FoundFile] = []
    left_out: list[LeftOut] = []
    for folder in _listed(root, "", root.resolve(), left_out):
        if not folder.is_dir(follow_symlinks=False):
            left_out.append((folder.name, "is not in a class folder"))
            continue
        before = len(files)
        for entry in _listed(Path(folder.path), f"{folder.name}/", root.resolve(), left_out):
            try:
                info = entry.stat(follow_symlinks=False)
            except OSError as error:  # deleted since the listing
                left_out.append((f"{folder.name}/{entry.name}", f"cannot be read ({error.strerror})"))
                continue
            if stat.S_ISREG(info.st_mode):
                files.append(FoundFile(folder.name, entry.name, info.st_mtime_ns, info.st_size))
            else:
                kind = "is a folder within a class folder" if stat.S_ISDIR(info.st_mode) else "is not a regular file"
                left_out.append((f"{folder.name}/{entry.name}", kind))
        if len(files) == before:
            left_out.append((folder.name, "has no files"))
    if not files:
        raise DatasetError(
            f"dataset 'image_folder': {str(root)!r} holds no files in class folders; make a folder for each class, "
            "named after the class, and put its pictures into it."
        )
    return tuple(files), tuple(left_out)


def _listed(folder: Path, prefix: str, root: Path, left_out: list[LeftOut]) -> Iterator[os.DirEntry[str]]:
    """Yield the folder's entries, sorted by name. Skip hidden files, and list links and names that are not text in `left_out`."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda e: e.name)
    except OSError as error:
        if not prefix:
            raise DatasetError(
                f"dataset 'image_folder': {str(folder)!r} cannot be listed ({error.strerror}); check its permissions."
            ) from None
        left_out.append((prefix.rstrip("/"), f"cannot be listed ({error.strerror})"))
        return
    for entry in found:
        name = prefix + entry.name
        if not _is_text(entry.name):
            left_out.append((name.encode("utf-8", "backslashreplace").decode(), "has a name that is not UTF-8 text"))
        elif entry.name.startswith("."):
            left_out.append((name, "is hidden"))
        elif entry.is_symlink():
            inside = Path(entry.path).resolve().is_relative_to(root)
            left_out.append((name, "is a link within the folder" if inside else "is a link out of the folder"))
        else:
            yield entry


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:  # the name has bytes that Python could not decode
        return False
    return True


@lru_cache(maxsize=4)
def _read(
    root: Path, files: tuple[FoundFile, ...], left_out: tuple[LeftOut, ...], size: int, colour: Colour
) -> Pictures:
    if (need := len(files) * size * size * {"ink": 1, "rgb": 3, "auto": 4}[colour]) > MOST_BYTES:
        raise DatasetError(
            f"dataset 'image_folder': {len(files)} files at {size} x {size} need {need / 2**30:.1f} GiB; at most "
            f"{MOST_BYTES / 2**30:.0f} GiB are allowed. Lower size, or set colour to 'ink' or 'rgb'."
        )
    from metawidgets.files.pictures import fitted, read_image  # Pillow loads slowly

    skipped, seen = list(left_out), {}
    kept: list[tuple[FoundFile, dict[int, np.ndarray | PictureError]]] = []
    coloured = 0
    for number, file in enumerate(files):
        _show(number, len(files))
        try:
            image, digest = read_image(_bytes(root / file.class_id / file.name, file.size), LARGEST_FILE)
        except PictureError as error:
            skipped.append((file.path, str(error)))
            continue
        if digest in seen:  # otherwise, one picture could be in both support and query, or in two classes
            skipped.append((file.path, f"is the same picture as {seen[digest]!r}"))
            continue
        seen[digest] = file.path
        made: dict[int, np.ndarray | PictureError] = {}
        for channels in {"ink": (1,), "rgb": (3,), "auto": (1, 3)}[colour]:
            try:
                made[channels] = np.ascontiguousarray(fitted(image, (channels, size, size)))
            except PictureError as error:
                made[channels] = error
        if colour == "auto":
            small = np.asarray(image.resize((32, 32))).astype(np.int16)
            coloured += float((small.max(-1) - small.min(-1)).mean()) > _CHROMA
        kept.append((file, made))
    _show(len(files), len(files))
    channels = {"ink": 1, "rgb": 3, "auto": 3 if 2 * coloured > len(kept) else 1}[colour]
    classes: dict[str, list[tuple[str, np.ndarray]]] = {}
    for file, made in kept:
        item = made[channels]
        if isinstance(item, PictureError):
            skipped.append((file.path, str(item)))
        else:
            classes.setdefault(file.class_id, []).append((file.name, item))
    skipped += [(c, "has no picture that can be read") for c in {f.class_id for f in files} - set(classes)]
    if not classes:
        path, why = skipped[0]
        raise DatasetError(
            f"dataset 'image_folder': none of {len(files)} files in {str(root)!r} is a picture that can be read: {path!r} {why}"
        )
    skipped.sort()
    _tell(skipped)
    return Pictures(classes, tuple(skipped))


def _bytes(path: Path, size: int) -> bytes:
    """Read a file's bytes. A file that is too large is refused before it is read."""
    if size > LARGEST_FILE:
        raise PictureError(
            f"has {size / 1e6:.1f} MB; at most {LARGEST_FILE / 1e6:.0f} MB are allowed. Make it smaller."
        )
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise PictureError(f"cannot be opened ({error.strerror})") from None


def _tell(skipped: list[LeftOut]) -> None:
    """Log one line about the files that were left out, except hidden ones."""
    missed = [(path, why) for path, why in skipped if why != "is hidden"]
    if missed:
        path, why = missed[0]
        more = f" (and {len(missed) - 1} more, see `unreadable`)" if len(missed) > 1 else ""
        _LOG.warning("image_folder left out %d: %r %s%s", len(missed), path, why.rstrip("."), more)


def _show(done: int, n: int) -> None:
    """Show progress on stderr, if it is a terminal and there are many files."""
    if n < _MANY or not sys.stderr.isatty() or (done % 50 and done < n):
        return
    sys.stderr.write(f"\rreading pictures: {done:,} of {n:,}" + ("\n" if done == n else ""))
    sys.stderr.flush()
