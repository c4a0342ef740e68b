"""Arrays and one JSON text in a safetensors file. The suffix determines the format for writing, the content that for reading."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from metawidgets.errors import MetawidgetsError, TraceError
from metawidgets.files import tensors
from metawidgets.files.npz import write_npz
from metawidgets.files.tensors import read_arrays, write_arrays


@pytest.mark.parametrize("kind", ["bool", "uint8", "int16", "int64", "float16", ">f4", "<f8"])
def test_arrays_come_back_as_they_were(tmp_path: Path, kind: str) -> None:
    rng = np.random.default_rng(0)
    given = {str(shape): rng.integers(0, 2, shape).astype(kind) for shape in ((), (3,), (0, 2), (2, 3, 4))}
    given["fortran"] = np.asfortranarray(rng.integers(0, 2, (3, 4)).astype(kind))
    for name in ("a.safetensors", "a.npz", "a", "a.trace"):
        found, plain = read_arrays(write_arrays(tmp_path / name, given, '{"nan": NaN}'), TraceError)
        assert np.isnan(plain["nan"])
        assert found.keys() == given.keys()
        for key, a in given.items():
            assert np.array_equal(found[key], a)
            assert (found[key].shape, found[key].dtype) == (a.shape, a.dtype.newbyteorder("="))


def test_the_suffix_decides_how_and_the_path_is_kept(tmp_path: Path) -> None:
    for name, start in (("a.npz", b"PK"), ("a.NPZ", b"PK"), ("a.safetensors", b"{"), ("a", b"{"), ("a.trace", b"{")):
        path = write_arrays(tmp_path / name, {"x": np.zeros(3)}, "{}")
        assert path == tmp_path / name
        assert path.read_bytes()[0 if start == b"PK" else 8 :].startswith(start)


def test_a_file_of_before_is_read_whatever_its_name(tmp_path: Path) -> None:
    for name in ("old.npz", "old", "old.safetensors"):
        found, plain = read_arrays(write_npz(tmp_path / name, {"x": np.arange(3)}, '{"a": 1}'), TraceError)
        assert (found["x"].tolist(), plain) == ([0, 1, 2], {"a": 1})


def test_a_changed_number_name_or_text_is_noticed(tmp_path: Path) -> None:
    path = write_arrays(tmp_path / "a.safetensors", {"x": np.arange(3), "y": np.arange(3)}, '{"a": 1}')
    whole = path.read_bytes()
    for old, new in ((b'\\"a\\": 1', b'\\"a\\": 2'), (b'"x"', b'"z"'), (b"\x02\0", b"\x03\0"), (b"I64", b"U64")):
        assert old in whole
        path.write_bytes(whole.replace(old, new, 1))
        with pytest.raises(TraceError, match="sha256 differs"):
            read_arrays(path, TraceError)


def test_too_much_is_refused_before_it_is_written_or_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_arrays(tmp_path / "a.safetensors", {"x": np.zeros(1 << 10)}, "{}")
    monkeypatch.setattr(tensors, "_LARGEST", 1 << 12)
    monkeypatch.setattr(tensors, "LARGEST_TEXT", 64)
    with pytest.raises(MetawidgetsError, match="Save fewer items"):
        write_arrays(tmp_path / "b.safetensors", {"x": np.zeros(1 << 10)}, "{}")
    with pytest.raises(MetawidgetsError, match="Save fewer items"):
        write_arrays(tmp_path / "b.safetensors", {}, " " * 64)
    with pytest.raises(TraceError, match="are refused"):
        read_arrays(path, TraceError)
    assert [p.name for p in tmp_path.iterdir()] == ["a.safetensors"]


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="there is no file"):
        read_arrays(tmp_path / "absent", TraceError)


def test_a_folder_and_a_checkpoint_are_told_from_what_was_saved(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="is a folder; give the path of a file"):
        read_arrays(tmp_path, TraceError)
    save_file({"weight": np.zeros(3)}, tmp_path / "other.safetensors", metadata={"card": "{}"})
    with pytest.raises(TraceError, match="has neither an episode nor a trace in it"):
        read_arrays(tmp_path / "other.safetensors", TraceError)
