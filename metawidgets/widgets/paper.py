"""White paper for the pictures of components: positions in CSS pixels, drawn twice as fine, without a browser or a chart library."""

import io
from typing import Any

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageDraw, ImageFont

__all__ = ["INK", "LINE", "MUTED", "SOFT", "Paper", "cut", "text_width", "wrapped"]

INK, MUTED, LINE, SOFT = (31, 35, 40), (87, 96, 106), (208, 215, 222), (244, 246, 248)
_SCALE = 2  # pixels per CSS pixel, so that the picture is sharp on most screens


class Paper:
    """A sheet of `width` by `height` CSS pixels."""

    def __init__(self, width: float, height: float) -> None:
        self.sheet = Image.new("RGB", (round(width * _SCALE), round(height * _SCALE)), "white")
        self.pen = ImageDraw.Draw(self.sheet)
        self._photographs = False

    def text(self, x: float, y: float, text: str, *, size: int = 12, anchor: str = "lt", fill: Any = INK) -> None:
        self.pen.text((x * _SCALE, y * _SCALE), _plain(text), fill=fill, font=_font(size), anchor=anchor)

    def box(self, x: float, y: float, width: float, height: float, fill: Any) -> None:
        left, top = round(x * _SCALE), round(y * _SCALE)
        self.pen.rectangle(
            (left, top, left + max(1, round(width * _SCALE)) - 1, top + max(1, round(height * _SCALE)) - 1), fill=fill
        )

    def line(self, *points: tuple[float, float], fill: Any = INK, width: float = 1) -> None:
        self.pen.line([(x * _SCALE, y * _SCALE) for x, y in points], fill=fill, width=max(1, round(width * _SCALE)))

    def dot(
        self, x: float, y: float, radius: float, *, fill: Any = None, outline: Any = None, width: float = 1
    ) -> None:
        corners = tuple(v * _SCALE for v in (x - radius, y - radius, x + radius, y + radius))
        self.pen.ellipse(corners, fill=fill, outline=outline, width=max(1, round(width * _SCALE)))

    def image(
        self, image: UInt8[np.ndarray, "channel height width"], x: float, y: float, size: float, paper: Any = SOFT
    ) -> None:
        """An image in a square: an ink map as ink on `paper`, three channels as they are."""
        _, height, width = image.shape
        side = round(size * _SCALE)
        scale = side / max(height, width)
        fit = (max(1, round(width * scale)), max(1, round(height * scale)))
        at = (round(x * _SCALE) + (side - fit[0]) // 2, round(y * _SCALE) + (side - fit[1]) // 2)
        self.box(x, y, size, size, paper)
        if len(image) == 1:
            self.sheet.paste(
                INK, at, Image.fromarray(np.ascontiguousarray(image[0])).resize(fit, Image.Resampling.LANCZOS)
            )
        else:
            self._photographs = True
            pixels = Image.fromarray(np.ascontiguousarray(np.moveaxis(image, 0, -1)))
            self.sheet.paste(pixels.resize(fit, Image.Resampling.LANCZOS), at)

    def png(self) -> bytes:
        buffer = io.BytesIO()
        # Ink and a few flat colours survive a palette unseen, in a third of the bytes; photographs would not.
        sheet = self.sheet if self._photographs else self.sheet.quantize(128, dither=Image.Dither.NONE)
        sheet.save(buffer, format="PNG", optimize=True)
        return buffer.getvalue()


def cut(text: str, width: float, size: int = 12) -> str:
    """The text, shortened in its middle to fit: names of classes differ most often at their ends."""
    text = _plain(text)
    most = max(
        1, int(width)
    )  # a character is a pixel wide or more, so that a name of ten thousand need not be tried in full
    text = text if len(text) <= most else f"{text[: (most + 1) // 2]}…{text[len(text) - most // 2 :]}"
    for keep in range(len(text), 0, -1):
        short = text if keep == len(text) else f"{text[: (keep + 1) // 2]}…{text[len(text) - keep // 2 :]}"
        if text_width(short, size) <= width:
            return short
    return "…"


def _plain(text: str) -> str:
    """On one line and in one direction: what no glyph stands for is a replacement character, or a space if it was one."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in text)


def wrapped(text: str, width: float, size: int = 12) -> list[str]:
    """Lines of words that fit; a word wider than a line is cut into pieces."""
    lines = [""]
    for word in text.split():
        while text_width(word, size) > width:
            n = next(
                k
                for k in range(min(len(word) - 1, max(1, int(width))), 0, -1)
                if text_width(word[:k], size) <= width or k == 1
            )
            lines += [word[:n]]
            word = word[n:]
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return [line for line in lines if line] or [""]


def text_width(text: str, size: int = 12) -> float:
    return _font(size).getlength(text) / _SCALE


def _font(size: int) -> Any:
    return ImageFont.load_default(size * _SCALE)
