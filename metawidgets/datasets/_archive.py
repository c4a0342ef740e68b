"""Reading of untrusted zips: every entry is checked, and nothing is unpacked to disk."""

import hashlib
import re
import stat
import zipfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path

from metawidgets.errors import DatasetError
from metawidgets.files import zips
from metawidgets.files.paths import file_size

__all__ = ["MAX_ENTRY", "check_known", "digests", "members"]

# Omniglot's larger zip has 19,280 files of at most 2 KB; these limits are far above that.
_MAX_ENTRIES = 60_000
MAX_ENTRY = 64 << 10
_MAX_TOTAL = 256 << 20
_MAX_FILE = 512 << 20  # of the zip itself; a larger file is refused without reading it
_JUNK = re.compile(r"^__MACOSX/|(^|/)(\.DS_Store|Thumbs\.db)$")


def digests(path: Path) -> tuple[str, str]:
    """Return the MD5 and SHA-256 of a file, in hexadecimal.

    Raises:
        DatasetError: if the file cannot be read, or is larger than any dataset's zip.
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
    """Refuse a file if none of its digests is a known digest of the zip `name`.

    Raises:
        DatasetError: if no digest is known. The message describes the error that `members` finds, or else the unknown checksum.
    """
    if not set(found) & set(known):
        next(members(path, allowed), None)  # its errors, such as "truncated", tell more than a wrong checksum
        raise DatasetError(
            f"{path} has the MD5 {found[0]}, which is not a known checksum of {name}: it is truncated, altered or "
            "another file. Download it again, or pass verify=False if you made it yourself."
        )


def members(path: Path, allowed: re.Pattern[str]) -> Iterator[tuple[re.Match[str], bytes]]:
    """Yield the files of a zip in the order of their names, each as the match of its name and its bytes.

    All entries are checked before the first one is yielded. Folders and hidden files of file managers are skipped.

    Raises:
        DatasetError: if the zip is truncated or damaged; if a path is absolute or leaves the folder; if an entry is a link,
            encrypted, duplicated or not `allowed`; or if the zip would unpack to more bytes than the limits here.
    """
    try:
        _check_size(path)
        with zips.opened(path, _MAX_ENTRIES) as archive:
            files = []
            for info in sorted(_checked(path, archive.infolist()), key=lambda info: info.filename):
                match = allowed.fullmatch(info.filename)
                if match is None:
                    raise _refused(path, info, "does not belong to this dataset")
                files.append((info, match))
            for info, match in files:
                yield match, archive.read(info)  # zipfile stops at the declared size and compares the checksum
    except DatasetError:
        raise
    except FileNotFoundError:
        raise DatasetError(f"there is no file {path}; check the path.") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
        raise DatasetError(f"{path} is truncated, damaged or not a zip ({error}); download it again.") from None


def _check_size(path: Path) -> None:
    if (size := file_size(path)) > _MAX_FILE:
        raise DatasetError(
            f"{path} is refused: it has {size:,} bytes, more than {_MAX_FILE:,}; get it from its authors."
        )


def _checked(path: Path, infos: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    seen: set[str] = set()
    total = 0
    for info in infos:
        # check the stored name: zipfile cuts a name at a NUL byte and replaces the system's separator
        name = info.orig_filename
        if not name:
            raise _refused(path, info, "has no name")
        if name.startswith(("/", "\\")) or re.match(r"^[A-Za-z]:", name) or ".." in re.split(r"[/\\]", name):
            raise _refused(path, info, "leaves the folder")
        if "\\" in name or "\0" in name:
            raise _refused(path, info, "has a backslash or a NUL byte in its name")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise _refused(path, info, "is a link")
        if info.flag_bits & 0x1:
            raise _refused(path, info, "is encrypted")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _refused(path, info, "is compressed by a method that the dataset does not use")
        if name in seen:
            raise _refused(path, info, "occurs twice")
        if info.file_size > MAX_ENTRY:
            raise _refused(path, info, f"would unpack to {info.file_size:,} bytes, more than {MAX_ENTRY:,}")
        seen.add(name)
        total += info.file_size
    if total > _MAX_TOTAL:
        raise DatasetError(f"{path} is refused: it would unpack to {total:,} bytes, more than {_MAX_TOTAL:,}.")
    return [info for info in infos if not info.is_dir() and not _JUNK.search(info.filename)]


def _refused(path: Path, info: zipfile.ZipInfo, why: str) -> DatasetError:
    return DatasetError(f"{path} is refused: its entry {info.orig_filename!r} {why}; get it from its authors.")
