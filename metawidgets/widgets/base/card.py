"""Pictures of components: a plain card for those that no view can draw, and functions shared by all pictures."""

import io
import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import UInt8
from PIL import Image

__all__ = ["card", "headed", "pasted", "picture"]

_WIDTH, _LINE, _ROW, _NAMES, _MOST, _ROWS = 640, 17, 44, 150, 60, 20
_LARGE = 200_000  # bytes above which a PNG is saved with fewer colours


def card(
    title: str, text: str, rows: Sequence[tuple[str, Sequence[UInt8[np.ndarray, "channel height width"]]]] = ()
) -> bytes:
    """Return a PNG of a card: a title, a text with its lines wrapped, and rows of images with a name before each row.

    The card holds at most 60 lines, 20 rows, and as many images as fit in a row. It says how many it leaves out.
    """
    # altair loads slowly, and views loads altair
    import altair as alt

    from metawidgets.views import marks, theme
    from metawidgets.views.images import data_uri

    indents = [(line, line[: len(line) - len(line.lstrip())]) for line in text.splitlines()]
    lines = [part for line, indent in indents for part in textwrap.wrap(line, 104, subsequent_indent=indent) or [""]]
    if len(lines) > _MOST:
        lines = [*lines[: _MOST - 1], f"… {len(lines) - _MOST + 1} more lines"]
    texts: list[dict[str, Any]] = [
        {"x": 6 * (len(line) - len(line.lstrip())), "y": _LINE * (i + 0.5), "text": line.strip()}
        for i, line in enumerate(lines)
    ]
    if len(rows) > _ROWS:
        texts.append({"x": 0, "y": _LINE * (len(lines) + 0.5) + _ROW * _ROWS, "text": f"… {len(rows) - _ROWS} more"})
        rows = rows[:_ROWS]
    images, fit = [], (_WIDTH - _NAMES) // _ROW - 1
    for i, (name, items) in enumerate(rows):
        y = _LINE * len(lines) + _ROW * (i + 0.7)
        texts.append({"x": 0, "y": y, "text": marks.short(name, 22)})
        images += [
            {"x": _NAMES + _ROW * (j + 0.5), "y": y, "url": data_uri(item)} for j, item in enumerate(items[:fit])
        ]
        if len(items) > fit:
            texts.append({"x": _NAMES + _ROW * (fit + 0.2), "y": y, "text": f"+{len(items) - fit}"})
    height = max(80, _LINE * len(lines) + _ROW * len(rows) + 24)
    across, down = (alt.Scale(domain=domain, nice=False) for domain in ([0, _WIDTH], [height, 0]))
    at = {"x": alt.X("x:Q", scale=across, axis=None), "y": alt.Y("y:Q", scale=down, axis=None)}
    written = alt.Chart(marks.inline(texts)).mark_text(align="left", baseline="middle", fontSize=12, color=theme.INK)
    shown = alt.Chart(marks.inline(images)).mark_image(width=_ROW - 8, height=_ROW - 8)
    chart = alt.layer(written.encode(**at, text="text:N"), shown.encode(**at, url="url:N"))
    titled = chart.properties(width=_WIDTH, height=height, title=headed(title, [], _WIDTH))
    return picture(titled)


def picture(chart: Any) -> bytes:
    """Return a PNG of a chart in the views' theme. A large PNG is saved with fewer colours."""
    from metawidgets.views import png, theme  # views loads altair, which loads slowly

    drawn = png(chart.configure(**theme.config()))
    return drawn if len(drawn) <= _LARGE else _saved(Image.open(io.BytesIO(drawn)))


def headed(title: str, lines: Sequence[str], width: float) -> Any:
    """Return a chart's title with lines of text below it, all wrapped to `width` pixels."""
    # altair loads slowly, and views loads altair
    import altair as alt

    from metawidgets.views.titles import subtitle_lines, title_lines

    below = [part for line in lines for part in subtitle_lines(line, width)]
    more: dict[str, Any] = {"subtitle": below} if below else {}
    return alt.TitleParams(text=title_lines(title, width), limit=0, **more)


def pasted(columns: Sequence[Sequence[bytes]]) -> bytes:
    """Paste pictures into one PNG: columns side by side, the pictures of a column below each other."""
    pictures = [[Image.open(io.BytesIO(png)).convert("RGB") for png in column] for column in columns]
    width = sum(max((p.width for p in column), default=0) for column in pictures)
    height = max(sum(p.height for p in column) for column in pictures)
    paper, x = Image.new("RGB", (max(1, width), max(1, height)), "white"), 0
    for column in pictures:
        y = 0
        for picture in column:
            paper.paste(picture, (x, y))
            y += picture.height
        x += max((p.width for p in column), default=0)
    return _saved(paper)


def _saved(image: Image.Image) -> bytes:
    """Save an image as PNG. Above 200 KB, reduce it to 96 colours; ink and flat colours hardly change."""
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", optimize=True)
    if buffer.tell() <= _LARGE:
        return buffer.getvalue()
    smaller = io.BytesIO()
    image.quantize(96, dither=Image.Dither.NONE).save(smaller, format="PNG", optimize=True)
    return smaller.getvalue()
