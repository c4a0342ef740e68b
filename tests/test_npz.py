"""Files are written beside and renamed; what harms is refused."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from metawidgets import npz
from metawidgets.errors import TraceError


def test_a_failing_write_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "kept.txt"
    target.write_text("old")

    def fail() -> None:
        with npz.replacing(target) as part:
            part.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_permissions_follow_the_umask(tmp_path: Path) -> None:
    with npz.replacing(tmp_path / "a") as part:
        part.write_text("x")
    (tmp_path / "b").write_text("x")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


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
