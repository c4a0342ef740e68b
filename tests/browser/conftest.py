"""Pages without a kernel, and two checks of every page: it makes no network request and reports nothing on its console."""

import importlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Route

from metawidgets.reports.pages.export import export_component
from tests.browser import live
from tests.browser.hosts.jupyter import Lab, Notebook, lab_server
from tests.browser.live import LivePage
from tests.browser.settled import settle_after_actions

settle_after_actions()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not item.get_closest_marker("quick"):
                item.add_marker(pytest.mark.slow)


@dataclass
class Guard:
    """A record of a page's network requests and of its errors and warnings on the console."""

    allowed: tuple[str, ...]
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        context.route("**/*", self._route)
        context.on("page", lambda page: page.on("websocket", lambda socket: self._socket(socket.url)))
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def _socket(self, url: str) -> None:  # web sockets do not pass through Playwright's routes
        if not url.startswith(self.allowed):
            self.requests.append(url)

    def _route(self, route: Route) -> None:
        url = route.request.url
        if url.startswith(("data:", "blob:", *self.allowed)):
            route.continue_()
        else:
            self.requests.append(url)
            route.abort()

    def check(self) -> None:
        assert self.requests == [], f"the page asked the network for {self.requests}"
        assert self.complaints == [], f"the page reported {self.complaints}"


@dataclass
class OpenPage:
    """An exported page in Chromium. `view` is the component's root."""

    page: Page
    guard: Guard
    path: Path

    @property
    def view(self) -> Locator:
        return self.page.locator(".mw-view .mw").first

    def frame(self) -> None:
        """Wait until the effect of the last event has been painted. Components redraw once per frame."""
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def model(self, widget: Any, name: str) -> Any:
        """Return the current value of a widget's trait in the page's model."""
        return self.page.evaluate(
            "([id, name]) => window.metawidgets.models.get(id).get(name)", [widget.model_id, name]
        )


@pytest.fixture
def open_html(browser: Browser) -> Iterator[Callable[..., OpenPage]]:
    """Open an exported file: `open_html(path, width=1000, height=800, dark=False)`. Both guards are checked at the end."""
    opened: list[tuple[BrowserContext, Guard]] = []

    def open_(path: Path, *, width: int = 1000, height: int = 800, dark: bool = False, scale: float = 1) -> OpenPage:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            device_scale_factor=scale,
            offline=True,
        )
        guard = Guard(allowed=(path.resolve().as_uri(),))
        guard.watch(context)
        opened.append((context, guard))
        page = context.new_page()
        page.goto(path.resolve().as_uri())
        page.wait_for_selector("html[data-mw-ready]", state="attached")
        return OpenPage(page, guard, path)

    yield open_
    for context, guard in opened:
        context.close()
        guard.check()


def unfolding(open_: Callable[..., Any]) -> Callable[..., Any]:
    """Return `open_component` or `open_live` with all folds opened, for tests of folded parts."""

    def opening(*args: Any, **options: Any) -> Any:
        opened = open_(*args, **options)
        opened.view.evaluate("(root) => root.querySelectorAll('details').forEach((each) => { each.open = true; })")
        # A fold tells its component in a separate task that it is open, and its contents get a width one frame later.
        opened.page.evaluate(
            "() => new Promise((done) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 50))"
        )
        return opened

    return opening


@pytest.fixture
def open_component(open_html: Callable[..., OpenPage], tmp_path: Path) -> Callable[..., OpenPage]:
    """Open a component in the page without a kernel: `open_component(EpisodeView(episode), width=400, dark=True)`."""

    def open_(component: Any, **options: Any) -> OpenPage:
        return open_html(export_component(component, tmp_path / f"{component.model_id}.html"), **options)

    return open_


@pytest.fixture
def open_live(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., LivePage]]:
    """Open a component that is connected to Python: `open_live(component, width=400)`. Both guards are checked at the end."""
    opened: list[tuple[BrowserContext, Guard]] = []

    def open_(component: Any, **options: Any) -> LivePage:
        path = tmp_path / f"live-{component.model_id}.html"
        context, connect = live.open_live(browser, component, path, **options)
        guard = Guard(allowed=(path.resolve().as_uri(),))
        guard.watch(context)
        opened.append((context, guard))
        found = connect(context.new_page())
        found.guard = guard
        return found

    yield open_
    for context, guard in opened:
        context.close()
        guard.check()


@pytest.fixture
def offline(root: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """`benchmarks/offline.py`, which uses the instruments of a page by keyboard."""
    monkeypatch.syspath_prepend(str(root / "benchmarks"))
    return importlib.import_module("offline")


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("notebooks")
    with lab_server(folder, tmp_path_factory.mktemp("jupyter")) as lab:
        yield lab


@pytest.fixture
def open_notebook(browser, lab: Lab) -> Iterator[Callable[..., Notebook]]:
    """Open a notebook of these cells in JupyterLab, with both guards. Its kernel is stopped at the end of the test."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    guard = Guard(allowed=(lab.url, lab.url.replace("http", "ws")))
    guard.watch(context)

    def open_(*cells: str) -> Notebook:
        nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        nb.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(nb, lab.folder / "journey.ipynb")
        return lab.open(context.new_page(), "journey.ipynb")

    yield open_
    context.close()
    lab.end_sessions()
    (lab.folder / "journey.ipynb").unlink()
    assert guard.requests == [], f"JupyterLab's page asked the network for {guard.requests}"


@pytest.fixture
def scrub_latency() -> Callable[..., list[float]]:
    """Return a function that measures the milliseconds from a slider's input event to the frame that shows the new step.

    Call it as `scrub_latency(opened.page, ".mw-slider")`.
    """

    def measure(page: Page, slider: str, rounds: int = 40) -> list[float]:
        return page.locator(slider).first.evaluate(
            """async (slider, rounds) => {
                slider.scrollIntoView({ block: "center" }); // what is out of sight does not repaint
                const [low, high] = [Number(slider.min), Number(slider.max)];
                const frame = () => new Promise((done) => requestAnimationFrame(done));
                const painted = () => new Promise((done) => {
                    const channel = new MessageChannel();
                    channel.port1.onmessage = done;
                    channel.port2.postMessage(0);
                });
                const times = [];
                for (let i = 0; i < rounds; i++) {
                    await frame();
                    const start = performance.now();
                    slider.value = low + ((i + 1) % (high - low + 1));
                    slider.dispatchEvent(new Event("input", { bubbles: true }));
                    // A component repaints in the next frame; the frame after it has certainly seen the painting done.
                    await frame();
                    await painted();
                    times.push(performance.now() - start);
                }
                return times;
            }""",
            rounds,
        )

    return measure


@pytest.fixture
def page_work(browser: Browser, tmp_path: Path) -> Callable[[Any], dict[str, float]]:
    """Return a function that measures the seconds of a page's main thread until a component is drawn, parsing included.

    `TaskDuration` is the total; `ScriptDuration` is the part for scripts.
    """

    def measure(component: Any) -> dict[str, float]:
        path = export_component(component, tmp_path / "timed.html")
        context = browser.new_context(viewport={"width": 1200, "height": 800}, offline=True)
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})  # before the page starts to load
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-mw-ready]", state="attached")
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        found = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
        context.close()
        return found

    return measure


@pytest.fixture
def scrub_work() -> Callable[..., float]:
    """Return a function that measures the processor milliseconds of one slider step, painting included, averaged over `rounds`.

    Unlike the time until the next frame, this does not depend on the machine's other load.
    """

    def measure(page: Page, slider: str, rounds: int = 40) -> float:
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})

        def spent() -> float:
            metrics = session.send("Performance.getMetrics")["metrics"]
            return next(1000 * m["value"] for m in metrics if m["name"] == "TaskDuration")

        before = spent()
        page.locator(slider).first.evaluate(
            """async (slider, rounds) => {
                slider.scrollIntoView({ block: "center" });
                const [low, high] = [Number(slider.min), Number(slider.max)];
                for (let i = 0; i < rounds; i++) {
                    slider.value = low + ((i + 1) % (high - low + 1));
                    slider.dispatchEvent(new Event("input", { bubbles: true }));
                    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
                }
            }""",
            rounds,
        )
        return (spent() - before) / rounds

    return measure


@pytest.fixture
def patience() -> float:
    """Return the factor by which times may exceed those of an idle machine: 1 on an idle machine, more with each waiting process."""
    waiting = os.getloadavg()[0] / (os.cpu_count() or 1)
    return max(1.0, 2 * waiting)
