"""Live meta-training in JupyterLab while other cells run, and the same notebook run without a person."""

import nbformat

CELLS = (
    "import torch\n"
    "from metawidgets import datasets, instruments, learners\n"
    "from metawidgets.episodes import EpisodeSampler\n"
    "from metawidgets.training import MetaTraining\n"
    "torch.manual_seed(0)\n"
    "data = datasets.load('sinusoids')\n"
    "train, validation = (EpisodeSampler(data.source(p), k_shot=5, n_query=5) for p in ('train', 'validation'))\n"
    "learner = learners.build('maml', item_shape=(1,), output_dim=1, inner_lr=0.01)\n"
    "how = MetaTraining(steps=STEPS, meta_batch_size=4, validate_every=20, n_validation=5)\n"
    "monitor = instruments.outer_loop_monitor(learner, train, how, validation=validation)\n"
    "monitor"
)


def test_it_trains_while_another_cell_runs(open_notebook):
    notebook = open_notebook(CELLS.replace("STEPS", "1_000_000"), "answer = 41")
    notebook.run_all()
    page = notebook.page
    view = page.locator(".mw.mw-outer-loop-monitor")
    button = lambda name: view.get_by_role("button", name=name, exact=True)  # noqa: E731
    phase = lambda words: view.locator(".ol-phase").filter(has_text=words).wait_for()  # noqa: E731
    button("Start").click()
    phase("Training")
    before = notebook.evaluate("monitor.figures['step']")
    assert notebook.evaluate("sum(i * i for i in range(1000)) and answer + 1") == 42  # another cell runs meanwhile
    view.evaluate(
        """(root, before) => new Promise((done) => setInterval(() => {
            const steps = root.querySelector(".ol-figures dd").textContent.split(" ")[0].replaceAll(",", "");
            if (Number(steps) > before + 5) done();
        }, 50))""",
        before,
    )
    button("Pause").click()
    phase("Paused")
    paused = notebook.evaluate("monitor.figures['step']")
    view.locator("summary").filter(has_text="single steps").click()
    button("Single step").click()
    view.locator(".ol-figures dd").first.filter(has_text=f"{paused + 1:,} of").wait_for()
    phase("Paused")
    button("Resume").click()
    phase("Training")
    button("Stop").click()
    phase("Stopped")
    stopped = notebook.evaluate("monitor.figures['step']")
    assert stopped > paused
    notebook.wait_for("monitor.training", False)
    button("Resume").click()
    phase("Training")
    # Letters that are shortcuts of the notebook only act on the component.
    cells = page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length")
    for key in "abxd":
        page.keyboard.press(key)
    assert page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length") == cells
    button("Stop").click()
    phase("Stopped")
    assert notebook.evaluate("monitor.figures['step']") > stopped


def test_without_a_person_start_comes_back_when_the_training_is_done(tmp_path):
    import papermill

    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(cell)
            for cell in (
                CELLS.replace("STEPS", "40"),
                "monitor.start()",
                "assert monitor.phase == 'finished', monitor.phase",
            )
        ]
    )
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    source, out = tmp_path / "in.ipynb", tmp_path / "out.ipynb"
    nbformat.write(notebook, source)
    papermill.execute_notebook(source, out, cwd=tmp_path, progress_bar=False, kernel_name="python3")
    done = nbformat.read(out, as_version=4)
    models = done.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"].values()
    (state,) = [m["state"] for m in models if m["state"].get("_anywidget_id", "").endswith("OuterLoopMonitor")]
    assert state["phase"] == "finished"
    assert state["figures"]["step"] == 40
    assert out.stat().st_size < 1_000_000
