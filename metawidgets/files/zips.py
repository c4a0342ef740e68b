"""Opening of untrusted zips. The directory's size is checked first, since zipfile makes a 600-byte object for each entry in it."""

import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["opened"]

_ENTRY = 46 + 1000  # largest size of one entry's header in bytes: a fixed part and the file name
_END, _END_SIZE, _LONGEST_COMMENT = b"PK\x05\x06", 22, 0xFFFF


@contextmanager
def opened(path: str | Path, most_entries: int) -> Iterator[zipfile.ZipFile]:
    """Open the zip at `path` for reading, if it has at most `most_entries` entries.

    Raises:
        ValueError: if the zip has more entries, or its directory is too large for `most_entries` entries.
        OSError, zipfile.BadZipFile: as `zipfile.ZipFile` raises them.
    """
    with Path(path).open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _END_SIZE - _LONGEST_COMMENT))
        tail = file.read()
        at = tail.rfind(_END)
        whole = 0 <= at <= len(tail) - _END_SIZE  # otherwise zipfile reports the error
        count, claimed = struct.unpack_from("<HI", tail, at + 10) if whole else (0, 0)
        if claimed > most_entries * _ENTRY:
            raise ValueError(f"its directory of {claimed:,} bytes is too large for {most_entries:,} entries")
        with zipfile.ZipFile(file) as archive:
            if (entries := len(archive.infolist())) > most_entries:
                raise ValueError(f"it has {entries:,} entries, more than {most_entries:,}")
            # zipfile does not compare the two counts: an entry hidden in another entry's comment would be lost silently
            if entries != count:
                raise ValueError(f"its directory has {entries:,} entries, but declares {count:,}")
            yield archive
