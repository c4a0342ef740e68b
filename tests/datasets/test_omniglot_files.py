import hashlib
import shutil
import sys
import time
import types
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metawidgets.datasets import _omniglot_files
from metawidgets.datasets._omniglot_files import load_part
from metawidgets.errors import DatasetError
from tests.datasets.conftest import omniglot_pool as pool
from tests.datasets.conftest import png, scribble, tiny_members

Write = Callable[..., Path]
MEMBER = "images_background/Tongue_A/character01/0001_01.png"


# --- what is refused ---


def test_an_altered_zip_is_refused_unless_trusted(tiny_zip: Path, fresh: Path) -> None:
    with pytest.raises(DatasetError, match=r"has the MD5 [0-9a-f]{32}, which is not a known .* images_background\.zip"):
        pool(tiny_zip, verify=True)
    assert not fresh.exists()  # nothing of it was kept
    assert len(pool(tiny_zip)) == 20


def test_a_zip_of_known_checksum_is_taken(tiny_zip: Path, fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = hashlib.sha256(tiny_zip.read_bytes()).hexdigest()
    monkeypatch.setitem(_omniglot_files._KNOWN, "background", (known,))
    assert len(pool(tiny_zip, verify=True)) == 20


def test_a_zip_of_the_other_part_is_refused(tiny_zip: Path) -> None:
    with pytest.raises(DatasetError, match="holds images_background, not images_evaluation; pass part='background'"):
        pool(tiny_zip, part="evaluation")


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("../0001_01.png", b"", "leaves the folder"),
        ("images_background/../../x.png", b"", "leaves the folder"),
        ("images_background/Tongue_A/character01/run.sh", b"", "does not belong"),
        ("images_background/Tongue_A/0001_01.png", b"", "does not belong"),
        ("images_background/Tong<b>/character01/0001_01.png", b"", "does not belong"),
        (MEMBER, b"no picture", "is not a drawing of Omniglot"),
        (MEMBER, png(scribble(1))[:60], "is not a drawing of Omniglot"),
        (MEMBER, png(np.ones((28, 28), bool)), "28 x 28 pixels, not 105 x 105"),
        (MEMBER, png(np.ones((9000, 9000), bool)), "9000 x 9000 pixels, not 105 x 105"),
    ],
)
def test_a_bad_member_is_named(write_zip: Write, name: str, data: bytes, message: str) -> None:
    with pytest.raises(DatasetError, match=message) as caught:
        pool(write_zip({**tiny_members(), name: data}))
    assert name in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("verify", [True, False])
def test_a_truncated_or_climbing_zip_is_refused_as_such(
    tiny_zip: Path, write_zip: Write, tmp_path: Path, verify: bool
) -> None:
    cut = tmp_path / "images_background.zip"
    cut.write_bytes(tiny_zip.read_bytes()[:-100])
    with pytest.raises(DatasetError, match="is truncated, damaged or not a zip"):
        pool(cut, verify=verify)
    with pytest.raises(DatasetError, match=r"its entry '\.\./evil\.png' leaves the folder"):
        pool(write_zip({**tiny_members(), "../evil.png": b""}), verify=verify)


def test_an_empty_zip_is_refused(write_zip: Write) -> None:
    with pytest.raises(DatasetError, match="holds no images of Omniglot"):
        pool(write_zip({}))


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"there is no file or folder .*absent; give root= the folder"):
        pool(tmp_path / "absent")
    with pytest.raises(DatasetError, match=r"has neither images_background\.zip nor a folder images_background"):
        pool(tmp_path)


def test_an_unpacked_folder_must_be_trusted_and_may_not_lead_out(tiny_zip: Path, tmp_path: Path) -> None:
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(tiny_zip) as archive:
        archive.extractall(folder)
    with pytest.raises(DatasetError, match="is unpacked, so it has no checksum"):
        pool(folder, verify=True)
    (tmp_path / "secret.png").write_bytes(png(scribble(5)))
    link = folder / "images_background/Tongue_A/character01/0001_77.png"
    link.symlink_to(tmp_path / "secret.png")
    with pytest.raises(DatasetError, match=r"0001_77\.png is not a drawing of Omniglot"):
        pool(folder)


# --- cache and download ---


def test_the_second_time_comes_from_the_cache(tiny_zip: Path, fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = pool(tiny_zip)
    digest = hashlib.sha256(tiny_zip.read_bytes()).hexdigest()
    assert [p.name for p in fresh.iterdir()] == [f"omniglot-background-{digest[:32]}-1.npz"]
    _omniglot_files._loaded.cache_clear()
    monkeypatch.setattr(_omniglot_files, "members", lambda *_: pytest.fail("the zip was decoded again"))
    again = pool(tiny_zip)
    np.testing.assert_array_equal(first.items, again.items)
    assert first.item_ids == again.item_ids
    assert first.groups == again.groups


def test_half_a_cache_is_made_anew(tiny_zip: Path, fresh: Path) -> None:
    expected = pool(tiny_zip).items
    (cache,) = fresh.iterdir()
    cache.write_bytes(cache.read_bytes()[:500])
    _omniglot_files._loaded.cache_clear()
    np.testing.assert_array_equal(pool(tiny_zip).items, expected)
    assert cache.stat().st_size > 500


def test_another_zip_of_the_same_name_is_read_again(write_zip: Write, fresh: Path, tmp_path: Path) -> None:
    path = tmp_path / "images_background.zip"
    shutil.copy(write_zip(tiny_members()), path)
    before = pool(path).items[0]
    shutil.copy(write_zip({**tiny_members(), MEMBER: png(scribble(9))}), path)
    assert (pool(path).items[0] != before).any()


def test_a_cache_that_cannot_be_written_does_no_harm(tiny_zip: Path, fresh: Path) -> None:
    fresh.write_text("a file where the folder should be")
    assert len(pool(tiny_zip)) == 20


def fake_pooch(monkeypatch: pytest.MonkeyPatch, retrieve: Callable[..., str]) -> None:
    module: Any = types.SimpleNamespace(
        retrieve=retrieve, os_cache=lambda name: pytest.fail("METAWIDGETS_CACHE is set")
    )
    monkeypatch.setitem(sys.modules, "pooch", module)


def test_a_download_asks_for_the_official_zip_and_checksum(
    tiny_zip: Path, fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {}

    def retrieve(url: str, known_hash: str, fname: str, path: Path) -> str:
        asked.update(url=url, known_hash=known_hash, fname=fname, path=path)
        return str(tiny_zip)

    fake_pooch(monkeypatch, retrieve)
    assert len(load_part("background", None, verify=False).characters) == 20
    assert asked == {
        "url": "https://github.com/brendenlake/omniglot/raw/master/python/images_background.zip",
        "known_hash": "md5:68d2efa1b9178cc56df9314c21c6e718",
        "fname": "images_background.zip",
        "path": fresh / "omniglot",
    }


@pytest.mark.parametrize("error", [OSError("no route to host\nsecond line"), ValueError("MD5 hash does not match")])
def test_a_failed_download_says_what_to_do(fresh: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def retrieve(*_: Any, **__: Any) -> str:
        raise error

    fake_pooch(monkeypatch, retrieve)
    reason = str(error).splitlines()[0]
    with pytest.raises(
        DatasetError, match=rf"could not be downloaded from https://.* \({reason}\); get images_background.zip"
    ):
        pool(None, verify=True)


@pytest.mark.omniglot
def test_the_real_zip_is_refused_with_one_byte_changed(omniglot_root: Path, tmp_path: Path, fresh: Path) -> None:
    data = bytearray((omniglot_root / "images_background.zip").read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "images_background.zip").write_bytes(data)
    with pytest.raises(DatasetError, match="is truncated, altered or another file"):
        pool(tmp_path, verify=True)
    with pytest.raises(DatasetError, match=r"truncated, damaged or not a zip|not a drawing"):
        pool(tmp_path, verify=False)


@pytest.mark.omniglot
def test_the_real_one_loads_fast_the_second_time(omniglot_root: Path, fresh: Path) -> None:
    pool(omniglot_root, verify=True)
    seconds = []
    for _ in range(3):
        _omniglot_files._loaded.cache_clear()
        begin = time.thread_time()
        pool(omniglot_root, verify=True)
        seconds.append(time.thread_time() - begin)
    assert min(seconds) < 0.3
