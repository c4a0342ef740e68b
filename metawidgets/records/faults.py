"""Faults of the data that a learner's answers point to: classes that are nearly the same, and items with a wrong label.

Both tests compare a pair of classes, or an item, with the others of the same evaluation, so that a learner that is weak
everywhere gives no verdict.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

import numpy as np

from metawidgets.records.answers import ItemScore, QueryAnswers

__all__ = ["Fault", "find_faults", "near_copies", "wrong_labels"]

_COPIES = 0.65  # copies are told apart as by a coin, 0.5
# Of the queries of each class at least this share: a wide class that covers a narrow one is mistaken one way only.
_BOTH_WAYS = 0.2
_LOW = 0.7  # an episode whose answers between two classes are right this seldom counts against them
_MOST = 0.8  # of a pair's episodes must; where a support item with a wrong label is the cause, only some do
_CHANCE = 0.01  # of a false verdict about any pair, if all pairs were alike
_FEWEST = 3  # times that an item must be a query before it says something about its label
_SHARE = 0.03  # of the items; the few items that every pool has which are hard to read are not reported
_NATS = 6.0  # by which wrong labels must explain the answers better than items of varying difficulty alone
_NEVER = 0.04  # how often an item with a wrong label is answered with it, by chance


@dataclass(frozen=True)
class Fault:
    """A fault of the data, as the answers suggest it.

    Args:
        kind: "near-duplicate classes" or "wrong labels".
        sentence: what was found, by which numbers, and what to do.
        pairs: the pairs of classes, by id; empty for wrong labels.
        items: the suspicious items, the most certain first; empty for classes.
        share: the share of all wrong answers that the fault is involved in.
    """

    kind: Literal["near-duplicate classes", "wrong labels"]
    sentence: str
    pairs: tuple[tuple[str, str], ...] = ()
    items: tuple[ItemScore, ...] = ()
    share: float = 0.0


def find_faults(answers: QueryAnswers) -> tuple[Fault, ...]:
    """Return the faults that the answers point to; `()` if there are none, or too few answers to tell."""
    return tuple(fault for fault in (near_copies(answers), wrong_labels(answers)) if fault is not None)


def near_copies(answers: QueryAnswers) -> Fault | None:
    """Find pairs of classes between which the learner answers as by a coin, while it tells most other pairs apart.

    In each episode with both classes, only the queries of the two that were answered with one of the two count. A pair is
    reported if the mean share of right answers is at most 0.65, each class is taken for the other, nearly all of its episodes are that
    bad, and that is no chance among all pairs (a binomial test with Bonferroni's correction).
    A pair that meets in few episodes can be missed.
    """
    from scipy.stats import binom  # scipy loads slowly

    rates: dict[tuple[int, int], list[float]] = defaultdict(list)
    crossed: dict[tuple[int, int], int] = defaultdict(int)  # by true class and answer
    asked: dict[tuple[int, int], int] = defaultdict(int)
    for classes, counts in answers.episode_confusions:
        right, cross = np.diag(counts), counts + counts.T
        for i in range(len(classes)):
            for j in range(i + 1, len(classes)):
                of_both = right[i] + right[j]
                if of_both + cross[i, j]:
                    pair = (min(classes[i], classes[j]), max(classes[i], classes[j]))
                    rates[pair].append(float(of_both / (of_both + cross[i, j])))
                    for a, b in ((i, j), (j, i)):
                        crossed[classes[a], classes[b]] += int(counts[a, b])
                        asked[classes[a], classes[b]] += int(counts[a, a] + counts[a, b])
    if not rates:
        return None
    usual = np.array([rate for of_pair in rates.values() for rate in of_pair])
    often = (float((usual <= _LOW).sum()) + 1) / (len(usual) + 1)  # how often a pair is that bad in an episode
    found = []
    for pair, of_pair in rates.items():
        mean, low = float(np.mean(of_pair)), sum(rate <= _LOW for rate in of_pair)
        both_ways = min(crossed[way] / max(asked[way], 1) for way in (pair, (pair[1], pair[0])))
        if (
            mean <= _COPIES
            and both_ways >= _BOTH_WAYS
            and low >= _MOST * len(of_pair)
            and binom.sf(low - 1, len(of_pair), often) * len(rates) < _CHANCE
        ):
            found.append((mean, len(of_pair), pair))
    if not found:
        return None
    found.sort()
    pairs = tuple((answers.classes[a], answers.classes[b]) for _, _, (a, b) in found)
    named = "; ".join(
        f"{a} and {b} ({100 * mean:.0f} % over {n} episodes)"
        for (mean, n, _), (a, b) in zip(found[:5], pairs, strict=False)
    )
    more = f"; and {len(found) - 5} more" if len(found) > 5 else ""
    confused = {frozenset(pair) for _, _, pair in found}
    wrong = answers.guess != answers.truth
    within = sum(frozenset(both) in confused for both in zip(answers.truth[wrong], answers.guess[wrong], strict=True))
    share = within / max(int(wrong.sum()), 1)
    what = "One pair of classes is" if len(found) == 1 else f"{len(found)} pairs of classes are"
    sentence = (
        f"{what} nearly the same to this learner: {named}{more}. That is how many of the answers between the two are right; a coin "
        f"gives 50 %, the usual pair {100 * float(np.median(usual)):.0f} %. These confusions are {100 * share:.0f} % of all "
        "mistakes. Look at their items: merge the classes, or remove one."
    )
    return Fault("near-duplicate classes", sentence, pairs=pairs, share=share)


def wrong_labels(answers: QueryAnswers) -> Fault | None:
    """Find items that are hardly ever answered with their label, while the learner answers most others of their class right.

    Two explanations of the numbers of right answers per item are compared by their likelihood: items of varying difficulty (a
    beta-binomial distribution without a peak at 0), and the same with a share of items that are right only by chance.
    """
    scores = [score for score in answers.per_item() if score.n_queries >= _FEWEST]
    by_class: dict[str, list[float]] = defaultdict(list)
    for score in scores:
        by_class[score.item.class_id].append(score.n_right / score.n_queries)
    # A class that is hard as a whole says nothing about the labels of its items.
    scores = [score for score in scores if np.median(by_class[score.item.class_id]) >= 0.5]
    if len(scores) < 20:
        return None
    n, right = (np.array([getattr(score, name) for score in scores]) for name in ("n_queries", "n_right"))
    gain, share, posterior = _mixture(n, right)
    picked = np.flatnonzero(posterior > 0.5)
    if gain < _NATS or share < _SHARE or not len(picked):
        return None
    picked = picked[np.argsort(-posterior[picked], kind="stable")]
    suspects = tuple(scores[i] for i in picked)
    names = {score.item for score in suspects}
    wrong = answers.guess != answers.truth
    suspicious = np.array([item in names for item in answers.items])[answers.item]
    of_mistakes = float(suspicious[wrong].mean())
    of_suspects, of_others = (
        float((answers.guess == answers.truth)[side].mean()) for side in (suspicious, ~suspicious)
    )
    sentence = (
        f"About {100 * share:.0f} % of the items seem to have a wrong label: {len(suspects)} of {len(scores)} items are answered with "
        f"their label in {100 * of_suspects:.0f} % of their queries, the others in {100 * of_others:.0f} %. They are "
        f"{100 * of_mistakes:.0f} % of all mistakes, and each spoils its class where it is a support item. Check the labels of the "
        "items listed."
    )
    return Fault("wrong labels", sentence, items=suspects, share=of_mistakes)


def _mixture(n: np.ndarray, right: np.ndarray) -> tuple[float, float, np.ndarray]:
    """Fit both explanations on a grid. Return the gain in log-likelihood, the share of wrong items, and each item's posterior."""
    from scipy.special import betaln  # scipy loads slowly

    cases, inverse, counts = np.unique(np.stack([n, right]), axis=1, return_inverse=True, return_counts=True)
    (m, k), inverse = cases, inverse.reshape(-1)
    mean, size = np.meshgrid(np.linspace(0.5, 0.99, 50), np.geomspace(1.5, 300, 25), indexing="ij")
    a, b = (mean * size).ravel()[:, None], ((1 - mean) * size).ravel()[:, None]
    keep = a[:, 0] >= 1  # no peak at 0
    usual = betaln(k + a[keep], m - k + b[keep]) - betaln(a[keep], b[keep])  # (setting, case), but for the binomials
    never = k * np.log(_NEVER) + (m - k) * np.log1p(-_NEVER)
    alone = (usual @ counts).max()
    shares = np.linspace(0.01, 0.4, 40)
    best, share, setting = max(
        (
            float(total.max()),
            float(pi),
            int(total.argmax()),
        )
        for pi in shares
        for total in [np.logaddexp(np.log1p(-pi) + usual, np.log(pi) + never) @ counts]
    )
    both = np.logaddexp(np.log1p(-share) + usual[setting], np.log(share) + never)
    return best - float(alone), share, np.exp(np.log(share) + never - both)[inverse]
