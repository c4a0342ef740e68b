"""Take pictures of the instruments on the gallery's page, light and dark, for the README and the notebooks.

    metawidgets report notebooks/gallery.ipynb --out build/gallery
    python docs/pictures.py build/gallery/gallery.html notebooks/images

Pictures are reduced to few colours, so that all of them together are only as large as a photograph.
"""

import argparse
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

WIDTH = 960
# Picture -> the component's CSS class, and its index among the page's components of that class.
PICTURES: dict[str, tuple[str, int]] = {
    "episode_builder": ("mw-episode-builder", 0),
    "inner_loop_slider": ("mw-inner-loop-slider", 0),
    "loss_landscape": ("mw-loss-landscape", 0),
    "prototype_heatmap": ("mw-prototype-heatmap", 0),
    "embedding_map": ("mw-embedding-map", 0),
    "task_map": ("mw-task-map-view", 0),
    "task_distribution": ("mw-task-distribution", 0),
    "memory_view": ("mw-memory-view", 0),
    "memory_view_attention": ("mw-memory-view", 1),
    "outer_loop_monitor": ("mw-outer-loop-monitor", 0),
    "learner_arena": ("mw-learner-arena", 0),
    "you_are_the_learner": ("mw-you-are-the-learner", 0),
    "quiz": ("mw-quiz", 0),
}


def prepare(page: Page) -> None:
    """Set the components to informative states: shifted distributions at 60 % of the shift."""
    page.evaluate(
        """() => {
            for (const model of window.metawidgets.models.values()) {
                const config = model.get("config") ?? {};
                if (config.shifts) model.set("step", Math.ceil(0.6 * (config.shifts.length - 1)));
            }
        }"""
    )
    page.wait_for_timeout(300)


def small(png: bytes) -> bytes:
    """Return a PNG with 160 colours."""
    out = io.BytesIO()
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    # The colours of classes cover few pixels but must not change, so the palette covers all colours, not only the frequent ones.
    picture.quantize(160, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def in_both_themes(parser: argparse.ArgumentParser, html: Path) -> Iterator[tuple[str, Page]]:
    """Open an exported page in the light theme and then in the dark one, and yield the end of a picture's name and the page."""
    chromium = shutil.which("chromium")
    if chromium is None:
        parser.error("there is no chromium on the PATH; on Debian: apt-get install chromium")
    with (
        sync_playwright() as engine,
        engine.chromium.launch(executable_path=chromium, args=["--no-sandbox"]) as browser,
    ):
        for ending in ("", "_dark"):
            page = browser.new_page(
                viewport={"width": WIDTH + 80, "height": 900}, color_scheme="dark" if ending else "light"
            )
            page.goto(html.resolve().as_uri())
            page.wait_for_selector("html[data-mw-ready]", state="attached")
            yield ending, page
            page.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=Path, help="the gallery's page")
    parser.add_argument("folder", type=Path, help="where the pictures go")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for ending, page in in_both_themes(parser, options.page):
        prepare(page)
        for name, (css, place) in PICTURES.items():
            view = page.locator(f".{css} .mw").nth(place)
            view.scroll_into_view_if_needed()
            page.wait_for_timeout(400)
            file = options.folder / f"{name}{ending}.png"
            file.write_bytes(small(view.screenshot()))
            print(f"{file}: {file.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
