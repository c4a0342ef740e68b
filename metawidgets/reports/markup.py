"""Conversion of a notebook's text to markup that needs no script and no network. Maths becomes MathML, and HTML is cleaned."""

import html
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import nh3
from bs4 import BeautifulSoup, Tag
from bs4.element import PreformattedString
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

__all__ = ["cleaned", "code_label", "final_lines", "markdown", "mathml"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# nh3 keeps only the elements and attributes that are named here, so unknown ones are removed.
_REMOVED_WHOLE = _words(
    "script iframe frame frameset object embed applet form portal audio video template noscript noembed noframes xmp"
)
"""Elements that are removed together with their contents. Other elements that are not kept leave their text."""
_HTML = _words(
    "button figure figcaption input label main meter optgroup option output progress section select style tfoot"
)
_SVG = _words(
    "svg circle clipPath defs desc ellipse feBlend feColorMatrix feComposite feFlood feGaussianBlur feMerge feMergeNode feOffset "
    "filter g image line linearGradient marker mask metadata path pattern polygon polyline radialGradient rect stop symbol text "
    "textPath title tspan use"
)
_MATHML = _words(
    "math annotation maction menclose merror mfenced mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow "
    "ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none semantics"
)
_KEPT = frozenset((nh3.ALLOWED_TAGS | {*_HTML, *_SVG, *_MATHML}) - _REMOVED_WHOLE)
_HTML_ATTRIBUTES = _words(
    "abbr align alt axis bgcolor border cellpadding cellspacing checked class color cols colspan datetime dir disabled download face "
    "for frame headers height hidden high href hspace id label lang low max media min multiple name nowrap open optimum placeholder "
    "readonly rel reversed role rowspan rules scope selected size span src start style summary tabindex target title type valign "
    "value vspace width"
)
_SVG_ATTRIBUTES = _words(
    "alignment-baseline baseline-shift clip-path clip-rule clipPathUnits cx cy d dominant-baseline dx dy fill fill-opacity fill-rule "
    "filter filterUnits flood-color flood-opacity font-family font-size font-style font-variant font-weight fx fy gradientTransform "
    "gradientUnits in in2 k1 k2 k3 k4 letter-spacing marker-end marker-mid marker-start markerHeight markerUnits markerWidth mask "
    "maskContentUnits maskUnits mode offset opacity operator orient overflow paint-order pathLength patternContentUnits "
    "patternTransform patternUnits points preserveAspectRatio primitiveUnits r refX refY result rotate rx ry shape-rendering "
    "spreadMethod startOffset stdDeviation stop-color stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap "
    "stroke-linejoin stroke-miterlimit stroke-opacity stroke-width text-anchor text-decoration text-rendering textLength transform "
    "transform-origin values vector-effect version viewBox visibility word-spacing x x1 x2 xlink:href xml:space xmlns xmlns:xlink y y1 "
    "y2"
)
_MATHML_ATTRIBUTES = _words(
    "accent accentunder close columnalign columnlines columnspacing columnspan depth display displaystyle encoding fence form "
    "linebreak linethickness lspace mathbackground mathcolor mathsize mathvariant maxsize minsize movablelimits notation "
    "rowalign rowlines rowspacing rspace scriptlevel separator separators stretchy subscriptshift superscriptshift symmetric voffset"
)
_ATTRIBUTES = {"*": {*_HTML_ATTRIBUTES, *_SVG_ATTRIBUTES, *_MATHML_ATTRIBUTES}}
_OUTSIDE = "noopener noreferrer"


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


def cleaned(fragment: str) -> str:
    """Return HTML without scripts, handlers, frames, and anything that a browser would load from the network.

    Tables, styles, SVG, MathML and links stay. A picture from the network becomes a link to the picture. A link to a notebook in
    the same folder loses its target, because the HTML page is not in that folder. The attribute `data-notebook` keeps the target,
    for a site that has a page of the linked notebook too. A link that saves a file (`download`) keeps its target.
    """
    # nh3 comes last. It parses as a browser does, so it also removes what another parser would have missed.
    return nh3.clean(
        _rewritten(fragment),
        tags=set(_KEPT),
        clean_content_tags=set(_REMOVED_WHOLE),
        attributes=_ATTRIBUTES,
        generic_attribute_prefixes={"data-", "aria-"},
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel=None,
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Return the new value of an attribute whose name is kept, or `None` to remove the attribute."""
    if name == "style":
        return _local_style(value)
    if name == "src":
        return value if _embedded(value) else None
    if name == "href":
        inside = value.startswith("#") or _embedded(value)
        return value if inside or (tag in ("a", "area") and _harmless(value)) else None
    if name == "rel":
        return value if value == _OUTSIDE else None
    if name in _SVG_ATTRIBUTES and re.search(r"url\(\s*['\"]?\s*(?!\s*['\"]?#)", value, re.IGNORECASE):
        return None
    return value


def _rewritten(fragment: str) -> str:
    """Return the fragment after the changes that nh3 cannot make, since nh3 only removes elements and attributes."""
    soup = BeautifulSoup(fragment, "html.parser")
    # Where a comment ends, parsers disagree: what is hidden in one here may be shown by a browser.
    for hidden in soup.find_all(string=lambda text: isinstance(text, PreformattedString)):
        hidden.extract()
    for tag in soup.find_all(("img", "style", "a")):
        if tag.name == "img" and not _embedded(_value(tag, "src")):
            _as_link(soup, tag)
            continue
        if tag.name == "style":  # taken literally here; a browser that is within SVG finds elements in it
            tag.string = _local_style(tag.get_text()).replace("<", "")
        elif tag.name == "a" and not tag.has_attr("download") and _beside(_value(tag, "href")):
            tag["data-notebook"] = _value(tag, "href")
            del tag["href"]
        if _value(tag, "href").startswith("http"):
            tag["rel"] = _OUTSIDE
    return str(soup)


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
    link = (
        soup.new_tag("a", href=address, rel=_OUTSIDE) if address.startswith("http") else soup.new_tag("a", href=address)
    )
    link.string = _value(image, "alt") or address
    image.replace_with(link)
