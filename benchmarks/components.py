"""Measure the instruments in a browser: bytes sent, time until drawn, and times of scrubbing, panning and a control that asks Python.

    METAWIDGETS_OMNIGLOT=folder python benchmarks/components.py            # without Omniglot, glyphs are used instead

All times are in milliseconds, in Chromium without a GPU:

- `drawn`: from opening an exported page with this one instrument until it is painted.
- `scrub`: from a slider's input event to the end of the frame that shows it, over 100 events.
- `pan`: between frames while the instrument is dragged or scrolled, over 60 frames.
- `control`: from a slider's input event until Python's answer is painted, over 100 events, without JupyterLab.

At 60 Hz a frame takes 16.7 ms, so no smaller time can be seen. Run this on an otherwise idle machine.
"""

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from ipywidgets import VBox
from page import FLAGS, SCRUB, p95
from playwright.sync_api import Browser, Page, sync_playwright
from rich.console import Console
from rich.table import Table

import metawidgets as mw
from metawidgets import instruments
from metawidgets.reports.pages.export import export_component

sys.path.insert(
    0, str(Path(__file__).resolve().parents[1])
)  # for `tests.browser.live`, a page that is connected to Python
from tests.browser import live
from tests.widgets import made_memory

FRAMES = """() => {
    window.mwFrames = [];
    const run = (now) => { window.mwFrames.push(now); window.mwNext = requestAnimationFrame(run); };
    run(performance.now());
}"""


def pan(page: Page, place: str, scrolls: bool) -> list[float]:
    """Drag the mouse, or scroll, over an element, and return the milliseconds between frames."""
    node = page.locator(place).first
    node.scroll_into_view_if_needed()
    box = node.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.evaluate(FRAMES)
    if scrolls:
        for _ in range(60):
            page.mouse.wheel(0, 24)
    else:
        page.mouse.down()
        page.mouse.move(x + 120, y + 60, steps=60)
        page.mouse.up()
    times = page.evaluate("() => { cancelAnimationFrame(window.mwNext); return window.mwFrames; }")
    return [b - a for a, b in pairwise(times[1:])]


def cases() -> dict[str, tuple[Callable[[], Any], dict[str, Any]]]:
    """Return name -> (a function that makes the component, extra measurements).

    The extra measurements are `scrub` (a slider's selector) and `pan` (an element's selector, and whether to scroll it).
    """
    big = "omniglot" if os.environ.get("METAWIDGETS_OMNIGLOT") else "glyphs"
    data, protonet = mw.datasets.load(big), mw.load(f"{big}-protonet")
    glyphs, sines = mw.datasets.load("glyphs"), mw.datasets.load("sinusoids")
    small = mw.EpisodeSampler(glyphs.source("test"), n_way=5, k_shot=1, n_query=5, seed=0).episode(0)
    curves = mw.EpisodeSampler(sines.source("test"), k_shot=10, n_query=10, seed=0)
    wide = mw.EpisodeSampler(data.source("test"), n_way=20, k_shot=1, n_query=15, seed=0).episode(0)
    slider = {"scrub": ".mw-player input[type=range]"}
    return {
        "EpisodeBuilder": (lambda: instruments.episode_builder("glyphs", n_way=5, k_shot=2, n_query=5), {}),
        "InnerLoopSlider, curves": (
            lambda: instruments.inner_loop_slider(
                instruments.initialisations("sinusoids"), curves.episode(0), inner_steps=10
            ),
            slider,
        ),
        "InnerLoopSlider, images": (lambda: instruments.inner_loop_slider(mw.load("glyphs-maml"), small), slider),
        "LossLandscape, MLP 50x50": (
            lambda: instruments.loss_landscape(mw.load("sinusoids-maml"), curves.episode(0), resolution=50, refine=50),
            slider,
        ),
        "PrototypeHeatmap, 20 x 300": (
            lambda: instruments.prototype_heatmap(protonet, wide),
            {**slider, "pan": (".mw-scroll", True)},
        ),
        "EmbeddingMap, 2,000 images": (
            lambda: instruments.embedding_map(protonet, data.source("test"), n_items=2000),
            {"pan": (".em-canvas", False)},
        ),
        "EmbeddingMap, an episode": (lambda: instruments.embedding_map(mw.load("glyphs-protonet"), small), slider),
        "MemoryView, 128 slots x 50 writes": (lambda: mw.widgets.MemoryView(made_memory.large_memory()), slider),
        "MemoryView, 8 heads x 100 items": (lambda: mw.widgets.MemoryView(made_memory.large_attention()), slider),
        "TaskDistribution": (lambda: instruments.task_distribution(sines, {"MAML": mw.load("sinusoids-maml")}), slider),
    }


def opened(browser: Browser, path: Path) -> tuple[Page, float, list[str]]:
    page, odd = browser.new_page(viewport={"width": 1000, "height": 800}), []
    page.on("console", lambda m: odd.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: odd.append(str(e)))
    page.on("request", lambda r: None if r.url.startswith(("file:", "data:", "blob:")) else odd.append(r.url))
    begun = time.perf_counter()
    page.goto(path.resolve().as_uri())
    page.wait_for_selector("html[data-mw-ready]", state="attached")
    return page, 1000 * (time.perf_counter() - begun), odd


def control(browser: Browser, component: Any, folder: Path, rounds: int) -> list[float]:
    """Return the milliseconds from moving the inner learning rate until the new curve is painted, with Python connected."""
    context, connect = live.open_live(browser, component, folder / "live.html")
    page = connect(context.new_page())
    page.settle()
    slider = page.view.get_by_role("slider", name="Inner learning rate")
    times = page.page.evaluate(
        """async ([slider, rounds]) => {
            const frame = () => new Promise((done) => requestAnimationFrame(done));
            const model = [...window.metawidgets.models.values()].find((m) => m.get("replied") !== undefined && m.get("config")?.traces);
            const times = [];
            for (let i = 0; i < rounds; i++) {
                const before = model.get("replied");
                const begun = performance.now();
                slider.value = 20 + ((7 * i) % 30); // rates at which the inner loop does not diverge
                slider.dispatchEvent(new Event("input", { bubbles: true }));
                slider.dispatchEvent(new Event("change", { bubbles: true }));
                const waits = () => model.get("replied") === before && performance.now() - begun < 5000;
                while (waits()) await new Promise((done) => setTimeout(done, 1));
                await frame();
                await frame();
                times.push(performance.now() - begun);
                await new Promise((done) => setTimeout(done, 30));
            }
            return times;
        }""",
        [slider.element_handle(), rounds],
    )
    context.close()
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--only", default="", help="only instruments whose name contains this")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        parser.error("there is no chromium on the PATH; on Debian: apt-get install chromium")
    table = Table("instrument", "kB sent", "page, MB", "drawn, ms", "scrub p50", "p95", "pan p50", "p95", "odd")
    figures: dict[str, Any] = {"load": os.getloadavg()[0]}
    with (
        tempfile.TemporaryDirectory() as scratch,
        sync_playwright() as engine,
        engine.chromium.launch(executable_path=chromium, args=FLAGS) as browser,
    ):
        folder, made = Path(scratch), {}
        for name, (make, measured) in cases().items():
            if options.only not in name:
                continue
            made[name] = component = make()
            path = export_component(component, folder / "page.html")
            ready = []
            for _ in range(3):
                page, ms, odd = opened(browser, path)
                ready.append(ms)
                if len(ready) < 3:
                    page.close()
            scrub = page.locator(measured["scrub"]).first.evaluate(SCRUB, options.rounds) if "scrub" in measured else []
            panned = pan(page, *measured["pan"]) if "pan" in measured else []
            page.close()
            figures[name] = {
                "kB": len(component.buffer) / 1000,
                "MB": path.stat().st_size / 1e6,
                "drawn": statistics.median(ready),
                **({"scrub_p50": statistics.median(scrub), "scrub_p95": p95(scrub)} if scrub else {}),
                **({"pan_p50": statistics.median(panned), "pan_p95": p95(panned)} if panned else {}),
                "odd": odd,
            }
            shown = [f"{statistics.median(v):.0f}|{p95(v):.1f}".split("|") if v else ["", ""] for v in (scrub, panned)]
            row = figures[name]
            table.add_row(
                name, f"{row['kB']:.0f}", f"{row['MB']:.2f}", f"{row['drawn']:.0f}", *shown[0], *shown[1], str(len(odd))
            )
        if len(made) == len(cases()):
            path = export_component(VBox(list(made.values())), folder / "ten.html")
            _, ms, odd = opened(browser, path)
            figures["ten on one page"] = {"MB": path.stat().st_size / 1e6, "drawn": ms, "odd": odd}
            table.add_row(
                "all ten on one page",
                "",
                f"{path.stat().st_size / 1e6:.1f}",
                f"{ms:.0f}",
                "",
                "",
                "",
                "",
                str(len(odd)),
            )
        if not options.only or "control" in options.only:
            sines = mw.EpisodeSampler(mw.datasets.load("sinusoids").source("test"), k_shot=10, n_query=10, seed=0)
            slider = instruments.inner_loop_slider(mw.load("sinusoids-maml"), sines.episode(0), inner_steps=10)
            times = control(browser, slider, folder, options.rounds)
            figures["control"] = {"p50": statistics.median(times), "p95": p95(times)}
            table.add_row(
                "inner rate through Python, 10 steps",
                "",
                "",
                "",
                f"{statistics.median(times):.0f}",
                f"{p95(times):.0f}",
                "",
                "",
                "",
            )
    Console(width=140).print(table)
    figures["load_after"] = os.getloadavg()[0]
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    np.seterr(all="raise", under="ignore")
    main()
