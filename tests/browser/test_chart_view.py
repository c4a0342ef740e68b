"""ChartView and the shared Vega runtime in the page without a kernel."""

import altair as alt
import pytest
from ipywidgets import VBox, jslink
from playwright.sync_api import expect

from metawidgets import views
from metawidgets.reports.pages.export import export_component
from metawidgets.widgets import ChartView
from tests.widgets.examples import HOSTILE, trace


def stepping(**encodings) -> alt.Chart:
    """Return a chart with a bar of height step * step, labelled with its height, and a slider from 0 to 6."""
    rows = [{"step": s, "height": s * s, "label": f"{s}{HOSTILE}"} for s in range(7)]
    step = alt.param("step", value=2, bind=alt.binding_range(min=0, max=6, step=1, name="Gradient step: "))
    return (
        alt.Chart(alt.Data(values=rows), title="Squares", description="A bar that grows.")
        .mark_bar()
        .encode(x="label:N", y=alt.Y("height:Q", scale=alt.Scale(domain=[0, 36])), **encodings)
        .transform_filter("datum.step == step")
        .add_params(step)
        .properties(width=200, height=100)
    )


def heights(opened) -> list[float]:
    opened.frame()
    return opened.page.locator(".mark-rect path").evaluate_all("(paths) => paths.map((path) => path.getBBox().height)")


@pytest.mark.quick
def test_the_slider_is_named_moves_by_keyboard_and_redraws(open_component):
    chart = ChartView(stepping(), axis="gradient step")
    opened = open_component(chart)
    slider = opened.page.get_by_role("slider", name="Gradient step")
    expect(opened.page.get_by_role("slider")).to_have_count(1)  # Vega's own slider, which has no name, is replaced
    expect(slider).to_have_attribute("aria-valuetext", "gradient step 2 of 6")
    assert heights(opened) == pytest.approx([100 * 4 / 36], abs=0.5)
    slider.focus()
    opened.page.keyboard.press("End")
    assert heights(opened) == pytest.approx([100], abs=0.5)
    opened.page.keyboard.press("ArrowLeft")
    assert heights(opened) == pytest.approx([100 * 25 / 36], abs=0.5)
    assert opened.model(chart, "step") == 5


def test_labels_are_text_in_axes_and_tooltips(open_component):
    opened = open_component(ChartView(stepping(tooltip=["label:N"])))
    opened.page.locator(".mark-rect path").first.hover()
    tip = opened.view.locator(".mw-chart-tip")
    tip.wait_for()
    expect(tip).to_contain_text(HOSTILE, use_inner_text=True)
    assert opened.page.title() == "ChartView"
    expect(tip.locator("img, script")).to_have_count(0)


def test_the_tooltip_is_the_components_own_and_stands_above_all(open_component):
    opened = open_component(ChartView(stepping(tooltip=["label:N", alt.Tooltip("height:Q", title="Height")])))
    bar = opened.page.locator(".mark-rect path").first
    bar.hover()
    tip = opened.view.locator(".mw-chart-tip:popover-open")
    tip.wait_for()
    expect(tip.locator("td")).to_have_text(["label", f"2{HOSTILE}", "Height", "4"], use_inner_text=True)
    box = tip.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1000
    # The page has no elements or style rules from Vega.
    assert opened.page.evaluate("document.querySelectorAll('[id*=vg-tooltip], [id*=vega]').length") == 0
    opened.page.mouse.move(1, 1)
    tip.wait_for(state="hidden")


def test_paper_makes_no_other_drawing_and_a_theme_does(open_component):
    opened = open_component(ChartView(stepping()))
    opened.view.evaluate("(root) => { window.drawing = root.querySelector('.mw-chart svg'); }")
    stands = "(root) => window.drawing === root.querySelector('.mw-chart svg')"
    for event in ("beforeprint", "afterprint"):
        opened.page.evaluate("(name) => dispatchEvent(new Event(name))", event)
        opened.page.wait_for_timeout(300)
        assert opened.view.evaluate(stands)
    opened.page.emulate_media(color_scheme="dark")
    opened.view.locator(".mw-chart.is-dark").wait_for()
    assert not opened.view.evaluate(stands)


def test_charts_share_one_vega_and_move_together(open_html, tmp_path):
    first, second = ChartView(stepping()), ChartView(stepping())
    link = jslink((first, "step"), (second, "step"))
    path = export_component(VBox([first, second]), tmp_path / "two.html")
    alone = export_component(first, tmp_path / "one.html")
    assert path.stat().st_size - alone.stat().st_size < 5_000
    opened = open_html(path)
    opened.page.get_by_role("slider").first.focus()
    opened.page.keyboard.press("Home")
    assert opened.model(second, "step") == 0
    assert heights(opened) == pytest.approx([0, 0], abs=0.5)
    link.close()


def test_vega_is_not_parsed_before_a_chart_asks_for_it(open_component):
    """anywidget silently drops a model whose initialisation takes more than two seconds."""
    chart = ChartView(stepping())
    opened = open_component(chart)
    asked, offers = opened.page.evaluate(
        """async (id) => {
            const page = JSON.parse(document.getElementById("mw-page").textContent);
            const url = URL.createObjectURL(new Blob([page.modules[page.models[id].module]], { type: "text/javascript" }));
            const { default: runtime } = await import(url);
            const asked = [];
            const offers = await runtime.initialize({ model: { get: (name) => asked.push(name) } });
            return [asked, Object.keys(offers)];
        }""",
        chart.runtime.model_id,
    )
    assert asked == []
    assert offers == ["draw"]


def test_neutral_colours_follow_the_theme(open_component):
    for dark in (False, True):
        opened = open_component(ChartView(views.learning_curves(trace())), dark=dark)
        fill = opened.page.locator(".mw-chart .role-title-text text").first.get_attribute("fill")
        ink = opened.view.evaluate("(root) => getComputedStyle(root).getPropertyValue('--mw-fg').trim()")
        assert fill == ink


def test_a_wide_chart_fits_a_narrow_page_with_its_text_as_large(open_component):
    chart = stepping(color=alt.Color("label:N")).properties(width=500)
    sizes = {}
    for width in (400, 1000):
        opened = open_component(ChartView(chart), width=width)
        opened.page.wait_for_timeout(200)
        box = opened.page.locator(".mw-chart > svg, .mw-chart .chart-wrapper svg, .mw-chart svg").first.bounding_box()
        text = opened.page.locator(".mw-chart .role-axis-label text").first
        sizes[width] = box["width"], text.evaluate("(node) => getComputedStyle(node).fontSize")
    assert sizes[400][0] <= 400 < sizes[1000][0]
    assert sizes[400][1] == sizes[1000][1]


def test_charts_of_several_panels_fit_a_narrow_page_too(open_component):
    panel = stepping().properties(width=250)
    facet = (
        alt.Chart(alt.Data(values=[{"x": i, "p": f"panel {i % 4}"} for i in range(8)]), width=250, height=60)
        .mark_point()
        .encode(x="x:Q", y="x:Q")
        .facet(facet="p:N", columns=2)
    )
    for chart in (views.learning_curves(trace()), facet, panel | panel):
        opened = open_component(ChartView(chart), width=400)
        opened.page.wait_for_timeout(200)
        assert opened.page.locator(".mw-chart").evaluate("(node) => node.scrollWidth <= node.clientWidth")
        assert opened.page.locator(".mw-chart .role-mark").count() >= 2
        words = opened.page.locator(".mw-player .mw-value")
        assert all(node.bounding_box()["x"] + node.bounding_box()["width"] <= 400 for node in words.all())


def test_a_chart_that_cannot_be_drawn_says_why(open_component, monkeypatch):
    chart = ChartView(stepping())
    whole = chart.png()
    chart.config = {**chart.config, "spec": {**chart.config["spec"], "transform": [{"filter": "datum.("}]}}
    monkeypatch.setattr(ChartView, "png", lambda self: whole)  # the still picture in the page cannot be drawn either
    opened = open_component(chart)
    status = opened.view.locator(".mw-status")
    expect(status).to_contain_text("The chart cannot be drawn", use_inner_text=True)
    opened.page.evaluate(
        """([id, config]) => window.metawidgets.models.get(id).set("config", config)""",
        [chart.model_id, ChartView(stepping()).config],
    )
    opened.view.locator(".mw-chart svg").wait_for()
    expect(status).to_be_hidden()


def test_a_step_repaints_within_a_thirtieth_of_a_second_and_embeds_nothing_anew(
    open_component, scrub_latency, patience
):
    opened = open_component(ChartView(stepping()))
    opened.view.evaluate("(root) => { window.drawing = root.querySelector('.mw-chart svg'); }")
    times = sorted(scrub_latency(opened.page, ".mw-slider"))
    assert times[int(0.95 * len(times))] < 33 * patience
    assert opened.view.evaluate("(root) => window.drawing === root.querySelector('.mw-chart svg')")
