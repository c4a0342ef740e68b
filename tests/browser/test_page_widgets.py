"""A notebook of ipywidgets, other anywidgets and mixtures, run, exported, and opened without a network or Python."""

import json
import re
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect

from metawidgets.reports.pages.export import PageExporter
from metawidgets.reports.pages.left_out import LeftOut
from tests.browser.axe import faults
from tests.browser.executed import executed
from tests.browser.widget_cells import CELLS

ERRORS = [  # of the widgets that cannot run here, which say so on the console alone
    "violates the following Content Security Policy",
    "Failed to fetch dynamically imported module",
    "secret detail",
]


@pytest.fixture(scope="module")
def exported(made_once) -> tuple[Path, list[LeftOut]]:
    """The exported page of a notebook that a kernel has run, and what the page does not show."""
    return made_once("page_widgets", _exported)


def _exported(into: Path) -> tuple[Path, list[LeftOut]]:
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in CELLS])
    executed(nb)
    path = into / "widgets.html"
    exporter = PageExporter("Widgets")
    path.write_text(exporter.from_notebook_node(nb)[0], encoding="utf-8")
    return path, exporter.left_out


@pytest.fixture
def opened(exported, open_html):
    """Open the page; afterwards, nothing was fetched and the console had only the errors that it must have."""
    pages = []

    def open_(**options):
        pages.append(open_html(exported[0], **options))
        return pages[-1].page

    yield open_
    for each in pages:
        each.guard.complaints = [text for text in each.guard.complaints if not any(part in text for part in ERRORS)]


def cell(page: Page, name: str) -> Locator:
    """The outputs of the cell whose first comment is this."""
    place = page.locator(".cell.code", has=page.get_by_text(f"Code: {name}", exact=True))
    return place.locator(".output:not(.mw-w .output)")


def test_texts_are_shown_clean_with_maths_and_their_styles_stay_at_home(opened):
    page = opened()
    texts = cell(page, "Texts")
    colours = "(el) => getComputedStyle(el).color"
    assert page.locator(".styled").evaluate(colours) == "rgb(200, 0, 0)"
    assert page.locator(".plain").evaluate(colours) != "rgb(200, 0, 0)"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.title() == "Widgets"
    expect(texts.locator("math")).to_have_count(3)
    loss = texts.locator(".mw-k-label").first.locator(".mw-w-content")
    assert loss.evaluate("(el) => [getComputedStyle(el).color, getComputedStyle(el).fontWeight]") == [
        "rgb(0, 120, 0)",
        "700",
    ]
    expect(texts.get_by_text("a <b>label</b> is text")).to_be_visible()
    expect(texts.get_by_text("no number")).to_be_visible()
    box = texts.locator(".mw-w-vbox").evaluate("(el) => getComputedStyle(el).border")
    assert box == "2px solid rgb(1, 2, 3)"
    expect(texts.get_by_text("Needs Python")).to_have_count(0)


def test_controls_show_what_they_were_set_to_and_are_off(opened):
    page = opened()
    sliders = cell(page, "Sliders")
    ways = sliders.get_by_role("slider", name="Ways")
    expect(ways).to_be_disabled()
    assert [ways.input_value(), ways.get_attribute("aria-valuetext")] == ["7", "7"]
    read = [text for text in sliders.locator("output").all_inner_texts() if text]
    assert read == ["7", "25.0%", "0.0100", "20 – 60", "1.50 – 2.50", "mid", "b – d", "3", "2 – 8", "5"]
    bars = sliders.get_by_role("progressbar")
    assert [bar.get_attribute("aria-valuenow") for bar in bars.all()] == ["7", "4", "2.5"]
    part = bars.nth(2).locator("div").evaluate("(el) => [el.style.width, getComputedStyle(el).backgroundColor]")
    assert part == ["50%", "rgb(10, 200, 10)"]
    fields = cell(page, "Fields")
    values = {name: fields.get_by_label(name, exact=True).input_value() for name in FIELDS}
    assert values == FIELDS
    assert [tag.inner_text() for tag in fields.locator("li").all()] == ["one", "two", "red", "#0f0", "1.3", "2.0"]
    choices = cell(page, "Choices")
    assert choices.get_by_label("Menu").evaluate("(el) => el.selectedOptions[0].text") == "b"
    assert choices.get_by_label("Several").evaluate("(el) => [...el.selectedOptions].map((each) => each.text)") == [
        "p",
        "r",
    ]
    expect(choices.get_by_role("radio", name="no")).to_be_checked()
    expect(choices.get_by_role("checkbox", name="Ticked")).to_be_checked()
    pressed = [each.inner_text().strip() for each in choices.locator("[aria-pressed=true]").all()]
    assert pressed == ["two", "Pressed"]
    expect(choices.locator(":is(input, select, button):enabled")).to_have_count(0)
    for each in (sliders, fields, choices):
        expect(each.get_by_text("Needs Python")).to_have_count(1)


FIELDS = {
    "Text": "a text", "Empty": "", "Lines": "two\nlines", "Secret": "\u2022" * 8, "Combo": "a", "Int": "12", "Bounded": "3",
    "Float": "1.5", "Share": "0.5", "Day": "2026-11-30", "Time": "09:05", "Naive": "2026-01-02T03:04",
    "Zoned": "2026-01-02T03:04",
}  # fmt: skip


def test_no_secret_is_in_the_page(exported):
    assert "secret-word" not in exported[0].read_text(encoding="utf-8").split('id="mw-page"')[1]


def test_pictures_and_sound_play_from_the_page(opened):
    page = opened()
    media = cell(page, "Pictures and sound")
    first, second = media.locator("img").all()
    expect(first).to_have_attribute("alt", "a pixel")
    assert first.evaluate("(el) => [el.naturalWidth, el.width]") == [20, 80]
    assert second.evaluate("(el) => [el.width, el.height, getComputedStyle(el).objectFit]") == [120, 40, "cover"]
    sound = media.locator("audio")
    sound.evaluate("(el) => new Promise((done) => { if (el.readyState) done(); else el.onloadedmetadata = done; })")
    assert sound.evaluate("(el) => el.duration") == pytest.approx(0.1)
    assert media.locator("video").evaluate("(el) => [el.src.slice(0, 5), el.width]") == ["blob:", 200]
    expect(media.get_by_role("link", name="https://example.com/a.png")).to_be_visible()


def test_tabs_and_folds_work_by_keyboard_and_what_they_hold_is_alive(opened):
    page = opened()
    panels = cell(page, "Tabs, folds and stacks")
    one, two, three = panels.get_by_role("tab").all()
    expect(panels.get_by_text("first panel")).to_be_visible()
    one.focus()
    page.keyboard.press("ArrowRight")
    expect(two).to_have_attribute("aria-selected", "true")
    expect(panels.get_by_text("first panel")).to_be_hidden()
    query = panels.get_by_role("gridcell", name="query 3 of 4, class aleph")
    query.click()
    expect(query).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Tab")
    one.focus()
    page.keyboard.press("End")
    expect(three).to_have_attribute("aria-selected", "true")
    expect(panels.get_by_text("third")).to_be_visible()
    expect(panels.get_by_role("tabpanel")).to_have_count(1)
    control = panels.get_by_role("button", name="Control")
    expect(panels.get_by_role("slider")).to_have_count(0)
    control.press("Enter")
    expect(control).to_have_attribute("aria-expanded", "true")
    expect(panels.get_by_role("slider")).to_have_count(1)
    expect(panels.get_by_text("in the fold")).to_be_hidden()
    control.press("Enter")
    expect(control).to_have_attribute("aria-expanded", "false")


def test_links_move_their_targets_without_python(opened):
    page = opened()
    panels = cell(page, "Tabs, folds and stacks")
    panels.get_by_role("combobox").select_option("right")
    expect(panels.get_by_text("right card")).to_be_visible()
    expect(panels.get_by_text("left card")).to_be_hidden()
    links = cell(page, "Links")
    source = links.get_by_role("slider", name="Source")
    source.focus()
    page.keyboard.press("End")
    expect(links.get_by_role("progressbar", name="Target")).to_have_attribute("aria-valuenow", "1")
    links.get_by_role("textbox").fill("<b>new</b>")
    expect(links.locator(".mw-k-label")).to_have_text("<b>new</b>", use_inner_text=True)
    played = links.get_by_role("slider", name="Played")
    links.get_by_role("button", name="Play").click()
    page.wait_for_function("(el) => el.value === '3'", arg=played.element_handle())
    links.get_by_role("button", name="Stop").click()
    expect(played).to_have_value("0")
    expect(links.get_by_role("slider", name="Still")).to_be_disabled()
    expect(links.get_by_text("Needs Python")).to_have_count(1)


def test_an_output_widget_shows_its_outputs_wherever_it_is_shown(opened):
    page = opened()
    box = page.locator(".mw-k-output").first
    assert box.evaluate("(el) => getComputedStyle(el).borderTopStyle") == "solid"
    expect(box).to_contain_text("printed inside", use_inner_text=True)
    expect(box).to_contain_text("ZeroDivisionError: division by zero", use_inner_text=True)
    expect(box.locator("u")).to_have_text("rich inside", use_inner_text=True)
    expect(box.locator("math")).to_have_count(1)
    expect(box.get_by_role("slider", name="Nested")).to_have_value("4")
    assert re.search(r"steps:\s100%.*3/3", box.inner_text(), re.DOTALL)
    expect(box.locator(".mw-w-bar[data-style=success]")).to_have_count(1)
    expect(page.get_by_text("leaves:")).to_be_hidden()
    note = page.get_by_text("Needs Python")
    expect(page.locator(".mw-view", has=box).locator("> .mw-note", has=note)).to_have_count(1)


def test_outputs_that_keep_their_styles_in_shadow_roots_are_copied_with_them(opened):
    page = opened()
    html = "<div><template shadowrootmode='open'><style>b { color: rgb(1, 2, 3) }</style><b>in</b></template></div>"
    colour = page.evaluate(
        """async (html) => {
            const model = [...metawidgets.models.values()].find((each) => each.record.name === "OutputModel");
            const template = document.getElementById(model.get("outputs"));
            const el = document.body.appendChild(document.createElement("div"));
            const place = document.createElement("template");
            place.setHTMLUnsafe(html);
            template.content.replaceChildren(place.content);
            await metawidgets.render(model, el);
            return getComputedStyle(el.querySelector("div").shadowRoot.querySelector("b")).color;
        }""",
        html,
    )
    assert colour == "rgb(1, 2, 3)"


def test_no_child_of_a_mixed_box_is_dropped(opened):
    page = opened()
    mixed = cell(page, "Mixtures")
    expect(mixed.locator("section.mw-episode-view")).to_have_count(2)
    expect(mixed.get_by_text("above")).to_be_visible()
    expect(mixed.get_by_role("slider", name="Below")).to_be_visible()
    beside = mixed.get_by_text("beside").bounding_box()
    view = mixed.locator("section.mw-episode-view").nth(1).bounding_box()
    assert beside
    assert view
    assert view["x"] > beside["x"] + 20
    assert abs(view["y"] - beside["y"]) < 40
    areas = mixed.locator(".mw-w-grid > div").evaluate_all(
        "(all) => all.map((el) => getComputedStyle(el).gridRowStart)"
    )
    assert set(areas) == {"header", "left-sidebar", "center", "footer"}


def test_other_anywidgets_run_or_say_why_they_do_not(opened):
    page = opened()
    own = cell(page, "Other anywidgets")
    count = own.get_by_role("button", name="count is 3 of 9")
    count.click()
    expect(own.get_by_role("button", name="count is 4")).to_be_visible()
    expect(own.get_by_label("Linked")).to_have_value("4")
    assert [own.get_by_text(f"made for {i}").count() for i in (1, 2)] == [1, 1]
    expect(own.locator(".mw-card")).to_have_text(
        [
            "Fetching is not shown: its code loads more code from the network (https://esm.example/x).",
            "Evaluating is not shown: its code uses eval, which the page does not allow.",
            "Raising is not shown: its code failed to start without Python.",
            "Empty is not shown: it drew nothing without Python.",
            "Fetching is not shown: its code loads more code from the network (https://esm.example/x).",
        ],
        use_inner_text=True,
    )
    foreign = cell(page, "Widgets of other libraries")
    expect(foreign.locator(".mw-card")).to_have_text(
        [
            "LeafletMap (jupyter-leaflet 0.19) is not shown: a page cannot run its code, which is not saved in the notebook.",
            "Canvas (ipycanvas 2.0.0) needs Python; this is its last picture.",
            "MPLCanvas (jupyter-matplotlib 2.0.0) needs Python; this is its last picture.",
        ],
        use_inner_text=True,
    )
    assert foreign.locator("img").evaluate_all("(all) => all.map((el) => el.naturalWidth)") == [20, 20]


def test_the_exporter_says_what_the_page_does_not_show(exported):
    said = {(each.cell, each.what) for each in exported[1]}
    assert said == {
        (2, "<script> in the widget HTML"),
        (6, "Image from an address"),
        (12, "the widget Fetching"),
        (12, "the widget Evaluating"),
        (13, "the widget LeafletMap (jupyter-leaflet 0.19)"),
    }


@pytest.mark.parametrize("options", [{"dark": True}, {"width": 390, "height": 844}], ids=["dark", "phone"])
def test_it_is_accessible_and_nothing_is_wider_than_the_page(opened, options):
    page = opened(**options)
    found = faults(page)
    found.pop("landmark-unique")  # the page shows the same episode three times
    assert found == {}
    assert page.evaluate("document.documentElement.scrollWidth") == options.get("width", 1000)
    cut = page.evaluate(
        """() => [...document.querySelectorAll(".mw-w")].filter((el) => el.getClientRects().length
            && getComputedStyle(el).visibility === "visible"
            && el.scrollWidth > el.clientWidth + 1 && getComputedStyle(el).overflowX === "hidden").map((el) => el.className)"""
    )
    assert cut == []


def test_on_paper_every_panel_stands_open_below_its_title(opened, exported):
    page = opened()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    panels = cell(page, "Tabs, folds and stacks")
    for text in ("first panel", "third", "in the fold", "left card"):
        expect(panels.get_by_text(text)).to_be_visible()
    expect(panels.get_by_text("right card")).to_be_hidden()
    titles = panels.locator(".mw-w-paper-title")
    expect(titles).to_have_text(["One", "Two", "Three", "Notes", "Control"], use_inner_text=True)
    assert all(each.is_visible() for each in titles.all())
    expect(panels.get_by_role("tab")).to_have_count(0)


def test_the_page_is_small(exported):
    """No icon font, no jQuery, no Lumino: drawing all of ipywidgets takes less than one of our components."""
    text = exported[0].read_text(encoding="utf-8")
    data = json.loads(text.split('id="mw-page">')[1].split("</script>")[0])
    assert len(data["modules"][data["core"]]) < 40_000
    assert len(text) < 400_000
