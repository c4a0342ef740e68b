"""Still pictures of components: they have a caption if they are alone, and are hidden if the live instrument is shown."""

import base64
import io

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image
from playwright.sync_api import expect

from metawidgets import widgets
from metawidgets.reports.pages.export import export_component
from metawidgets.widgets.base.still import captioned, uncaptioned
from tests.widgets.examples import EXAMPLES

each = pytest.mark.parametrize("name", [cls.__name__ for cls in widgets.ALL])


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def shown_in_a_cell(component: widgets.Component) -> bytes:
    bundle = component._repr_mimebundle_()
    assert bundle is not None
    return base64.b64decode(bundle[0]["image/png"])


def caption(name: str) -> str:
    return f"Picture of {name}; open the notebook for the live instrument"


@each
def test_the_picture_of_a_cell_says_that_it_is_one(name):
    component = EXAMPLES[name]()
    picture = shown_in_a_cell(component)
    bare, said = uncaptioned(picture)
    assert said == caption(name)
    now = pixels(component.png())
    assert np.abs(pixels(bare) - now).mean() < 1  # the component's picture, above the caption
    assert pixels(picture).shape[0] > now.shape[0]
    assert (pixels(picture)[now.shape[0] :] < 128).any(), "the caption must be visible"


@each
def test_no_picture_where_the_instrument_is_live(name, open_component):
    opened = open_component(EXAMPLES[name]())
    expect(opened.page.locator(".mw-still")).to_have_count(0)
    expect(opened.page.locator("main")).not_to_contain_text("Picture of", use_inner_text=True)


@each
def test_a_page_without_scripts_shows_a_captioned_picture(name, browser, tmp_path):
    component = EXAMPLES[name]()
    path = export_component(component, tmp_path / "page.html")
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(path.as_uri())
    expect(page.locator(".mw-still img")).to_be_visible()
    expect(page.locator(".mw-still figcaption")).to_have_text(f"{caption(name)}.", use_inner_text=True)
    expect(page.locator(".mw-still img")).to_have_attribute("alt", component.summary())
    context.close()


def test_a_page_whose_scripts_are_blocked_shows_it_too(browser, tmp_path):
    path = export_component(EXAMPLES["EpisodeView"](), tmp_path / "page.html")
    text = path.read_text()
    assert "script-src 'unsafe-inline' blob:" in text
    path.write_text(text.replace("script-src 'unsafe-inline' blob:", "script-src 'none'"))
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto(path.as_uri())
    expect(page.locator(".mw-still figcaption")).to_be_visible()
    context.close()


def test_other_pictures_of_a_notebook_have_no_caption(tmp_path):
    from metawidgets.reports.pages.export import export_notebook

    buffer = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(buffer, format="PNG")
    data = {"image/png": base64.b64encode(buffer.getvalue()).decode()}
    nb = new_notebook(cells=[new_code_cell("plot()", outputs=[new_output("display_data", data)])])
    html = export_notebook(nb, tmp_path / "page.html").read_text()
    assert data["image/png"] in html
    assert "Picture of" not in html
    assert uncaptioned(buffer.getvalue()) == (buffer.getvalue(), "")


@pytest.mark.parametrize("size", [(180, 60), (700, 300), (2100, 900)])
def test_a_caption_fits_below_pictures_of_any_width(size):
    buffer = io.BytesIO()
    Image.new("RGB", size, (250, 240, 240)).save(buffer, format="PNG")
    whole = pixels(captioned(buffer.getvalue(), "YouAreTheLearner"))
    strip = whole[size[1] :]
    assert strip.shape[1] == size[0]
    assert (strip[:, -2:] == 255).all(), "the caption must not be cut at the edge"
    assert (strip < 160).any()


@pytest.mark.parametrize("name", ["EmbeddingMap", "InnerLoopSlider", "MemoryView", "PrototypeHeatmap"])
def test_the_picture_shows_the_step_that_the_page_stands_at(name, open_live):
    live = open_live(EXAMPLES[name]())
    component = live.component
    first = component.png()
    slider = live.view.locator("input.mw-slider").first
    slider.focus()
    live.page.keyboard.press("Home")
    live.page.keyboard.press("ArrowRight")
    live.until(lambda: component.step == 1)
    assert component.png() != first
    restored = type(component).from_dict(component.to_dict())
    assert restored.png() == component.png()
    assert uncaptioned(shown_in_a_cell(component))[1] == caption(name)
