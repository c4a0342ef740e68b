"""Time the loss landscape: grids on the MLP and on strided conv4, a path with its arrows from another point, and a scrub in the
browser.

    python benchmarks/landscape.py                     # prints a table; medians of three
    python benchmarks/landscape.py --repetitions 5 --threads 1

The learners have the papers' sizes and are untrained, since the time of a grid does not depend on the weights.
"""

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from playwright.sync_api import sync_playwright

from metawidgets import datasets, learners
from metawidgets.episodes import Episode, EpisodeSpec
from metawidgets.learners.landscape.plane import LossPlane
from metawidgets.reports.pages.export import export_component
from metawidgets.widgets import LossLandscape

GOALS = {
    "MLP, 50 x 50": 1.0,
    "strided conv4, 25 x 25": 10.0,
    "scrub (ms of processor a step)": 33.0,
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--repetitions", type=int, default=3)
    options.add_argument(
        "--fine", action="store_true", help="also conv4 on 50 x 50 points, which takes four times as long"
    )
    options.add_argument("--threads", type=int, default=torch.get_num_threads())
    given = options.parse_args()
    torch.set_num_threads(given.threads)
    torch.manual_seed(0)
    curves = plane_of("sinusoids", 10, 50, n_way=None, inner_lr=0.01, inner_steps=5)
    images = plane_of("glyphs", 1, 15, n_way=5, inner_lr=0.4, inner_steps=1, test_steps=3)
    jobs: dict[str, Callable[[], object]] = {
        "MLP, 50 x 50": lambda: curves.landscape(50),
        "MLP, path and arrows": lambda: (curves.paths(0.1, 0.1), curves.meta_gradients(0.1, 0.1)),
        "strided conv4, 25 x 25": lambda: images.landscape(25),
        "strided conv4, path and arrows": lambda: (images.paths(0.1, 0.1), images.meta_gradients(0.1, 0.1)),
    }
    print(
        f"{given.threads} threads, torch {torch.__version__}, load {os.getloadavg()[0]:.1f}; medians of {given.repetitions}"
    )
    print(f"{'':34}{'seconds':>9}{'goal':>7}")
    for name, job in jobs.items():
        job()
        print(row(name, statistics.median(seconds(job) for _ in range(given.repetitions))))
    if shutil.which("chromium"):
        name = "scrub (ms of processor a step)"
        print(row(name, statistics.median(scrub(curves) for _ in range(given.repetitions))))


def plane_of(dataset: str, k_shot: int, n_query: int, n_way: int | None, **options: float) -> LossPlane:
    episode: Episode = (
        datasets.load(dataset).source("test").draw(np.random.default_rng(0), EpisodeSpec(n_way, k_shot, n_query))
    )
    learner = learners.build("maml", item_shape=episode.item_shape, output_dim=episode.output_dim, **options)
    return LossPlane(learner, episode)


def seconds(job: Callable[[], object]) -> float:
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def row(name: str, value: float) -> str:
    goal = f"{GOALS[name]:7g}" if name in GOALS else ""
    return f"{name:34}{value:9.3g}{goal}"


def scrub(plane: LossPlane) -> float:
    """Move the slider 40 steps with both surfaces shown, and return the page's processor milliseconds per step."""
    landscape = LossLandscape(plane, resolution=50, refine=50, surface="both")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as browsers:
        path = export_component(landscape, Path(folder) / "landscape.html")
        browser = browsers.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1000, "height": 900})
        page.goto(path.resolve().as_uri())
        page.wait_for_selector("html[data-mw-ready]", state="attached")
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})

        def spent() -> float:
            metrics = session.send("Performance.getMetrics")["metrics"]
            return next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")

        before = spent()
        page.locator(".mw-player .mw-slider").first.evaluate(
            """async (slider) => {
                for (let i = 0; i < 40; i++) {
                    slider.value = (i + 1) % (Number(slider.max) + 1);
                    slider.dispatchEvent(new Event("input", { bubbles: true }));
                    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
                }
            }"""
        )
        found = 1000 * (spent() - before) / 40
        browser.close()
    return found


if __name__ == "__main__":
    main()
