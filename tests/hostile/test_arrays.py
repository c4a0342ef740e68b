"""Malicious files of episodes and traces: safetensors, and the older `.npz`."""

import io
import json
import pickle
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metawidgets.episodes import Episode
from metawidgets.errors import EpisodeError, MetawidgetsError, TraceError
from metawidgets.files.npz import read_npz, write_npz
from metawidgets.files.tensors import write_arrays
from metawidgets.records import Trace
from tests.hostile.confined import confined
from tests.hostile.damage import read_all

X = np.arange(12, dtype=np.float32).reshape(6, 2)


def episode() -> Episode:
    return Episode(
        X[:4], np.array([0, 0, 1, 1]), X[4:], np.array([0, 1]), ("aleph", "beth"), seed=(1, 2), task={"a": 1.5}
    )


def trace() -> Trace:
    return Trace(
        "inner_step", {"outputs": np.ones((3, 2, 2)), "query_loss": np.arange(3.0)}, episode(), {"learner": "MAML"}
    )


def same(a: Episode, b: Episode) -> bool:
    arrays = ("support_x", "support_y", "query_x", "query_y")
    plain = ("class_names", "support_items", "query_items", "seed", "task")
    return all(np.array_equal(getattr(a, n), getattr(b, n)) for n in arrays) and all(
        getattr(a, n) == getattr(b, n) for n in plain
    )


def npy(header: str, data: bytes = b"", version: int = 1) -> bytes:
    text = header.encode("latin-1") + b"\n"
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", len(text)) + text + data


def with_member(path: Path, name: str, data: bytes, how: int = zipfile.ZIP_DEFLATED) -> Path:
    """Return a saved episode with one member replaced by the given data."""
    good = episode().save(path).read_bytes()
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(path, "w", how) as new:
        for each in old.namelist():
            new.writestr(each, data if each == name else old.read(each))
    return path


class Touch:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.path,))


def test_object_arrays_are_refused_and_nothing_is_unpickled(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    hostile = np.array([Touch(ran)] * 4, dtype=object)
    out = io.BytesIO()
    np.lib.format.write_array(out, hostile, allow_pickle=True)
    for data in (
        out.getvalue(),
        pickle.dumps(Touch(ran)),
        npy("{'descr': '|O', 'fortran_order': False, 'shape': (4,), }"),
    ):
        with pytest.raises(EpisodeError, match=r"'support_x\.npy' is not an array of numbers"):
            Episode.load(with_member(tmp_path / "x.npz", "support_x.npy", data))
        (tmp_path / "bare.npz").write_bytes(data)
        with pytest.raises(EpisodeError, match="cannot be read"):
            Episode.load(tmp_path / "bare.npz")
    assert not ran.exists()
    pickle.loads(pickle.dumps(Touch(ran)))  # the pickled code would have run
    assert ran.exists()


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (999999999999999999, 999999999999999999), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 999999999999999999, 999999999999999999), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-4, 2), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4.0, 2), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (" + "1, " * 3000 + "1), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (" + "9" * 5000 + ",), }",
        "{'descr': [('a', '<f4'), ('b', '|O')], 'fortran_order': False, 'shape': (4,), }",
        "{'descr': '<U1000000000', 'fortran_order': False, 'shape': (1,), }",
        "{'descr': '<f1', 'fortran_order': False, 'shape': (4, 2), }",
        "{'descr': '<c8', 'fortran_order': False, 'shape': (4, 2), }",
        "{'descr': '<M8[s]', 'fortran_order': False, 'shape': (4,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': __import__('os').listdir(), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4L, 2L), }",  # as Python 2 wrote it
        "{'descr': '<f4', 'fortran_order': False, 'shape': " + "(" * 2000 + ")" * 2000 + ", }",
        "",
    ],
)
@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_lying_header_is_refused(tmp_path: Path, header: str, version: int) -> None:
    data = npy(header, X[:4].tobytes(), version)
    with pytest.raises(EpisodeError, match=r"x\.npz cannot be read \(ValueError: "):
        Episode.load(with_member(tmp_path / "x.npz", "support_x.npy", data))


def test_what_numpy_itself_writes_is_read_as_numpy_reads_it(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    arrays: dict[str, np.ndarray] = {
        f"{kind}{len(shape)}": rng.integers(0, 2, shape).astype(kind)
        for kind in ("bool", "uint8", "int16", "int64", "float16", ">f4", "<f8")
        for shape in ((), (3,), (0, 2), (2, 3, 4))
    }
    arrays["fortran"] = np.asfortranarray(rng.standard_normal((3, 4)))
    path = write_npz(tmp_path / "a.npz", arrays, "{}")
    ours, _ = read_npz(path, TraceError)
    with np.load(path) as theirs:
        assert set(theirs.files) == {*arrays, "json"}
        for name in arrays:
            assert np.array_equal(ours[name], theirs[name])
            assert ours[name].dtype == theirs[name].dtype.newbyteorder("=")


def test_an_unusual_or_encrypted_or_doubled_member_is_refused(tmp_path: Path) -> None:
    member = episode().save(tmp_path / "good.npz")
    for how in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        with pytest.raises(EpisodeError, match="encrypted, or compressed by another method"):
            Episode.load(with_member(tmp_path / "x.npz", "none", b"", how))
    data = bytearray(member.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "x.npz").write_bytes(data)
    with pytest.raises(EpisodeError, match="encrypted, or compressed by another method"):
        Episode.load(tmp_path / "x.npz")
    with zipfile.ZipFile(member, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("json.npy", archive.read("json.npy"))
    with pytest.raises(EpisodeError, match="two arrays with the same name"):
        Episode.load(member)


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_an_episode_after_damage_is_refused_or_the_same(tmp_path: Path, suffix: str) -> None:
    path = episode().save(tmp_path / f"x{suffix}")
    assert read_all(path, Episode.load, lambda found: same(found, episode())) > 200


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_a_trace_after_damage_is_refused_or_the_same(tmp_path: Path, suffix: str) -> None:
    def equal(found: Trace) -> bool:
        channels = set(found.channels) == set(trace().channels)
        return (
            channels
            and found.meta == trace().meta
            and all(np.array_equal(found[n], trace()[n]) for n in found.channels)
        )

    assert read_all(trace().save(tmp_path / f"x{suffix}"), Trace.load, equal) > 200


def tensors(header: Any, data: bytes = b"", length: int | None = None) -> bytes:
    """Return a safetensors file with this header, given as JSON-able values or as bytes."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        pickle.dumps({"a": 1}),
        tensors({}, length=1 << 40),
        tensors({}, length=(1 << 64) - 1),
        tensors(b"{" * 1000),
        tensors({"a": {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, 4]}}, bytes(4)),
        tensors({"a": {"dtype": "F32", "shape": [1 << 62, 1 << 62], "data_offsets": [0, 4]}}, bytes(4)),
        tensors({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 1 << 40]}}, bytes(4)),
        tensors({"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}, bytes(4)),
        tensors({"a": {"dtype": "O", "shape": [1], "data_offsets": [0, 4]}}, bytes(4)),
        tensors(
            {"a": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}, "__metadata__": {"json": "{}"}}, bytes(4)
        ),
        tensors({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}, bytes(4)),
        tensors({"__metadata__": {"json": "[]"}}),
        tensors({"__metadata__": {"json": "{", "sha256": ""}}),
        tensors({"__metadata__": {"json": "[" * 100_000, "sha256": ""}}),
    ],
)
def test_a_container_that_lies_is_refused(tmp_path: Path, data: bytes) -> None:
    for name in ("x.safetensors", "x"):
        (tmp_path / name).write_bytes(data)
        for load, error in ((Episode.load, EpisodeError), (Trace.load, TraceError)):
            with pytest.raises(error, match=r"cannot be read|was altered|has neither an episode nor a trace") as caught:
                load(tmp_path / name)
            assert len(str(caught.value)) < 2100


_LOAD = """
import sys
from metawidgets.episodes import Episode
from metawidgets.errors import EpisodeError
try:
    Episode.load(sys.argv[1])
except EpisodeError as error:
    print(error)
"""


def test_bombs_are_refused_before_they_unpack(tmp_path: Path) -> None:
    """Each file is read in a process without enough memory for its unpacked contents."""
    zeros = bytes(64 << 20)
    claims = with_member(tmp_path / "claims.npz", "support_x.npy", zeros)
    data = bytearray(claims.read_bytes())
    at = data.index(b"support_x.npy", data.index(b"PK\x01\x02")) - 46
    struct.pack_into("<I", data, at + 24, 0xFFFFFFF0)  # 4 GiB according to the directory
    claims.write_bytes(data)
    assert "would unpack to 4.0 GiB; files over 2 GiB are refused." in confined(_LOAD, claims)

    entries = tmp_path / "entries.npz"
    with zipfile.ZipFile(entries, "w") as archive:
        for i in range(20_000):
            archive.writestr(f"{i}.npy", b"")
    assert "is too large for 1,000 entries" in confined(_LOAD, entries)

    sparse = tmp_path / "sparse.npz"
    with sparse.open("wb") as file:
        file.truncate(8 << 30)
    assert "cannot be read" in confined(_LOAD, sparse)

    for text in (b"[" * 10_000_000, b"[" + b"[]," * 4_000_000 + b"[]]", b'{"a":' * 50_000, b" " * (70 << 20)):
        shape = f"({len(text)},)"
        member = npy(f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}", text)
        assert "JSON" in confined(_LOAD, with_member(tmp_path / "j.npz", "json.npy", member))


def test_a_container_of_any_size_is_read_in_the_memory_of_its_own_bytes(tmp_path: Path) -> None:
    sparse = tmp_path / "sparse.safetensors"
    with sparse.open("wb") as file:
        file.truncate(8 << 30)
    assert "files over 2 GiB are refused" in confined(_LOAD, sparse)
    claims = tmp_path / "claims.safetensors"
    claims.write_bytes(tensors({"a": {"dtype": "F32", "shape": [1 << 31], "data_offsets": [0, 1 << 33]}}, bytes(64)))
    assert "cannot be read" in confined(_LOAD, claims)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"class_names": "ab"}, "'class_names', which is of type str"),
        ({"class_names": [1, 2]}, "names must be texts"),
        ({"class_names": ["a", "\ud800"]}, "half of a character"),
        ({"seed": [float("inf")]}, "a seed whole numbers"),
        ({"seed": [True]}, "a seed whole numbers"),
        ({"seed": None}, "'seed'"),
        ({"task": [1]}, "'task', which is of type list"),
        ({"support_items": ["abc"] * 4}, "the item 'abc'"),
        ({"support_items": [["a", "b"]] * 4}, "is not dataset, class and item"),
        ({"query_items": [["a", "b", "\udfff"], ["a", "b", "c"]]}, "half of a character"),
        ({"format": None}, "is not a saved episode"),
    ],
)
def test_a_garbled_description_is_refused(tmp_path: Path, change: dict[str, Any], why: str) -> None:
    plain = episode().to_dict()
    with pytest.raises(EpisodeError, match=why):
        Episode.from_dict({**plain, **change})
    arrays = {name: getattr(episode(), name) for name in ("support_x", "support_y", "query_x", "query_y")}
    described = {k: v for k, v in plain.items() if k not in arrays}
    for name in ("x.npz", "x.safetensors"):
        path = write_arrays(tmp_path / name, arrays, json.dumps({**described, **change}))
        with pytest.raises(EpisodeError, match=why):
            Episode.load(path)


@pytest.mark.parametrize(
    "change",
    [
        {"axis": ["inner_step"]},
        {"axis": "x" * 10_000},
        {"meta": [["a", "b", "c"]]},
        {"meta": None},
        {"coords": {"layer": "abc"}},
        {"coords": {"layer": None}},
        {"coords": []},
        {"episode": None},
        {"episode": []},
    ],
)
def test_a_garbled_trace_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    arrays, plain = read_npz(trace().save(tmp_path / "t.npz"), TraceError)
    for name in ("x.npz", "x.safetensors"):
        path = write_arrays(tmp_path / name, arrays, json.dumps({**plain, **change}))
        with pytest.raises(MetawidgetsError) as error:
            Trace.load(path)
        assert len(str(error.value)) < 2100


@pytest.mark.parametrize(
    "channel", [np.array([["a"]]), np.zeros((0, 2, 2)), np.zeros((3, 2, 2), complex), np.array([None] * 3)]
)
def test_a_channel_that_holds_no_numbers_is_refused(tmp_path: Path, channel: np.ndarray) -> None:
    if channel.size:
        with pytest.raises(TraceError, match=r"^channel 'outputs' is "):
            Trace("inner_step", {"outputs": channel}, episode())
    else:
        with pytest.raises(TraceError, match="a channel without any state"):
            Trace.load(Trace("inner_step", {"outputs": channel}, episode()).save(tmp_path / "x.npz"))


def test_many_doubled_items_take_no_time() -> None:
    n = 30_000
    with pytest.raises(EpisodeError, match="is in the support set twice"):
        Episode(np.zeros((n, 1)), np.zeros(n, int), np.zeros((1, 1)), [0], ("a", "b"), [("d", "c", "same")] * n)  # pyright: ignore[reportArgumentType]
