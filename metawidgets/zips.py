"""A zip's directory, judged before Python reads it: zipfile makes an object of 600 bytes for each entry that is claimed."""

import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["opened"]

_ENTRY = 46 + 1000  # bytes of one entry's header, with as long a name as any file of ours has
_END, _END_SIZE, _LONGEST_REMARK = b"PK\x05\x06", 22, 0xFFFF


@contextmanager
def opened(path: str | Path, most_entries: int) -> Iterator[zipfile.ZipFile]:
    """The zip at `path`, open for reading, of at most so many entries.

    Raises:
        ValueError: if it has more, or a directory that is too large for them.
        OSError, zipfile.BadZipFile: as zipfile's.
    """
    with Path(path).open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _END_SIZE - _LONGEST_REMARK))
        tail = file.read()
        at = tail.rfind(_END)
        whole = 0 <= at <= len(tail) - _END_SIZE  # if not, zipfile says so
        count, claimed = struct.unpack_from("<HI", tail, at + 10) if whole else (0, 0)
        if claimed > most_entries * _ENTRY:
            raise ValueError(f"its directory of {claimed:,} bytes is too large for {most_entries:,} entries")
        with zipfile.ZipFile(file) as archive:
            if (entries := len(archive.infolist())) > most_entries:
                raise ValueError(f"it has {entries:,} entries, more than {most_entries:,}")
            if (
                entries != count
            ):  # zipfile does not compare: an entry that another's remark swallowed would be missed by nobody
                raise ValueError(f"its directory has {entries:,} entries, and should have {count:,}")
            yield archive
