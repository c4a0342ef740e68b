"""Small images as `data:` URIs, to be embedded in a chart's specification."""

import base64
import io

import altair as alt
import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image, ImageOps

__all__ = ["bars", "data_uri", "ground"]


_RIM = 0.09  # width of the frame, as a fraction of the image's longer side


def bars(values: Float[np.ndarray, " dim"], limit: float) -> UInt8[np.ndarray, "1 48 48"]:
    """Draw a vector as an image of dark ink: one bar per number, up or down from the middle; a bar of `limit` reaches the edge."""
    ink, middle = np.zeros((1, 48, 48), np.uint8), 24
    edges = np.linspace(3, 45, len(values) + 1).round().astype(int)
    for value, left, right in zip(values, edges, edges[1:], strict=False):
        low, high = sorted((middle, middle - round(20 * float(value) / limit)))
        ink[0, low : high + 1, left : max(left + 1, right - 1)] = 200
    return ink


def ground(pixels: UInt8[np.ndarray, "height width 3"], width: float, height: float) -> alt.Chart:
    """Return a chart of the picture, stretched to this size, as a background for other layers."""
    rows = [{"url": data_uri(np.moveaxis(pixels, -1, 0))}]
    image = alt.Chart(alt.InlineData(values=rows), width=width, height=height).mark_image(
        width=width, height=height, aspect=False, aria=False
    )
    return image.encode(x=alt.value(width / 2), y=alt.value(height / 2), url="url:N")


def data_uri(image: UInt8[np.ndarray, "channel height width"], *, rim: str | None = None) -> str:
    """Return the image as a PNG in a `data:` URI.

    An image of one channel has 0 for paper and 255 for full ink, so it is inverted. Three channels are colours.

    Args:
        rim: colour of a frame around the image. It is part of the picture, since a chart draws all frames before all images,
            and images would cover the frames of their neighbours.
    """
    pixels = 255 - image[0] if len(image) == 1 else np.moveaxis(image, 0, -1)
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    if rim is not None:
        picture = ImageOps.expand(picture.convert("RGB"), max(1, round(_RIM * max(picture.size))), rim)
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
