"""Conversion of a notebook's text to markup that needs no script and no network. Maths becomes MathML, and HTML is cleaned."""

import html
import re
from collections.abc import Callable, Sequence
from typing import Any

from nbconvert.filters.markdown_mistune import InvalidNotebook, IPythonRenderer, MarkdownWithMath, import_plugin

from metawidgets.reports.pages.html_cleaning import cleaned
from metawidgets.reports.pages.left_out import LeftOut
from metawidgets.reports.pages.maths import Maths, mathml, source

__all__ = ["cleaned", "cleaned_with_pictures", "code_label", "coloured_only", "final_lines", "markdown", "mathml"]


class _Renderer(IPythonRenderer):
    """nbconvert's Markdown with MathML where it leaves TeX for a script to find."""

    def __init__(self, maths: Maths, found: Callable[[LeftOut], object], cell: int, **options: Any) -> None:
        super().__init__(escape=False, embed_images=True, exclude_anchor_links=True, **options)
        self.maths, self.found, self.cell = maths, found, cell

    def block_html(self, html: str) -> str:
        # Piece by piece, as Markdown has it, an opening <details> would be closed before what it folds. All is cleaned later.
        return html

    def inline_html(self, html: str) -> str:
        return html

    def block_math(self, body: str) -> str:
        return self._math(body, display=True)

    def inline_math(self, body: str) -> str:
        return self._math(body)

    def latex_environment(self, name: str, body: str) -> str:
        return self._math(f"\\begin{{{name}}}{body}\\end{{{name}}}", display=True)

    def block_mermaidjs(self, code: str) -> str:
        item = LeftOut(
            self.cell, "a diagram of mermaid", "the page shows its source", "display a picture of the diagram"
        )
        self.found(item)
        note = f'<p class="mw-note mw-left-out">{html.escape(item.note)}</p>'
        return f"<pre><code>{html.escape(code.strip())}</code></pre>{note}"

    def embedded(self, address: str) -> str | None:
        """Return a picture of the notebook as a data: address, or `None`."""
        try:
            embedded = self._embed_image_or_attachment(address)
        except (InvalidNotebook, OSError, ValueError):
            return None
        return embedded if embedded != address else None

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return super(IPythonRenderer, self).image(text, url, title)  # `cleaned` embeds it, as in HTML

    def tex_reference(self, text: str) -> str:
        return self._math(text)

    def _math(self, tex: str, display: bool = False) -> str:
        try:
            return self.maths.mathml(tex, display)
        except ValueError as error:
            short = " ".join(tex.split())
            what = f"the formula {short[:60]}{'…' if len(short) > 60 else ''}"
            self.found(LeftOut(self.cell, what, f"{error}; the page shows its source"))
            return source(tex, str(error))


def _references(md: Any) -> None:
    r"""Make Markdown read a reference outside a formula, such as \eqref{eq:loss}, as one."""

    def parse(inline: Any, found: re.Match[str], state: Any) -> int:
        state.append_token({"type": "tex_reference", "raw": found[0]})
        return found.end()

    md.inline.register("tex_reference", r"\\(?:eq)?ref\{[^}]+\}", parse, before="escape")


def markdown(
    text: str,
    *,
    attachments: Any = None,
    path: str = "",
    maths: Maths | None = None,
    found: Callable[[LeftOut], object] = lambda item: None,
    cell: int = 0,
) -> str:
    """Return Markdown as clean HTML, with the pictures of the notebook's own folder inside.

    Args:
        text: the Markdown.
        attachments: the pictures that the cell holds.
        path: the notebook's folder.
        maths: the macros and the equation numbers of the notebook so far.
        found: called for each thing that cannot be shown.
        cell: the cell's number in the notebook.
    """
    renderer = _Renderer(maths or Maths(), found, cell, attachments=attachments, path=path)
    plugins: list[Any] = [import_plugin(name) for name in (*MarkdownWithMath.DEFAULT_PLUGINS, "footnotes")]
    plugins.append(_references)
    marked = str(MarkdownWithMath(renderer=renderer, plugins=plugins).render(text))
    marked = re.sub(r'((?:id="|href="#)fn(?:ref)?-)', rf"\g<1>{cell}-", marked)  # each cell counts its own footnotes
    return cleaned(marked, embed=renderer.embedded, found=found, cell=cell)


def cleaned_with_pictures(fragment: str, path: str, *, found: Callable[[LeftOut], object], cell: int) -> str:
    """Return clean HTML with the pictures of the notebook's own folder inside."""
    if not path:  # a notebook without a folder has no pictures beside it
        return cleaned(fragment, found=found, cell=cell)
    renderer = _Renderer(Maths(), found, cell, path=path)
    return cleaned(fragment, embed=renderer.embedded, found=found, cell=cell)


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


def coloured_only(code: str) -> str:
    """Return highlighted code without the elements of tokens that page.css gives no colour: most of them."""
    return re.sub(r'<span(?: class="(?:n|nn|na|nv|o|p|w|x|vm)")?>([^<]*)</span>', r"\1", code)


def final_lines(text: str) -> str:
    """Return the text that a terminal would show at the end. A progress bar leaves only its last state."""
    return "\n".join(line.rstrip("\r").rsplit("\r", 1)[-1] for line in text.split("\n"))
