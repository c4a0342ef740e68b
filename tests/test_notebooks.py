"""Every notebook of the repository: it follows the conventions, and runs from top to bottom."""

import ast
import math
import os
import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import nbformat
import numpy as np
import pytest

import metawidgets as mw
from metawidgets.analysis import differences, mean_interval
from metawidgets.errors import ParameterError
from metawidgets.reports import Report, run_report
from metawidgets.reports.catalogue import read
from metawidgets.reports.parameters import Parameters
from metawidgets.training.evaluation import first_shots, score

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted(path for path in (ROOT / "notebooks").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)

REPORTS = [path.stem for path in NOTEBOOKS if path.parent.name == "reports"]

# Every kind of episode and learner that a report may get, besides its defaults (glyphs and ProtoNet).
CASES = {
    "curves": {"dataset": "sinusoids", "learner": "maml", "k_shot": 10, "learner_options": {"test_steps": 5}},
    "points": {"dataset": "gaussians", "learner": "maml", "k_shot": 3},
    "digits, untrained": {"dataset": "digits", "split": "all", "learner": "nearest", "transfer": "glyphs"},
    "omniglot": {"dataset": "omniglot"},
}
MARKS = {"omniglot": [pytest.mark.omniglot]}


def names(paths: list[Path]) -> list[str]:
    return [path.stem for path in paths]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=names(NOTEBOOKS))
def test_conventions(path):
    notebook = read(path)
    defaults = Parameters.of(notebook).check({})
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
    """A notebook shows how to use the package, so it must not use private names."""
    source = "\n".join(c.source for c in read(path).cells if c.cell_type == "code")
    tree = ast.parse(source)
    reached = [n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)]
    imported = [a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for a in n.names]
    assert [name for name in reached + imported if re.match(r"_[^_]", name)] == []


# Every notebook of the course has these sections in this order; there may be other sections between them.
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
    assert re.search(r"\*\*[^*]+\?\*\*", title)  # the title cell has a question
    assert re.search(r"minutes", title)  # the title cell gives the duration
    assert "$$" in "".join(cell.source for cell in cells.values())
    assert "Self-check:" in cells["exercise"].source
    assert cells["solution"].source.startswith("<details>")
    assert "Quiz(" in cells["quiz"].source
    texts = [cell.source for cell in cells.values() if cell.cell_type == "markdown"]
    assert any(text.startswith("## What would change your mind") for text in texts)
    assert {"seed", "smoke"} <= set(Parameters.of(read(path)).fields)
    pictures = [cell for cell in cells.values() if cell.source.startswith("![")]
    assert pictures
    # The exported page shows the live instrument instead
    assert all(cell.metadata.tags == ["remove-cell"] for cell in pictures)


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


# METAWIDGETS_NOTEBOOK_SEED=1 runs the notebooks with other draws; the bounds and the verdicts must hold for each.
SEED = {"seed": int(os.environ["METAWIDGETS_NOTEBOOK_SEED"])} if "METAWIDGETS_NOTEBOOK_SEED" in os.environ else {}

IN_BOTH_TIERS = ("00_quickstart", "few_shot")  # a notebook of the course, and the report of `make demo`


@pytest.mark.parametrize(
    "path",
    [pytest.param(p, marks=() if p.stem in IN_BOTH_TIERS else pytest.mark.slow, id=p.stem) for p in NOTEBOOKS],
)
def test_it_runs(path, tmp_path, request):
    shared = {"few_shot": "smoke_report", "gallery": "gallery"}  # run once for these tests and the browser's
    if path.stem in shared and not SEED:
        report = request.getfixturevalue(shared[path.stem])
    else:
        report = run_report(path, tmp_path, {"smoke": True, **SEED})
    if path.stem == "few_shot":
        page = report.html.read_text(encoding="utf-8")
        for component in ("mw-episode-view", "mw-inner-loop-slider", "mw-prototype-heatmap", "mw-chart-view"):
            assert component in page
    assert sound(report)
    assert contradictions(read(report.notebook)) == []
    for name, (low, high) in EXPECTED.get(path.stem, {}).items():
        assert low <= report.metrics[name] <= high, f"{name} is {report.metrics[name]}"


# Bounds for the results of a smoke run: the claims of the text, with room for few episodes.
EXPECTED: dict[str, dict[str, tuple[float, float]]] = {
    "00_quickstart": {"ProtoNet": (0.95, 1), "MAML": (0.82, 1), "nearest": (0.55, 0.8), "ProtoNet_digits": (0.5, 0.9)},
    "01_learning_to_learn": {
        "meta_loss_gap": (0, 1e-4),
        "average_curve": (1, 5),
        "pretrained_0": (1, 5),
        "maml_1": (0.1, 2),
        "maml_10": (0.1, 1.6),
        "scratch_10": (2, 8),
    },
    "02_prototypes": {
        "gap": (0, 1e-4),
        "protonet_1": (0.5, 0.95),
        "space_is_worth": (0.15, 0.8),
        "mean_is_worth": (-0.1, 0.1),
        "from_nothing_gap": (0, 1e-6),
        "two_clouds_centroid": (0.4, 0.8),
        "two_clouds_nearest": (0.85, 1),
        "moved_to_itself": (5, 10),
    },
    "03_embedding_geometry": {
        "pixel_ratio": (0.2, 0.9),
        "ratio_glyphs-protonet": (2, 10),
        "smallest_angle": (60, 104.5),
        "rank_correlation": (0.2, 1),
        "rank_angle": (-1, -0.1),
        "within_alphabet": (-0.05, 0.05),
        "alphabet_p": (0.05, 1),
    },
    "04_matching_and_attention": {
        "votes_gap": (0, 1e-4),
        "matching": (0.95, 1),
        "off_alone": (0, 1e-4),
        "off_with": (1e-4, 1),
        "fall_with": (0.01, 1),
        "prototypes_lead_5": (-0.03, 0.08),
    },
    "05_maml_inner_loop": {
        "by_hand_gap": (0, 1e-3),
        "maml_1": (0.05, 0.8),
        "pretrained_best": (1, 5),
        "characters": (0.75, 1),
        "average_curve": (2, 5),
        "proto_maml_gap": (0, 1e-5),
        "edge_low": (0.004, 0.01),
        "edge_high": (0.01, 0.03),
        "head_moves": (0.7, 1.6),
        "first_layer_moves": (0, 0.1),
    },
    "06_maml_outer_loop": {
        "from_nothing_gap": (0, 1e-6),
        "cosine_small_rate": (0.9, 1),
        "cosine_large_rate": (-1, 0.9),
        "cosine_reptile_random": (0.5, 1),
        "cosine_anil_random": (0.5, 1),
        "share_in_plane": (0.5, 1),
    },
    "07_memory": {
        "read_sum": (0.999, 1.001),
        "MANN": (0.5, 0.95),
        "ProtoNet": (0.95, 1),
        "second_appearance": (0.5, 1),
        "plain_read": (0.0209, 0.0211),  # e / (e + 127)
    },
    "08_in_context": {
        "moved": (0, 0),
        "squares_5": (0, 1e-6),
        "context_0": (0.5, 2.5),
        "context_15": (0, 0.2),
        "far_if_linear": (0, 0.3),
        "new_class_after_4": (0.9, 1),
    },
    "09_arena": {"accuracy_protonet": (0.75, 1), "nearest": (0.2, 0.6), "paired_half": (0, 0.2)},
    "gallery": {"n_instruments": (13, 13)},
}


NUMBER = r"([+-]?\d+(?:\.\d+)?)"  # without the full stop of its sentence
AHEAD = re.compile(rf"is (?:ahead of|behind) [^.;(]+? by {NUMBER} ± {NUMBER}")
LEVEL = re.compile(rf"cannot be told apart \(difference {NUMBER} ± {NUMBER}")
FACTOR = re.compile(rf"{NUMBER} times as large as")


def contradictions(notebook) -> list[str]:
    """Sentences of the outputs whose words contradict their figures, rounded as they are."""
    texts = [o.get("data", {}).get("text/markdown", "") for c in notebook.cells for o in c.get("outputs", [])]
    found = []
    for text in texts:
        found += [m[0] for m in AHEAD.finditer(text) if float(m[1]) < float(m[2])]
        found += [m[0] for m in LEVEL.finditer(text) if abs(float(m[1])) > float(m[2])]
        found += [m[0] for m in FACTOR.finditer(text) if 0.9 < float(m[1]) < 1.1]
    return found


def test_a_contradiction_is_found():
    """The sentences of a run that once stood on a page, and true ones."""
    texts = [
        "ProtoNet is ahead of the matching network by 1.0 ± 3.4 points",
        "A is behind B by 3.0 ± 1.0 points; A and B cannot be told apart (difference +3.0 ± 1.0 points)",
        "A and B cannot be told apart (difference -0.3 ± 1.0 points). It is 1.0 times as large as before, 3e+12 times as large as that.",
    ]
    outputs = [nbformat.v4.new_output("display_data", {"text/markdown": text}) for text in texts]
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", outputs=outputs)])
    assert [said[:8] for said in contradictions(made)] == ["is ahead", "cannot b", "1.0 time"]


@pytest.mark.slow
@pytest.mark.parametrize("values", [pytest.param(v, id=k, marks=MARKS.get(k, [])) for k, v in CASES.items()])
def test_few_shot_takes_every_kind_of_episode(values, tmp_path):
    report = run_report("few_shot", tmp_path, {**values, "smoke": True})
    assert sound(report)
    metric = "mean squared error" if values["dataset"] == "sinusoids" else "accuracy"
    assert report.metrics["metric"] == metric
    assert len(report.metrics["scores"]) == report.metrics["n_episodes"] == 6
    assert np.mean(report.metrics["scores"]) == pytest.approx(report.metrics["mean"], rel=1e-3)
    assert contradictions(read(report.notebook)) == []
    elsewhere = report.metrics["transfer"]
    assert elsewhere.get("dataset") == values.get("transfer")
    if elsewhere:  # the nearest support item, twice
        assert elsewhere["mean"] == elsewhere["nearest_neighbour"]
        assert elsewhere["difference"] == 0


COMPARISONS = {
    "classes": {
        "learners": ["nearest", "glyphs-protonet", "glyphs-maml", "sinusoids-maml"],
        "reference": "glyphs-protonet",
    },
    "curves": {
        "dataset": "sinusoids",
        "learners": ["glyphs-protonet", "sinusoids-maml", "sinusoids-in_context", "nearest"],
        "k_shot": 10,
        "shots": [2],
    },
    "one, untrained": {"dataset": "gaussians", "learners": ["nearest"], "k_shot": 3, "shots": []},
}


@pytest.mark.slow
@pytest.mark.parametrize("case", COMPARISONS)
def test_compare_says_what_direct_computation_says(case, tmp_path):
    values = {"n_query": 5, **COMPARISONS[case]}
    report = run_report("compare", tmp_path, {**values, "smoke": True})
    assert sound(report)
    found, data = report.metrics, mw.datasets.load(values.get("dataset", "glyphs"))
    k_shot, source = values.get("k_shot", 1), data.source("test")
    wanted = sorted({*values.get("shots", [1, 2]), k_shot}) if values.get("shots", [1]) else []
    sampler = mw.EpisodeSampler(source, k_shot=max([k_shot, *wanted]), n_query=5)
    episodes = [sampler.episode(i) for i in range(6)]
    refused = {"classes": ["sinusoids-maml"], "curves": ["glyphs-protonet"]}.get(case, [])
    assert list(found["refused"]) == refused
    assert all("was made for items of shape" in reason for reason in found["refused"].values())
    playing = [name for name in values["learners"] if name not in refused]
    assert sorted(found["learners"]) == sorted(playing)
    learners = {
        name: mw.load(name)
        if name in mw.trained.names()
        else mw.learners.build(name, item_shape=episodes[0].item_shape, output_dim=episodes[0].output_dim)
        for name in playing
    }
    scores = {
        name: np.array([score(learner, first_shots(episode, k_shot)) for episode in episodes])
        for name, learner in learners.items()
    }
    for name, told in found["learners"].items():
        expected = mean_interval(scores[name])
        assert (told["mean"], told["half_width"]) == pytest.approx(
            (expected.mean, expected.half_width), rel=1e-4, abs=1e-6
        )
        assert told["parameters"] == sum(p.numel() for p in learners[name].parameters())
        assert min(told["adapting_ms"], told["answering_ms"]) > 0
        assert sorted(map(int, told["by_shots"])) == wanted
        for k, (mean, _) in told["by_shots"].items():
            again = np.mean([score(learners[name], first_shots(episode, int(k))) for episode in episodes])
            assert mean == pytest.approx(again, rel=1e-4, abs=1e-6)
    reference = values.get("reference", playing[0])
    assert found["reference"] == reference
    for d in differences(scores, reference):
        told = found["learners"][d.name]
        assert told["difference"] == pytest.approx(d.interval.mean, rel=1e-3, abs=1e-5)
        assert told["difference_half_width"] == pytest.approx(d.interval.half_width, rel=1e-3, abs=1e-5)
        assert (told["p"], told["p_holm"]) == pytest.approx((d.p, d.p_holm), rel=1e-2, abs=1e-6)
    means = {name: each.mean() for name, each in scores.items()}
    assert found["best"] == (min if data.source("test").is_regression else max)(means, key=means.__getitem__)
    page = report.html.read_text(encoding="utf-8")
    assert "mw-learner-arena" in page
    assert all(reason in unescape(page) for reason in found["refused"].values())


def test_compare_refuses_a_reference_that_takes_no_part(tmp_path):
    with pytest.raises(ParameterError, match="reference='maml' is none of the learners"):
        run_report("compare", tmp_path, {"reference": "maml", "smoke": True})


INNER_LOOPS = {
    "classes": {"checkpoint": "glyphs-maml", "episode_number": 3, "inner_steps": 2},
    "curves": {"checkpoint": "sinusoids-maml", "inner_lr": 0.02, "baselines": ["random"]},
    "prototypes": {"checkpoint": "glyphs-protonet", "k_shot": 2},
    "a memory, far from its data": {
        "checkpoint": "glyphs-mann",
        "dataset": "digits",
        "split": "all",
        "landscape": False,
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("case", INNER_LOOPS)
def test_inner_loop_says_what_direct_computation_says(case, tmp_path):
    values = INNER_LOOPS[case]
    report = run_report("inner_loop", tmp_path, {"n_query": 5, "smoke": True, **values})
    assert sound(report)
    found, learner = report.metrics, mw.load(values["checkpoint"])
    data = mw.datasets.load(values.get("dataset", learner.card["data"]["dataset"]))
    source = data.source(values.get("split", "test"))
    k_shot = values.get("k_shot", 5 if source.is_regression else 1)
    number = values.get("episode_number", 0)
    episode = mw.EpisodeSampler(source, k_shot=k_shot, n_query=5).episode(number)
    before = mw.trace(learner, episode)
    for trait, value in (("inner_lr", values.get("inner_lr")), ("test_steps", values.get("inner_steps"))):
        if value is not None:
            setattr(learner, trait, value)
    trace = mw.trace(learner, episode)
    channel = "query_loss" if source.is_regression else "query_accuracy"
    assert (found["before"], found["after"]) == pytest.approx(
        (trace[channel][0], trace[channel][-1]), rel=1e-3, abs=1e-6
    )
    assert found["n_steps"] == len(trace) - 1
    assert found["losses"][values["checkpoint"]]["query"] == pytest.approx(
        trace["query_loss"][[0, -1]].tolist(), rel=1e-3, abs=1e-6
    )
    moved = (
        dict(zip(trace.coords.get("layer", ()), trace["parameter_distance"][-1], strict=True)) if found["moved"] else {}
    )
    assert {layer: each["distance"] for layer, each in found["moved"].items()} == pytest.approx(
        moved, rel=1e-3, abs=1e-6
    )
    assert bool(moved) == ("parameter_distance" in trace)
    page = report.html.read_text(encoding="utf-8")
    for component, there in (
        ("mw-inner-loop-slider", True),
        ("mw-loss-landscape", bool(moved)),
        ("mw-prototype-heatmap", "distances" in trace),
        ("mw-memory-view", case.startswith("a memory")),
    ):
        assert (component in page) == there, component
    if moved:
        rate = values.get("inner_lr", learner.hyper["inner_lr"])
        assert found["rates"][f"{rate:.6g}"] == pytest.approx(trace["query_loss"][-1], rel=1e-3, abs=1e-6)
        other = float(min(found["rates"], key=float))
        learner.inner_lr = rate * 10**-1.5
        assert other == pytest.approx(learner.inner_lr, rel=1e-5)
        assert found["rates"][f"{learner.inner_lr:.6g}"] == pytest.approx(
            mw.trace(learner, episode)["query_loss"][-1], rel=1e-3, abs=1e-6
        )
        assert len(before) != len(trace) or "inner_steps" not in values  # the requested setting differed from its own
    else:
        assert found["rates"] == {}
    wanted = values.get("baselines", ["first-order", "pretrained", "random"])
    assert len(found["losses"]) - 1 + len(found["missing"]) == len(wanted)


def sound(report: Report) -> bool:
    """Assert that the metrics exist, that the page is small enough to send, and that it does not reveal the machine."""
    page = report.html.read_text(encoding="utf-8")
    figures = [value for value in report.metrics.values() if isinstance(value, float)]
    assert len(figures) >= 1
    assert all(map(math.isfinite, figures))
    assert len(page.encode()) <= (3_000_000 if report.html.stem in REPORTS else 9_000_000)
    # Arrays are base64, in which any five letters may occur.
    page, notebook = (
        re.sub(r"[A-Za-z0-9+/=]{200,}", "", text) for text in (page, report.notebook.read_text(encoding="utf-8"))
    )
    for private in (str(ROOT), str(Path.home()), str(report.html.parent)):
        assert private not in page
        assert private not in notebook
    return True
