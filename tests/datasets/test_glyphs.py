import time
from collections.abc import Sequence

import numpy as np
import pytest

from metawidgets.datasets import load
from metawidgets.datasets._letterforms import uniforms
from metawidgets.datasets._pen import PAGE, SUBPIXEL, Ink, Strokes, bounds, draw, rasterise
from metawidgets.datasets.glyphs import render
from metawidgets.episodes import ClassPool, EpisodeSampler


def pool(split: str = "all", **options: float) -> ClassPool:
    source = load("glyphs", **{"n_classes": 60, "n_drawers": 4, **options}).source(split)  # type: ignore[arg-type]
    assert isinstance(source, ClassPool)
    return source


def program(moves: Sequence[Sequence[tuple[float, float, float]]], joints: Sequence[tuple[float, ...]]) -> Strokes:
    """Draw one glyph from the given strokes."""
    padded = np.zeros((1, len(moves), max(map(len, moves)), 3))
    for s, stroke in enumerate(moves):
        padded[0, s, : len(stroke)] = stroke
    return Strokes(
        padded, np.zeros((*padded.shape[:3], 2)), np.array([[len(m) for m in moves]]), np.array([joints], float)
    )


# --- characters ---


def test_a_character_does_not_depend_on_how_many_there_are() -> None:
    few, many = pool(n_classes=30), pool(n_classes=90)
    assert many.class_ids[:30] == few.class_ids
    np.testing.assert_array_equal(many.items[: 30 * 4], few.items)


def test_a_drawing_does_not_depend_on_the_number_of_drawers() -> None:
    few, many = render(3, 10, 14, 3), render(3, 10, 14, 7)
    np.testing.assert_array_equal(many.reshape(4, 7, 28, 28)[:, :3], few.reshape(4, 3, 28, 28))


def test_blocks_leave_no_seam() -> None:
    # 100 drawers: 5 characters are rendered at once
    whole = render(0, 0, 12, 100)
    np.testing.assert_array_equal(whole[7 * 100 : 9 * 100], render(0, 7, 9, 100))


def test_splits_take_two_thirds_and_twice_a_sixth() -> None:
    assert [len(pool(s, n_classes=100)) for s in ("train", "validation", "test")] == [68, 16, 16]
    ids = pool(n_classes=100).class_ids
    assert pool("train", n_classes=100).class_ids + pool("validation", n_classes=100).class_ids == ids[:84]


def test_another_seed_writes_other_characters() -> None:
    assert not set(pool().class_ids) & set(pool(seed=1).class_ids)
    assert (pool().items != pool(seed=1).items).any(axis=(1, 2, 3)).all()


def test_without_wobble_all_drawers_draw_alike() -> None:
    still = render(0, 0, 20, 3, wobble=0.0).reshape(20, 3, -1)
    np.testing.assert_array_equal(still[:, :1].repeat(3, 1), still)
    moved = render(0, 0, 20, 3, wobble=1.0).reshape(20, 3, -1)
    assert (moved[:, 0] != moved[:, 1]).any(1).all()


def test_characters_differ() -> None:
    still = render(0, 0, 400, 1, wobble=0.0)
    assert len({image.tobytes() for image in still}) == 400


def test_the_ink_is_about_omniglots() -> None:
    # Omniglot's background set at 28x28: mean 19.9 of 255, 7.8 % of the pixels above 127
    images = render(0, 0, 200, 10)
    assert 16 < images.mean() < 23
    assert 0.055 < (images > 127).mean() < 0.085


def test_pixels_alone_are_neither_useless_nor_enough() -> None:
    sampler = EpisodeSampler(pool(n_classes=600, n_drawers=20), k_shot=1, n_query=3, seed=0)
    right = []
    for i in range(40):
        batch = sampler.batch(i, 10)
        s, q = (x.reshape(10, -1, 784).astype(np.float32) / 255 for x in (batch.support_x, batch.query_x))
        nearest = ((q[:, :, None] - s[:, None]) ** 2).sum(-1).argmin(-1)  # (task, query)
        right.append(np.take_along_axis(batch.support_y, nearest, 1) == batch.query_y)
    assert 0.65 < np.mean(right) < 0.80


def test_an_episode_within_one_alphabet() -> None:
    sampler = EpisodeSampler(pool(n_classes=100, within_alphabet=True), k_shot=1, n_query=1)
    for i in range(20):
        assert len({name.partition("-")[0] for name in sampler.episode(i).class_names}) == 1


def test_images_are_shared_and_locked() -> None:
    first, again = pool(), pool(within_alphabet=True)
    assert first.items is again.items
    assert not first.items.flags.writeable


def test_three_thousand_images_take_seconds_at_most() -> None:
    begin = time.thread_time()  # processor time, so that a busy machine does not fail the test
    render(5, 0, 150, 20)
    assert time.thread_time() - begin < 3  # about 0.2 s


def test_uniforms_are_those_of_the_bit_generator() -> None:
    # numpy guarantees PCG64's stream, so these numbers never change
    np.testing.assert_array_equal(uniforms((1, 2), 3), np.random.Generator(np.random.PCG64([1, 2])).random(3))


# --- pen ---


def test_a_dot_is_the_nib() -> None:
    middle = np.array([[PAGE // 2 * SUBPIXEL]])
    image = rasterise(Ink(np.array([0]), middle, middle), 1)[0, 0]
    counts = np.round(image / 255 * 16).astype(int)  # the number of subpixels with ink, out of 16
    # A square of 5 x 5 subpixels without its corners, at 54 to 58 on both axes: two of the five lie in pixel 13, three in pixel 14.
    assert counts[13:15, 13:15].tolist() == [[2 * 2 - 1, 2 * 3 - 1], [3 * 2 - 1, 3 * 3 - 1]]
    assert counts.sum() == 21


def test_a_line_goes_where_its_heading_points() -> None:
    for heading, x, y in ((0, 1, 0), (90, 0, 1), (180, -1, 0), (-90, 0, -1)):
        ink = draw(program([[(heading, 0, 1)]], [(0,) * 5]), np.array([48.0]))
        np.testing.assert_array_equal([ink.x[0, -1], ink.y[0, -1]], [48 * SUBPIXEL * x, 48 * SUBPIXEL * y])


def test_a_full_turn_comes_back() -> None:
    ink = draw(program([[(30, 360, 1)]], [(0,) * 5]), np.array([60.0]))
    assert abs(ink.x[0, -1]) < SUBPIXEL
    assert abs(ink.y[0, -1]) < SUBPIXEL
    left, right, top, bottom = bounds(ink.glyph, ink.x, ink.y)
    diameter = 60 / np.pi * SUBPIXEL
    assert right - left == pytest.approx(diameter, rel=0.02)
    assert bottom - top == pytest.approx(diameter, rel=0.02)


def test_moves_are_chained_and_strokes_cross_where_they_are_told() -> None:
    # an L of two moves, and a bar whose middle lies on the end of the L's stem
    ell, bar = [(90, 0, 1), (-90, 0, 0.5)], [(0, 0, 0.5)]
    ink = draw(program([ell, bar], [(0,) * 5, (0, 0.5, 0.5, 0, 0)]), np.array([48.0]))
    stem, foot, cross = 0, 1, 2
    assert ink.y[foot, 0] == ink.y[stem, -1]
    assert ink.x[foot, -1] == 24 * SUBPIXEL
    step = 48 * SUBPIXEL // 48
    assert abs(ink.x[cross, 24] - ink.x[foot, 0]) <= step
    assert abs(ink.y[cross, 24] - ink.y[stem, -1]) <= step


def test_no_ink_is_lost_at_the_margin() -> None:
    images = render(0, 0, 100, 10, wobble=2.0)
    border = np.ones((28, 28), bool)
    border[1:-1, 1:-1] = False
    assert (
        images[:, 0][:, border] > 127
    ).mean() < 0.005  # much ink at the margin would mean that the glyph was cut off
