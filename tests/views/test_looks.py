"""Colours, shapes, names, images and titles."""

import base64
import io
import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from metawidgets.views import theme
from metawidgets.views.images import data_uri
from metawidgets.views.marks import short
from metawidgets.views.titles import heading


def _rgb(colour: str) -> np.ndarray:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255


def _linear(colour: str) -> np.ndarray:
    c = _rgb(colour)
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def _contrast(a: str, b: str) -> float:
    """Return the WCAG 2 contrast ratio."""
    light, dark = sorted((float(_linear(c) @ (0.2126, 0.7152, 0.0722)) + 0.05 for c in (a, b)), reverse=True)
    return light / dark


def test_components_and_charts_share_their_class_colours(root: Path) -> None:
    script = (root / "js" / "shared" / "colour.ts").read_text(encoding="utf-8")
    listed = re.search(r"\[([^\]]*#0072b2.*?)\]", script, re.DOTALL)
    assert listed is not None
    assert tuple(re.findall(r"#[0-9a-f]{6}", listed[1].lower())) == theme.CLASS_COLOURS


def test_colour_and_shape_together_tell_56_classes_apart() -> None:
    assert len({(theme.class_colour(c), theme.class_shape(c)) for c in range(56)}) == 56


def test_text_can_be_read() -> None:
    for colour in (theme.INK, theme.MUTED):
        assert _contrast(colour, theme.BACKGROUND) > 4.5
    for colour in theme.CLASS_COLOURS[:4]:
        assert _contrast(colour, theme.BACKGROUND) > 2.9  # large marks with their own shape; marks without one need 3:1


# Viénot, Brettel and Mollon (1999): linear RGB as seen without long- or middle-wave cones.
_DICHROMATS = {
    "protanopia": [[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]],
    "deuteranopia": [[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]],
}


@pytest.mark.parametrize("vision", _DICHROMATS)
def test_the_first_five_colours_differ_for_all_kinds_of_sight(vision: str) -> None:
    seen = [np.array(_DICHROMATS[vision]) @ _linear(c) for c in theme.CLASS_COLOURS[:5]]
    assert min(np.abs(a - b).max() for a, b in combinations(seen, 2)) > 0.08


@pytest.mark.parametrize(
    ("name", "shown"),
    [("bet", "bet"), ("exactly15chars!", "exactly15chars!"), ("Tifinagh-character12", "Tifinag…acter12")],
)
def test_names_are_cut_in_their_middle(name: str, shown: str) -> None:
    assert short(name) == shown
    assert len(short(name)) <= 15


def test_ink_is_dark_on_white_paper() -> None:
    image = np.zeros((1, 4, 6), np.uint8)
    image[0, 1, 2] = 255
    pixels = _decoded(data_uri(image))
    assert pixels.shape == (4, 6, 3)
    assert pixels[1, 2].tolist() == [0, 0, 0]
    assert (np.delete(pixels.reshape(-1, 3), 8, axis=0) == 255).all()


def test_colours_stay_as_they_are() -> None:
    image = np.arange(3 * 5 * 5, dtype=np.uint8).reshape(3, 5, 5)
    np.testing.assert_array_equal(_decoded(data_uri(image)), np.moveaxis(image, 0, -1))


def test_a_rim_goes_around_the_image() -> None:
    pixels = _decoded(data_uri(np.zeros((1, 28, 28), np.uint8), rim="#d55e00"))
    assert pixels.shape == (34, 34, 3)
    assert pixels[0, 0].tolist() == [0xD5, 0x5E, 0x00]
    assert pixels[17, 17].tolist() == [255, 255, 255]


def _decoded(uri: str) -> np.ndarray:
    head, _, data = uri.partition(",")
    assert head == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB"))


def test_titles_are_broken_to_the_chart() -> None:
    spec = heading(
        "A title of some length that says what is seen", "And a subtitle that says how to read it", 200
    ).to_dict()
    assert len(spec["text"]) == 2
    assert " ".join(spec["text"]) == "A title of some length that says what is seen"
    assert all(len(line) * 5.7 <= 240 for line in spec["subtitle"])
