"""Reading a zip that came from somewhere else: nothing is unpacked to disk, and nothing in it is taken on trust."""

import hashlib
import re
import stat
import zipfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path

from metawidgets import zips
from metawidgets.errors import DatasetError
from metawidgets.paths import file_size

__all__ = ["MAX_ENTRY", "check_known", "digests", "members"]

# Omniglot's larger zip has 19,280 files of at most 2 KB; what is far above that is no Omniglot.
_MAX_ENTRIES = 60_000
MAX_ENTRY = 64 << 10
_MAX_TOTAL = 256 << 20
_MAX_FILE = 512 << 20  # packed; what is larger is not even hashed
_JUNK = re.compile(r"^__MACOSX/|(^|/)(\.DS_Store|Thumbs\.db)$")


def digests(path: Path) -> tuple[str, str]:
    """MD5 and SHA-256 of a file, in hexadecimal.

    Raises:
        DatasetError: if it cannot be read, or is larger than any dataset's zip.
    """
    _check_size(path)
    md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                md5.update(block)
                sha256.update(block)
    except OSError as error:
        raise DatasetError(f"{path} cannot be read ({error.strerror}); check the path and its permissions.") from None
    return md5.hexdigest(), sha256.hexdigest()


def check_known(
    path: Path, name: str, found: tuple[str, str], known: Collection[str], allowed: re.Pattern[str]
) -> None:
    """Refuse a file none of whose digests is one of those known of the zip `name`.

    Raises:
        DatasetError: naming what is wrong with it as `members` would, or else its checksum.
    """
    if not set(found) & set(known):
        next(members(path, allowed), None)  # "climbs out" or "truncated" says more than a checksum does
        raise DatasetError(
            f"{path} has the MD5 {found[0]}, which is none that is known of {name}: it is truncated, altered or "
            "another file. Fetch it again; or pass verify=False if you made it yourself."
        )


def members(path: Path, allowed: re.Pattern[str]) -> Iterator[tuple[re.Match[str], bytes]]:
    """The files of a zip in the order of their names: the match of each name, and its bytes.

    Everything is checked before the first one is handed out. Folders and the litter of file managers are passed over.

    Raises:
        DatasetError: if the zip is truncated or damaged; if a path is absolute or climbs out; if an entry is a link,
            encrypted, doubled or not `allowed`; or if it would unpack to more than such a dataset can have.
    """
    try:
        _check_size(path)
        with zips.opened(path, _MAX_ENTRIES) as archive:
            files = []
            for info in sorted(_checked(path, archive.infolist()), key=lambda info: info.filename):
                match = allowed.fullmatch(info.filename)
                if match is None:
                    raise _refused(path, info, "is nothing that belongs in this dataset")
                files.append((info, match))
            for info, match in files:
                yield match, archive.read(info)  # zipfile stops at the declared size and compares the checksum
    except DatasetError:
        raise
    except FileNotFoundError:
        raise DatasetError(f"there is no file {path}; check the path.") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
        raise DatasetError(f"{path} is truncated, damaged or no zip ({error}); fetch it again.") from None


def _check_size(path: Path) -> None:
    if (size := file_size(path)) > _MAX_FILE:
        raise DatasetError(
            f"{path} is refused: it has {size:,} bytes, more than {_MAX_FILE:,}; get it from its authors."
        )


def _checked(path: Path, infos: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    seen: set[str] = set()
    total = 0
    for info in infos:
        # zipfile cuts a name at a NUL byte and turns the system's separator round, so the name as it was stored counts
        name = info.orig_filename
        if not name:
            raise _refused(path, info, "has no name")
        if name.startswith(("/", "\\")) or re.match(r"^[A-Za-z]:", name) or ".." in re.split(r"[/\\]", name):
            raise _refused(path, info, "climbs out of the folder")
        if "\\" in name or "\0" in name:
            raise _refused(path, info, "has a character that no path in a zip should have")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise _refused(path, info, "is a link")
        if info.flag_bits & 0x1:
            raise _refused(path, info, "is encrypted")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _refused(path, info, "is packed in a way that the dataset does not use")
        if name in seen:
            raise _refused(path, info, "is there twice")
        if info.file_size > MAX_ENTRY:
            raise _refused(path, info, f"would unpack to {info.file_size:,} bytes, more than {MAX_ENTRY:,}")
        seen.add(name)
        total += info.file_size
    if total > _MAX_TOTAL:
        raise DatasetError(f"{path} is refused: it would unpack to {total:,} bytes, more than {_MAX_TOTAL:,}.")
    return [info for info in infos if not info.is_dir() and not _JUNK.search(info.filename)]


def _refused(path: Path, info: zipfile.ZipInfo, why: str) -> DatasetError:
    return DatasetError(f"{path} is refused: its entry {info.orig_filename!r} {why}; get it from its authors.")
