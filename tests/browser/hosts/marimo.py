"""marimo for tests: a Python script of cells, shown as an app or in the editor."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.hosts.process import free_port, own_folders, serving


def marimo_script(*cells: str) -> str:
    """Return a marimo notebook of these cells. marimo finds the names that a cell uses from other cells."""
    functions = "\n\n\n".join("@app.cell\ndef _():\n" + _indented(cell) for cell in cells)
    return f"import marimo\n\napp = marimo.App(width='full')\n\n\n{functions}\n\n\nif __name__ == '__main__':\n    app.run()\n"


def _indented(cell: str) -> str:
    return "\n".join(f"    {line}" if line else line for line in cell.split("\n"))


@dataclass
class Marimo:
    """A running marimo that shows one script."""

    url: str
    script: Path

    def open(self, page: Page) -> None:
        """Open the app. Its cells run when a page connects."""
        page.goto(self.url)


@contextmanager
def marimo_server(script: Path, scratch: Path, mode: str = "run", theme: str = "light") -> Iterator[Marimo]:
    """Start marimo with `script` as an app (`mode="run"`) or in the editor (`"edit"`), with all settings under `scratch`."""
    env = own_folders(scratch)
    config = Path(env["XDG_CONFIG_HOME"]) / "marimo" / "marimo.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f'[display]\ntheme = "{theme}"\n')
    marimo = Marimo(f"http://127.0.0.1:{free_port()}", script)
    further = ["--skip-update-check"] if mode == "edit" else []
    command = [
        *(sys.executable, "-m", "marimo", "--log-level", "warn", mode, script, "--headless", "--no-token"),
        *("--host", "127.0.0.1", "--port", marimo.url.rpartition(":")[2]),
        *further,
    ]
    with serving(command, f"{marimo.url}/health", scratch / "marimo.log", env | {"DO_NOT_TRACK": "1"}):
        yield marimo
