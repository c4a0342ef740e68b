import hashlib
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from metawidgets.episodes import EpisodeSampler, check_disjoint
from metawidgets.errors import DatasetError
from tests.datasets.conftest import ALPHABETS, N_CHARACTERS, N_DRAWERS, scribble, tiny_members
from tests.datasets.conftest import omniglot_pool as pool

Write = Callable[..., Path]


def test_classes_and_items_keep_their_names(tiny_zip: Path) -> None:
    whole = pool(tiny_zip)
    assert whole.class_ids == tuple(f"{a}-{c:02}" for a in ALPHABETS for c in range(1, N_CHARACTERS + 1))
    assert whole.sizes.tolist() == [N_DRAWERS] * len(whole)
    assert str(whole.item_id(N_DRAWERS + 2)) == "omniglot/Tongue_A-02/0002_03"


def test_an_image_is_its_drawing_made_small(tiny_zip: Path) -> None:
    whole = pool(tiny_zip)
    ink = ~scribble(101)  # character 1, drawer 1
    # 105 = 28 x 3.75: enlarged four times, each pixel is a box of 15 x 15
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
    # not only by name: no rotation of an image in one part equals an image in another part
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


def test_warps_are_training_classes_of_their_own(tiny_zip: Path) -> None:
    plain, more = pool(tiny_zip, "train"), pool(tiny_zip, "train", warps=2)
    n = len(plain.items)
    np.testing.assert_array_equal(more.items[:n], plain.items)
    assert len(more) == 3 * len(plain)
    assert more.class_ids[len(plain) :] == tuple(c + mark for mark in ("-w1", "-w2") for c in plain.class_ids)
    assert more.origins == plain.origins * 3
    assert more.item_id(n).item == plain.item_id(0).item
    np.testing.assert_array_equal(pool(tiny_zip, "train", warps=2).items, more.items)  # the same classes every time
    for split in ("validation", "test"):
        np.testing.assert_array_equal(pool(tiny_zip, split, warps=2).items, pool(tiny_zip, split).items)
        check_disjoint(train=more, other=pool(tiny_zip, split, warps=2))


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

    assert [len(ids(s, 0)) for s in ("train", "validation", "test")] == [
        14,
        1,
        5,
    ]  # out of 20, in the proportions 1100 / 100 / 423
    assert ids("test", 0) == ids("test", 0) != ids("test", 1)


def test_too_few_alphabets_to_hold_any_out(write_zip: Write) -> None:
    few = write_zip({k: v for k, v in tiny_members().items() if "Tongue_I" not in k and "Tongue_J" not in k})
    with pytest.raises(DatasetError, match=r"8 alphabets are too few for three parts .*split_by='character'"):
        pool(few, "test")
    assert len(pool(few, "all")) == 16


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
