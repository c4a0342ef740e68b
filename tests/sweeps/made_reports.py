"""Outputs of sweeps, written without running anything, for tests of the summary."""

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from metawidgets.analysis import half_widths
from metawidgets.sweeps.store import Store


def key(number: int) -> str:
    """Return a key; keys sort like their numbers."""
    return f"{number:020x}"


def scores(seed: int, mean: float, n: int = 30) -> list[float]:
    """Return the accuracies of n episodes; all learners of one seed share the hard and the easy ones."""
    shared = np.random.default_rng(seed).normal(0, 0.1, n)
    own = np.random.default_rng([seed, int(1000 * mean)]).normal(0, 0.1, n)
    return np.clip(mean + shared + own, 0, 1).round(4).tolist()


def few_shot(
    learner: str, k_shot: int, seed: int, per_episode: list[float], *, metric: str = "accuracy", **options: Any
) -> dict[str, Any]:
    """Return the status of a completed report of few_shot."""
    values = np.array(per_episode)
    data = options.pop("dataset", "glyphs")
    asked = {"dataset": data, "dataset_options": {}, "split": "test", "n_way": None, "k_shot": k_shot, "n_query": 5}
    asked |= {"n_episodes": len(values), "checkpoint": None, "seed": seed, "smoke": False}
    found = {
        "title": f"{learner} on {data}",
        "learner": learner,
        "dataset": data,
        "dataset_options": options.pop("effective", {"n_classes": 60}),
        "split": "test",
        "n_way": 5 if metric == "accuracy" else None,
        "k_shot": k_shot,
        "n_query": 5,
        "n_episodes": len(values),
        "metric": metric,
        "mean": float(values.mean()),
        "half_width": half_widths(values.std(ddof=1), len(values)),
        "seed": seed,
        "scores": per_episode,
    }
    said = {"report": "few_shot", "metawidgets": "0.1.0", "started": "2026-11-01T10:00:00+00:00", "state": "completed"}
    said |= {
        "parameters": asked | options,
        "metrics": found,
        "seconds": 3.5,
        "overhead": 0.25,
        "host": "a",
        "attempts": 1,
    }
    return said


def failed(problem: str, **parameters: Any) -> dict[str, Any]:
    """Return the status of a failed report."""
    return {
        "report": "few_shot",
        "metawidgets": "0.1.0",
        "state": "failed",
        "parameters": parameters,
        "seconds": 1.0,
        "error": {"message": problem},
    }


def put(place: str | Path, reports: list[dict[str, Any]], *, plan: bool = True) -> Store:
    """Write reports as a sweep does, each with a page, and their plan."""
    store = Store(str(place))
    for number, said in enumerate(reports):
        with tempfile.TemporaryDirectory() as made:
            done = said["state"] == "completed"
            names = {"notebook": "r.ipynb", "html": "r.html"} if done else {"notebook": "r.partial.ipynb"}
            for name in names.values():
                (Path(made) / name).write_text("<p>a report</p>")
            target = store.folder  # `publish` moves the page, which must be on the same disk
            if target is not None:
                target.mkdir(parents=True, exist_ok=True)
            store.publish(key(number), Path(made), {**said, **names})
    if plan:
        jobs = [[key(n), {"k_shot": said["parameters"].get("k_shot")}] for n, said in enumerate(reports)]
        text = json.dumps({"report": "few_shot", "varying": ["k_shot"], "jobs": jobs})
        store.write("plans/few_shot-0123456789ab.json", text.encode())
    return store
