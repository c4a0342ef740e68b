"""The navigation of a site's pages: contents, the pages before and after, and the way back to the index."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Neighbour", "with_navigation"]

_PROSE = re.compile(r'<section class="cell prose">.*?</section>', re.S)


@dataclass(frozen=True)
class Neighbour:
    """A page that another one links to.

    Args:
        address: relative to the page with the link.
        title: as plain text.
    """

    address: str
    title: str


def with_navigation(page: str, before: Neighbour | None, after: Neighbour | None) -> str:
    """Return an exported page with its contents at the side, and links to the index and to the pages before and after it.

    Headings get the ids that Jupyter gives them, so that links to a part of a notebook arrive on its page too.
    """
    contents: list[tuple[str, str]] = []

    def marked(found: re.Match[str]) -> str:
        text = re.sub(r"<[^>]+>", "", found[1])
        # Without this, a heading that is there twice would have one id twice.
        key = html.unescape(text).replace(" ", "-")
        if any(key == known for known, _ in contents):
            return found[0]
        contents.append((key, text))
        return f'<h2 id="{html.escape(key)}">{found[1]}</h2>'

    page = _PROSE.sub(lambda section: re.sub(r"<h2>(.*?)</h2>", marked, section[0], flags=re.S), page)
    turn = _turn(before, after)
    nav = f'<nav class="site-nav" aria-label="Contents">\n{turn}\n{_listed(contents)}</nav>\n'
    page = page.replace("<main>", nav + "<main>", 1)
    end = page.index("</main>")  # the first: the page's data come later
    return f"{page[:end]}{turn}\n{page[end:]}"


def _turn(before: Neighbour | None, after: Neighbour | None) -> str:
    links = ['<a href="../index.html">All notebooks</a>']
    if before:
        links.append(f'<a rel="prev" href="{html.escape(before.address)}">← {html.escape(before.title)}</a>')
    if after:
        links.append(f'<a rel="next" href="{html.escape(after.address)}">{html.escape(after.title)} →</a>')
    return f'<div class="site-turn">{"".join(links)}</div>'


def _listed(contents: Sequence[tuple[str, str]]) -> str:
    if not contents:
        return ""
    items = "\n".join(f'<li><a href="#{html.escape(key)}">{text}</a></li>' for key, text in contents)
    return f"<details><summary>Contents</summary><ol>\n{items}\n</ol></details>\n"
