"""Captions on still pictures of components, so that no reader mistakes a picture for the live component."""

import io
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

__all__ = ["captioned", "uncaptioned"]

_KEY, _STRIP = "metawidgets-caption", "metawidgets-strip"
_SIZE, _MARGIN = 13, 6


def captioned(png: bytes, name: str) -> bytes:
    """Add a caption below a component's picture that tells readers that it is only a picture. Notebook viewers show no other text."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    scale = max(1, round(image.width / 700))
    text = f"Picture of {name}; open the notebook for the live instrument"
    font = ImageFont.load_default(_SIZE * scale)
    room = image.width - 2 * _MARGIN * scale
    lines = _broken(text, lambda line: font.getlength(line) <= room)
    strip = (len(lines) * (_SIZE + 5) + _MARGIN) * scale
    paper = Image.new("RGB", (image.width, image.height + strip), "white")
    paper.paste(image, (0, 0))
    draw = ImageDraw.Draw(paper)
    for i, line in enumerate(lines):
        at = (_MARGIN * scale, image.height + (i * (_SIZE + 5) + 2) * scale)
        draw.text(at, line, fill=(70, 78, 88), font=font)
    about = PngInfo()
    about.add_text(_KEY, text)
    about.add_text(_STRIP, str(strip))
    return _saved(paper, about)


def uncaptioned(png: bytes) -> tuple[bytes, str]:
    """Return a picture without the strip that `captioned` added, and its caption, or "" if it has none."""
    image = Image.open(io.BytesIO(png))
    caption, strip = image.info.get(_KEY, ""), image.info.get(_STRIP, "")
    if not caption or not strip.isdigit() or not 0 < int(strip) < image.height:
        return png, ""
    return _saved(image.crop((0, 0, image.width, image.height - int(strip)))), caption


def _broken(text: str, fits: Callable[[str], bool]) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and fits(f"{lines[-1]} {word}"):
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _saved(image: Image.Image, about: PngInfo | None = None) -> bytes:
    buffer = io.BytesIO()
    if image.mode == "RGB" and image.getcolors(256) is not None:
        image = image.quantize(256, dither=Image.Dither.NONE)
    image.save(buffer, format="PNG", optimize=True, pnginfo=about)
    return buffer.getvalue()
