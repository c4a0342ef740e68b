"""Untrusted zips: malformed ones are refused."""

import re
import stat
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from metawidgets.datasets import _archive
from metawidgets.datasets._archive import check_known, digests, members
from metawidgets.errors import DatasetError

ALLOWED = re.compile(r"things/(?P<name>[a-z]+)\.txt")
GOOD = {"things/one.txt": b"1" * 300, "things/two.txt": b"2", "things/three.txt": bytes(range(256))}


def write(path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return path


def read(path: Path) -> dict[str, bytes]:
    return {match["name"]: data for match, data in members(path, ALLOWED)}


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return write(tmp_path / "good.zip", *GOOD.items())


def test_files_come_by_name_with_their_bytes(good: Path) -> None:
    assert list(read(good).items()) == [("one", b"1" * 300), ("three", bytes(range(256))), ("two", b"2")]


def test_folders_and_litter_are_passed_over(tmp_path: Path) -> None:
    litter = [("things/", b""), ("__MACOSX/things/._one.txt", b"x"), ("things/.DS_Store", b"x"), ("Thumbs.db", b"x")]
    assert set(read(write(tmp_path / "a.zip", *litter, *GOOD.items()))) == {"one", "two", "three"}


@pytest.mark.parametrize(
    "name",
    ["../one.txt", "things/../../one.txt", "/things/one.txt", "C:/one.txt", "things/..", "..\\one.txt", "\\one.txt"],
)
def test_a_climbing_path_is_refused_before_anything_is_read(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "a.zip", *GOOD.items(), (name, b"x"))
    entries = members(path, ALLOWED)
    with pytest.raises(DatasetError, match=r"a\.zip is refused: its entry '.*' leaves the folder"):
        next(iter(entries))


@pytest.mark.parametrize("name", ["things/o\0ne.txt", "things\\one.txt"])
def test_a_name_that_readers_would_read_differently_is_refused(tmp_path: Path, name: str) -> None:
    info = zipfile.ZipInfo("things/placeholder")
    info.filename = name  # the constructor would shorten the name
    with pytest.raises(DatasetError, match="has a backslash or a NUL byte in its name"):
        read(write(tmp_path / "a.zip", (info, b"x")))


def test_a_link_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("things/one.txt")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(DatasetError, match=r"'things/one\.txt' is a link"):
        read(write(tmp_path / "a.zip", (link, b"/etc/passwd")))


def test_an_encrypted_entry_is_refused(good: Path) -> None:
    data = bytearray(good.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1  # general purpose flag of the first entry in the directory
    good.write_bytes(data)
    with pytest.raises(DatasetError, match="is encrypted"):
        read(good)


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_an_unusual_compression_is_refused(tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", method) as archive:
        archive.writestr("things/one.txt", b"1" * 100)
    with pytest.raises(DatasetError, match="is compressed by a method that the dataset does not use"):
        read(tmp_path / "a.zip")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="occurs twice"):
        read(write(tmp_path / "a.zip", ("things/one.txt", b"1"), ("things/one.txt", b"2")))


def test_what_does_not_belong_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"'things/run\.sh' does not belong to this dataset"):
        read(write(tmp_path / "a.zip", *GOOD.items(), ("things/run.sh", b"rm")))


def test_a_bomb_is_refused_by_what_it_declares(tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", ("things/one.txt", bytes(100 << 20)))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(DatasetError, match="would unpack to 104,857,600 bytes, more than 65,536"):
        read(path)


def test_a_bomb_that_understates_its_size_is_cut_off(tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", ("things/one.txt", bytes(8 << 20)))
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):  # both headers claim ten bytes
        struct.pack_into("<I", data, data.index(signature) + offset, 10)
    path.write_bytes(data)
    with pytest.raises(DatasetError, match=r"truncated, damaged or not a zip \(Bad CRC-32"):
        read(path)


def test_many_small_files_are_refused_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.zip", *GOOD.items())
    monkeypatch.setattr(_archive, "_MAX_ENTRIES", 2)
    with pytest.raises(DatasetError, match="it has 3 entries, more than 2"):
        read(path)
    monkeypatch.setattr(_archive, "_MAX_ENTRIES", 3)
    monkeypatch.setattr(_archive, "_MAX_TOTAL", 500)
    with pytest.raises(DatasetError, match="it would unpack to 557 bytes, more than 500"):
        read(path)


def test_a_truncated_zip_is_refused_wherever_it_was_cut(good: Path) -> None:
    data = good.read_bytes()
    for end in range(len(data)):
        good.write_bytes(data[:end])
        with pytest.raises(DatasetError, match="is truncated, damaged or not a zip"):
            read(good)


def test_damage_gives_our_error_or_the_right_bytes(good: Path) -> None:
    data, rng = good.read_bytes(), np.random.default_rng(0)
    refused = 0
    for at in range(len(data)):
        damaged = bytearray(data)
        damaged[at] ^= int(rng.integers(1, 256))
        good.write_bytes(damaged)
        try:
            found = read(good)
        except DatasetError:
            refused += 1
        else:  # a changed date or attribute is harmless, and a changed name may still be an allowed name
            assert set(found.values()) <= set(GOOD.values())
    assert refused > len(data) / 2


def test_no_zip_at_all(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"there is no file .*absent\.zip; check the path"):
        read(tmp_path / "absent.zip")
    (tmp_path / "page.zip").write_text("<html>Rate limit exceeded</html>")
    with pytest.raises(DatasetError, match=r"page\.zip is truncated, damaged or not a zip"):
        read(tmp_path / "page.zip")


def test_digests_are_the_standard_ones(tmp_path: Path) -> None:
    (tmp_path / "abc").write_bytes(b"abc")
    assert digests(tmp_path / "abc") == (
        "900150983cd24fb0d6963f7d28e17f72",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    )
    with pytest.raises(DatasetError, match="cannot be read"):
        digests(tmp_path)


def test_one_known_digest_is_enough(good: Path) -> None:
    check_known(Path("a.zip"), "a.zip", ("m", "s"), ("x", "s"), ALLOWED)
    check_known(Path("a.zip"), "a.zip", ("m", "s"), ("m",), ALLOWED)
    with pytest.raises(
        DatasetError, match=r"good\.zip has the MD5 m, which is not a known checksum of a\.zip: .*verify=False"
    ):
        check_known(good, "a.zip", ("m", "s"), ("x", "y"), ALLOWED)


def test_an_unknown_zip_is_refused_for_what_is_wrong_with_it(good: Path, tmp_path: Path) -> None:
    climbing = write(tmp_path / "b.zip", ("../one.txt", b"x"))
    with pytest.raises(DatasetError, match="leaves the folder"):
        check_known(climbing, "a.zip", ("m", "s"), (), ALLOWED)
    good.write_bytes(good.read_bytes()[:-9])
    with pytest.raises(DatasetError, match="is truncated, damaged or not a zip"):
        check_known(good, "a.zip", ("m", "s"), (), ALLOWED)
