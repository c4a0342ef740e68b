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

from metawidgets.datasets import _omniglot_files, load
from metawidgets.datasets._omniglot_files import load_part
from metawidgets.errors import DatasetError
from metawidgets.sampling import ClassPool, EpisodeSampler, check_disjoint
from tests.datasets.conftest import ALPHABETS, N_CHARACTERS, N_DRAWERS, png, scribble, tiny_members

Write = Callable[..., Path]
MEMBER = "images_background/Tongue_A/character01/0001_01.png"


def pool(root: Path | str | None, split: str = "all", *, verify: bool = False, **options: Any) -> ClassPool:
    source = load("omniglot", root=root, verify=verify, **options).source(split)  # type: ignore[arg-type]
    assert isinstance(source, ClassPool)
    return source


# --- what is loaded ---


def test_classes_and_items_keep_their_names(tiny_zip: Path) -> None:
    whole = pool(tiny_zip)
    assert whole.class_ids == tuple(f"{a}-{c:02}" for a in ALPHABETS for c in range(1, N_CHARACTERS + 1))
    assert whole.sizes.tolist() == [N_DRAWERS] * len(whole)
    assert str(whole.item_id(N_DRAWERS + 2)) == "omniglot/Tongue_A-02/0002_03"


def test_an_image_is_its_drawing_made_small(tiny_zip: Path) -> None:
    whole = pool(tiny_zip)
    ink = ~scribble(101)  # character 1, drawer 1
    # 105 = 28 x 3.75: at four times the size each pixel is a box of 15 x 15
    boxes = np.kron(ink, np.ones((4, 4))).reshape(28, 15, 28, 15).mean((1, 3))
    small = whole.items[0, 0] / 255
    assert small.sum() == pytest.approx(boxes.sum(), rel=0.02)
    assert np.corrcoef(small.ravel(), boxes.ravel())[0, 1] > 0.98


def test_a_folder_of_zips_a_zip_and_an_unpacked_folder_are_the_same(tiny_zip: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tiny_zip) as archive:
        archive.extractall(tmp_path)
    expected = pool(tiny_zip)
    for root in (tiny_zip.parent, tmp_path, tmp_path / "images_background"):
        found = pool(root)
        np.testing.assert_array_equal(found.items, expected.items)
        assert found.class_ids == expected.class_ids
        assert found.item_ids == expected.item_ids


def test_the_environment_names_the_folder(tiny_zip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METAWIDGETS_OMNIGLOT", str(tiny_zip.parent))
    assert len(pool(None)) == 20


def test_both_parts_are_joined(write_zip: Write, tmp_path: Path) -> None:
    shutil.copy(write_zip(tiny_members()), tmp_path / "images_background.zip")
    evaluation = {k.replace("Tongue_", "Zunge_"): v for k, v in tiny_members("evaluation").items()}
    shutil.copy(write_zip(evaluation), tmp_path / "images_evaluation.zip")
    whole = pool(tmp_path, part="both")
    assert len(whole) == 40
    assert whole.offsets.tolist() == list(range(0, 241, 6))
    np.testing.assert_array_equal(whole.items[120:], pool(tmp_path, part="evaluation").items)
    assert set(pool(tmp_path, "test", part="both").groups) == {f"Zunge_{x}" for x in "FGHIJ"}


# --- splits, rotations, alphabets ---


def test_alphabets_are_held_out_by_name(tiny_zip: Path) -> None:
    groups = {s: set(pool(tiny_zip, s, rotations="none").groups) for s in ("train", "validation", "test")}
    assert groups == {
        "train": {"Tongue_A", "Tongue_B"},
        "validation": {"Tongue_C", "Tongue_D", "Tongue_E"},
        "test": {"Tongue_F", "Tongue_G", "Tongue_H", "Tongue_I", "Tongue_J"},
    }


@pytest.mark.parametrize("split_by", ["alphabet", "character"])
@pytest.mark.parametrize("rotations", ["none", "train", "all"])
def test_splits_are_disjoint_rotations_included(tiny_zip: Path, split_by: str, rotations: str) -> None:
    pools = {
        s: pool(tiny_zip, s, split_by=split_by, rotations=rotations, split_seed=3)
        for s in ("train", "validation", "test")
    }
    check_disjoint(**pools)
    # not only by name: no turn of an image in one part is an image of another part
    turned = {s: {np.rot90(image[0], k).tobytes() for image in p.items for k in range(4)} for s, p in pools.items()}
    assert not turned["train"] & turned["validation"]
    assert not turned["train"] & turned["test"]
    assert not turned["validation"] & turned["test"]
    factor = {"none": 1, "train": 4, "all": 4}[rotations]
    assert len(pools["train"]) == factor * len(set(pools["train"].origins))
    assert len(pools["test"]) == (4 if rotations == "all" else 1) * len(set(pools["test"].origins))


def test_rotations_are_classes_of_turned_images(tiny_zip: Path) -> None:
    plain, turned = pool(tiny_zip, "train", rotations="none"), pool(tiny_zip, "train", rotations="train")
    n = len(plain.items)
    assert len(turned) == 4 * len(plain)
    for quarter, suffix in enumerate(("", "-r90", "-r180", "-r270")):
        np.testing.assert_array_equal(
            turned.items[quarter * n : (quarter + 1) * n], np.rot90(plain.items, quarter, (2, 3))
        )
        ids = turned.class_ids[quarter * len(plain) : (quarter + 1) * len(plain)]
        assert ids == tuple(c + suffix for c in plain.class_ids)
    assert turned.origins == plain.class_ids * 4
    assert turned.item_id(n).item == plain.item_id(0).item


def test_an_episode_within_one_alphabet_has_no_character_twice(tiny_zip: Path) -> None:
    sampler = EpisodeSampler(pool(tiny_zip, "train", within_alphabet=True), n_way=2, k_shot=1, n_query=1)
    seen = set()
    for i in range(30):
        names = sampler.episode(i).class_names
        alphabets = {name[: len("Tongue_A")] + name[len("Tongue_A-01") :] for name in names}
        assert len(alphabets) == 1
        seen |= alphabets
    assert len(seen) == 8  # two alphabets in four positions


def test_a_random_split_has_the_usual_proportions_and_a_seed(tiny_zip: Path) -> None:
    def ids(split: str, seed: int) -> tuple[str, ...]:
        return pool(tiny_zip, split, split_by="character", split_seed=seed, rotations="none").class_ids

    assert [len(ids(s, 0)) for s in ("train", "validation", "test")] == [14, 1, 5]  # of 20, as 1100 / 100 / 423
    assert ids("test", 0) == ids("test", 0) != ids("test", 1)


def test_too_few_alphabets_to_hold_any_out(write_zip: Write) -> None:
    few = write_zip({k: v for k, v in tiny_members().items() if "Tongue_I" not in k and "Tongue_J" not in k})
    with pytest.raises(DatasetError, match=r"8 alphabets do not make three parts .*split_by='character'"):
        pool(few, "test")
    assert len(pool(few, "all")) == 16


# --- what is refused ---


def test_an_altered_zip_is_refused_unless_trusted(tiny_zip: Path, fresh: Path) -> None:
    with pytest.raises(DatasetError, match=r"has the MD5 [0-9a-f]{32}, which is none .* images_background\.zip"):
        pool(tiny_zip, verify=True)
    assert not fresh.exists()  # and nothing of it was kept
    assert len(pool(tiny_zip)) == 20


def test_a_zip_of_known_checksum_is_taken(tiny_zip: Path, fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = hashlib.sha256(tiny_zip.read_bytes()).hexdigest()
    monkeypatch.setitem(_omniglot_files._KNOWN, "background", (known,))
    assert len(pool(tiny_zip, verify=True)) == 20


def test_a_verified_part_is_not_another_part(tiny_zip: Path) -> None:
    with pytest.raises(DatasetError, match="holds images_background, not images_evaluation; pass part='background'"):
        pool(tiny_zip, part="evaluation")


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("../0001_01.png", b"", "climbs out of the folder"),
        ("images_background/../../x.png", b"", "climbs out of the folder"),
        ("images_background/Tongue_A/character01/run.sh", b"", "nothing that belongs"),
        ("images_background/Tongue_A/0001_01.png", b"", "nothing that belongs"),
        ("images_background/Tong<b>/character01/0001_01.png", b"", "nothing that belongs"),
        (MEMBER, b"no picture", "is no drawing of Omniglot's"),
        (MEMBER, png(scribble(1))[:60], "is no drawing of Omniglot's"),
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
    with pytest.raises(DatasetError, match="is truncated, damaged or no zip"):
        pool(cut, verify=verify)
    with pytest.raises(DatasetError, match=r"its entry '\.\./evil\.png' climbs out of the folder"):
        pool(write_zip({**tiny_members(), "../evil.png": b""}), verify=verify)


def test_an_empty_zip_is_refused(write_zip: Write) -> None:
    with pytest.raises(DatasetError, match="holds no images of Omniglot's"):
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
    with pytest.raises(DatasetError, match=r"0001_77\.png is no drawing of Omniglot's"):
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
        DatasetError, match=rf"could not be fetched from https://.* \({reason}\); get images_background.zip"
    ):
        pool(None, verify=True)


# --- the real one ---


@pytest.mark.omniglot
def test_the_background_set_is_whole(omniglot_root: Path) -> None:
    whole = pool(omniglot_root, verify=True)
    assert len(whole) == 964
    assert whole.sizes.tolist() == [20] * 964
    assert len(set(whole.groups)) == 30
    assert (
        hashlib.sha256(whole.items.tobytes()).hexdigest()
        == "72a661299288cc406d09eb1fd4c05c96a029f41cbe794c28b02743e38d7bc666"
    )


@pytest.mark.omniglot
def test_the_usual_splits_of_the_background_set(omniglot_root: Path) -> None:
    pools = {s: pool(omniglot_root, s, verify=True) for s in ("train", "validation", "test")}
    assert {s: (len(p), len(set(p.origins))) for s, p in pools.items()} == {
        "train": (4 * 699, 699),
        "validation": (114, 114),
        "test": (151, 151),
    }
    check_disjoint(**pools)
    assert sorted(set(pools["test"].groups))[-1] == "Tifinagh"
    assert EpisodeSampler(pools["test"], n_way=20, k_shot=5).episode(0).shots.tolist() == [5] * 20


@pytest.mark.omniglot
def test_the_real_zip_is_refused_with_one_byte_changed(omniglot_root: Path, tmp_path: Path, fresh: Path) -> None:
    data = bytearray((omniglot_root / "images_background.zip").read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "images_background.zip").write_bytes(data)
    with pytest.raises(DatasetError, match="is truncated, altered or another file"):
        pool(tmp_path, verify=True)
    with pytest.raises(DatasetError, match=r"truncated, damaged or no zip|no drawing"):
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
