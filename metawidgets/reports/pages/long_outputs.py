"""Outputs of many lines or rows: the page shows how they begin, and folds the whole."""

import re
from html import escape

from nbconvert.filters import ansi2html

__all__ = ["folded_html", "terminal_text"]

_LINES, _CHARACTERS, _ROWS = 400, 100_000, 400  # an output up to this size is shown in full
_BEGINNING = 30  # lines of a long output that stand above the fold
_WIDTH = 2_000  # characters of a line above the fold


def terminal_text(text: str, kind: str = "") -> str:
    """Return a text with the colours of a terminal as HTML. A long one is folded below its beginning.

    Args:
        text: the text, with ANSI codes.
        kind: a further class of the element, such as "stderr".
    """
    opening = f'<pre class="text{kind and f" {kind}"}">'
    lines = text.split("\n")
    if len(lines) <= _LINES and len(text) <= _CHARACTERS:
        return f"{opening}{ansi2html(text)}</pre>"
    beginning = "\n".join(line[:_WIDTH] for line in lines[:_BEGINNING])
    count = len(lines) - (not lines[-1])
    what = f"All {count:,} lines" if count > 1 else "The whole line"
    return (
        f"{opening}{ansi2html(beginning)}\n…</pre>"
        f'<details class="long"><summary>{what}, {_size(text)}</summary>{opening}{ansi2html(text)}</pre></details>'
    )


def folded_html(html: str) -> str:
    """Return clean HTML as it is, or folded if it has many rows."""
    rows = len(re.findall(r"<tr\b", html))
    if rows <= _ROWS:
        return html
    return (
        f'<details class="long"><summary>{escape(f"A table of {rows:,} rows, {_size(html)}")}</summary>{html}</details>'
    )


def _size(text: str) -> str:
    size = len(text.encode())
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{max(1, round(size / 1e3))} kB"
