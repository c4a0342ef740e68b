"""A site of notebooks: they run in parallel, and an index page links their results."""

import html
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote

import jinja2

from metawidgets import __version__
from metawidgets.errors import ReportError
from metawidgets.files.part_files import replacing
from metawidgets.reports import catalogue
from metawidgets.reports.pages.export import CSP
from metawidgets.reports.parameters import Parameters
from metawidgets.reports.site_navigation import Neighbour, with_navigation

__all__ = ["Ran", "build_site"]

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Ran:
    """A notebook of the site after its run.

    Args:
        name: the file's stem.
        title: the notebook's first heading.
        question: the paragraph below the heading, which states the notebook's question.
        page: the HTML file, or `None` if the run failed.
        seconds: duration of the run.
        size: bytes of the page.
        problem: a sentence on why the run failed; "" if it did not.
    """

    name: str
    title: str
    question: str
    page: Path | None
    seconds: float
    size: int
    problem: str = ""


def build_site(
    notebooks: Sequence[str | Path],
    out: str | Path,
    values: Mapping[str, object] | None = None,
    *,
    jobs: int = 1,
    on_done: Callable[[Ran], None] | None = None,
) -> list[Ran]:
    """Run notebooks as reports, `jobs` at a time in separate processes, and write `index.html` beside their folders.

    If a notebook fails, the others still run, and the index says why it failed.

    Args:
        notebooks: paths, in the order of the index.
        out: the folder of the site; each notebook gets `<out>/<name>/`.
        values: parameters (`{"smoke": True}`). A notebook gets only those that it declares.
        on_done: called with each notebook's result when its run ends.

    Raises:
        ReportError: if `notebooks` is empty, two notebooks have the same name, or the folder cannot be written.
    """
    paths = [catalogue.find(notebook) for notebook in notebooks]
    names = [path.stem for path in paths]
    if not paths:
        raise ReportError("there are no notebooks to run; give a folder that holds some.")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ReportError(f"two notebooks are called {twice!r}; rename one.")
    out = Path(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReportError(f"cannot write into the folder {out} ({error.strerror}); choose another folder.") from None

    def run(path: Path) -> Ran:
        ran = _run(path, out / path.stem, values or {})
        if on_done:
            on_done(ran)
        return ran

    with ThreadPoolExecutor(max(1, jobs)) as pool:
        found = list(pool.map(run, paths))
    pages = {one.name: one.page for one in found if one.page}
    complete = [one for one in found if one.page]
    sizes = {
        one.name: _link(one.page, pages, *(_neighbour(complete, i + step) for step in (-1, 1)))
        for i, one in enumerate(complete)
        if one.page
    }
    found = [replace(one, size=sizes.get(one.name, 0)) for one in found]
    _write_index(out, found)
    return found


def _run(path: Path, folder: Path, values: Mapping[str, object]) -> Ran:
    notebook = catalogue.read(path)
    first = notebook.cells[0].source if notebook.cells else ""
    title = next((line.lstrip("# ") for line in first.splitlines() if line.startswith("# ")), path.stem)
    paragraphs = [p.strip() for p in first.split("\n\n") if p.strip() and not p.startswith("#")]
    question = re.sub(r"[*_`]", "", " ".join(paragraphs[0].split())) if paragraphs else ""
    known = Parameters.of(notebook).fields
    given = [f"-p{name}={json.dumps(value)}" for name, value in values.items() if name in known]
    command = [sys.executable, "-m", "metawidgets", "report", str(path), "--out", str(folder), *given]
    # One thread for each process: with two, processes that train in parallel slow each other down.
    environment = {**os.environ, "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"), "COLUMNS": "500"}
    begun = time.monotonic()
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, stdin=subprocess.DEVNULL, check=False
    )
    seconds, page = time.monotonic() - begun, folder / f"{path.stem}.html"
    if done.returncode == 0 and page.is_file():
        return Ran(path.stem, title, question, page, seconds, page.stat().st_size)
    said = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    return Ran(
        path.stem, title, question, None, seconds, 0, said[-1] if said else f"it ended with code {done.returncode}."
    )


def _neighbour(ran: Sequence[Ran], i: int) -> Neighbour | None:
    if not 0 <= i < len(ran) or (page := ran[i].page) is None:
        return None
    return Neighbour(f"../{quote(page.parent.name)}/{quote(page.name)}", ran[i].title)


def _link(page: Path, pages: Mapping[str, Path], before: Neighbour | None, after: Neighbour | None) -> int:
    """Turn a page's mentions of other notebooks into links to their pages, if the site has them, and add its navigation.

    Returns:
        the page's size in bytes.
    """

    def linked(found: re.Match[str]) -> str:
        path, part = found[2], found[3] or ""
        other = pages.get(PurePosixPath(unquote(html.unescape(path))).stem)
        if other is None:
            return found[0]
        return f'{found[1]}href="../{quote(other.parent.name)}/{quote(other.name)}{part}"'

    text = page.read_text(encoding="utf-8")
    text = re.sub(r'(<a\b[^>]*?)data-notebook="([^"#]+)(#[^"]*)?"', linked, text)
    with replacing(page) as beside:
        beside.write_text(with_navigation(text, before, after), encoding="utf-8")
    return page.stat().st_size


def _write_index(out: Path, ran: Sequence[Ran]) -> None:
    # The template is our own; like the pages, it contains no https links and no scripts.
    template = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(
        (_HERE / "site.html.j2").read_text(encoding="utf-8")
    )
    css = (_HERE / "pages" / "page.css").read_text(encoding="utf-8")
    text = template.render(ran=ran, quote=quote, out=out, css=css, csp=CSP, version=__version__)
    with replacing(out / "index.html") as part:
        part.write_text(text, encoding="utf-8")
