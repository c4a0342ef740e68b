"""A picture of the distance matrix for readers without scripts: the same rows, columns and signs as in the browser."""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image, ImageDraw, ImageFont

from metawidgets.widgets.prototype_heatmap import nearest_prototypes

__all__ = ["draw_png"]

_SCALE = 2  # pixels per CSS pixel, so that the picture is sharp on most screens
_INK, _MUTED, _LINE = (31, 35, 40), (87, 96, 106), (208, 215, 222)
# From near to far, as in prototype_heatmap.js on light paper.
_RAMP = np.array([[8, 40, 92], [28, 86, 152], [92, 148, 200], [172, 202, 230], [234, 241, 248]])


def draw_png(arrays: Mapping[str, np.ndarray], config: Mapping[str, Any], step: int, title: str) -> bytes:
    """The matrix at one step as PNG, on white.

    Args:
        arrays, config: as `PrototypeHeatmap` sends them.
        title: printed above, broken into lines.
    """
    names, y = config["episode"]["class_names"], arrays["query_y"]
    distances: Float[np.ndarray, "query way"] = arrays["distances"][step]
    images = arrays["query_x"].ndim == 4
    n, way = distances.shape
    row = max(6, min(26, 1200 // max(n, 1)))  # a picture cannot scroll: many queries make thin rows
    thumb = images and row >= 16
    side, cell, head = (row + 8 if thumb else 12) + 96, max(24, min(88, 560 // way)), 76 if images else 40
    lines = _wrapped(title, side + way * cell)
    top = 16 + 18 * len(lines) + head
    order = np.argsort(y, kind="stable")
    gaps = 6 * (np.searchsorted(np.unique(y), y[order]))
    sheet = _Sheet(max(360, side + way * cell + 16), top + n * row + int(gaps[-1]) + 44)
    for i, line in enumerate(lines):
        sheet.text((12, 12 + 18 * i), line, size=13)
    for k, name in enumerate(names):
        x = side + k * cell
        if cell >= 40 or k % 2 == 0:
            sheet.text((x + cell / 2, top - head + 12), _cut(name, cell if cell >= 40 else 2 * cell), size=10, anchor="mm")
        if "class_x" in arrays and (arrays["support_y"] == k).any():
            sheet.image(arrays["class_x"][k], x + (cell - 44) / 2 if cell >= 44 else x, top - head + 22, min(44, cell - 2))
    finite = arrays["distances"][np.isfinite(arrays["distances"])]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    first = nearest_prototypes(distances).first
    for place, q in enumerate(order):
        at = top + place * row + int(gaps[place])
        if place == 0 or y[order[place - 1]] != y[q]:
            sheet.text((12, at + row / 2), _cut(names[y[q]], 92), size=11, anchor="lm")
        if thumb:
            sheet.image(arrays["query_x"][q], side - row - 4, at, row - 1)
        for k in range(way):
            box = (side + k * cell, at, side + (k + 1) * cell - 1, at + row - (1 if row > 10 else 0))
            sheet.cell(box, distances[q, k], low, high, nearest=first[q] == k, true=y[q] == k, any_nearest=first[q] >= 0)
    sheet.legend(top + n * row + int(gaps[-1]) + 16, low, high, config["metric"])
    return sheet.png()


class _Sheet:
    """White paper on which positions are CSS pixels."""

    def __init__(self, width: float, height: float) -> None:
        self.paper = Image.new("RGB", (round(width * _SCALE), round(height * _SCALE)), "white")
        self.pen = ImageDraw.Draw(self.paper)

    def text(self, at: tuple[float, float], text: str, *, size: int, anchor: str = "lt", fill: Any = _INK) -> None:
        self.pen.text((at[0] * _SCALE, at[1] * _SCALE), text, fill=fill, font=_font(size), anchor=anchor)

    def image(self, image: UInt8[np.ndarray, "channel height width"], x: float, y: float, size: float) -> None:
        pixels = 255 - image[0] if len(image) == 1 else np.moveaxis(image, 0, -1)
        side = round(size * _SCALE)
        small = Image.fromarray(np.ascontiguousarray(pixels)).convert("RGB").resize((side, side), Image.Resampling.LANCZOS)
        self.paper.paste(small, (round(x * _SCALE), round(y * _SCALE)))

    def cell(
        self, box: tuple[float, ...], value: float, low: float, high: float, *, nearest: bool, true: bool, any_nearest: bool
    ) -> None:
        """One distance with its sign: a dot for the nearest, a cross where it is wrong, a ring for the true class then."""
        left, top, right, bottom = (v * _SCALE for v in box)
        if not np.isfinite(value):
            self.pen.rectangle((left, top, right, bottom), fill=(246, 248, 250))
            for x in np.arange(left, right, 12):
                self.pen.line((x, bottom, min(x + bottom - top, right), bottom - min(bottom - top, right - x)), fill=_LINE, width=2)
            return
        colour = _sequential(((value - low) / ((high - low) or 1)) ** 0.5)
        self.pen.rectangle((left, top, right - 1, bottom - 1), fill=colour)
        x, y = (left + right) / 2, (top + bottom) / 2
        r = min(8.0, (bottom - top) / 3)
        ink = (0, 0, 0) if np.dot(colour, (0.299, 0.587, 0.114)) > 120 else (255, 255, 255)
        if nearest and true:
            self.pen.ellipse((x - r, y - r, x + r, y + r), fill=ink)
        elif nearest:
            self.pen.line((x - r, y - r, x + r, y + r), fill=ink, width=4)
            self.pen.line((x - r, y + r, x + r, y - r), fill=ink, width=4)
        elif true and any_nearest:
            self.pen.ellipse((x - r, y - r, x + r, y + r), outline=ink, width=3)

    def legend(self, y: float, low: float, high: float, unit: str) -> None:
        for i in range(100):
            x = 12 + 1.2 * i
            self.pen.rectangle((x * _SCALE, y * _SCALE, (x + 1.2) * _SCALE, (y + 9) * _SCALE), fill=_sequential(i / 99))
        signs = "dot: nearest, cross: nearest but wrong, ring: true class"
        self.text((140, y - 2), f"{low:.3g} to {high:.3g}, {unit}", size=11, fill=_MUTED)
        self.text((12, y + 13), signs, size=11, fill=_MUTED)

    def png(self) -> bytes:
        buffer = io.BytesIO()
        self.paper.save(buffer, format="PNG", optimize=True)
        return buffer.getvalue()


def _sequential(far: float) -> tuple[int, int, int]:
    x = float(np.clip(far, 0, 1)) * (len(_RAMP) - 1)
    r, g, b = (round(float(np.interp(x, np.arange(len(_RAMP)), _RAMP[:, c]))) for c in range(3))
    return r, g, b


def _font(size: int) -> Any:
    return ImageFont.load_default(size * _SCALE)


def _width(text: str, size: int) -> float:
    return _font(size).getlength(text) / _SCALE


def _cut(text: str, width: float) -> str:
    short = text
    while len(short) > 2 and _width(short, 11) > width:
        keep = len(short.replace("…", "")) - 1
        short = f"{text[: (keep + 1) // 2]}…{text[len(text) - keep // 2 :]}"
    return short


def _wrapped(text: str, width: float) -> list[str]:
    lines = [""]
    for word in text.split():
        candidate = f"{lines[-1]} {word}".strip()
        if _width(candidate, 13) <= max(width, 340):
            lines[-1] = candidate
        else:
            lines.append(word)
    return lines
