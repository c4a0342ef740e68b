"""The exercises and quizzes of the course: a self-check accepts the solution and refuses a constant, an extreme and a common mistake."""

import ast
import contextlib
import io
import re
from pathlib import Path
from typing import Any

import pytest

from metawidgets.reports.catalogue import read
from metawidgets.widgets import Quiz
from metawidgets.widgets.base.sealing import unsealed

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
COURSE = {path.stem[:2]: path for path in sorted(FOLDER.glob("[0-9][0-9]_*.ipynb"))}

# What an exercise needs of the notebook above it: cells by their id, and statements in place of cells that take long.
ABOVE = {
    "00": [
        "parameters",
        "imports",
        "episode = mw.EpisodeSampler(mw.datasets.load('gaussians').source('test'), n_way=3, k_shot=2, n_query=2).episode(0)\n"
        "learner = mw.learners.build('centroid', item_shape=(2,), output_dim=3)\n"
        "slider = instruments.inner_loop_slider(learner, episode)",
    ],
    "02": ["parameters", "imports", "glyphs = mw.datasets.load('glyphs')", "protonet = mw.load('glyphs-protonet')"],
    "03": ["parameters", "imports", "episode", "protonet = mw.load('glyphs-protonet')"],
    "04": [
        "parameters",
        "imports",
        "matching = mw.load('glyphs-matching')",
        "unsteady = mw.EpisodeSampler(mw.datasets.load('glyphs', wobble=1.6).source('test'), n_way=5, k_shot=3, n_query=5)",
    ],
    "05": [
        "parameters",
        "imports",
        "episode",
        "maml = mw.load('sinusoids-maml')",
        "network, x, y = maml.network, torch.tensor(episode.support_x), torch.tensor(episode.support_y)",
    ],
    "06": [
        "parameters",
        "imports",
        "episode",
        "train = mw.EpisodeSampler(sines.source('train'), k_shot=10, n_query=10)",
        "start = mw.learners.build('maml', item_shape=(1,), output_dim=1)",
    ],
    "07": ["import numpy as np"],
    "08": ["parameters", "imports", "n_tasks = 60", "episode", "baseline", "by_context = by_squares"],
    "09": [
        "parameters",
        "imports",
        "few = dict(zip(('ProtoNet', 'relation net'), np.random.default_rng(0).normal(0.8, 0.1, (2, 60))))",
    ],
    "10": [
        "parameters",
        "imports",
        "n_episodes, five_ways = 10, {'n_way': 5, 'n_query': 5, 'seed': 0}",
        "pool = mw.datasets.load('digits').source('all')",
        "nearest = mw.learners.build('nearest', item_shape=(1, 28, 28), output_dim=5)",
        "of_pixels = mw.evaluate(nearest, mw.EpisodeSampler(pool, k_shot=1, **five_ways), n_episodes)",
        "by = np.random.default_rng(0).integers(-3, 4, (len(pool.items), 2))",
        "moved = [np.roll(x, tuple(step), (1, 2)) for x, step in zip(pool.items, by)]",
        "moved = replace(pool, items=np.stack(moved))",
    ],
}

ANEW = {"00": "slider.step = 4"}  # what an earlier answer may have changed

# Changes that a reader might make and that no self-check may accept.
WRONG = {
    "00": {
        "too late": "page = mw.reports.export_component(slider, Path(tempfile.mkdtemp()) / 'slider.html')\nslider.step = 0",
        "another step": "slider.step = 1",
    },
    "02": {
        "constant": "def prototype(examples):\n    return np.zeros(examples.shape[1])",
        "extreme": "def prototype(examples):\n    return examples.max(0)",
        "the mean, scaled": "def prototype(examples):\n    return 3 * examples.mean(0)",
    },
    "03": {
        "constant": "def measure(z, y):\n    return 1.0",
        "zero": "def measure(z, y):\n    return 0.0",
        "not finite": "def measure(z, y):\n    return np.inf",
        "number of classes": "def measure(z, y):\n    return len(set(y))",
        "another ratio": "def measure(z, y):\n    return class_geometry(z, y).between / class_geometry(z, y).within",
    },
    "04": {"zero": "beta = 0.0", "the paper's": "beta = 1.0", "extreme": "beta = 1000.0", "negative": "beta = -30.0"},
    "05": {"none": "n_iterations = 0", "too few": "n_iterations = 2"},
    "06": {
        "constant": "def reptile_direction(network, x, y):\n    return torch.zeros(sum(p.numel() for p in network.parameters()))",
        "too long": "return 10 * torch.cat([(a - b).flatten() for a, b in zip(network.parameters(), theta)]).detach()",
    },
    "07": {
        "reads alone": "def next_usage(usage, read, write):\n    return decay * usage + read",
        "nothing decays": "def next_usage(usage, read, write):\n    return usage + read + write",
        "all is kept out": "def next_usage(usage, read, write):\n    return read + write",
        "everything decays": "def next_usage(usage, read, write):\n    return decay * (usage + read + write)",
        "constant": "def next_usage(usage, read, write):\n    return np.array([0.0, 2.0, 1.0])",
    },
    "08": {"extreme": "penalty = 1e9", "still too large": "penalty = 1.0", "negative": "penalty = -0.01"},
    "09": {"one": "n_needed = 1", "extreme": "n_needed = 10**9", "no square": "n_needed = int(1.96 * spread / 0.01)"},
    "10": {
        "constant": "def prepare(ink):\n    return np.zeros_like(ink)",
        "extreme": "def prepare(ink):\n    return 255 * (ink > 0)",
        "upside down": "def prepare(ink):\n    return ink[::-1]",
    },
}
RIGHT = {  # besides the notebook's own solution
    "02": {"median of torch": "def prototype(examples):\n    return torch.tensor(examples).median(0).values.numpy()"},
    "04": {"near the best": "beta = 26.0"},
    "05": {"many": "n_iterations = 40"},
    "08": {"none at all": "penalty = 0.0", "whole number": "penalty = 0", "small": "penalty = 1e-6"},
}


def cell(notebook: str, name: str) -> str:
    return next(c.source for c in read(COURSE[notebook]).cells if c.id == name)


def changed(source: str, change: str) -> str:
    """The exercise's code with a reader's change: a function, an assignment or a return statement takes the place of its namesake."""
    lines = source.splitlines()
    made = ast.parse(change).body
    for node in reversed(
        [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef | ast.Assign | ast.Return)]
    ):
        if any(_names(node) == _names(new) for new in made):
            indent = " " * node.col_offset
            text = [indent + line for line in change.splitlines()]
            return "\n".join([*lines[: node.lineno - 1], *text, *lines[node.end_lineno :]])
    # A statement without a namesake, such as one that sets a trait, comes right after the imports.
    last = max(
        (n.end_lineno or 0 for n in ast.parse(source).body if isinstance(n, ast.Import | ast.ImportFrom)), default=0
    )
    return "\n".join([*lines[:last], change, *lines[last:]])


def _names(node: ast.stmt | ast.AST) -> str | None:
    if isinstance(node, ast.FunctionDef):
        return node.name
    if isinstance(node, ast.Return):
        return "return"
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return None


def solution(notebook: str) -> str:
    found = re.search(r"```python\n(.*?)```", cell(notebook, "solution"), re.DOTALL)
    assert found
    return found[1].strip()


@pytest.fixture(scope="module")
def above():
    """Return a function that gives the names which a notebook's exercise finds, made once."""
    made: dict[str, dict[str, Any]] = {}

    def get(notebook: str) -> dict[str, Any]:
        if notebook not in made:
            names: dict[str, Any] = {"__name__": notebook}
            made[notebook] = names
            for step in ABOVE[notebook]:
                source = cell(notebook, step) if step.isidentifier() else step
                exec(source, names)
                if step == "parameters":
                    names["smoke"] = True
        exec(ANEW.get(notebook, ""), made[notebook])
        return dict(made[notebook])

    return get


def verdict(names: dict[str, Any], source: str) -> str:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(source, names)
    return said.getvalue().partition("Self-check:")[2].strip()


@pytest.mark.parametrize(
    "notebook",
    [pytest.param(n, marks=pytest.mark.slow if n in ("00", "02", "03", "04") else ()) for n in sorted(ABOVE)],
)
def test_a_self_check_accepts_right_answers_and_no_others(notebook, above):
    exercise = cell(notebook, "exercise")
    assert not verdict(above(notebook), exercise).startswith("well done"), "accepted before anything was changed"
    for label, change in {"the solution": solution(notebook), **RIGHT.get(notebook, {})}.items():
        said = verdict(above(notebook), changed(exercise, change))
        assert said.startswith("well done"), f"{label} is refused: {said}"
    for label, change in WRONG[notebook].items():
        try:
            said = verdict(above(notebook), changed(exercise, change))
        except ValueError as error:  # a value that cannot be used is named
            said = str(error)
            assert "give " in said, label
        assert said, label
        assert not said.startswith("well done"), f"{label} is accepted"


def test_the_check_of_the_exercise_that_trains():
    """Its training takes long, so its verdict is tried alone."""
    tree = ast.parse(cell("01", "exercise"))
    judge = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "judge")
    names: dict[str, Any] = {}
    exec(ast.unparse(judge), names)
    good, bad = [(0.9, 1.0), (0.2, 0.2)], [(0.1, 3.0), (3.0, 3.0), (float("nan"), 1.0), (99.0, 99.0)]
    for case in good + bad:
        assert names["judge"](*case).startswith("well done") == (case in good), case


def test_quizzes_explain_every_wrong_choice_and_hide_the_right_one():
    asked: list[Quiz] = []
    first = total = 0
    for notebook in COURSE:
        questions: list[dict[str, Any]] = []
        seeds: list[Any] = []

        def record(given, *, seed=None, into=questions, of=seeds):
            into.extend(given)
            of.append(seed)
            asked.append(Quiz(given, seed=seed))

        exec(cell(notebook, "quiz"), {"Quiz": record, "seed": 0, "display": lambda *_: None})
        assert 4 <= len(questions) <= 6, notebook
        assert seeds == [0], notebook
        for question in questions:
            wrong = set(range(len(question["options"]))) - set(question["answers"])
            assert len(question["options"]) >= 4, question["question"]
            assert set(question["why"]) == wrong, question["question"]
            assert all(len(reason) > 12 for reason in question["why"].values()), question["question"]
        for secret in unsealed(asked[-1].unpack()["sealed"])["questions"]:
            first, total = first + (0 in secret["right"]), total + 1
    assert total >= 44
    assert first < total / 2  # nobody can answer by position
    assert any(q["several"] for quiz in asked for q in quiz.config["questions"])
