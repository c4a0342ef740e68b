"""Every notebook of the repository: its conventions, and that it runs from top to bottom."""

import ast
import math
import re
from pathlib import Path

import pytest

from metawidgets.reports import Report, run_report
from metawidgets.reports.catalogue import read
from metawidgets.reports.parameters import check, model_of, parameters_cell

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted(path for path in (ROOT / "notebooks").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)

REPORTS = [path.stem for path in NOTEBOOKS if path.parent.name == "reports"]

# Every kind of episode and learner that the report can meet, beside the glyphs and ProtoNet of its defaults.
CASES = {
    "curves": {"dataset": "sinusoids", "learner": "maml", "k_shot": 10, "learner_options": {"test_steps": 5}},
    "points": {"dataset": "gaussians", "learner": "maml", "k_shot": 3},
    "digits, untrained": {"dataset": "digits", "split": "all", "learner": "nearest"},
    "omniglot": {"dataset": "omniglot"},
}
MARKS = {"omniglot": [pytest.mark.omniglot]}


def names(paths: list[Path]) -> list[str]:
    return [path.stem for path in paths]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=names(NOTEBOOKS))
def test_conventions(path):
    notebook = read(path)
    defaults = check(model_of(parameters_cell(notebook)), {})
    assert type(defaults["seed"]) is int
    assert defaults["smoke"] is False
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert [i for i in ids if not re.fullmatch(r"[a-z0-9-]+", i)] == []
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.cells[0].cell_type == "markdown"
    assert notebook.cells[0].source.startswith("# ")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=names(NOTEBOOKS))
def test_nothing_of_a_run_is_left(path):
    notebook = read(path)
    left = [c.id for c in notebook.cells if c.cell_type == "code" and (c.outputs or c.execution_count)]
    assert left == []
    assert not {"widgets", "papermill"} & set(notebook.metadata)
    assert [c.id for c in notebook.cells if "papermill" in c.metadata] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=names(NOTEBOOKS))
def test_the_code_is_public(path):
    """A notebook shows how the package is used, so it must not lean on what is private."""
    source = "\n".join(c.source for c in read(path).cells if c.cell_type == "code")
    tree = ast.parse(source)
    reached = [n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)]
    imported = [a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for a in n.names]
    assert [name for name in reached + imported if re.match(r"_[^_]", name)] == []


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=names(NOTEBOOKS))
def test_it_runs(path, tmp_path, request):
    if path.stem == "few_shot":  # run once for this and for the browser
        report = request.getfixturevalue("smoke_report")
        page = report.html.read_text(encoding="utf-8")
        for component in ("mw-episode-view", "mw-inner-loop-slider", "mw-prototype-heatmap", "mw-chart-view"):
            assert component in page
    else:
        report = run_report(path, tmp_path, {"smoke": True})
    assert sound(report)


@pytest.mark.slow
@pytest.mark.parametrize("values", [pytest.param(v, id=k, marks=MARKS.get(k, [])) for k, v in CASES.items()])
def test_few_shot_takes_every_kind_of_episode(values, tmp_path):
    report = run_report("few_shot", tmp_path, {**values, "smoke": True})
    assert sound(report)
    metric = "mean squared error" if values["dataset"] == "sinusoids" else "accuracy"
    assert report.metrics["metric"] == metric


def sound(report: Report) -> bool:
    """Whether the figures are there, the page is small enough to send, and nothing tells whose machine it was made on."""
    page = report.html.read_text(encoding="utf-8")
    figures = [value for value in report.metrics.values() if isinstance(value, float)]
    assert len(figures) >= 1
    assert all(map(math.isfinite, figures))
    assert len(page.encode()) <= (3_000_000 if report.html.stem in REPORTS else 9_000_000)
    for private in (str(ROOT), str(Path.home()), str(report.html.parent)):
        assert private not in page
        assert private not in report.notebook.read_text(encoding="utf-8")
    return True
