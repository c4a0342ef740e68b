"""Film the README's instrument in use, light and dark: four initialisations adapt to five points of a sine curve.

    python docs/moving_picture.py docs/images

The episode is a typical one, by a rule: of 100 test episodes, the one with MAML's median loss after its last step. The README's
five lines use the same episode, and tests/test_readme.py checks that.
"""

import argparse
import io
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from pictures import in_both_themes
from PIL import Image, ImageOps
from playwright.sync_api import Page

import metawidgets as mw
from metawidgets.analysis import typical

MOST_BYTES = 500_000
# Before adaptation, after each step, at two larger rates, and again at the learners' own. Readers look longest at the adapted fits.
MILLISECONDS = (1400, 1200, 2600, 1000, 1800, 2000)
MARGIN = 12


def curves() -> mw.EpisodeSampler:
    return mw.EpisodeSampler(mw.datasets.load("sinusoids").source("test"), k_shot=5, n_query=10, seed=0)


def typical_episode(n_episodes: int = 100) -> int:
    """Return the number of the test episode with MAML's median loss after its last step."""
    maml, sampler = mw.instruments.initialisations("sinusoids")["MAML"], curves()
    return typical(np.array([mw.trace(maml, sampler.episode(i))["query_loss"][-1] for i in range(n_episodes)]))


def film(page: Page) -> list[Image.Image]:
    """Return a picture of the instrument at each step, at two larger inner learning rates, and at the first rate again."""
    view = page.locator(".mw-inner-loop-slider .mw").first
    pictures = []

    def take() -> None:
        page.wait_for_timeout(800)
        picture = Image.open(io.BytesIO(view.screenshot())).convert("RGB")
        background: Any = picture.getpixel((picture.width - 1, 0))
        pictures.append(ImageOps.expand(picture, MARGIN, background))

    player = view.locator(".mw-player input[type=range]")
    player.focus()
    page.keyboard.press("Home")
    take()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
        take()
    rate = view.get_by_role("slider", name="Inner learning rate")
    for _ in range(2):
        rate.focus()
        for _ in range(6):
            page.keyboard.press("ArrowRight")
        rate.blur()  # without the frame of the focus
        take()
    view.get_by_role("button", name="Own settings").click()
    take()
    return pictures


def save(pictures: list[Image.Image], file: Path) -> None:
    """Write pictures as a GIF that repeats, with one palette for all of them, so that no colour flickers."""
    height = max(picture.height for picture in pictures)
    sheet = Image.new("RGB", (pictures[0].width, height * len(pictures)), pictures[0].getpixel((0, 0)))
    for i, picture in enumerate(pictures):
        sheet.paste(picture, (0, i * height))
    palette = sheet.quantize(128, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    frames = [palette.crop((0, i * height, palette.width, (i + 1) * height)) for i in range(len(pictures))]
    frames[0].save(file, save_all=True, append_images=frames[1:], duration=MILLISECONDS, loop=3, optimize=False)
    if file.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{file} has {file.stat().st_size:,} bytes, more than {MOST_BYTES:,}; use fewer colours.")
    print(f"{file}: {file.stat().st_size / 1000:.0f} kB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the pictures go")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    number = typical_episode()
    print(f"episode {number}")
    slider = mw.instruments.inner_loop_slider(mw.instruments.initialisations("sinusoids"), curves().episode(number))
    with tempfile.TemporaryDirectory() as folder:
        html = mw.reports.export_component(slider, Path(folder) / "slider.html")
        for ending, page in in_both_themes(parser, html):
            save(film(page), options.folder / f"adaptation{ending}.gif")


if __name__ == "__main__":
    main()
