"""A component has a usable width in any parent with any layout, and no part extends beyond its element."""

import pytest
from playwright.sync_api import expect

from metawidgets.widgets import Question, Quiz

PARENTS = {
    "block": ("<div id=p></div>", 900),
    "flex row": ("<div style='display: flex' id=p></div>", 900),
    "flex row that wraps": ("<div style='display: flex; flex-wrap: wrap' id=p></div>", 900),
    "flex row, items at the start": ("<div style='display: flex; align-items: flex-start' id=p></div>", 900),
    "flex column, items at the start": (
        "<div style='display: flex; flex-direction: column; align-items: flex-start' id=p></div>",
        900,
    ),
    "flex column": ("<div style='display: flex; flex-direction: column' id=p></div>", 900),
    "grid": ("<div style='display: grid' id=p></div>", 900),
    "grid of automatic columns": ("<div style='display: grid; grid-template-columns: auto 300px' id=p></div>", 600),
    "inline flex": ("<div style='display: inline-flex' id=p></div>", 420),
    "inline block": ("<div style='display: inline-block' id=p></div>", 420),
    "float": ("<div style='float: left' id=p></div>", 420),
    "fit-content": ("<div style='width: fit-content' id=p></div>", 420),
    "absolute": ("<div style='position: absolute' id=p></div>", 420),
    "table cell": ("<table><tr><td id=p></td><td>beside</td></tr></table>", 420),
    "sidebar": ("<div style='width: 300px' id=p></div>", 300),
    "boxless parents in a flex row": (
        "<div style='display: flex'><div style='display: contents'><div style='display: contents' id=p></div></div></div>",
        900,
    ),
    "equal columns of wrappers": (
        "<div style='display: flex'><div style='flex: 1 1 0%' id=p></div><div style='flex: 1 1 0%'>beside</div></div>",
        450,
    ),
    "narrow flex row": ("<div style='width: 300px; display: flex' id=p></div>", 300),
}


@pytest.fixture
def quiz():
    return Quiz([Question("Which set is a learner scored on?", ["support", "query"], 1, "The query set.")])


@pytest.fixture
def place(open_component, quiz):
    """Return a function that puts the quiz `times` times into a parent given as HTML: `place(html, times)` returns page and boxes."""

    def place_(html: str, times: int = 1, width: int = 900):
        opened = open_component(quiz, width=width)
        opened.page.evaluate(
            """async ([html, times]) => {
                document.body.innerHTML = `<div style="margin: 0">${html}</div>`;
                document.body.style = "margin: 0; padding: 0; max-width: none; display: block";
                const [model] = [...window.metawidgets.models.values()].filter((each) => each.record.module);
                for (let i = 0; i < times; i++) {
                    const el = document.createElement("div");
                    await window.metawidgets.render(model, el); // as anywidget does: before it stands in the page
                    document.querySelector("#p").append(el);
                }
            }""",
            [html, times],
        )
        opened.frame()
        opened.frame()
        views = opened.page.locator(".mw")
        return opened.page, [views.nth(i).bounding_box() for i in range(times)]

    return place_


@pytest.mark.parametrize("parent", PARENTS)
def test_has_a_usable_width_in_any_parent(place, parent):
    html, least = PARENTS[parent]
    page, [box] = place(html)
    assert least - 1 <= box["width"] <= 900
    assert box["height"] > 100
    assert page.evaluate("document.documentElement.scrollWidth") <= 900


@pytest.mark.quick
@pytest.mark.parametrize(("width", "side_by_side"), [(1100, True), (870, True), (860, False), (400, False)])
def test_two_in_a_row_share_it_or_stack(place, width, side_by_side):
    page, [a, b] = place("<div style='display: flex' id=p></div>", 2, width)
    assert (a["y"] == b["y"]) == side_by_side
    assert a["width"] == pytest.approx(b["width"], abs=1)
    assert min(a["width"], b["width"]) >= min(420, width) - 1
    assert a["width"] + b["width"] == pytest.approx(width - 24 if side_by_side else 2 * width, abs=2)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_width_that_the_layout_gives_is_kept(open_component, quiz):
    quiz.layout.width = "333px"
    opened = open_component(quiz)
    opened.page.evaluate(
        """async () => {
            const [model] = [...window.metawidgets.models.values()].filter((each) => each.record.module);
            const el = Object.assign(document.createElement("div"), { id: "el", style: "width: 333px" });
            document.body.innerHTML = "<div id=p style='display: flex'></div>";
            document.querySelector("#p").append(el);
            await window.metawidgets.render(model, el);
        }"""
    )
    opened.frame()
    assert opened.page.locator("#el").bounding_box()["width"] == 333


def test_nothing_hangs_out_of_its_element(place):
    """A live region one pixel below its box once gave every output in JupyterLab a scrollbar."""
    page, _ = place("<div style='overflow: auto' id=p></div>")
    sizes = page.locator("#p").evaluate("(p) => [p.scrollHeight - p.clientHeight, p.scrollWidth - p.clientWidth]")
    assert sizes == [0, 0]


def test_two_displays_of_one_component_follow_each_other(place):
    page, _ = place("<div id=p></div>", 2)
    page.locator(".mw").nth(0).get_by_label("query").check()
    expect(page.locator(".mw").nth(1).get_by_label("query")).to_be_checked()
    page.locator(".mw").nth(1).get_by_role("button", name="Check").click()
    expect(page.locator(".mw").nth(0).locator(".qz-feedback")).to_contain_text("Right", use_inner_text=True)


def test_a_place_that_is_opened_later_gets_its_width_then(place):
    """The place is a tab that is hidden while its component is drawn."""
    page, _ = place("<div style='display: none' id=p></div>")
    page.evaluate("document.querySelector('#p').style.display = 'flex'")
    page.wait_for_timeout(100)
    assert page.locator(".mw").bounding_box()["width"] == 900


@pytest.mark.parametrize(
    ("style", "theme"),
    [
        ("background: white", "light"),
        ("background: rgb(20 20 20)", "dark"),
        ("background: oklch(0.2 0.02 250)", "dark"),
        ("background: rgb(0 0 0 / 0.1)", "light"),  # almost transparent, so the page's background counts
    ],
)
def test_colours_follow_what_is_behind(place, style, theme):
    page, _ = place(f"<div style='{style}' id=p></div>")
    expect(page.locator(".mw")).to_have_attribute("data-theme", theme)
