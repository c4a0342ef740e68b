"""Exported pages with hostile markup or names, and the pages' policy against network requests."""

import html
import http.server
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from ipywidgets import VBox

from metawidgets.episodes import Episode, ItemId
from metawidgets.errors import EpisodeError
from metawidgets.reports.pages.export import export_component, export_notebook
from metawidgets.reports.pages.markup import cleaned
from metawidgets.widgets import EpisodeBuilder, EpisodeView

OWNED = "window.owned=1"
TAG = f"<img src=x onerror={OWNED}>"
# Each text looks harmless to Python's parser, but is or was active markup in a browser.
MARKUP = [
    f"<script>{OWNED}</script>",
    TAG,
    f"<svg onload={OWNED}></svg>",
    f"<svg><style>{TAG}</style></svg>",
    f"<math><style>{TAG}</style></math>",
    f"<!-->{TAG}-->",
    f"<!--->{TAG}-->",
    f"<!-- --!>{TAG}-->",
    f"<![CDATA[>{TAG}]]>",
    f"<!x>{TAG}",
    f"<?x >{TAG}?>",
    f'<noscript><p title="</noscript>{TAG}"></noscript>',
    f'<xmp><p title="</xmp>{TAG}"></xmp>',
    f'<textarea><p title="</textarea>{TAG}"></textarea>',
    f'<title><p title="</title>{TAG}"></title>',
    f"<template>{TAG}</template><div><template shadowrootmode=open>{TAG}</template></div>",
    f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;{html.escape(TAG)}'>",
    f"<a href='java&#10;script:{OWNED}' id=link>x</a>",
    f"<svg><a id=link><animate attributeName=href values='javascript:{OWNED}'/><text y=20>x</text></a></svg>",
    f"<details open ontoggle={OWNED}>x</details>",
    f"<input autofocus onfocus={OWNED}>",
    f"<iframe srcdoc='{TAG}'></iframe>",
    "<meta http-equiv=refresh content='0;url=about:blank#owned'>",
    "<base href='https://example.com/'>",
    "</pre></div></main><script>window.owned=1</script>",
]
NAMES = [
    TAG,
    f"</script><script>{OWNED}</script>",
    "a\nb\r\n\tc",
    "\u202egnp.exe \u2066x",
    "\x00\x1b[31m\x7f",
    "name " * 2000,
    "W" * 10_000,
    "e\u0301\u0301\u0301" * 300,
    "'\"`{{7*7}}${7*7}<!--",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
]


def _cells(text: str) -> list[Any]:
    """Return notebook cells with the text in every place from which a page shows text."""
    shown = [
        nbformat.v4.new_output("display_data", {kind: text}) for kind in ("text/html", "text/markdown", "text/plain")
    ]
    said = [
        nbformat.v4.new_output("stream", text=text),
        nbformat.v4.new_output("error", ename=text, evalue=text, traceback=[text]),
    ]
    markdown = f"{text}\n\n$x {text}$\n\n```\n{text}\n```"
    return [nbformat.v4.new_code_cell(f"# {text}", outputs=shown + said), nbformat.v4.new_markdown_cell(markdown)]


def test_no_markup_of_a_strangers_acts(open_html: Any, tmp_path: Path) -> None:
    notebook = nbformat.v4.new_notebook(cells=[cell for text in MARKUP for cell in _cells(text)])
    opened = open_html(export_notebook(notebook, tmp_path / "page.html", title=TAG))
    assert opened.page.locator("#link").count() > 0
    for link in opened.page.locator("#link").all():
        link.dispatch_event("click")
    opened.page.wait_for_timeout(200)
    assert opened.page.evaluate("window.owned") is None
    assert opened.page.url.partition("#")[0] == (tmp_path / "page.html").as_uri()
    assert opened.page.title() == TAG
    # Only the page's own scripts: the data and the host
    assert opened.page.evaluate("document.querySelectorAll('script').length") == 2


def test_cleaning_twice_is_cleaning_once() -> None:
    def bare(html: str) -> str:
        """The markup without the element and the selectors that keep its styles to itself: each cleaning adds its own."""
        return re.sub(r'<div class="mw-own mw-own-\w+">|</div>|\.mw-own-\w+ ?', "", html)

    for text in MARKUP:
        assert bare(cleaned(cleaned(text))) == bare(cleaned(text))


def _named(name: str) -> Episode:
    x = np.zeros((4, 1, 8, 8), np.uint8) + np.arange(0, 200, 50, dtype=np.uint8)[:, None, None, None]
    items = tuple(ItemId(name, name, f"{name}{i}") for i in range(4))
    return Episode(x[:2], np.array([0, 1]), x[2:], np.array([0, 1]), (name, "other"), items[:2], items[2:])


@pytest.mark.parametrize("kind", [EpisodeView, EpisodeBuilder])
def test_no_name_breaks_a_component(open_html: Any, tmp_path: Path, kind: Any) -> None:
    names = [name for name in NAMES if kind is EpisodeView or len(name) <= 120]
    made = [kind(_named(name)) for name in names]
    for component in made:
        assert component.png().startswith(b"\x89PNG")
        assert kind.from_dict(component.to_dict()).summary() == component.summary()
    opened = open_html(export_component(VBox(made), tmp_path / "page.html", title=NAMES[1]), width=800)
    assert opened.page.locator(".mw-view .mw").count() >= len(made)
    assert opened.page.evaluate("window.owned") is None
    assert opened.page.title() == NAMES[1]
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 810


@pytest.mark.parametrize("name", [name for name in NAMES if len(name) > 120])
def test_a_name_too_long_to_edit_is_refused(name: str) -> None:
    with pytest.raises(EpisodeError, match="is not a text of at most 120 characters"):
        EpisodeBuilder(_named(name))


def test_half_of_a_character_is_no_name() -> None:
    with pytest.raises(EpisodeError, match="has half of a character"):
        _named("a\ud800")


@dataclass
class Elsewhere:
    """A server on this machine that records every call."""

    url: str
    calls: list[str] = field(default_factory=list)


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    found = Elsewhere("")

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.calls.append(f"{self.command} {self.path}")
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()

        do_POST = do_HEAD = do_OPTIONS = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


WAYS_OUT = {
    "fetch": "fetch('{url}/fetch').catch(() => 0)",
    "fetch without an answer": "fetch('{url}/opaque', {{mode: 'no-cors'}}).catch(() => 0)",
    "request": "(() => {{ const r = new XMLHttpRequest(); r.open('GET', '{url}/xhr'); r.send(); }})()",
    "socket": "new WebSocket('{socket}/socket')",
    "events": "new EventSource('{url}/events')",
    "beacon": "navigator.sendBeacon('{url}/beacon', 'x')",
    "image": "new Image().src = '{url}/image.png'",
    "script": "put('script', {{src: '{url}/script.js'}})",
    "module": "import('{url}/module.js').catch(() => 0)",
    "worker": "new Worker(URL.createObjectURL(new Blob([`fetch('{url}/worker').catch(() => 0)`])))",
    "style": "put('link', {{rel: 'stylesheet', href: '{url}/style.css'}})",
    "style's picture": "put('style', {{textContent: 'body {{background: url({url}/back.png)}}'}})",
    "font": "new FontFace('x', 'url({url}/font.woff2)').load().catch(() => 0)",
    "frame": "put('iframe', {{src: '{url}/frame'}})",
    "object": "put('object', {{data: '{url}/object'}})",
    "embed": "put('embed', {{src: '{url}/embed'}})",
    "film": "put('video', {{src: '{url}/film.mp4'}})",
    "manifest": "put('link', {{rel: 'manifest', href: '{url}/manifest.json'}})",
    "icon": "put('link', {{rel: 'icon', href: '{url}/icon.png'}})",
    "prefetch": "put('link', {{rel: 'prefetch', href: '{url}/prefetch'}})",
    "preload": "put('link', {{rel: 'preload', as: 'image', href: '{url}/preload.png'}})",
    "form": "(() => {{ const f = put('form', {{action: '{url}/form', method: 'post', target: 'other'}}); f.submit(); }})()",
    "ping": "(() => {{ const a = put('a', {{href: '#here', ping: '{url}/ping'}}); a.click(); }})()",
    "base": "(() => {{ put('base', {{href: '{url}/base/'}}); new Image().src = 'picture.png'; }})()",
}
_PAGE = """<script>
const put = (tag, values) => document.head.appendChild(Object.assign(document.createElement(tag), values));
window.stopped = [];
addEventListener("securitypolicyviolation", (event) => stopped.push(event.effectiveDirective));
{calls}
</script></body>"""


def _tried(
    browser: Any, page_text: str, path: Path, elsewhere: Elsewhere, awaited: set[str]
) -> tuple[set[str], list[str]]:
    """Let a script in the page try all `WAYS_OUT`. Return the ways that succeed, and the ways that the policy reports as blocked.

    The page has 1.5 s for it, and up to 30 s until each `awaited` way has succeeded or was reported.
    """
    places = {"url": elsewhere.url, "socket": elsewhere.url.replace("http", "ws")}
    calls = "\n".join(f"try {{ {way.format(**places)} }} catch {{}}" for way in WAYS_OUT.values())
    path.write_text(page_text.replace("</body>", _PAGE.replace("{calls}", calls)))
    marks = {way: f"/{re.search(r'}/([a-z]+)', text)[1]}" for way, text in WAYS_OUT.items()}  # pyright: ignore[reportOptionalSubscript]
    context = browser.new_context()
    page = context.new_page()
    page.goto(path.as_uri())
    through, stopped = set(), []
    for _ in range(20):
        page.wait_for_timeout(1500)
        through = {way for way, mark in marks.items() if any(mark in call for call in elsewhere.calls)}
        stopped = page.evaluate("stopped")
        if awaited <= through | set(stopped):
            break
    context.close()
    return through, stopped


def test_the_policy_itself_lets_nothing_out(browser: Any, tmp_path: Path, elsewhere: Elsewhere) -> None:
    """The page is opened as a reader opens it, without a guard between the page and the network."""
    exported = export_component(EpisodeView(_named("a")), tmp_path / "page.html").read_text()
    reported = {
        *("connect-src", "img-src", "script-src-elem", "style-src-elem", "font-src", "frame-src", "media-src"),
        *("form-action", "base-uri"),
    }
    through, stopped = _tried(browser, exported, tmp_path / "tries.html", elsewhere, reported)
    assert elsewhere.calls == [], through
    assert reported <= set(stopped)


def test_without_the_policy_they_come_through(browser: Any, tmp_path: Path, elsewhere: Elsewhere) -> None:
    """Without a policy, most of the ways succeed. So the test above would notice if the policy let one through."""
    bare = "<!DOCTYPE html><html><head></head><body></body></html>"
    sure = {"fetch", "socket", "beacon", "image", "script", "style", "frame", "form"}
    through, stopped = _tried(browser, bare, tmp_path / "tries.html", elsewhere, sure)
    assert stopped == []
    assert len(through) >= 15, set(WAYS_OUT) - through
    assert sure <= through
