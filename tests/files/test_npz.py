"""`.npz` files: harmful ones are refused."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from metawidgets.errors import TraceError
from metawidgets.files import npz


def test_what_would_unpack_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = npz.write_npz(tmp_path / "large.npz", {"zeros": np.zeros(1 << 20, np.uint8)}, "{}")
    assert npz.read_npz(path, TraceError)[0]["zeros"].size == 1 << 20
    monkeypatch.setattr(npz, "_LIMIT", 1 << 19)
    with pytest.raises(TraceError, match="would unpack to"):
        npz.read_npz(path, TraceError)


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"[1]"])
def test_other_files(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.npz"
    path.write_bytes(content)
    with pytest.raises(TraceError, match="cannot be read"):
        npz.read_npz(path, TraceError)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("json.npy", content)
    with pytest.raises(TraceError, match="cannot be read"):
        npz.read_npz(path, TraceError)
