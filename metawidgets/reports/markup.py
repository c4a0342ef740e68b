"""Conversion of a notebook's text to markup that needs no script and no network. Maths becomes MathML, and HTML is cleaned."""

import html
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from metawidgets.reports.html_cleaning import cleaned

__all__ = ["cleaned", "code_label", "final_lines", "markdown", "mathml"]


class _Renderer(IPythonRenderer):
    """nbconvert's Markdown with MathML where it leaves TeX for a script to find."""

    def block_html(self, html: str) -> str:
        # Piece by piece, as Markdown has it, an opening <details> would be closed before what it folds. All is cleaned later.
        return super().block_html(html) if "<img" in html else html

    def block_math(self, body: str) -> str:
        return mathml(body, display=True)

    def inline_math(self, body: str) -> str:
        return mathml(body)

    def latex_environment(self, name: str, body: str) -> str:
        return mathml(f"\\begin{{{name}}}{body}\\end{{{name}}}", display=True)


def markdown(source: str, *, attachments: Any = None, path: str = "") -> str:
    """Return Markdown as clean HTML. Embed the pictures of the notebook's own folder."""
    renderer = _Renderer(escape=False, attachments=attachments, embed_images=True, path=path, exclude_anchor_links=True)
    return cleaned(MarkdownWithMath(renderer=renderer).render(source))


@cache
def mathml(tex: str, display: bool = False) -> str:
    """Return TeX as MathML, or as readable source if the converter does not know it."""
    from latex2mathml.converter import convert  # latex2mathml loads slowly

    try:
        return convert(tex, display="block" if display else "inline")
    except Exception:  # the converter raises whatever its parser stumbles over; the reader still gets the formula
        return f'<code class="tex">{html.escape(tex)}</code>'


# The cell of defaults has no room for a comment, and papermill gives the one that it puts behind it a short one.
_PARAMETERS = {
    "parameters": "Code: Parameters and their defaults",
    "injected-parameters": "Code: Parameters of this run",
}


def code_label(source: str, tags: Sequence[str] = ()) -> str:
    """Return the label of a folded cell: by its tag if the tag is known, or by its first line if that is a comment."""
    if named := [_PARAMETERS[tag] for tag in tags if tag in _PARAMETERS]:
        return named[0]
    first = source.lstrip().splitlines()[0] if source.strip() else ""
    comment = first.strip("#").strip() if first.startswith("#") and not first.startswith("#!") else ""
    return f"Code: {comment}" if comment and not comment.startswith("%%") else "Code"


def final_lines(text: str) -> str:
    """Return the text that a terminal would show at the end. A progress bar leaves only its last state."""
    return "\n".join(line.rstrip("\r").rsplit("\r", 1)[-1] for line in text.split("\n"))
