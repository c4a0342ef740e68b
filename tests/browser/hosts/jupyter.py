"""JupyterLab and Notebook 7 for tests: a separate server, and a notebook that is run from the first cell to the last.

Comments explain each wait. A test that starts too early fails as if the notebook had a bug.
"""

import json
import secrets
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Page

from tests.browser.hosts.process import free_port, serving

_FOLDERS = (
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_RUNTIME_DIR",
    "JUPYTERLAB_SETTINGS_DIR",
    "JUPYTERLAB_WORKSPACES_DIR",
    "IPYTHONDIR",
)
_CONFIG = """
c.ServerApp.ip = "127.0.0.1"
c.ServerApp.port_retries = 0
c.ServerApp.open_browser = False
c.ServerApp.allow_root = True
c.LabApp.expose_app_in_browser = True  # window.jupyterapp, which the waits below ask
c.JupyterNotebookApp.expose_app_in_browser = True
c.LabApp.extension_manager = "readonly"
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
"""
# Keep cells that are scrolled out of view in the page, so that tests find them, and save the widgets' state with the notebook.
_SETTINGS = {
    "@jupyterlab/notebook-extension/tracker": '{"windowingMode": "none"}',
    "@jupyter-widgets/jupyterlab-manager/plugin": '{"saveState": true}',
}
# Without the kernel's info and an idle, connected session, run-all has no effect and cells stay "[ ]".
_READY = """async () => {
  const app = window.jupyterapp;
  if (!app) return false;
  await app.restored;
  const panel = app.shell.currentWidget;
  if (!panel?.context || !panel.sessionContext) return false;
  await panel.context.ready;
  await panel.sessionContext.ready;
  const kernel = panel.sessionContext.session?.kernel;
  if (!kernel) return false;
  await kernel.info;
  return kernel.connectionStatus === "connected" && kernel.status === "idle";
}"""
_CELLS = """() => window.jupyterapp.shell.currentWidget.content.widgets
  .filter((cell) => cell.model.type === "code").map((cell) => ({
    count: cell.model.executionCount,
    errors: cell.model.outputs.toJSON().filter((o) => o.output_type === "error").map((o) => `${o.ename}: ${o.evalue}`),
  }))"""
_RUN_CELL = """([index, source]) => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = index;
  notebook.widgets[index].model.sharedModel.setSource(source);
  window.mwRan = false;
  window.jupyterapp.commands.execute("notebook:run-cell").then(() => { window.mwRan = true; });
}"""


@dataclass
class Lab:
    """A running JupyterLab or Notebook 7 over `folder`; both have the same application in their page."""

    url: str
    token: str
    folder: Path
    path: str = "lab/tree"

    def open(self, page: Page, notebook: str) -> "Notebook":
        """Open a notebook of the folder and wait until its kernel can take a cell."""
        for _ in range(3):  # a page that was opened just after its kernel was ended can wait for that kernel
            page.goto(f"{self.url}/{self.path}/{notebook}?token={self.token}&reset")
            end = time.monotonic() + 60
            while time.monotonic() < end:
                if _ready(page):
                    return Notebook(page)
                page.wait_for_timeout(200)
        raise AssertionError("the page or its kernel was not ready in three times 60 s")

    def end_sessions(self) -> None:
        """Stop every kernel, so that the next test starts without kernels."""
        for session in self._request("GET", "sessions"):
            self._request("DELETE", f"sessions/{session['id']}")

    def _request(self, method: str, path: str) -> Any:
        request = urllib.request.Request(
            f"{self.url}/api/{path}", method=method, headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            body = answer.read()
        return json.loads(body) if body else None


@dataclass
class Notebook:
    """An open notebook."""

    page: Page

    def run_all(self, timeout: float = 120) -> None:
        """Run every cell and wait until the last is done.

        Raises:
            AssertionError: if a cell failed, or some never ran.
        """
        # Do not wait for the promise in the page: a long run would exceed Playwright's timeout.
        self.page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
        end = time.monotonic() + timeout
        while True:
            cells = self.page.evaluate(_CELLS)
            errors = [error for cell in cells for error in cell["errors"]]
            assert errors == [], f"a cell failed: {errors}"
            if all(cell["count"] for cell in cells):
                return
            assert time.monotonic() < end, (
                f"cells not run after {timeout} s: {[i for i, c in enumerate(cells) if not c['count']]}"
            )
            self.page.wait_for_timeout(200)

    def run_cell(self, index: int, source: str, timeout: float = 120) -> None:
        """Replace the source of the cell at `index`, run the cell, and wait until it is done.

        Raises:
            AssertionError: if the cell failed, or was not done within `timeout` seconds.
        """
        self.page.evaluate(_RUN_CELL, [index, source])
        end = time.monotonic() + timeout
        while not self.page.evaluate("() => window.mwRan"):
            assert time.monotonic() < end, f"cell {index} is not done after {timeout} s"
            self.page.wait_for_timeout(100)
        errors = self.page.evaluate(_CELLS)[index]["errors"]
        assert errors == [], f"the cell failed: {errors}"

    def save(self) -> None:
        """Save the notebook, with the state of its components."""
        self.page.evaluate("async () => { await window.jupyterapp.commands.execute('docmanager:save'); }")

    def restart_kernel(self) -> None:
        """Restart the notebook's kernel. The components on screen lose their connection to Python."""
        self.page.evaluate(
            """async () => { await window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart(); }"""
        )

    def evaluate(self, expression: str) -> Any:
        """Evaluate an expression in the kernel, and return its JSON-able value."""
        code = f"import json as _json; print(_json.dumps({expression}))"
        text = self.page.evaluate(
            """async (code) => {
                const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
                const future = kernel.requestExecute({ code, store_history: false });
                const said = [];
                future.onIOPub = ({ header, content }) => {
                    if (header.msg_type === "stream") said.push(content.text);
                    if (header.msg_type === "error") said.push(`${content.ename}: ${content.evalue}`);
                };
                const { content } = await future.done;
                if (content.status !== "ok") throw new Error(said.join(""));
                return said.join("");
            }""",
            code,
        )
        return json.loads(text)

    def wait_for(self, expression: str, value: Any, timeout: float = 60) -> None:
        """Wait until an expression in the kernel has this value. Messages from the browser may be delayed or merged."""
        end = time.monotonic() + timeout
        while (seen := self.evaluate(expression)) != value:
            assert time.monotonic() < end, f"{expression} is {seen!r}, not {value!r}, after {timeout} s"
            self.page.wait_for_timeout(100)


def _ready(page: Page) -> bool:
    try:
        return page.evaluate(_READY)
    except Error:  # Lab reloads the page when its workspace is reset, which interrupts our evaluation
        return False


@contextmanager
def lab_server(folder: Path, scratch: Path) -> Iterator[Lab]:
    """Start JupyterLab over `folder`, with all its settings under `scratch`. Stop it and its kernels at the end."""
    with _server("lab", "lab/tree", folder, scratch) as lab:
        yield lab


@contextmanager
def notebook_server(folder: Path, scratch: Path) -> Iterator[Lab]:
    """Start Notebook 7 in the same way as `lab_server` starts JupyterLab."""
    with _server("notebook", "notebooks", folder, scratch) as lab:
        yield lab


@contextmanager
def _server(app: str, path: str, folder: Path, scratch: Path) -> Iterator[Lab]:
    config = scratch / "jupyter_server_config.py"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(_CONFIG)
    lab = Lab(f"http://127.0.0.1:{free_port()}", secrets.token_hex(16), folder, path)
    command = [
        *(sys.executable, "-m", "jupyter", app),
        f"--config={config}",
        f"--ServerApp.port={lab.url.rpartition(':')[2]}",
        f"--ServerApp.root_dir={folder}",
        f"--IdentityProvider.token={lab.token}",
    ]
    with serving(command, f"{lab.url}/api/status", scratch / f"{app}.log", jupyter_folders(scratch)):
        yield lab
        lab.end_sessions()


def jupyter_folders(scratch: Path) -> dict[str, str]:
    """Return environment variables that put Jupyter's settings under `scratch`, and write some settings there."""
    # Jupyter's question about news notifications would cover elements that tests click.
    page_config = scratch / "jupyter_config_dir" / "labconfig" / "page_config.json"
    page_config.parent.mkdir(parents=True)
    page_config.write_text('{"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": true}}')
    for plugin, setting in _SETTINGS.items():
        settings = scratch / "jupyterlab_settings_dir" / f"{plugin}.jupyterlab-settings"
        settings.parent.mkdir(parents=True)
        settings.write_text(setting)
    return {name: str(scratch / name.lower()) for name in _FOLDERS}
