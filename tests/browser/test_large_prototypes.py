"""PrototypeHeatmap of 50 classes with 100 examples: quick drawing, scrubbing and edits; pictures are fetched when they become visible."""

import pytest
from playwright.sync_api import expect

from metawidgets.instruments import prototype_heatmap
from metawidgets.widgets import PrototypeHeatmap
from tests.browser.limits import SCRUB
from tests.widgets.large_episodes import large_episode, large_protonet


@pytest.fixture(scope="module")
def heatmap() -> PrototypeHeatmap:
    episode = large_episode(shape=(1, 105, 105))
    return prototype_heatmap(large_protonet(episode), episode)


def painted(root) -> int:
    """Return the number of colours in the matrix."""
    return root.evaluate(
        """(root) => { const canvas = root.querySelector(".mw-scroll-canvas");
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            return new Set(new Uint32Array(data.buffer)).size; }"""
    )


def test_it_is_drawn_within_a_second(open_component, page_work, heatmap):
    took = page_work(heatmap)
    assert took["TaskDuration"] < 1.5  # this includes parsing the page
    assert took["ScriptDuration"] < 1
    opened = open_component(heatmap)
    assert painted(opened.view) > 50
    assert opened.view.locator(".ph-summary").inner_text().split(" ", 1)[1].startswith("of 750 queries")


def test_all_steps_scrub_within_their_time(open_component, heatmap, scrub_work):
    opened = open_component(heatmap)
    slider = opened.page.get_by_role("slider")
    expect(slider).to_have_attribute("aria-valuetext", "support examples absorbed: 5000 of 5000")
    expect(slider).to_have_attribute("max", "5000")
    assert scrub_work(opened.page, ".mw-slider") < SCRUB
    slider.fill("2503")
    opened.frame()
    assert painted(opened.view) > 20


def test_a_support_example_is_dropped_in_the_page(open_component, heatmap):
    opened = open_component(heatmap)
    opened.view.get_by_text("Edit the support and compare").click()
    expect(opened.view.locator(".ph-item")).to_have_count(40)
    opened.view.get_by_role("button", name="Show 60 more").click()
    expect(opened.view.locator(".ph-item")).to_have_count(100)
    opened.view.get_by_label("Examples of").select_option(label="Alphabet/character07")
    opened.frame()
    expect(opened.view.locator(".ph-item")).to_have_count(40)
    opened.view.get_by_role("button", name="Drop", exact=True).click()
    opened.frame()
    item = heatmap.config["episode"]["support_ids"][700]
    assert opened.model(heatmap, "edits") == [{"op": "drop", "item": item}]
    expect(opened.view.locator(".ph-bars .ph-value").first).to_contain_text("of 750", use_inner_text=True)


def test_a_page_says_which_pictures_it_lacks(open_component, heatmap):
    opened = open_component(heatmap)
    places = set(heatmap.unpack()["picture_places"].tolist())
    assert 99 not in places
    opened.view.get_by_text("Edit the support and compare").click()
    opened.view.get_by_role("button", name="Show 60 more").click()
    lacking = opened.view.locator('.ph-item[data-place="99"]')
    title = lacking.get_attribute("title")
    assert title == f"{heatmap.config['episode']['support_ids'][99]}: picture not sent with this page"
    assert opened.view.locator('.ph-item[data-place="0"]').get_attribute("title").endswith("s00000")


def test_pictures_come_from_python_when_they_are_seen(open_live, heatmap):
    live = open_live(heatmap)
    live.view.get_by_text("Edit the support and compare").click()
    live.view.get_by_role("button", name="Show 60 more").click()
    live.until(lambda: 99 in heatmap._pixels_of)
    lacking = live.view.locator('.ph-item[data-place="99"]')
    live.until(lambda: "picture" not in (lacking.get_attribute("title") or ""))
    expect(live.view.locator(".mw-status")).to_be_hidden()
