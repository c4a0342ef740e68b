"""Tables for a notebook's output, as HTML and as plain text. Every cell is escaped."""

import html
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from jaxtyping import Shaped, UInt8

__all__ = ["Link", "Picture", "Table", "item_cell", "settings_table"]


class Picture:
    """A table cell that shows a small image.

    Args:
        image: an item of an episode; one channel is an ink map.
        text: a description for readers who do not see the image.
        size: width and height on the page, in pixels.
    """

    def __init__(self, image: UInt8[np.ndarray, "channel height width"], text: str, size: int = 48) -> None:
        from metawidgets.views.images import data_uri  # views loads altair, which loads slowly

        self.uri, self.text, self.size = data_uri(image), text, size

    def __str__(self) -> str:
        return f"[{self.text}]"

    def html(self) -> str:
        return f'<img src="{self.uri}" alt="{html.escape(self.text)}" width="{self.size}" height="{self.size}" style="max-width: none">'


_FEW_NUMBERS, _FEW_TOKENS = 4, 12


def item_cell(item: Shaped[np.ndarray, "*item"], text: str) -> "Picture | str":
    """Return the cell of an episode's item: a picture, a few numbers or token ids, or the bars of a longer vector.

    Args:
        text: a description for readers who do not see a picture.
    """
    from metawidgets.views.images import bars  # views loads altair, which loads slowly

    if item.ndim == 3:
        return Picture(item, text)
    if item.dtype.kind in "iu":
        return " ".join(map(str, item[:_FEW_TOKENS].tolist())) + (" …" if len(item) > _FEW_TOKENS else "")
    if len(item) <= _FEW_NUMBERS:
        return ", ".join(f"{v:.2f}" for v in item)
    return Picture(bars(item, max(1e-12, float(np.abs(item).max()))), f"{text}, a vector of {len(item)} numbers")


class Link:
    """A table cell with a link to another page, or to a file to download.

    Args:
        text: the link's text.
        address: the target, relative to the page.
    """

    def __init__(self, text: str, address: str) -> None:
        self.text, self.address = text, address

    def __str__(self) -> str:
        return self.text

    def html(self) -> str:
        # `download`, because a browser would show a notebook as JSON
        save = "" if self.address.endswith(".html") else " download"
        return f'<a href="{html.escape(self.address)}"{save}>{html.escape(self.text)}</a>'


class Table:
    """A table that a notebook shows.

    Args:
        columns: the headings.
        rows: each with as many cells as there are headings: text, numbers, `Picture` or `Link`.
        caption: a line above the table.

    Raises:
        ValueError: if the number of cells in a row differs from the number of headings.
    """

    def __init__(self, columns: Iterable[str], rows: Iterable[Iterable[Any]], caption: str = "") -> None:
        self.columns, self.rows, self.caption = list(columns), [list(row) for row in rows], caption
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"a row has {len(row)} cells under {len(self.columns)} headings: {row}.")

    def _repr_html_(self) -> str:
        columns = [[row[i] for row in self.rows] for i in range(len(self.columns))]
        styles = [_style(cells) for cells in columns]
        head = "".join(
            f'<th scope="col"{_head_style(cells)}>{html.escape(name)}</th>'
            for name, cells in zip(self.columns, columns, strict=True)
        )
        body = "\n".join(
            "<tr>" + "".join(f"<td{style}>{_cell(v)}</td>" for v, style in zip(row, styles, strict=True)) + "</tr>"
            for row in self.rows
        )
        caption = f'<caption style="text-align: left">{html.escape(self.caption)}</caption>' if self.caption else ""
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"

    def __repr__(self) -> str:
        texts = [self.columns, *([str(cell) for cell in row] for row in self.rows)]
        widths = [max(len(row[i]) for row in texts) for i in range(len(self.columns))]
        lines = [
            "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in texts
        ]
        return "\n".join([self.caption, *lines] if self.caption else lines)


def settings_table(settings: Mapping[str, Any], caption: str = "") -> Table:
    """Return a table of names and values, with the names of nested mappings as `outer.inner`."""
    return Table(["setting", "value"], _flat("", settings), caption)


def _flat(prefix: str, settings: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for name, value in settings.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(f"{prefix}{name}.", value)
        else:
            yield f"{prefix}{name}", value if isinstance(value, str) else json.dumps(value)


_NUMBER = re.compile(r"(< )?[+\-−]?[\d.,]+( ± [\d.,]+)?( %)?|")


def _are_numbers(cells: list[Any]) -> bool:
    return bool(cells) and all(_NUMBER.fullmatch(str(cell)) for cell in cells)


def _style(cells: list[Any]) -> str:
    """Return the style attribute of a column. Numbers are aligned right and do not wrap.

    Text may wrap anywhere, since long names must not make the table wider than the page. A minimal width keeps a text column
    from shrinking to single letters beside columns of numbers.
    """
    words = (word for cell in cells if not isinstance(cell, Picture) for word in re.split(r"[\s-]", str(cell)))
    longest = min(max(map(len, words), default=0), 20)
    text = f"text-align: left; overflow-wrap: anywhere; min-width: {0.6 * longest + 1:.3g}em"  # including the padding
    fit = "text-align: right; white-space: nowrap" if _are_numbers(cells) else text
    return f' style="{fit}; vertical-align: middle"'


def _head_style(cells: list[Any]) -> str:
    """Return the style attribute of a heading. Without a wrapping rule, it wraps only between words."""
    return f' style="text-align: {"right" if _are_numbers(cells) else "left"}; vertical-align: bottom"'


def _cell(value: Any) -> str:
    return value.html() if isinstance(value, Picture | Link) else html.escape(str(value))
