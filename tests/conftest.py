"""Shared by all tests: the selection of tests that this machine can run, and one Chromium for those that need it."""

import asyncio
import io
import os
import pickle
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from filelock import FileLock
from jaxtyping import install_import_hook

import tests.shapes  # noqa: F401 - the hook below names it, and finds only what is imported

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from metawidgets.reports import Report

# Must come before anything loads torch or numpy: on busy cores, several threads make small networks slower.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Must come before anything imports metawidgets: from here on its array annotations are checked at every call.
install_import_hook("metawidgets", "tests.shapes.checked")

# No test is timed: a busy machine would fail an example that takes longer than hypothesis expects.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each case with its tier, and deselect the cases that this machine cannot run. Skipping them would fill the output."""
    for item in items:
        marker = item.get_closest_marker("quick_cases")
        if item.get_closest_marker("omniglot") or (marker and not _is_quick(item, *marker.args)):
            item.add_marker(pytest.mark.slow)
    lacking = []
    if not os.environ.get("METAWIDGETS_OMNIGLOT"):
        lacking.append("omniglot")
    if any(item.get_closest_marker("cuda") for item in items):
        import torch

        if not torch.cuda.is_available():
            lacking.append("cuda")
    needy = [item for item in items if any(item.get_closest_marker(name) for name in lacking)]
    if needy:
        config.hook.pytest_deselected(items=needy)
        items[:] = [item for item in items if not any(item.get_closest_marker(name) for name in lacking)]


def _is_quick(item: pytest.Item, *which: int | str) -> bool:
    """Return whether `make test` runs a case: it is one of its function's first n cases, or its id contains one of these texts."""
    params = item.callspec  # pyright: ignore[reportAttributeAccessIssue] - parametrised items have it
    if isinstance(which[0], int):
        return max(params.indices.values()) < which[0]
    return any(str(part) in params.id for part in which)


@pytest.fixture(autouse=True)
def _no_loop_of_playwright(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let a test that opens no page run an event loop of its own.

    Playwright's synchronous API has an event loop that counts as running in the main thread until the end of the whole run.
    """
    loop = asyncio._get_running_loop()
    if loop is None or "browser" in request.fixturenames:
        yield
        return
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)


@pytest.fixture
def metawidgets(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., tuple[int, str, str]]:
    """Return a function that runs a command in an empty folder, with text for its input, and returns exit code, stdout and stderr."""
    from metawidgets import cli
    from metawidgets.cli import console

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    for one in (console.out, console.errors):  # the consoles were made at import, maybe with another width
        monkeypatch.setattr(one, "_width", 200)

    def run(*words: str | Path, answer: str | None = None) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["metawidgets", *map(str, words)])
        if answer is not None:
            monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
        try:
            cli.main()
            code = 0
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 0
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the working tree."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def omniglot_root() -> Path:
    """The folder with Omniglot's zips."""
    return Path(os.environ["METAWIDGETS_OMNIGLOT"])


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium. Without one the test is skipped, or fails if METAWIDGETS_REQUIRE_BROWSER=1.

    Debian's headless shell comes first: it is the same engine without the windows around it, and takes half the processor time.
    """
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        reason = "no chromium on the PATH; on Debian and Ubuntu: apt-get install chromium"
        if os.environ.get("METAWIDGETS_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator["Browser"]:
    """One Chromium for the whole run. Each test opens its own page in it, and closes that."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=20_000)  # a busy machine takes several of the usual five seconds
    with sync_playwright() as engine, engine.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS) as browser:
        if slower := os.environ.get("METAWIDGETS_SLOW_PAGES"):
            _slow_down(browser, float(slower))
        yield browser


def _slow_down(browser: "Browser", times: float) -> None:
    """Run all pages of the browser this many times slower. Tests that read a page before it is ready then fail for sure."""
    new_context = browser.new_context

    def slow_context(**options: Any) -> "BrowserContext":
        context = new_context(**options)

        def slow(page: "Page") -> None:
            context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": times})

        context.on("page", slow)
        return context

    browser.new_context = slow_context
    browser.new_page = lambda **options: slow_context(**options).new_page()


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], Any]], Any]:
    """Return a function that makes something dear once for all workers: `made_once("gallery", make)` gives `make(folder)`.

    The first worker that asks makes it, and the others read a pickle of it. A test must not change the files in the folder.
    """
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base  # the workers' folders lie side by side

    def once(name: str, make: Callable[[Path], Any]) -> Any:
        folder, kept = base / f"once-{name}", base / f"once-{name}.pickle"
        with FileLock(base / f"once-{name}.lock"):
            if not kept.exists():
                folder.mkdir(exist_ok=True)
                kept.write_bytes(pickle.dumps(make(folder)))
            return pickle.loads(kept.read_bytes())

    return once


@pytest.fixture(scope="session")
def smoke_report(made_once: Callable[..., Any]) -> "Report":
    """The report few_shot, run once with few steps and episodes, for all tests that need it."""
    from metawidgets.reports import run_report

    return made_once("few_shot", lambda folder: run_report("few_shot", folder, {"smoke": True}))


@pytest.fixture(scope="session")
def gallery(made_once: Callable[..., Any], root: Path) -> "Report":
    """The gallery, run once in small sizes for all tests that use its page."""
    from metawidgets.reports import run_report

    return made_once(
        "gallery", lambda folder: run_report(root / "notebooks" / "gallery.ipynb", folder, {"smoke": True})
    )
