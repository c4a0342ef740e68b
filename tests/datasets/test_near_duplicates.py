"""Copies that were recompressed or resized are found, and different pictures are not; brightness is kept in 16 bits."""

import io
import logging
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from metawidgets.datasets import ImageFolder, load
from metawidgets.datasets._near_duplicates import near_duplicates, perceptual_hashes, thumbnail
from metawidgets.episodes import ClassPool, EpisodeSampler
from metawidgets.learners import build
from metawidgets.training import evaluate


def scene(seed: int, side: int = 160) -> Image.Image:
    """Return a picture of soft blobs and grain, as a photograph has them."""
    rng = np.random.default_rng(seed)
    noise = Image.fromarray(rng.integers(0, 256, (12, 16, 3), dtype=np.uint8)).resize(
        (side, side), Image.Resampling.BICUBIC
    )
    grain = rng.normal(0, 8, (side, side, 1))
    return Image.fromarray(np.clip(np.asarray(noise) + grain, 0, 255).astype(np.uint8))


def recompressed(image: Image.Image, quality: int) -> Image.Image:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return Image.open(out)


def test_copies_are_found_among_different_pictures() -> None:
    scenes = [scene(i) for i in range(40)]
    copies = [
        recompressed(scenes[0], 40),
        scenes[1].resize((90, 90)),
        recompressed(scenes[2].resize((320, 320)), 70),
        scenes[3].convert("L"),
        scenes[4].filter(ImageFilter.GaussianBlur(1)),
    ]
    found = near_duplicates(np.stack([thumbnail(each) for each in [*scenes, *copies]]))
    assert found == [(i, 40 + i) for i in range(5)]


def test_drawings_of_one_character_are_not_copies_of_each_other() -> None:
    pool = load("glyphs", n_classes=40, n_drawers=20).source("all")
    assert isinstance(pool, ClassPool)
    pictures = [Image.fromarray(255 - item[0]) for item in pool.items]
    found = near_duplicates(np.stack([thumbnail(each) for each in pictures]))
    assert found == []
    big = [each.resize((105, 105), Image.Resampling.BICUBIC) for each in pictures[:10]]
    again = near_duplicates(np.stack([thumbnail(each) for each in pictures[:10] + big]))
    assert set(again) >= {(i, 10 + i) for i in range(10)}


def test_the_hash_is_the_sign_of_the_low_frequencies() -> None:
    """Of a cosine along x with 3 half waves, one frequency stands above the others, which are 0."""
    x = np.arange(16)
    wave = np.round(128 + 100 * np.cos(np.pi * 3 * (2 * x + 1) / 32)).astype(np.uint8)
    (bits,) = perceptual_hashes(np.tile(wave, (1, 16, 1))).view(np.uint8).reshape(1, 8)
    assert np.unpackbits(bits).reshape(8, 8)[0, 3] == 1
    flipped = perceptual_hashes(255 - np.tile(wave, (1, 16, 1))).view(np.uint8)
    assert np.unpackbits(flipped).reshape(8, 8)[0, 3] == 0


def test_they_are_kept_listed_and_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for c in range(2):
        (tmp_path / f"c{c}").mkdir()
        for i in range(3):
            scene(10 * c + i).save(tmp_path / f"c{c}" / f"{i}.png")
    scene(0).save(tmp_path / "c1" / "copy.jpg", quality=60)
    dataset = ImageFolder(root=str(tmp_path))
    with caplog.at_level(logging.WARNING):
        assert dataset.near_duplicates == (("c0/0.png", "c1/copy.jpg"),)
    assert caplog.messages == ["image_folder kept near-duplicates: 'c0/0.png' and 'c1/copy.jpg' look alike"]
    assert dataset.unreadable == ()
    pool = dataset.source("all")
    assert isinstance(pool, ClassPool)
    assert pool.sizes.tolist() == [3, 4]


def test_classes_that_differ_in_brightness_are_as_easy_in_16_bits_as_in_8(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    score = {}
    for depth, factor in (("8", 1), ("16", 257)):
        for c, shade in enumerate((60, 120, 180)):
            (tmp_path / depth / f"c{c}").mkdir(parents=True)
            for i in range(8):
                grey = rng.integers(shade - 20, shade + 20, (32, 32)).astype(np.uint8)
                grey = grey if factor == 1 else grey.astype(np.uint16) * np.uint16(factor)
                Image.fromarray(grey).save(tmp_path / depth / f"c{c}" / f"{i}.png")
        dataset = ImageFolder(root=str(tmp_path / depth), colour="rgb", size=16)
        learner = build("nearest", item_shape=(3, 16, 16), output_dim=3)
        score[depth] = evaluate(learner, EpisodeSampler(dataset.source("all"), n_way=3, n_query=3), 5).mean
        assert dataset.near_duplicates == ()
    assert score == {"8": 1, "16": 1}
