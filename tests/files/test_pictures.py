"""Untrusted picture files, read and fitted to a size."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from metawidgets.errors import PictureError
from metawidgets.files.pictures import fitted, read_image
from tests.made_files import bomb, image_file


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "ICO", "TGA"])
@pytest.mark.parametrize(("ink", "paper"), [(20, 240), (250, 10)])
def test_pictures_of_any_format_and_polarity_become_ink(kind, ink, paper):
    image, _ = read_image(image_file(kind, ink=ink, paper=paper))
    item = fitted(image, (1, 28, 28))
    assert item.shape == (1, 28, 28)
    assert item.dtype == np.uint8
    assert item.max() == 255
    assert np.median(item) == 0
    assert item[0, :2].max() == 0  # a margin of paper
    rows, columns = np.nonzero(item[0] > 100)
    assert rows.max() - rows.min() > columns.max() - columns.min()  # the L is upright
    assert item[0, rows.max(), columns.min() : columns.max()].mean() > 100  # the lower stroke of the L


def test_a_picture_stands_upright_and_colours_fill_three_channels():
    picture = Image.new("RGB", (60, 40), "red")
    picture.paste("blue", (0, 0, 30, 40))
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # the orientation tag for a rotation by 90 degrees clockwise
    picture.save(out, "JPEG", exif=exif, quality=95)
    image, _ = read_image(out.getvalue())
    assert image.size == (40, 60)
    item = fitted(image, (3, 32, 32))
    assert item.shape == (3, 32, 32)
    assert item[2, 4, 16] > 200  # blue is at the top
    assert item[0, 28, 16] > 200  # red is at the bottom


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "1", "I;16", "RGB"])
def test_pictures_of_any_mode_are_read(mode):
    kind = "PNG"
    item = fitted(read_image(image_file(kind, mode=mode))[0], (1, 28, 28))
    assert np.median(item) == 0
    assert item.max() == 255


def test_light_ink_on_nothing_is_ink_too():
    picture = Image.new("RGBA", (50, 50), (0, 0, 0, 0))
    ImageDraw.Draw(picture).line((10, 10, 40, 40), fill=(255, 255, 255, 255), width=5)
    out = io.BytesIO()
    picture.save(out, "PNG")
    item = fitted(read_image(out.getvalue())[0], (1, 28, 28))
    assert item[0].trace() > 10 * 200


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (bomb(), "^unpacks to"),
        (bomb(7_000, 7_000), "^unpacks to 7000 x 7000 pixels"),
        (bomb(50, 50), "^is broken"),
        (b"", "^is not an image"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "^is not an image"),
        (bytes(6_000_000), "^has 6.0 MB; at most 5 MB"),
    ],
)
def test_what_cannot_be_read_says_why(data, why):
    with pytest.raises(PictureError, match=why):
        read_image(data)


@pytest.mark.parametrize("size", [(28, 28), (120, 90)])
def test_a_blank_page_shows_nothing_whatever_its_size(size):
    with pytest.raises(PictureError, match=r"^is of one shade"):
        fitted(Image.new("RGB", size, "white"), (1, 28, 28))


def test_an_animation_is_its_first_picture():
    frames = [Image.new("L", (40, 40), 255) for _ in range(2)]
    ImageDraw.Draw(frames[0]).rectangle((18, 5, 21, 34), fill=0)
    ImageDraw.Draw(frames[1]).rectangle((5, 18, 34, 21), fill=0)
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    item = fitted(read_image(out.getvalue())[0], (1, 28, 28))[0]
    rows, columns = np.nonzero(item > 100)
    assert rows.max() - rows.min() > columns.max() - columns.min()  # the picture is upright


def test_an_item_of_the_right_size_keeps_its_bytes():
    ink = np.zeros((28, 28), np.uint8)
    ink[5:23, 12:16] = 200
    for pixels in (ink, 255 - ink):  # dark on light, and light on dark
        assert np.array_equal(fitted(Image.fromarray(pixels).convert("RGB"), (1, 28, 28))[0], ink)
