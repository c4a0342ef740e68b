"""Every notebook of the repository: its conventions, and that it runs from top to bottom."""

import ast
import math
import re
import subprocess
import sys
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


# What every notebook of the course has, in this order; more may stand between.
COURSE = [path for path in NOTEBOOKS if re.match(r"\d\d_", path.stem)]
ORDER = [
    "title",
    "parameters",
    "imports",
    "episode",
    "baseline",
    "method",
    "change",
    "exercise",
    "solution",
    "quiz",
    "references",
]


@pytest.mark.parametrize("path", COURSE, ids=names(COURSE))
def test_the_course_goes_from_a_question_to_a_quiz(path):
    cells = {cell.id: cell for cell in read(path).cells}
    assert [i for i in cells if i in ORDER] == ORDER
    assert list(cells)[-1] == "metrics"
    title = cells["title"].source
    assert re.search(r"\*\*[^*]+\?\*\*", title)  # one question
    assert re.search(r"minutes", title)  # and how long it takes
    assert "$$" in "".join(cell.source for cell in cells.values())
    assert "Self-check:" in cells["exercise"].source
    assert cells["solution"].source.startswith("<details>")
    assert "Quiz(" in cells["quiz"].source
    texts = [cell.source for cell in cells.values() if cell.cell_type == "markdown"]
    assert any(text.startswith("## What would change your mind") for text in texts)
    assert {"seed", "smoke"} <= set(model_of(parameters_cell(read(path))).model_fields)
    pictures = [cell for cell in cells.values() if cell.source.startswith("![")]
    assert pictures
    assert all(cell.metadata.tags == ["remove-cell"] for cell in pictures)  # a page has the instrument itself


@pytest.mark.parametrize("path", NOTEBOOKS, ids=names(NOTEBOOKS))
def test_links_and_pictures_exist_and_no_path_is_absolute(path):
    source = "\n".join(cell.source for cell in read(path).cells)
    prose = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    for target in re.findall(r"\]\(([^)#\s]+)\)", prose):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (path.parent / target).is_file(), f"{path.name} links {target}, which is not there"
    assert not re.search(r"[\"'(](/home|/root|/Users|/work|/tmp|[A-Z]:\\)", source)


def test_spelling():
    written = [*NOTEBOOKS, *ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    done = subprocess.run(
        [sys.executable, "-m", "codespell_lib", *map(str, written)], capture_output=True, text=True, check=False
    )
    assert done.stdout == ""
    assert done.returncode == 0, done.stderr


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
    for name, (low, high) in EXPECTED.get(path.stem, {}).items():
        assert low <= report.metrics[name] <= high, f"{name} is {report.metrics[name]}"


# What a smoke run must come to: what the prose says, with room for few episodes.
EXPECTED: dict[str, dict[str, tuple[float, float]]] = {
    "00_quickstart": {"ProtoNet": (0.95, 1), "MAML": (0.82, 1), "nearest": (0.55, 0.8), "ProtoNet_digits": (0.5, 0.9)},
    "01_learning_to_learn": {"meta_loss_gap": (0, 1e-4), "pretrained_0": (0.5, 6), "maml_10": (0, 6)},
    "02_prototypes": {
        "gap": (0, 1e-4),
        "protonet_1": (0.95, 1),
        "space_is_worth": (0.15, 0.5),
        "mean_is_worth": (-0.03, 0.03),
        "two_clouds_centroid": (0.4, 0.8),
        "two_clouds_nearest": (0.85, 1),
    },
    "03_embedding_geometry": {
        "pixel_ratio": (0.2, 0.9),
        "ratio_glyphs-protonet": (2, 10),
        "rank_correlation": (0.2, 1),
        "within_alphabet": (0, 1),
    },
    "04_matching_and_attention": {
        "votes_gap": (0, 1e-4),
        "matching": (0.95, 1),
        "without_most": (0.005, 1),
        "without_least": (-0.02, 0.02),
    },
    "05_maml_inner_loop": {
        "by_hand_gap": (0, 1e-3),
        "maml_1": (0.05, 0.8),
        "pretrained_best": (1, 5),
        "characters": (0.75, 1),
    },
    "06_maml_outer_loop": {
        "cosine_small_rate": (0.9, 1),
        "cosine_large_rate": (-1, 0.9),
        "cosine_reptile_random": (0.5, 1),
    },
    "07_memory": {
        "read_sum": (0.999, 1.001),
        "MANN": (0.5, 0.95),
        "ProtoNet": (0.95, 1),
        "second_appearance": (0.5, 1),
    },
    "08_in_context": {
        "moved": (0, 0),
        "squares_5": (0, 1e-6),
        "context_0": (0.5, 2.5),
        "context_15": (0, 0.2),
        "far_if_linear": (0, 0.3),
    },
    "09_arena": {"accuracy_protonet": (0.75, 1), "nearest": (0.2, 0.6), "paired_half": (0, 0.2)},
    "gallery": {"n_instruments": (13, 13)},
}


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
