"""A component connected to Python without a notebook: an exported page, and a pipe in place of Jupyter's comm.

The page is an exported page that is told that a kernel exists. Its messages go to the component here, and the component's messages
go to the page. All messages that a request causes are returned as its answer. `pump` fetches messages that a thread sends later.
"""

import base64
import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ipywidgets.widgets.widget import _instances
from playwright.sync_api import Browser, Page

from metawidgets.reports.pages.export import export_component

_BRIDGE = """async () => {
  const { models } = window.metawidgets;
  const bytes = (data) => Uint8Array.from(atob(data), (c) => c.charCodeAt(0)).buffer;
  const apply = (messages) => messages.forEach(({ id, state, buffers }) => {
    for (const [name, data] of Object.entries(buffers)) state[name] = new DataView(bytes(data));
    incoming = true;
    models.get(id)?.set(state);
    incoming = false;
  });
  let incoming = false;
  let queue = Promise.resolve();
  const say = (message) => {
    if (window.mwKernelGone) throw new Error("Cannot send: the kernel is gone");
    queue = queue.then(async () => apply(await window.mwToPython(JSON.stringify(message))));
  };
  window.mwApply = apply;
  window.mwIdle = async () => { let seen; do { seen = queue; await seen; } while (seen !== queue); };
  for (const [id, model] of models) {
    const changed = {};
    const set = model.set.bind(model);
    model.set = (name, value) => {
      if (!incoming) Object.assign(changed, typeof name === "object" ? name : { [name]: value });
      set(name, value);
    };
    model.save_changes = () => {
      const state = { ...changed };
      for (const name of Object.keys(changed)) delete changed[name];
      if (!window.mwKernelGone && Object.keys(state).length) say({ id, method: "update", state });
    };
    model.send = (content, _callbacks, buffers = []) => {
      const text = (buffer) => btoa(Array.from(new Uint8Array(buffer.buffer ?? buffer), (b) => String.fromCharCode(b)).join(""));
      say({ id, method: "custom", content, buffers: buffers.map(text) });
    };
  }
}"""


@dataclass
class Pipe:
    """A stand-in for a comm. It stores the messages to the page."""

    comm_id: str
    waiting: list[tuple[dict[str, Any], list[Any]]] = field(default_factory=list)
    lock: Any = field(default_factory=threading.Lock)
    target_name: str = "jupyter.widget"
    bytes_sent: int = 0

    def send(self, data: Any = None, metadata: Any = None, buffers: Any = None) -> None:
        with self.lock:
            self.waiting.append((json.loads(json.dumps(data)), [bytes(b) for b in buffers or []]))
            self.bytes_sent += len(json.dumps(data)) + sum(len(bytes(b)) for b in buffers or [])

    def take(self) -> list[dict[str, Any]]:
        with self.lock:
            waiting, self.waiting = self.waiting, []
        found = []
        for data, buffers in waiting:
            if data.get("method") == "update":
                paths = data.get("buffer_paths", [])
                named = {path[0]: base64.b64encode(b).decode() for path, b in zip(paths, buffers, strict=True)}
                found.append({"id": self.comm_id, "state": data["state"], "buffers": named})
        return found

    def on_msg(self, callback: Any) -> None: ...
    def on_close(self, callback: Any) -> None: ...
    def close(self, *args: Any, **kwargs: Any) -> None: ...


@dataclass
class LivePage:
    """A page with a component that is connected to Python. `view` is the component's root."""

    page: Page
    component: Any
    pipes: dict[str, Pipe]
    guard: Any = None

    @property
    def view(self):
        return self.page.locator(".mw-view .mw").first

    def pump(self) -> None:
        """Deliver the messages that Python sent without a request (from a thread, or from the test) to the page."""
        messages = [message for pipe in self.pipes.values() for message in pipe.take()]
        if messages:
            self.page.evaluate("(messages) => window.mwApply(messages)", messages)

    def settle(self) -> None:
        """Wait until every request is answered and the result is painted."""
        self.page.evaluate("() => window.mwIdle()")
        self.pump()
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        self.page.evaluate("() => window.mwIdle()")

    def until(self, condition: Callable[[], Any], timeout: float = 60) -> Any:
        """Call `settle` until the condition is true. Fail the test if that takes too long."""
        end = time.monotonic() + timeout
        while not (value := condition()):
            assert time.monotonic() < end, (
                f"not so after {timeout} s; status: {self.page.locator('.mw-status').all_inner_texts()}"
            )
            self.settle()
            self.page.wait_for_timeout(20)
        return value

    def stop_kernel(self) -> None:
        """Make all further messages of the page fail, as after a restart of the kernel."""
        self.page.evaluate("() => { window.mwKernelGone = true; }")


def open_live(
    browser: Browser, component: Any, path: Path, *, width: int = 1000, height: int = 800, dark: bool = False
):
    """Open the component in a new context, and return `(context, LivePage)`. The caller guards and closes the context."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light")
    html = export_component(component, path).read_text(encoding="utf-8")
    assert html.count("offline=!0;") == 1
    path.write_text(html.replace("offline=!0;", "offline=!1;"), encoding="utf-8")
    return context, lambda page: _connected(page, component, path)


def _connected(page: Page, component: Any, path: Path) -> LivePage:
    page.goto(path.resolve().as_uri())
    page.wait_for_selector("html[data-mw-ready]", state="attached")
    ids = page.evaluate("() => [...window.metawidgets.models.keys()]")
    widgets = {each: found for each in ids if (found := _widget(each)) is not None}
    pipes = {each: Pipe(each) for each in widgets}
    for each, widget in widgets.items():
        widget.comm = pipes[each]

    def to_python(text: str) -> list[dict[str, Any]]:
        message = json.loads(text)
        widget = widgets[message.pop("id")]
        buffers = [base64.b64decode(b) for b in message.pop("buffers", [])]
        data = {**message, "buffer_paths": []} if message["method"] == "update" else message
        # Jupyter logs an exception of a handler; the component shows it.
        with suppress(Exception):
            widget._handle_msg({"content": {"data": data}, "buffers": buffers})
        return [found for pipe in pipes.values() for found in pipe.take()]

    page.expose_function("mwToPython", to_python)
    page.evaluate(_BRIDGE)
    return LivePage(page, component, pipes)


def _widget(model_id: str) -> Any:
    return _instances.get(model_id)
