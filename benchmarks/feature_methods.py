"""Compare the methods on features with transcriptions of their papers, on the same features and episodes.

    python benchmarks/feature_methods.py --episodes 100 [--omniglot FOLDER]

The transcriptions are the float64 numpy functions of `tests/learners/feature_heads/oracles.py`. Prints the table of docs/results.md.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import metawidgets as mw
from metawidgets.analysis import mean_interval
from metawidgets.episodes import ClassPool, Episode, EpisodeSampler
from metawidgets.learners.feature_heads.base import FeatureHead
from metawidgets.training.evaluation import evaluate
from tests.learners.feature_heads import oracles


def reference(name: str, episode: Episode, base: np.ndarray) -> np.ndarray:
    """Return the scores of the queries by the transcription of a paper, with the default options of our method."""
    support, y, query = episode.support_x.astype(np.float64), episode.support_y, episode.query_x.astype(np.float64)
    if name == "simpleshot":
        return oracles.simpleshot(support, y, query, base)
    if name == "pt_map":
        return oracles.pt_map(support, y, query, power=0.5, lam=10.0, alpha=0.2, rounds=20)
    support, query = oracles.unit(support - base), oracles.unit(query - base)
    if name == "bd_cspn":
        return oracles.bd_cspn(support, y, query)
    if name == "laplacianshot":
        return oracles.laplacianshot(support, y, query, weight=0.7, k=2, rounds=20, rectify=True)
    if name == "tim":
        return oracles.tim(support, y, query, tau=15.0, ce=0.1, alpha=0.1, lr=1e-4, steps=1000)
    return oracles.transductive_finetune(support, y, query, temperature=10.0, lr=0.01, steps=25)


def compare(title: str, base: ClassPool, novel: ClassPool, n_episodes: int) -> None:
    mean = base.items.astype(np.float64).mean(0)
    for name in ("simpleshot", "bd_cspn", "laplacianshot", "tim", "transductive_finetune", "pt_map"):
        cells = []
        for shots in (1, 5):
            sampler = EpisodeSampler(novel, n_way=5, k_shot=shots, n_query=15, seed=0)
            learner = mw.learners.build(name, item_shape=novel.items.shape[1:], output_dim=5)
            assert isinstance(learner, FeatureHead)
            if name != "pt_map":
                learner.centre_on(base)
            ours = evaluate(learner, sampler, n_episodes).per_episode
            theirs = [
                np.mean(reference(name, episode, mean).argmax(1) == episode.query_y)
                for episode in map(sampler.episode, range(n_episodes))
            ]
            interval = mean_interval(100 * ours)
            cells += [f"{interval.mean:.2f} ± {interval.half_width:.2f}", f"{100 * np.mean(theirs):.2f}"]
            cells.append(f"{100 * np.abs(ours - theirs).max():.2f}")
        print(f"| {title} | `{name}` | {' | '.join(cells)} |", flush=True)


def gaussian_features() -> ClassPool:
    """Return 60 classes of 40 rectified Gaussian vectors in 64 dimensions."""
    draw = np.random.default_rng(0)
    centres = np.repeat(draw.normal(size=(60, 64)), 40, 0)
    return ClassPool.of(np.maximum(centres + 2.0 * draw.normal(size=centres.shape), 0), np.repeat(np.arange(60), 40))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--episodes", type=int, default=100)
    parser.add_argument("--omniglot", help="the folder of Omniglot's zips; without it, invented characters are used")
    args = parser.parse_args()
    print("| features | method | 1-shot | reference | largest difference | 5-shot | reference | largest difference |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    pool = gaussian_features()
    compare("Gaussian", pool.subset(range(40)), pool.subset(range(40, 60)), args.episodes)
    name = "omniglot" if args.omniglot else "glyphs"
    data = mw.datasets.load(name, **({"root": args.omniglot} if args.omniglot else {}))
    base, novel = data.source("train"), data.source("validation")
    assert isinstance(base, ClassPool)
    assert isinstance(novel, ClassPool)
    encoder = mw.load(f"{name}-protonet").network
    assert encoder is not None
    base = base.subset(range(min(100, len(base))))  # enough for a mean
    compare(f"{name}-protonet", base.map(encoder), novel.map(encoder), args.episodes)


if __name__ == "__main__":
    main()
