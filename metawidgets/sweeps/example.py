"""Example results for a summary, made in this process without a sweep."""

import time

import metawidgets as mw
from metawidgets.sweeps.results import Results

__all__ = ["example"]


def example(n_episodes: int = 60, seed: int = 0) -> Results:
    """Score a trained prototypical network and a nearest-neighbour learner on procedural characters, at 1 and 5 shots, with two seeds.

    Args:
        n_episodes: the number of episodes for each of the eight scores.
        seed: the first of the two seeds.
    """
    data = mw.datasets.load("glyphs", n_classes=60)
    shape = mw.EpisodeSampler(data.source("test")).episode(0).item_shape
    nearest = mw.learners.build("nearest", item_shape=shape, output_dim=5)
    learners = {"": nearest, "glyphs-protonet": mw.load("glyphs-protonet")}
    statuses = {}
    for checkpoint, learner in learners.items():
        for k_shot in (1, 5):
            for number in (seed, seed + 1):
                begun = time.monotonic()
                sampler = mw.EpisodeSampler(data.source("test"), k_shot=k_shot, n_query=5, seed=number)
                found = mw.evaluate(learner, sampler, n_episodes)
                asked = {"checkpoint": checkpoint, "k_shot": k_shot, "n_episodes": n_episodes, "seed": number}
                told = {"learner": type(learner).__name__, "dataset": "glyphs", "metric": found.metric}
                told |= {"mean": found.mean, "half_width": found.half_width, "scores": found.per_episode.tolist()}
                statuses[f"{len(statuses):020x}"] = {
                    "report": "example",
                    "state": "completed",
                    "parameters": asked,
                    "metrics": {**told, "k_shot": k_shot, "n_way": 5, "n_episodes": n_episodes, "seed": number},
                    "seconds": time.monotonic() - begun,
                    "metawidgets": mw.__version__,
                }
    return Results.of(statuses)
