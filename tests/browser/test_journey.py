"""Sessions in JupyterLab with a kernel: Python sees the reader's actions in the browser."""

import re
import time

import pytest
from playwright.sync_api import expect


@pytest.mark.quick
def test_an_item_chosen_in_the_sheet_is_seen_by_python_and_by_its_linked_components(open_notebook):
    notebook = open_notebook(
        "from metawidgets.widgets import EpisodeView, Selection\n"
        "from tests.widgets.examples import sheet\n"
        "selection = Selection()\n"
        "view = EpisodeView(sheet(), selection=selection)\n"
        "other = EpisodeView(sheet(), selection=selection)\n"
        "heard = []\n"
        "selection.observe(lambda change: heard.append(change['new']), 'selected')\n"
        "view",
        "other",
    )
    notebook.run_all()
    page = notebook.page
    first, second = page.locator(".mw.mw-episode-view").nth(0), page.locator(".mw.mw-episode-view").nth(1)
    second.wait_for(state="attached")
    first.get_by_role("gridcell", name="query 2 of 4, class beth").click()
    notebook.wait_for("selection.selected", "tiles/class1/q5")
    expect(second.get_by_role("gridcell", selected=True)).to_have_attribute("aria-label", "query 2 of 4, class beth")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    notebook.wait_for("selection.selected", "tiles/class1/q6")
    # Letters that are shortcuts of the notebook (a: insert a cell, x: cut it, m: to Markdown) only act on the component.
    cells = page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length")
    for key in "axmd":
        page.keyboard.press(key)
    assert page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length") == cells
    page.keyboard.press("Escape")
    notebook.wait_for("selection.selected", "")
    assert notebook.evaluate("heard") == ["tiles/class1/q5", "tiles/class1/q6", ""]
    # The other direction: both components show an item that Python selects.
    notebook.evaluate("[setattr(selection, 'selected', 'tiles/class0/q0'), setattr(selection, 'pinned', True)]")
    for view in (first, second):
        view.get_by_role("gridcell", name="query 1 of 4, class aleph", selected=True).wait_for()


def test_a_chart_draws_offline_and_its_slider_reaches_python(open_notebook):
    notebook = open_notebook(
        "from metawidgets.widgets import ChartView\n"
        "from tests.browser.test_chart_view import stepping\n"
        "chart, twin = ChartView(stepping()), ChartView(stepping())\n"
        "def fail(change):\n"
        "    if change['new'] == 5: raise ValueError('five is too many')\n"
        "chart.observe(fail, 'step')\n"
        "chart",
    )
    notebook.run_all()
    page = notebook.page
    page.locator(".mw.mw-chart-view .mark-rect path").wait_for(state="attached")
    page.get_by_role("slider", name="Gradient step").focus()
    page.keyboard.press("End")
    notebook.wait_for("chart.step", 6)
    page.keyboard.press("ArrowLeft")
    notebook.wait_for("chart.step", 5)
    status = page.locator(".mw.mw-chart-view .mw-status")
    status.filter(has_text="ValueError: five is too many").wait_for()
    page.keyboard.press("ArrowLeft")
    notebook.wait_for("chart.error", "")
    status.wait_for(state="hidden")
    assert notebook.evaluate("chart.runtime is twin.runtime")  # both charts share one Vega


def test_the_slider_and_a_cell_of_the_matrix_change_what_python_knows(open_notebook):
    notebook = open_notebook(
        "from ipywidgets import jslink\n"
        "from metawidgets.widgets import EpisodeView, InnerLoopSlider, PrototypeHeatmap, Selection\n"
        "from tests.widgets.examples import trace\n"
        "trace, selection = trace(), Selection()\n"
        "slider = InnerLoopSlider(trace, selection=selection)\n"
        "heatmap = PrototypeHeatmap(trace, selection=selection)\n"
        "link = jslink((slider, 'step'), (heatmap, 'step'))\n"
        "slider",
        "heatmap",
        "EpisodeView(trace.episode, selection=selection)",
    )
    notebook.run_all()
    page = notebook.page
    last = notebook.evaluate("len(trace) - 1")
    handle = page.locator(".mw.mw-inner-loop-slider input[type=range]").first
    handle.focus()
    page.keyboard.press("Home")
    notebook.wait_for("[slider.step, heatmap.step]", [0, 0])
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    notebook.wait_for("[slider.step, heatmap.step]", [2, 2])
    page.keyboard.press("End")
    notebook.wait_for("heatmap.step", last)
    assert notebook.evaluate("heatmap.cell") == []
    matrix = page.locator(".mw.mw-prototype-heatmap [tabindex='0'].mw-scroll")
    matrix.scroll_into_view_if_needed()
    box = matrix.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 0.6 * box["width"], box["y"] + 0.6 * box["height"])
    end = time.monotonic() + 60
    while not (cell := notebook.evaluate("heatmap.cell")):
        assert time.monotonic() < end, "the click reached no cell"
        page.wait_for_timeout(100)
    chosen = notebook.evaluate(f"str(trace.episode.query_items[{cell[0]}])")
    notebook.wait_for("selection.selected", chosen)
    # The contact sheet shows the same item. The letter that would cut the cell only acts on the matrix.
    sheet = page.locator(".mw.mw-episode-view")
    expect(sheet.locator(".mw-panel-origin")).to_contain_text(chosen, use_inner_text=True)
    cells = page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length")
    page.keyboard.press("x")
    assert page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length") == cells


def test_a_restarted_kernel_and_a_notebook_opened_again(open_notebook, lab):
    notebook = open_notebook("from tests.browser.test_live import Doubler\ndoubler = Doubler()\ndoubler")
    notebook.run_all()
    page = notebook.page
    number, slider = page.locator(".mw.mw-doubler .number"), page.get_by_role("slider", name="Number")
    slider.focus()
    page.keyboard.press("End")
    number.filter(has_text="100").wait_for()
    notebook.wait_for("doubler.given", 50)
    notebook.save()
    notebook.restart_kernel()
    page.locator(".mw.mw-doubler input[type=range]:disabled").wait_for()
    expect(slider).to_have_attribute("title", re.compile("run its cell again"))
    lab.end_sessions()
    again = lab.open(page, "journey.ipynb")
    restored = again.page.locator(".mw.mw-doubler .number")
    restored.filter(has_text="100").wait_for()  # the state from the file
    again.page.locator(".mw.mw-doubler input[type=range]:disabled").wait_for()
    again.run_all()
    again.page.locator(".mw.mw-doubler input[type=range]:enabled").wait_for()


def test_an_arena_round_is_played_and_a_quiz_answered(open_notebook):
    notebook = open_notebook(
        "import metawidgets as mw\n"
        "from metawidgets.instruments import learner_arena\n"
        "from metawidgets.learners import build\n"
        "from tests.widgets.examples import quiz\n"
        "sampler = mw.EpisodeSampler(mw.datasets.load('gaussians').source('test'), n_way=3, k_shot=2, n_query=5, seed=5)\n"
        "learners = {name: build(name, item_shape=(2,), output_dim=3) for name in ('centroid', 'nearest', 'maml')}\n"
        "box = learner_arena(learners, sampler, n_episodes=8, shots=(1, 2), you=5)\n"
        "you, arena = box.children\n"
        "box",
        "questions = quiz()\nquestions",
    )
    notebook.run_all()
    page = notebook.page
    stage = page.locator(".yl-stage")
    stage.wait_for(state="visible")
    for done in range(1, 6):
        stage.focus()
        page.keyboard.type("123123123")  # shortcuts of the notebook ("b" would insert a cell) do not act on it
        page.keyboard.press("Enter")
        notebook.wait_for("sum(you.done)", done)
        if done < 5:
            page.keyboard.press("Enter")
            notebook.wait_for("you.place", done)
    mean = notebook.evaluate("you.difference('centroid').mean")
    shown = page.locator(".yl-result tbody tr").filter(has_text="centroid").locator("td").nth(2).inner_text()
    assert shown.startswith(f"{100 * mean:+.1f} (".replace("-", "−"))
    # The arena includes the person, both in the page and in Python.
    expect(page.locator(".mw-learner-arena tbody th").filter(has_text="You")).to_have_count(1)
    notebook.wait_for("sorted(arena.your_scores())", [0, 1, 2, 3, 4])
    page.get_by_role("button", name="Play 50 more episodes").click()
    notebook.wait_for("arena.round.n_episodes", 58)
    page.locator(".mw-learner-arena h3").filter(has_text="58 episodes").wait_for()
    one = page.locator(".qz-card").first
    one.scroll_into_view_if_needed()
    one.get_by_role("radio", name="support").check()
    one.get_by_role("button", name="Check").click()
    notebook.wait_for("questions.tries", [1, 0])
    expect(one.locator(".qz-feedback")).to_contain_text("That is not it.", use_inner_text=True)
    one.get_by_role("radio", name="query").check()
    one.get_by_role("button", name="Check").click()
    notebook.wait_for("questions.solved", [True, False])
    expect(one.locator(".qz-feedback")).to_contain_text("Right, at try 2.", use_inner_text=True)
