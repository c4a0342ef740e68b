"""Writes `RESULTS.md`: the scores of the recipes beside the published ones."""

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from measures import PUBLISHED, knows_the_family
from recipes import Recipe

from metawidgets.analysis import paired_interval
from metawidgets.datasets import load
from metawidgets.episodes import EpisodeSampler
from metawidgets.files.part_files import replacing
from metawidgets.learners.curves import ideal_first_guess

__all__ = ["write"]

FILE = Path(__file__).parent / "RESULTS.md"
BENCH = Path("build/bench/peers.json")
SETTINGS = ((5, 1), (5, 5), (20, 1), (20, 5))
EPISODES = "600 test episodes with 15 queries per class; 300 at several shots, except for learners that are also measured 20-way."
APPEARANCES = (1, 2, 3, 4, 5, 10)
APPEARANCES_PUBLISHED = {"MANN": (36.4, 82.8, 91.0, 92.6, 94.9, 98.1), "LSTM": (24.4, 49.5, 55.3, 61.0, 63.6, 62.5)}
HEAD = """# What the learners score

`python benchmarks/papers.py results` writes this file from the measurements of `papers.py measure`. Only the published figures and the
trials are typed in by hand. Test tasks are drawn from classes, or functions, that neither training nor validation saw. All learners
of a table get the same tasks. Intervals are 95 % over tasks.

- **omniglot**: only the background set (964 characters, 30 alphabets). 22 alphabets are for training, with rotations, 3 for validation,
  and the last 5 by name for testing; an episode mixes classes of all five. The published figures are on other splits of the same
  data: they show the typical level, but are not a fair comparison.
- **glyphs**: procedural characters, which need no download.
"""


def write(figures: Mapping[str, Any], recipes: Mapping[str, Recipe], shipped: Mapping[str, Any] | None = None) -> Path:
    """Write the tables of all measured recipes; the others are listed with the command that trains them.

    Rows of learners that were not measured here stay as they are in the file.

    Args:
        figures: the scores of each recipe, from `papers.py measure`.
        shipped: the scores of the package's own learners, for paired comparisons.
    """
    parts = [HEAD]
    for dataset in ("omniglot", "glyphs"):
        mine = _of_dataset(dataset, figures)
        if mine:
            pairs = {**_of_dataset(dataset, shipped or {}), **mine}
            parts += [_characters(dataset, mine), _study(dataset, pairs), _appearances(dataset, mine)]
        else:
            parts.append(_kept(dataset))
    sinusoids = _of_dataset("sinusoids", figures)
    parts.append(_sinusoids(sinusoids) if sinusoids else _kept("sinusoids"))
    if "linear_functions-in_context" in figures:
        parts.append(_linear(figures["linear_functions-in_context"], recipes["linear_functions-in_context"]))
    else:
        parts.append(_kept("linear functions"))
    parts += [_speed(BENCH) or _kept("Speed"), _kept("Trials"), _trainings(figures, recipes)]
    with replacing(FILE) as part:
        part.write_text("\n".join(p for p in parts if p))
    return FILE


def _of_dataset(dataset: str, figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures of one dataset by learner."""
    return {name.partition("-")[2]: f for name, f in figures.items() if name.startswith(f"{dataset}-")}


def _kept(title: str) -> str:
    """Return a section of the existing file. (The peers, for example, are timed on an idle machine, not at each measurement.)"""
    before = FILE.read_text(encoding="utf-8") if FILE.is_file() else ""
    found = re.search(rf"\n## {title}\n.*?\n(?=\n\n## |\Z)", before, re.S)
    return found[0] if found else ""


def _kept_rows(title: str) -> dict[str, list[str]]:
    """Return the rows of the section's first table by their first cell, as the file has them."""
    table = re.search(r"^\|.*?(?=\n\n|\Z)", _kept(title), re.S | re.M)
    lines = table[0].splitlines()[2:] if table else []
    rows = ([cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines)
    return {row[0]: row for row in rows}


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "| " + " | ".join(["---"] * len(head)) + " |"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"


def _percent(score: Mapping[str, Any] | None) -> str:
    return "" if score is None else f"{100 * score['mean']:.2f} ± {100 * score['half_width']:.2f}"


def _of(scores: list[dict[str, Any]], n_way: int, k_shot: int) -> dict[str, Any] | None:
    return next((s for s in scores if (s["n_way"], s["k_shot"]) == (n_way, k_shot)), None)


def _all_scores(mine: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return learner -> scores, with the learners that share one pretrained network."""
    found = {name: f["scores"] for name, f in mine.items()}
    for f in mine.values():
        found |= f.get("shared_scores", {})
    return found


def _characters(dataset: str, mine: Mapping[str, Any]) -> str:
    head = ["learner", *(f"{n}-way {k}-shot" for n, k in SETTINGS), "statistics"]
    rows = _kept_rows(dataset)
    for name, scores in _all_scores(mine).items():
        cells = []
        for i, (n, k) in enumerate(SETTINGS):
            published = PUBLISHED.get(name, (None,) * 4)[i] if dataset == "omniglot" else None
            cell = _percent(_of(scores, n, k))
            cells.append(f"{cell} ({published})" if cell and published else cell)
        rows[name] = [name, *cells, scores[0]["statistics"]]
    note = (
        "Accuracy in percent, with the published one in brackets. "
        if dataset == "omniglot"
        else "Accuracy in percent. "
    )
    return f"\n## {dataset}\n\n{note}{EPISODES}\n\n" + _table(head, list(rows.values()))


def _study(dataset: str, mine: Mapping[str, Any]) -> str:
    """List for each number of shots the best learner, and every other learner's paired difference from it."""
    scores, lines, text = _all_scores(mine), [], _kept(dataset)
    for k in (1, 5, 10):
        found = {name: _of(s, 5, k) for name, s in scores.items()}
        each = {name: np.array(s["per_episode"]) for name, s in found.items() if s is not None}
        known = re.search(rf"^- \*\*{k}-shot\*\*: (\w+) [\d.]+; behind it (.*)\.$", text, re.M)
        others = {cell.split()[0]: cell for cell in known[2].split(", ")} if known else {}
        others = {name: cell for name, cell in others.items() if name not in each}
        if len(each) + len(others) < 2:
            continue
        n = min(map(len, each.values()))  # some learners have more episodes; the first n are the same for all
        each = {name: values[:n] for name, values in each.items()}
        order = sorted(each, key=lambda name: -each[name].mean())
        best, cells = order[0], list(others.values())
        if others and known and known[1] != best:
            raise SystemExit(
                f"the rows of RESULTS.md at {k} shots on {dataset} are relative to {known[1]}, but {best} is the best one measured here; "
                f"run `papers.py measure --shipped {dataset}-{known[1]}` first."
            )
        for name in order[1:]:
            behind = paired_interval(each[name], each[best])
            alike = "" if behind.excludes_zero else " (=)"
            cells.append(f"{name} {100 * behind.mean:+.2f} ± {100 * behind.half_width:.2f}{alike}")
        cells.sort(key=lambda cell: -float(cell.split()[1]))
        lines.append(f"- **{k}-shot**: {best} {100 * each[best].mean():.2f}; behind it " + ", ".join(cells) + ".")
    if not lines:
        return ""
    about = "Each learner's difference from the best one in percentage points, paired over the same episodes; (=): the interval contains 0."
    return f"\n### Which learner at which shots, {dataset}, 5-way\n\n{about}\n\n" + "\n".join(lines) + "\n"


def _appearances(dataset: str, mine: Mapping[str, Any]) -> str:
    measured = {name: f["by_appearance"] for name, f in mine.items() if "by_appearance" in f}
    section = re.search(r"\n### By appearance.*", _kept(dataset), re.S)
    if not measured:
        return section[0] if section else ""
    rows = [["an ideal guesser that rules out used labels", f"{100 * ideal_first_guess(5):.1f}", *[""] * 5]]
    rows += [[f"published, {name}", *map(str, shares)] for name, shares in APPEARANCES_PUBLISHED.items()]
    for name in ("mann", "lstm"):
        if name in measured:
            at = dict(zip(measured[name]["at"], measured[name]["mean"], strict=True))
            rows.append([name, *(f"{100 * at[n]:.1f}" for n in APPEARANCES)])
        elif section and (line := re.search(rf"^\| {name} \|.*$", section[0], re.M)):
            rows.append([cell.strip() for cell in line[0].strip("|").split("|")])
    head = ["accuracy at the n-th appearance of a class", *map(str, APPEARANCES)]
    departure = (
        "Labels come with their items here, but one item late in the paper: with late labels neither learner rose above chance in "
        "the steps that were affordable here.\n\n"
    )
    return f"\n### By appearance, {dataset}, 5 random classes (Santoro 2016)\n\n{departure}" + _table(head, rows)


def _sinusoids(mine: Mapping[str, Any]) -> str:
    if not mine:
        return ""
    rows = []
    for name, f in mine.items():
        by_steps = {s.get("inner_steps"): s for s in f["scores"]}
        cell = lambda s: "" if s is None else _error(s)  # noqa: E731
        if None in by_steps:
            rows.append([name, cell(by_steps[None]), "", "", ""])
        else:
            rates = ", ".join(f"{by_steps[n]['inner_lr']:g}" for n in (1, 5, 10))
            label = f"{name} (pretrained; rates {rates}, tuned on validation tasks)" if name == "finetune" else name
            rows.append([label, "", *(cell(by_steps[n]) for n in (1, 5, 10))])
    test = EpisodeSampler(load("sinusoids").source("test"), k_shot=10, n_query=100, seed=3)
    rows.append(
        ["knows the family (least squares on sin x, cos x)", f"{knows_the_family(test, 600).mean:.1e}", "", "", ""]
    )
    head = ["learner", "10 examples read", "1 gradient step", "5", "10"]
    about = "Mean squared error on 100 queries after 10 examples, 600 test tasks (Finn 2017, section 5.1)."
    return f"\n## sinusoids\n\n{about}\n\n" + _table(head, rows)


def _error(score: Mapping[str, Any]) -> str:
    if not math.isfinite(score["mean"]) or score["mean"] > 1e3:
        return "diverged"
    return f"{score['mean']:.3f} ± {score['half_width']:.3f}"


def _linear(f: Mapping[str, Any], recipe: Recipe) -> str:
    ours, theirs = f["by_context"], f["least_squares"]
    dim = recipe.dataset_options["dim"]
    places = [n for n in ours["at"] if n <= 3 * dim]
    rows = [
        ["in-context", *(f"{ours['mean'][n]:.3f}" for n in places)],
        ["least squares", *(f"{theirs['mean'][n]:.3f}" for n in places)],
    ]
    head = ["examples in the context", *map(str, places)]
    about = f"Mean squared error on y = w x in {dim} dimensions, where y has variance {dim} (Garg 2022, figure 2, has 20 dimensions)."
    return f"\n## linear functions\n\n{about}\n\n" + _table(head, rows)


def _trainings(figures: Mapping[str, Any], recipes: Mapping[str, Recipe]) -> str:
    rows, kept = [], _kept_rows("How they were trained")
    for name, recipe in recipes.items():
        if name.endswith("_short"):
            continue
        f = figures.get(name)
        command = f"`python benchmarks/papers.py train {name}`"
        if f is None:
            rows.append(kept.get(name, [name, "not run", "", "", "", "", command]))
            continue
        rows.append(
            [
                name,
                f["date"],
                f"{f['steps']} of {recipe.all_steps}",
                f"{f['tasks']}",
                f"{f['minutes']:.1f}",
                _promise(f["curve"], recipe),
                command,
            ]
        )
    machine = next((f["machine"] for f in figures.values()), "")
    about = f"Seed 0 everywhere. Machine: {machine}; two trainings side by side."
    promise = (
        "`validation` is the score on validation classes at 60, 80 and 100 % of the steps: it shows how much the curve still rose at "
        "the end. (The learning rate falls to 0 over the steps, so more steps need a longer recipe, not a second call.)"
    )
    head = ["recipe", "date", "steps", "tasks", "minutes", "validation", "command"]
    return f"\n## How they were trained\n\n{about} {promise}\n\n" + _table(head, rows)


def _promise(curve: list[dict[str, Any]], recipe: Recipe) -> str:
    shown = []
    for share in (0.6, 0.8, 1):
        nearest = min(curve, key=lambda point: abs(point["step"] / recipe.all_steps - share), default=None)
        if nearest is not None and abs(nearest["step"] / recipe.all_steps - share) < 0.06:
            shown.append(nearest["mean"])
    return " → ".join(f"{100 * m:.1f}" if recipe.train_way else f"{m:.3f}" for m in shown)


def _speed(path: Path) -> str:
    """Return the section on the last run of `make bench`, or "" if it was not run here."""
    if not path.is_file():
        return ""
    found = json.loads(path.read_text())
    rows, audit = [], found["suites"].pop("check", [])
    for suite in found["suites"].values():
        for row in suite:
            own = 1e3 * row["median_seconds"] / row["units"]
            cells = [row["work"] + row["ours"].removeprefix("metawidgets"), f"{own:.3g} ms"]
            if row["fastest_peer"]:
                ratio = row["ratios"][row["fastest_peer"]]
                cells += [row["fastest_peer"], f"{ratio['median']:.3f}", f"{ratio['of_minima']:.3f}"]
            else:
                cells += ["", "", ""]
            aim, within = row["aim"], row["within_seconds"]
            cells.append(f"{aim:g}" if aim else f"{1e3 * within:g} ms" if within else "")
            limit = row.get("limit_seconds")
            rows.append([*cells, f"{limit / row['median_seconds']:.0%}" if limit else ""])
    versions = ", ".join(f"{name} {version}" for name, version in found["machine"]["versions"].items() if version)
    about = (
        f"`make bench`, {found['machine']['cores']} cores; {versions}. The ratio is our time divided by the fastest peer's, paired "
        "within a repetition; below 1 we are faster. The last column is the time that these operations would take at the rate of a "
        "large matrix product, as a share of our time: more than 100 % is possible only with fewer operations."
    )
    head = ["work", "ours", "fastest peer", "ratio, median", "ratio of minima", "aim", "of the limit"]
    text = f"\n## Speed\n\n{about}\n\n" + _table(head, rows)
    if audit:
        error = lambda e: e if isinstance(e, str) else f"{e:.0e}"  # noqa: E731
        names = list(audit[0]["errors"])
        lines = [
            [row["work"], *("fails" if len(error(row["errors"][n])) > 9 else error(row["errors"][n]) for n in names)]
            for row in audit
        ]
        text += "\nLargest relative error of the meta-gradient in float64, over tensors, against a plain double backward:\n\n"
        text += _table(["work", *names], lines)
    return text
