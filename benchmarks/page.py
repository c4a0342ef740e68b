"""Measure an exported page in Chromium: its size, requests, errors, time until it is ready, and the time of a slider step.

    metawidgets report --out build/reports
    python benchmarks/page.py build/reports/*.html

`ready`: from opening the file until every component is drawn, as the page itself reports. `step`: from a slider's input event to the
end of the frame that shows it, over 100 events for each slider on the page. At 60 Hz a frame takes 16.7 ms, so no smaller time can
be seen.
"""

import argparse
import shutil
import statistics
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from rich.console import Console
from rich.table import Table

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]

SCRUB = """async (slider, rounds) => {
    const [low, high] = [Number(slider.min), Number(slider.max)];
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const painted = () => new Promise((done) => {
        const channel = new MessageChannel();
        channel.port1.onmessage = done;
        channel.port2.postMessage(0);
    });
    slider.scrollIntoView({ block: "start" });
    const times = [];
    for (let i = 0; i < rounds; i++) {
        await frame();
        const start = performance.now();
        slider.value = low + ((i + 1) % (high - low + 1));
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        await frame();
        await painted();
        times.push(performance.now() - start);
    }
    return times;
}"""


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


def ready_ms(browser: Browser, path: Path) -> tuple[float, Page, list[str], list[str]]:
    context = browser.new_context(viewport={"width": 1000, "height": 800})
    requests: list[str] = []
    errors: list[str] = []
    page = context.new_page()
    page.on("request", lambda r: None if r.url.startswith(("file:", "data:", "blob:")) else requests.append(r.url))
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: errors.append(str(e)))
    start = time.perf_counter()
    page.goto(path.resolve().as_uri())
    page.wait_for_selector("html[data-mw-ready]", state="attached")
    return 1000 * (time.perf_counter() - start), page, requests, errors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=100, help="slider events for each slider")
    parser.add_argument("--opens", type=int, default=5, help="times each page is opened")
    options = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        parser.error("there is no chromium on the PATH; on Debian: apt-get install chromium")
    table = Table("page", "MB", "requests", "errors", "ready, ms: median", "worst", "slider", "step, ms: median", "p95")
    with sync_playwright() as engine, engine.chromium.launch(executable_path=chromium, args=FLAGS) as browser:
        for path in options.pages:
            opened = [ready_ms(browser, path) for _ in range(options.opens)]
            _, page, requests, errors = opened[-1]
            times = [ms for ms, *_ in opened]
            sliders = page.locator("input[type=range]")
            for i in range(sliders.count()):
                label = sliders.nth(i).get_attribute("aria-label") or str(i)
                steps = sliders.nth(i).evaluate(SCRUB, options.rounds)
                first = (path.name, f"{path.stat().st_size / 1e6:.2f}", str(len(requests)), str(len(errors)))
                first += (f"{statistics.median(times):.0f}", f"{max(times):.0f}")
                table.add_row(
                    *(first if i == 0 else [""] * 6), label[:32], f"{statistics.median(steps):.1f}", f"{p95(steps):.1f}"
                )
            for _, done, *_ in opened:
                done.context.close()
    Console().print(table)


if __name__ == "__main__":
    main()
