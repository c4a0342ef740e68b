"""Picture files of strangers: read within limits, whatever their format, and fitted to the shape of an item."""

import hashlib
import io
import warnings

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageOps

from metawidgets.errors import PictureError

__all__ = ["LARGEST_FILE", "LARGEST_IMAGE", "fitted", "read_image"]

LARGEST_FILE = 5_000_000  # bytes
LARGEST_IMAGE = 40_000_000  # pixels
_MARGIN = 0.16  # of the ink's longer side, left free around it
_MOST_SCANS = 100  # passes over one JPEG: those of a camera have 1, progressive ones about 10
# What people have, and what Pillow reads fast and alone: others run another program, or go pixel by pixel through Python.
_FORMATS = ("PNG", "JPEG", "MPO", "GIF", "WEBP", "TIFF", "BMP", "DIB", "PPM", "ICO", "TGA", "AVIF", "JPEG2000")


def read_image(data: bytes, largest: int = LARGEST_FILE) -> tuple[Image.Image, str]:
    """The first picture of a file as RGB, upright, and a hash of its pixels, by which one picture in two files is known.

    Args:
        data: the file. largest: bytes that are taken at most.

    Raises:
        PictureError: if the file is too large, no image, broken, or would unpack to too many pixels. It says what the
            file does, without its subject: "is no image that can be read; ...".
    """
    if len(data) > largest:
        raise PictureError(f"has {len(data) / 1e6:.1f} MB; at most {largest / 1e6:.0f} MB are taken. Make it smaller.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            Image.init()
            formats = [f for f in _FORMATS if f in Image.OPEN]
            with Image.open(io.BytesIO(data), formats=formats) as head:  # reads the head only
                _check_pixels(head)
                if head.format in ("JPEG", "MPO") and (scans := data.count(b"\xff\xda")) > _MOST_SCANS:
                    raise PictureError(
                        f"goes over its pixels {scans:,} times; at most {_MOST_SCANS} are taken. Save it again."
                    )
                head.verify()
            with Image.open(io.BytesIO(data), formats=formats) as again:  # verify() leaves nothing to read
                again.load()
                _check_pixels(again)  # a picture within a picture (ICO) has a size of its own
                image = _flat(ImageOps.exif_transpose(again))
    except PictureError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureError(f"unpacks to more than {LARGEST_IMAGE // 10**6} million pixels; make it smaller.") from None
    except Image.UnidentifiedImageError:
        raise PictureError("is no image that can be read; give a PNG, JPEG, GIF, WebP, TIFF or BMP file.") from None
    except Exception as error:  # a broken file can raise anything at all
        raise PictureError(f"is broken ({type(error).__name__}); save it again.") from error
    digest = hashlib.sha256(f"{image.size}".encode() + image.tobytes()).hexdigest()[:16]
    return image, digest


def _check_pixels(image: Image.Image) -> None:
    width, height = image.size
    if width * height > LARGEST_IMAGE:
        raise PictureError(
            f"unpacks to {width} x {height} pixels; at most {LARGEST_IMAGE // 10**6} million are taken. Make it smaller."
        )


def fitted(image: Image.Image, shape: tuple[int, ...]) -> UInt8[np.ndarray, "channel height width"]:
    """The picture as an item of that shape: a photograph filled into three channels, or an ink map of what stands out from the paper.

    The paper is what most of the border is; light paper is turned, so that ink is 255. Paper around the ink is cut, and ink fills
    the page as in handwriting data sets; a picture that has the size already stays as it is.

    Raises:
        PictureError: if there is no ink to be seen.
    """
    channels, height, width = shape
    if channels == 3:
        return np.moveaxis(np.asarray(ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)), -1, 0)
    grey = np.asarray(image.convert("L"))
    ink = grey if _paper(grey) < 128 else 255 - grey
    above = np.clip(ink.astype(np.int32) - int(_paper(ink)), 0, None)
    top = int(above.max())
    if top < 16:
        raise PictureError(
            "is of one shade, so there is nothing to see; give one with dark ink on light paper, or light on dark."
        )
    if ink.shape == (height, width):
        return ink[None].copy()
    ink = (above * 255 // top).astype(np.uint8)
    rows, columns = (np.flatnonzero((ink > 80).any(axis)) for axis in (1, 0))
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    margin = round(_MARGIN * max(cut.shape)) + 1
    cut = np.pad(cut, margin)
    page = ImageOps.pad(Image.fromarray(cut), (width, height), Image.Resampling.BOX, color=0)
    out = np.asarray(page).astype(np.int32)
    # A thin line turns grey when it shrinks; its darkest pixel is ink again.
    return (out * 255 // max(1, int(out.max()))).astype(np.uint8)[None]


def _flat(image: Image.Image) -> Image.Image:
    """RGB; what is transparent lies on white, or on black where the picture is light itself."""
    if image.mode in ("I;16", "I;16B", "I;16L", "I", "F"):
        values = np.asarray(image).astype(np.float64)
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        image = Image.fromarray(np.nan_to_num((values - low) / max(high - low, 1e-12) * 255).astype(np.uint8))
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        image = image.convert("RGBA")
        seen = np.asarray(image)[..., 3] > 127
        light = seen.any() and np.asarray(image.convert("L"))[seen].mean() > 160 and not seen.all()
        paper = Image.new("RGBA", image.size, "black" if light else "white")
        image = Image.alpha_composite(paper, image)
    return image.convert("RGB")


def _paper(grey: UInt8[np.ndarray, "height width"]) -> float:
    """The shade of the paper: the median of the border."""
    return float(np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])))
