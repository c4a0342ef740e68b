"""Small images as `data:` URIs, which a chart carries inside its specification."""

import base64
import io

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageOps

__all__ = ["data_uri"]


_RIM = 0.09  # of an image's longer side


def data_uri(image: UInt8[np.ndarray, "channel height width"], *, rim: str | None = None) -> str:
    """A PNG as a `data:` URI: one channel as dark ink on white paper, three as they are.

    An ink map has 0 for paper and 255 for full ink, so it is inverted here.

    Args:
        rim: colour of a frame around the image. Baked into the picture, since a chart draws all frames before all images
            and those of overlapping neighbours would be torn.
    """
    pixels = 255 - image[0] if len(image) == 1 else np.moveaxis(image, 0, -1)
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    if rim is not None:
        picture = ImageOps.expand(picture.convert("RGB"), max(1, round(_RIM * max(picture.size))), rim)
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
