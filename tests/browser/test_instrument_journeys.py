"""Longer sessions with the instruments in JupyterLab, with trained learners, as a person would use them."""

import re

from playwright.sync_api import Locator, Page, expect


def middle(locator: Locator) -> tuple[float, float]:
    locator.scroll_into_view_if_needed()
    box = locator.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, *way: tuple[float, float]) -> None:
    page.mouse.move(*way[0])
    page.mouse.down()
    for place in way[1:]:
        page.mouse.move(*place, steps=4)
    page.mouse.up()


def test_build_an_episode_adapt_to_it_move_its_initialisation_and_compare(open_notebook, lab):
    notebook = open_notebook(
        "import metawidgets as mw\n"
        "from metawidgets import instruments\n"
        "builder = instruments.episode_builder('glyphs', n_way=5, k_shot=1, n_query=2, seed=0)\n"
        "maml, protonet = mw.load('glyphs-maml'), mw.load('glyphs-protonet')\n"
        "builder",
        "slider = instruments.inner_loop_slider(maml, builder.episode)\n"
        "builder.on_episode(lambda episode: episode and slider.adapt_to(episode))\n"
        "slider",
        "landscape = instruments.loss_landscape(maml, builder.episode, resolution=5, refine=5)\nlandscape",
        "heatmap = instruments.prototype_heatmap(protonet, builder.episode)\nheatmap",
    )
    notebook.run_all(timeout=240)
    page = notebook.page

    # An item is dragged from the queries to the support, and another is drawn.
    build = page.locator(".mw.mw-episode-builder")
    query = build.locator('.eb-strip[data-side="query"][data-cls="1"] [data-key]').first
    drag(page, middle(query), middle(build.locator('.eb-strip[data-side="support"][data-cls="1"]')))
    notebook.wait_for("builder.episode.shots.tolist()", [1, 2, 1, 1, 1])
    build.get_by_role("button", name="Draw").click()
    pad = build.locator(".eb-pad")
    x, y = middle(pad)
    drag(page, (x - 40, y - 40), (x + 40, y), (x - 40, y + 40))
    build.get_by_role("button", name="Add the drawing").click()
    notebook.wait_for("builder.episode.shots.sum().item()", 7)
    notebook.wait_for("[i.dataset for i in builder.episode.support_items].count('drawn')", 1)

    # MAML has adapted to the built episode; the slider moves through its steps.
    notebook.wait_for("slider.episode.shots.tolist() == builder.episode.shots.tolist()", True, timeout=30)
    handle = page.locator(".mw.mw-inner-loop-slider .mw-player input[type=range]")
    handle.scroll_into_view_if_needed()
    handle.focus()
    page.keyboard.press("Home")
    notebook.wait_for("slider.step", 0)
    page.keyboard.press("ArrowRight")
    notebook.wait_for("slider.step", 1)

    # The slider sets another rate, and Python adapts again.
    before = notebook.evaluate("float(slider.traces[0]['query_loss'][-1])")
    page.locator(".mw.mw-inner-loop-slider").get_by_role("slider", name=re.compile("Inner learning rate")).focus()
    page.keyboard.press("Home")
    notebook.wait_for(f"float(slider.traces[0]['query_loss'][-1]) != {before}", True, timeout=30)

    # Keys move the initialisation on its landscape, and the path starts there.
    page.locator(
        ".mw.mw-loss-landscape"
    ).scroll_into_view_if_needed()  # it is only painted and labelled when it is visible
    ball = page.locator(".mw.mw-loss-landscape").get_by_role("button", name=re.compile("Initialisation at")).first
    ball.scroll_into_view_if_needed()
    ball.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    notebook.wait_for("landscape.start[0] > 0", True, timeout=30)

    # A cell of the matrix is pinned and a support example dropped. The old values are shown beside the new ones.
    matrix = page.locator(".mw.mw-prototype-heatmap .mw-scroll")
    matrix.scroll_into_view_if_needed()
    matrix.focus()
    page.keyboard.press("Enter")
    notebook.wait_for("len(heatmap.cell)", 2)
    compare = page.locator(".mw.mw-prototype-heatmap")
    compare.get_by_text("Edit the support and compare").click()
    compare.locator(".ph-item").nth(1).click()
    compare.get_by_role("button", name="Drop", exact=True).click()
    compare.get_by_role("button", name="Before", exact=True).wait_for()
    notebook.wait_for("len(heatmap.edits)", 1)
    notebook.wait_for("len(heatmap.edited_episode.support_y) == len(heatmap.episode.support_y) - 1", True)

    # The notebook is saved with its instruments and opened again. It shows the built episode without Python.
    notebook.save()
    shots = notebook.evaluate("builder.episode.shots.tolist()")
    lab.end_sessions()
    again = lab.open(page, "journey.ipynb")
    restored = again.page.locator(".mw.mw-episode-builder")
    restored.locator('.eb-strip[data-side="support"][data-cls="1"] [data-key]').nth(1).wait_for(state="attached")
    assert [
        restored.locator(f'.eb-strip[data-side="support"][data-cls="{k}"] [data-key]').count() for k in range(5)
    ] == shots
    expect(restored.get_by_role("button", name="Resample")).to_be_disabled()
    again.page.locator(".mw.mw-loss-landscape .ll-reading").wait_for(state="attached")


def test_scrub_a_memory_move_a_distribution_play_a_round_and_answer_a_question(open_notebook):
    notebook = open_notebook(
        "import metawidgets as mw\n"
        "from metawidgets import instruments\n"
        "from metawidgets.widgets import Quiz, Selection\n"
        "glyphs, selection = mw.datasets.load('glyphs'), Selection()\n"
        "test = mw.EpisodeSampler(glyphs.source('test'), n_way=3, k_shot=1, n_query=1, seed=0)\n"
        "five = mw.EpisodeSampler(glyphs.source('test'), n_way=5, n_query=1).episode(0)\n"
        "memory = instruments.memory_view(mw.load('glyphs-mann'), five, selection=selection)\n"
        "memory",
        "moving = instruments.task_distribution(mw.datasets.load('sinusoids'), mw.load('sinusoids-maml'), {'phase': 3.0},"
        " n_shifts=2, n_tasks=4, k_shot=10)\n"
        "moving",
        "learners = {name: mw.load(f'glyphs-{name}') for name in ('protonet', 'matching', 'relation')}\n"
        "arena = instruments.learner_arena(learners, test, n_episodes=4, shots=(1,), you=1)\n"
        "arena",
        "quiz = Quiz('Which set is the learner scored on?', ['support', 'query'], 'query', 'It adapts to the support set.')\nquiz",
    )
    notebook.run_all(timeout=240)
    page = notebook.page

    view = page.locator(".mw.mw-memory-view")
    handle = view.locator(".mw-player input[type=range]")
    handle.scroll_into_view_if_needed()
    handle.focus()
    page.keyboard.press("Home")
    notebook.wait_for("memory.step", 0)
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    notebook.wait_for("memory.step", 2)
    # When a slot is selected, its main item is selected in all components.
    view.locator("details.mw-fold > summary", has_text="slot by slot").click()
    slots = view.get_by_role("application", name=re.compile("slots over"))
    slots.scroll_into_view_if_needed()
    slots.focus()
    page.keyboard.press("Enter")  # the slot written last
    notebook.wait_for("selection.selected == str(five.support_items[1])", True)

    far = page.locator(".mw.mw-task-distribution").get_by_role("slider", name=re.compile("How far"))
    far.scroll_into_view_if_needed()
    reading = page.locator(".mw.mw-task-distribution .td-reading")
    at_home = float(re.findall(r"loss (\d+\.\d+)", reading.inner_text())[0])
    far.focus()
    page.keyboard.press("End")
    notebook.wait_for("moving.step", 2)
    reading.filter(has_text="phase + 3").wait_for()
    assert float(re.findall(r"loss (\d+\.\d+)", reading.inner_text())[0]) > at_home

    # The person answers an episode of three queries by keys, and the arena then includes the person.
    you = page.locator(".mw.mw-you-are-the-learner")
    you.scroll_into_view_if_needed()
    you.get_by_role("button", name="Skip").focus()
    for i in range(3):
        you.get_by_text(re.compile(f"Query {i + 1} of 3")).wait_for()
        page.keyboard.press("1")
    you.get_by_role("button", name="Show how I did").click()
    notebook.wait_for("len(arena.children[1].you)", 1)
    # the table has a row for the person, with the paired difference
    row = page.locator(".mw.mw-learner-arena tr").filter(has=page.get_by_text("You", exact=True))
    row.first.wait_for()

    question = page.locator(".mw.mw-quiz")
    question.scroll_into_view_if_needed()
    question.get_by_role("radio", name="support").check()
    question.get_by_role("button", name="Check").click()
    notebook.wait_for("quiz.outcome", [""])
    notebook.wait_for("quiz.tries", [1])
    question.get_by_role("radio", name="query").check()
    question.get_by_role("button", name="Check").click()
    notebook.wait_for("quiz.outcome", ["right"])
    question.get_by_text("It adapts to the support set.").first.wait_for()
