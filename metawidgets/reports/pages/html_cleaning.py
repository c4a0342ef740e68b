"""Cleaning of HTML that a notebook holds: no scripts, no network, and styles that reach no other output."""

import hashlib
import html
import re
from collections.abc import Callable

import nh3
from bs4 import BeautifulSoup, Tag
from bs4.element import PreformattedString

from metawidgets.reports.pages.left_out import LeftOut
from metawidgets.reports.pages.style_scope import scoped

__all__ = ["cleaned"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# nh3 keeps only the elements and attributes that are named here, so unknown ones are removed.
_REMOVED_WHOLE = _words(
    "script iframe frame frameset object embed applet form portal template noscript noembed noframes xmp"
)
"""Elements that are removed together with their contents. Other elements that are not kept leave their text."""
_HTML = _words(
    "audio button figure figcaption input label main meter optgroup option output progress section select source style tfoot track video"
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
    "abbr align alt axis bgcolor border cellpadding cellspacing checked class color cols colspan controls datetime dir "
    "disabled download face for frame headers height hidden high href hspace id label lang loop low max media min multiple "
    "muted name nowrap open optimum placeholder poster readonly rel reversed role rowspan rules scope selected size span "
    "src start style summary tabindex target title type valign value vspace width"
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


def cleaned(
    fragment: str,
    *,
    embed: Callable[[str], str | None] = lambda address: None,
    found: Callable[[LeftOut], object] = lambda item: None,
    cell: int = 0,
) -> str:
    """Return HTML without scripts, handlers, frames, and anything that a browser would load from the network.

    Tables, styles, SVG, MathML and links stay. A picture from the network becomes a link to the picture. A link to a notebook in
    the same folder loses its target, because the HTML page is not in that folder. The attribute `data-notebook` keeps the target,
    for a site that has a page of the linked notebook too. A link that saves a file (`download`) keeps its target. A style sheet
    applies only to this fragment.

    Args:
        fragment: the HTML.
        embed: returns a picture of the notebook as a `data:` address, or `None`.
        found: called for each picture that the page cannot show.
        cell: the number of the fragment's cell in the notebook.
    """
    fragment, scope = _rewritten(fragment, embed, lambda *item: found(LeftOut(cell, *item)))
    # nh3 comes last. It parses as a browser does, so it also removes what another parser would have missed.
    clean = nh3.clean(
        fragment,
        tags=set(_KEPT),
        clean_content_tags=set(_REMOVED_WHOLE),
        attributes=_ATTRIBUTES,
        generic_attribute_prefixes={"data-", "aria-"},
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel=None,
    )
    # Colours that were chosen for white paper may not be legible on a dark page.
    paper = "mw-paper" if re.search(r"\bbackground(-color)?\s*:(?!\s*(var|none|transparent|inherit))", clean) else ""
    own = " ".join(filter(None, ("mw-own" if scope else "", scope, paper)))
    return f'<div class="{own}">{clean}</div>' if own else clean


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Return the new value of an attribute whose name is kept, or `None` to remove the attribute."""
    if name == "style":
        return _local_style(value)
    if name in ("src", "poster"):
        played = tag in ("audio", "video", "source") and re.match(r"\s*data:(audio|video)/", value, re.IGNORECASE)
        return value if played or _embedded(value) else None
    if name == "href":
        inside = value.startswith("#") or _embedded(value)
        return value if inside or (tag in ("a", "area") and _harmless(value)) else None
    if name == "rel":
        return value if value == _OUTSIDE else None
    if name in _SVG_ATTRIBUTES and re.search(r"url\(\s*['\"]?\s*(?!\s*['\"]?#)", value, re.IGNORECASE):
        return None
    return value


def _rewritten(
    fragment: str, embed: Callable[[str], str | None], found: Callable[[str, str, str], object]
) -> tuple[str, str]:
    """Return the fragment after the changes that nh3 cannot make, and the class that limits its styles, "" without styles.

    nh3 only removes elements and attributes.
    """
    scope = f"mw-own-{hashlib.sha256(fragment.encode()).hexdigest()[:8]}" if "<style" in fragment.lower() else ""
    soup = BeautifulSoup(fragment, "html.parser")
    # Where a comment ends, parsers disagree: what is hidden in one here may be shown by a browser.
    for hidden in soup.find_all(string=lambda text: isinstance(text, PreformattedString)):
        hidden.extract()
    for tag in soup.find_all(("img", "style", "a", "iframe", "object", "embed")):
        if tag.name in ("iframe", "object", "embed"):
            _as_link(soup, tag)
            continue
        if tag.name == "img" and not _embedded(_value(tag, "src")):
            if picture := embed(_value(tag, "src")):
                tag["src"] = picture
            else:
                _report_missing(_value(tag, "src"), found)
                _as_link(soup, tag)
            continue
        if tag.name == "style":  # taken literally here; a browser that is within SVG finds elements in it
            tag.string = _local_style(scoped(tag.get_text(), f".{scope}"))
        elif tag.name == "a" and not tag.has_attr("download") and _beside(_value(tag, "href")):
            tag["data-notebook"] = _value(tag, "href")
            del tag["href"]
        if _value(tag, "href").startswith("http"):
            tag["rel"] = _OUTSIDE
    return str(soup), scope


def _value(tag: Tag, name: str) -> str:
    value = tag.get(name, "")
    return " ".join(value) if isinstance(value, list) else str(value or "")


def _embedded(address: str) -> bool:
    return bool(re.match(r"\s*data:image/", address, re.IGNORECASE))


def _harmless(address: str) -> bool:
    address = re.sub(r"[\s\x00-\x1f]", "", html.unescape(address)).lower()
    return (
        address.startswith(("http://", "https://", "mailto:", "#", "attachment:", "data:image/png", "data:image/jpeg"))
        or ":" not in address.split("/")[0]
    )


def _beside(address: str) -> bool:
    return _harmless(address) and ":" not in address and address.split("#")[0].endswith(".ipynb")


def _local_style(text: str) -> str:
    text = re.sub(r"@import[^;]*;?", "", text, flags=re.IGNORECASE)
    # An element that stays in the window would cover the page.
    text = re.sub(r"(position\s*:\s*)(fixed|sticky)", r"\1absolute", text, flags=re.IGNORECASE)
    return re.sub(r"url\(\s*(?!['\"]?data:)[^)]*\)", "none", text, flags=re.IGNORECASE)


def _report_missing(address: str, found: Callable[[str, str, str], object]) -> None:
    if re.match(r"(https?:)?//", address):
        found(f"the picture {address}", "it is on the network; its place has a link", "store it beside the notebook")
    elif address and _harmless(address):
        found(f"the picture {address}", "there is no such file in the notebook's folder", "put it there")


def _as_link(soup: BeautifulSoup, image: Tag) -> None:
    """Replace a picture or a frame by a link to its address, or by a mark if its address is no page's."""
    address = _value(image, "src") or _value(image, "data")
    if image.name == "img" and address and not re.match(r"(https?:)?//", address) and _harmless(address):
        mark = soup.new_tag("span", attrs={"class": "mw-missing"})
        mark.string = f"{_value(image, 'alt')} (missing picture: {address})".strip()
        image.replace_with(mark)
        return
    if not _harmless(address) or not address:
        image.decompose()
        return
    link = (
        soup.new_tag("a", href=address, rel=_OUTSIDE) if address.startswith("http") else soup.new_tag("a", href=address)
    )
    link.string = _value(image, "alt") or address
    image.replace_with(link)
