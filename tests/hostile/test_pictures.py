"""Malicious picture files: decompression bombs, formats that differ from the file name, damage."""

import io
import struct
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from metawidgets import datasets
from metawidgets.errors import PictureError
from metawidgets.files.pictures import LARGEST_IMAGE, fitted, read_image
from tests.hostile.confined import confined
from tests.hostile.damage import damaged
from tests.made_files import bomb, image_file

_READ = """
import sys
from pathlib import Path
from metawidgets.errors import PictureError
from metawidgets.files.pictures import fitted, read_image
try:
    print(fitted(read_image(Path(sys.argv[1]).read_bytes())[0], (1, 28, 28)).shape)
except PictureError as error:
    print(error)
"""


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "ICO", "TGA"])
def test_a_damaged_picture_is_a_picture_or_refused(kind: str) -> None:
    for data in damaged(image_file(kind, size=(48, 36)), n=60):
        try:
            item = fitted(read_image(data)[0], (1, 28, 28))
        except PictureError:
            continue
        assert item.shape == (1, 28, 28)
        assert item.dtype == np.uint8


def test_an_icon_that_lies_about_its_picture_is_refused() -> None:
    inner = bomb(9_000, 9_000)
    head = struct.pack("<HHH", 0, 1, 1) + struct.pack("<BBBBHHII", 16, 16, 0, 0, 1, 32, len(inner), 22)
    with pytest.raises(PictureError, match=r"^(is broken|unpacks to)"):
        read_image(head + inner)


def test_a_jpeg_of_thousands_of_passes_is_refused_at_once() -> None:
    out = io.BytesIO()
    Image.effect_noise((64, 64), 80).save(out, "JPEG", progressive=True)
    data = out.getvalue()
    last = data.rindex(b"\xff\xda")
    assert read_image(data)[0].size == (64, 64)
    begun = time.monotonic()
    with pytest.raises(PictureError, match=r"^has 5,0\d\d scans; at most 100"):
        read_image(data[:last] + data[last:-2] * 5_000 + data[-2:])
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("kind", ["QOI", "DDS", "PCX", "SGI", "EPS", "PDF", "XBM"])
def test_rare_formats_have_no_business_here(kind: str) -> None:
    out = io.BytesIO()
    Image.effect_noise((32, 32), 50).convert({"XBM": "1"}.get(kind, "RGB")).save(out, kind)
    with pytest.raises(PictureError, match=r"^is not an image that can be read"):
        read_image(out.getvalue())


def test_the_largest_picture_that_is_taken_fits_into_a_small_memory(tmp_path: Path) -> None:
    side = int(LARGEST_IMAGE**0.5)
    picture = Image.new("L", (side, side), 255)
    picture.paste(0, (side // 4, side // 4, side // 2, side // 2))
    picture.save(tmp_path / "x.png")
    assert confined(_READ, tmp_path / "x.png", megabytes=1500).strip() == "(1, 28, 28)"
    (tmp_path / "y.png").write_bytes(bomb(60_000, 60_000))
    assert confined(_READ, tmp_path / "y.png", megabytes=700).startswith("unpacks to")


def test_a_folder_is_read_by_content_and_not_by_name(tmp_path: Path) -> None:
    """A picture is read whatever its file name; any other file is left out with a reason, and does not stop the others."""
    for c in ("a", "b"):
        (tmp_path / c).mkdir()
        for i, kind in enumerate(("PNG", "JPEG", "GIF")):
            (tmp_path / c / f"{i}.png").write_bytes(image_file(kind, size=(40 + i, 30 + ord(c) % 7)))
    hostile = {
        "page.png": b"<html><script>alert(1)</script></html>",
        "pickle.png": b"cos\nsystem\n(S'touch ran'\ntR.",
        "bomb.png": bomb(),
        "half.png": image_file("PNG")[:100],
        "empty.png": b"",
        "\u202egnp.exe": b"MZ",
        "new\nline.png": b"x",
    }
    for name, data in hostile.items():
        (tmp_path / "a" / name).write_bytes(data)
    with (tmp_path / "a" / "sparse.png").open("wb") as file:
        file.truncate(8 << 30)
    (tmp_path / "b" / "link.png").symlink_to("/etc/hostname")
    found = datasets.load("image_folder", root=str(tmp_path))
    left_out = dict(found.unreadable)  # pyright: ignore[reportAttributeAccessIssue]
    assert set(left_out) == {f"a/{name}" for name in (*hostile, "sparse.png")} | {"b/link.png"}
    assert left_out["b/link.png"] == "is a link out of the folder"
    assert left_out["a/sparse.png"].startswith("has 8589.9 MB; at most 30 MB")
    assert len(found.source("all").items) == 6  # pyright: ignore[reportAttributeAccessIssue]
