"""Check that a site works without a network: open its index and every linked page offline, and try every instrument.

    metawidgets site notebooks --out build/site
    python benchmarks/offline.py build/site

An instrument is alive if a key pressed on one of its controls changes its text or its messages for screen readers. Changes that the
browser itself makes (a slider's value) do not count. A chart without controls only has to be drawn. `ready` is the time from opening
until everything is drawn, as the page measures it. The exit status is 1 if there is a dead instrument, a request, an error or a
broken link.
"""

import argparse
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from playwright.sync_api import Browser, Locator, Page, sync_playwright
from rich.console import Console
from rich.table import Table

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
INSTRUMENT = ".mw-view section.mw"
CONTROLS = "input:not(:disabled), select:not(:disabled), button:not(:disabled), [tabindex='0']"
MARKS = "svg .role-mark > path, svg .role-mark > text, svg .role-mark > image"
NAMED = "(root) => [...root.classList].find((name) => name.startsWith('mw-')) ?? ''"
KIND = "(all) => all.map((node) => node.type === 'range' ? 0 : node.hasAttribute('tabindex') ? 1 : 2)"
SAID = """(root) => [root, ...root.querySelectorAll("*")].map((node) => [
    ...[...node.attributes].filter(({ name }) => name.startsWith("aria-") || name === "disabled").map(({ name, value }) => name + value),
    ...[...node.childNodes].filter((child) => child.nodeType === Node.TEXT_NODE).map((child) => child.data),
].join("\\u0001")).join("\\u0002")"""
# Waits until a key's effects are done: two frames and their tasks, and one more, after which live regions are filled.
PAINTED = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(
    () => setTimeout(done)))))"""


@dataclass
class Seen:
    """The observations on one page, opened without a network."""

    path: Path
    ready_ms: int | None = None
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    alive: dict[str, str] = field(default_factory=dict)
    dead: list[str] = field(default_factory=list)
    links: list[Path] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether the page made no requests, logged no errors, and has no dead instrument and no broken link."""
        return not (self.requests or self.errors or self.dead or [link for link in self.links if not link.is_file()])


@contextmanager
def opened(browser: Browser, path: Path, **options: object) -> Iterator[tuple[Page, Seen]]:
    """Open a page of the site in a context without a network, and record its errors and all requests except for the file itself."""
    context = browser.new_context(offline=True, **{"viewport": {"width": 1000, "height": 800}, **options})
    seen, own = Seen(path), path.resolve().as_uri()
    context.on("console", lambda message: seen.errors.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: seen.errors.append(str(error.error)))
    context.on(
        "request",
        lambda asked: None if asked.url.startswith((own, "data:", "blob:")) else seen.requests.append(asked.url),
    )
    context.on("requestfailed", lambda asked: seen.errors.append(f"{asked.url[:80]}: {asked.failure}"))
    page = context.new_page()
    try:
        page.goto(own)
        if page.locator("#mw-page").count():
            page.wait_for_selector("html[data-mw-ready]", state="attached")
            seen.ready_ms = int(page.get_attribute("html", "data-mw-ready") or 0)
        seen.links = links(page)
        yield page, seen
    finally:
        context.close()


def links(page: Page) -> list[Path]:
    """Return the local files that the page links to."""
    found = page.locator("a[href]").evaluate_all("(all) => all.map((a) => a.getAttribute('href'))")
    urls = [urldefrag(urljoin(page.url, href)).url for href in found if not href.startswith("#")]
    return [Path(unquote(urlsplit(url).path)) for url in dict.fromkeys(urls) if url.startswith("file:")]


def play(page: Page, seen: Seen) -> None:
    """Try keys on every instrument of the page until it reacts; record which instruments did."""
    instruments = page.locator(INSTRUMENT)
    for i in range(instruments.count()):
        root = instruments.nth(i)
        name = f"{i + 1}. {root.evaluate(NAMED)}"
        if how := reacts(page, root):
            seen.alive[name] = how
        else:
            seen.dead.append(name)
    for note in page.locator(".mw-note", has_text="could not start").all_inner_texts():
        seen.dead.append(note)


def reacts(page: Page, root: Locator) -> str:
    """Return the key and control that changed an instrument's text, or "" if none did. Sliders are tried first."""
    controls = root.locator(CONTROLS)
    if not controls.count():
        marks = root.locator(MARKS).count()
        return f"{marks} marks drawn" if marks else ""
    kinds = controls.evaluate_all(KIND)
    for i in sorted(range(len(kinds)), key=kinds.__getitem__):
        control = controls.nth(i)
        if not control.is_visible():
            continue
        control.focus()
        for key in ("ArrowLeft", "ArrowRight", "ArrowDown", "Enter", " "):
            page.evaluate(PAINTED)
            before = root.evaluate(SAID)
            control.press(key)
            page.evaluate(PAINTED)
            if root.evaluate(SAID) != before:
                return f"{key!r} on {control.get_attribute('aria-label') or control.inner_text()!r}"
            if not control.is_visible() or control.is_disabled():
                break
    return ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path, help="folder with an index.html, or one page")
    options = parser.parse_args()
    first = options.site / "index.html" if options.site.is_dir() else options.site
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None or not first.is_file():
        why = (
            f"there is no {first}"
            if chromium
            else "there is no chromium on the PATH; on Debian: apt-get install chromium"
        )
        parser.error(why)
    table = Table("page", "MB", "ready, ms", "requests", "errors", "alive", "dead, or a link to nowhere")
    sound, waiting, known = True, [first.resolve()], {first.resolve()}
    with sync_playwright() as engine, engine.chromium.launch(executable_path=chromium, args=FLAGS) as browser:
        while waiting:
            path = waiting.pop(0)
            with opened(browser, path) as (page, seen):
                play(page, seen)
            lost = [str(link) for link in seen.links if not link.is_file()]
            new = [link for link in seen.links if link.suffix == ".html" and link.is_file() and link not in known]
            waiting, known = waiting + new, known | set(new)
            sound &= seen.is_sound
            for told in (*seen.requests, *seen.errors):
                print(f"{path.name}: {told}", file=sys.stderr)
            table.add_row(
                path.name,
                f"{path.stat().st_size / 1e6:.2f}",
                "" if seen.ready_ms is None else str(seen.ready_ms),
                *(str(len(each)) for each in (seen.requests, seen.errors, seen.alive)),
                ", ".join(seen.dead + lost),
            )
    Console().print(table)
    sys.exit(0 if sound else 1)


if __name__ == "__main__":
    main()
