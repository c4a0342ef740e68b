"""Voila for tests: a page with a notebook's outputs, without code, connected to a kernel."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jupyter_core.paths import jupyter_path
from playwright.sync_api import Page

from tests.browser.hosts.jupyter import jupyter_folders
from tests.browser.hosts.process import free_port, own_folders, serving

_NO_MERMAID = "{%- block html_head_js_mermaidjs -%}{%- endblock html_head_js_mermaidjs -%}\n"


def _offline_template() -> str:
    """Return Voila's template without fonts from a CDN and without Mermaid, which nbconvert's template loads from a CDN."""
    places = [Path(folder) / "voila" / "templates" / "lab" / "index.html.j2" for folder in jupyter_path()]
    lines = next(place for place in places if place.exists()).read_text().splitlines(keepends=True)
    return "".join(line for line in lines if "https://cdn." not in line) + _NO_MERMAID


@dataclass
class Voila:
    """A running Voila over `folder`."""

    url: str
    folder: Path

    def open(self, page: Page, notebook: str, timeout: float = 120) -> None:
        """Run all cells of a notebook in the folder, and show its outputs."""
        page.goto(f"{self.url}/voila/render/{notebook}", timeout=1000 * timeout, wait_until="commit")
        page.locator("#rendered_cells").wait_for(state="visible", timeout=1000 * timeout)


@contextmanager
def voila_server(folder: Path, scratch: Path, theme: str = "light") -> Iterator[Voila]:
    """Start Voila over `folder`, with all its settings and its template under `scratch`."""
    env = own_folders(scratch) | jupyter_folders(scratch)
    template = Path(env["JUPYTER_DATA_DIR"]) / "voila" / "templates" / "offline"  # where Voila looks for them first
    template.mkdir(parents=True)
    (template / "index.html.j2").write_text(_offline_template())
    (template / "conf.json").write_text('{"base_template": "lab"}')
    voila = Voila(f"http://127.0.0.1:{free_port()}", folder)
    command = [
        *(sys.executable, "-m", "voila", folder, "--no-browser"),
        f"--port={voila.url.rpartition(':')[2]}",
        f"--theme={theme}",
        "--template=offline",
        "--Voila.ip=127.0.0.1",
        # Notebook 7's extension needs the Notebook application, and reports its absence on the console.
        "--VoilaConfiguration.extension_denylist=@jupyter-notebook/lab-extension",
        "--show_tracebacks=True",
    ]
    with serving(command, f"{voila.url}/", scratch / "voila.log", env):
        yield voila
