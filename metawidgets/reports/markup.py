"""Text of a notebook as markup that needs no script and no network: maths as MathML, foreign HTML without what could act."""

import html
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.element import PreformattedString
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

__all__ = ["cleaned", "code_label", "final_lines", "markdown", "mathml"]

# What could act, load or send. The page's policy would stop the network; this keeps the console quiet and the page honest.
_ACTIVE = (
    "script",
    "iframe",
    "frame",
    "object",
    "embed",
    "applet",
    "link",
    "meta",
    "base",
    "form",
    "portal",
    "audio",
    "video",
    "template",  # its content is none of the elements that are gone through here
    # what gives a link another target, or an element a handler, while one looks on
    "set",
    "animate",
)
_LOADING = ("src", "srcset", "poster", "background", "action", "formaction", "ping", "xlink:href")


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
    """Markdown as clean HTML. Pictures of the notebook's own folder are embedded."""
    renderer = _Renderer(escape=False, attachments=attachments, embed_images=True, path=path, exclude_anchor_links=True)
    return cleaned(MarkdownWithMath(renderer=renderer).render(source))


@cache
def mathml(tex: str, display: bool = False) -> str:
    """TeX as MathML; as its own source, readable, if it is beyond the converter."""
    from latex2mathml.converter import convert

    try:
        return convert(tex, display="block" if display else "inline")
    except Exception:  # the converter raises whatever its parser stumbles over; the reader still gets the formula
        return f'<code class="tex">{html.escape(tex)}</code>'


def cleaned(fragment: str) -> str:
    """HTML without scripts, handlers, frames and anything from elsewhere; tables, styles, SVG and links stay.

    A picture from the network becomes a link to it. A link to a notebook beside this one loses its target, which is not beside
    the page: `data-notebook` keeps it for the site that has a page of that notebook too. One that is to be saved (`download`)
    keeps its target.
    """
    soup = BeautifulSoup(fragment, "html.parser")
    # Where a comment ends, parsers disagree: what is hidden in one here may be shown by a browser, handlers and all.
    for hidden in soup.find_all(string=lambda text: isinstance(text, PreformattedString)):
        hidden.extract()
    for tag in soup.find_all(_ACTIVE):
        tag.decompose()
    for tag in soup.find_all(True):
        if tag.name == "img" and not _embedded(_value(tag, "src")):
            _as_link(soup, tag)
            continue
        for name in list(tag.attrs):
            value = _value(tag, name)
            handler = name.startswith("on") or name == "srcdoc"
            elsewhere = name in _LOADING and not _embedded(value)
            if handler or elsewhere or (name.endswith("href") and not _harmless(value)):
                del tag[name]
            elif name == "style":
                tag[name] = _local_style(value)
        if tag.name == "style":  # taken literally here; a browser that is within SVG finds elements in it
            tag.string = _local_style(tag.get_text()).replace("<", "")
        if tag.name == "a" and not tag.has_attr("download") and _beside(_value(tag, "href")):
            tag["data-notebook"] = _value(tag, "href")
            del tag["href"]
        if _value(tag, "href").startswith("http"):
            tag["rel"] = "noopener noreferrer"
    return str(soup)


# The cell of defaults has no room for a comment, and papermill gives the one that it puts behind it a short one.
_PARAMETERS = {
    "parameters": "Code: Parameters and their defaults",
    "injected-parameters": "Code: Parameters of this run",
}


def code_label(source: str, tags: Sequence[str] = ()) -> str:
    """What a folded cell is about: its tag if that says it, or its first line if that is a comment."""
    if named := [_PARAMETERS[tag] for tag in tags if tag in _PARAMETERS]:
        return named[0]
    first = source.lstrip().splitlines()[0] if source.strip() else ""
    comment = first.strip("#").strip() if first.startswith("#") and not first.startswith("#!") else ""
    return f"Code: {comment}" if comment and not comment.startswith("%%") else "Code"


def final_lines(text: str) -> str:
    """What a terminal would show at the end: a progress bar leaves its last state, not each of them."""
    return "\n".join(line.rstrip("\r").rsplit("\r", 1)[-1] for line in text.split("\n"))


def _value(tag: Tag, name: str) -> str:
    value = tag.get(name, "")
    return " ".join(value) if isinstance(value, list) else str(value or "")


def _embedded(address: str) -> bool:
    return bool(re.match(r"\s*data:image/", address, re.IGNORECASE))


def _harmless(address: str) -> bool:
    address = re.sub(r"[\s\x00-\x1f]", "", html.unescape(address)).lower()
    return (
        address.startswith(("http://", "https://", "mailto:", "#", "data:image/png", "data:image/jpeg"))
        or ":" not in address.split("/")[0]
    )


def _beside(address: str) -> bool:
    return _harmless(address) and ":" not in address and address.split("#")[0].endswith(".ipynb")


def _local_style(text: str) -> str:
    text = re.sub(r"@import[^;]*;?", "", text, flags=re.IGNORECASE)
    return re.sub(r"url\(\s*(?!['\"]?data:)[^)]*\)", "none", text, flags=re.IGNORECASE)


def _as_link(soup: BeautifulSoup, image: Tag) -> None:
    address = _value(image, "src")
    if not _harmless(address) or not address:
        image.decompose()
        return
    link = soup.new_tag("a", href=address)
    link.string = _value(image, "alt") or address
    image.replace_with(link)
