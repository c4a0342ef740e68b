"""Reading of untrusted picture files: limits on size and format, and conversion to the shape of an item."""

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
_MARGIN = 0.16  # free space around the ink, as a fraction of its longer side
_DEEP = (
    "I;16",
    "I;16B",
    "I;16L",
    "I;16N",
    "I",
    "F",
)  # modes of one channel with more than 8 bits; "I" is read as 16 bits
_MOST_SCANS = 100  # passes over one JPEG: a camera's file has 1, a progressive one about 10
# Common formats that Pillow decodes quickly by itself; other formats start another program or loop over pixels in Python.
_FORMATS = ("PNG", "JPEG", "MPO", "GIF", "WEBP", "TIFF", "BMP", "DIB", "PPM", "ICO", "TGA", "AVIF", "JPEG2000")


def read_image(data: bytes, largest: int = LARGEST_FILE) -> tuple[Image.Image, str]:
    """Return a file's first picture as upright RGB, and a hash of its values that is equal for equal pictures.

    16-bit pictures are scaled by the range of 16 bits, and pictures of floating-point numbers from 0..1, so that one factor
    applies to all. The hash is of the values in the file, before they are scaled.

    Args:
        data: the file's bytes.
        largest: the largest allowed number of bytes.

    Raises:
        PictureError: if the file is too large, not an image, broken, or would unpack to too many pixels. The message starts with
            the verb ("is not an image that can be read; ..."); the caller puts the file's name before it.
    """
    if len(data) > largest:
        raise PictureError(
            f"has {len(data) / 1e6:.1f} MB; at most {largest / 1e6:.0f} MB are allowed. Make it smaller."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            Image.init()
            formats = [f for f in _FORMATS if f in Image.OPEN]
            with Image.open(io.BytesIO(data), formats=formats) as head:  # reads only the header
                _check_pixels(head)
                if head.format in ("JPEG", "MPO") and (scans := data.count(b"\xff\xda")) > _MOST_SCANS:
                    raise PictureError(f"has {scans:,} scans; at most {_MOST_SCANS} are allowed. Save it again.")
                head.verify()
            with Image.open(io.BytesIO(data), formats=formats) as again:  # verify() has used up the first one
                again.load()
                _check_pixels(again)  # a picture inside another (ICO) has its own size
                raw = ImageOps.exif_transpose(again)
                digest, image = _digest(raw), _flat(raw)
    except PictureError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureError(f"unpacks to more than {LARGEST_IMAGE // 10**6} million pixels; make it smaller.") from None
    except Image.UnidentifiedImageError:
        raise PictureError("is not an image that can be read; give a PNG, JPEG, GIF, WebP, TIFF or BMP file.") from None
    except Exception as error:  # a broken file can raise any exception
        raise PictureError(f"is broken ({type(error).__name__}); save it again.") from error
    return image, digest


def _digest(image: Image.Image) -> str:
    """Return a hash of the values, the same for a grey picture and its copy in RGB."""
    if image.mode not in _DEEP:
        seen = image.convert("RGBA")
        opaque = seen.getchannel("A").getextrema() == (255, 255)
        image = seen.convert("RGB") if opaque else seen
    return hashlib.sha256(f"{image.mode} {image.size}".encode() + image.tobytes()).hexdigest()[:16]


def _check_pixels(image: Image.Image) -> None:
    width, height = image.size
    if width * height > LARGEST_IMAGE:
        raise PictureError(
            f"unpacks to {width} x {height} pixels; at most {LARGEST_IMAGE // 10**6} million are allowed. Make it smaller."
        )


def fitted(image: Image.Image, shape: tuple[int, ...]) -> UInt8[np.ndarray, "channel height width"]:
    """Convert a picture to an item: a cropped photograph if `shape` has three channels, or an ink map if it has one channel.

    In an ink map, paper is 0 and ink is 255. The shade of most of the border counts as paper; dark ink on light paper is
    inverted. The paper around the ink is cropped, and the ink is scaled to fill the page as in handwriting data sets. A picture
    that already has the right size is not scaled.

    Raises:
        PictureError: if the picture has no visible ink.
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
            "is of one shade, so no ink is visible; give dark ink on light paper, or light ink on dark paper."
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
    # Shrinking turns a thin line grey; rescale so that the strongest pixel is full ink again.
    return (out * 255 // max(1, int(out.max()))).astype(np.uint8)[None]


def _flat(image: Image.Image) -> Image.Image:
    """Return the picture as RGB; put transparent parts on white, or on black if the picture itself is light."""
    if image.mode in _DEEP:
        values = np.asarray(image).astype(np.float64)
        white = 1 if image.mode == "F" else 65_535
        if not (
            (values >= 0) & (values <= white)
        ).all():  # scaling by its own range would hide how bright the picture is
            raise PictureError(
                f"holds values from {np.nanmin(values):g} to {np.nanmax(values):g}, but 0 to {white:g} are needed; scale all pictures "
                "by one factor and save them again."
            )
        image = Image.fromarray(np.round(values / white * 255).astype(np.uint8))
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        image = image.convert("RGBA")
        seen = np.asarray(image)[..., 3] > 127
        light = seen.any() and np.asarray(image.convert("L"))[seen].mean() > 160 and not seen.all()
        paper = Image.new("RGBA", image.size, "black" if light else "white")
        image = Image.alpha_composite(paper, image)
    return image.convert("RGB")


def _paper(grey: UInt8[np.ndarray, "height width"]) -> float:
    """Return the shade of the paper, which is the median of the border."""
    return float(np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])))
