"""The test cases of the browser's distances to prototypes, before and after edits (js/prototype_heatmap/distances/)."""

from collections.abc import Sequence

import numpy as np

from metawidgets.episodes import Episode
from metawidgets.records import DistanceRule, Trace
from metawidgets.widgets import PrototypeHeatmap
from metawidgets.widgets.base.distances import METRIC_NAMES
from metawidgets.widgets.prototype_heatmap.metrics import nearest_prototypes, rows_in_order
from metawidgets.widgets.prototype_heatmap.shown_distances import ShownDistances
from tests.fixtures import check_fixture
from tests.widgets.examples import items

SUPPORT_Y, QUERY_Y = np.array([0, 1, 0, 2, 1, 0]), np.array([0, 0, 1, 1, 2, 2, 2])
NAMES = ("aleph", "beth", "gimel")
SCALE = 0.5


def features(ids: Sequence[object]) -> np.ndarray:
    """Return made-up embeddings of these items. They depend only on an item's class and name."""
    centres = 2 * np.random.default_rng(7).normal(size=(3, 4))
    rows = []
    for item in ids:
        _, class_id, name = str(item).split("/")
        noise = np.random.default_rng([ord(c) for c in class_id + name]).normal(size=4)
        rows.append(centres[int(class_id[-1])] + noise)
    return np.array(rows, np.float32)


def softmax(distances: np.ndarray) -> np.ndarray:
    """Return the softmax of minus the scaled distances; it is uniform if there are no distances."""
    logits = np.where(np.isnan(distances), -np.inf, -SCALE * distances)
    logits[np.isnan(distances).all(-1)] = 0
    p = np.exp(logits - logits.max(-1, keepdims=True))
    return p / p.sum(-1, keepdims=True)


def made(episode: Episode, *, statistics: str = "none", depends: bool = False) -> Trace:
    """Make a ProtoNet's trace with these features. With `depends`, they depend on the number of support items, like batch statistics."""
    z, q = features(episode.support_items), features(episode.query_items)
    if depends:
        z, q = z * len(z) / 6, q * len(z) / 6
    steps = len(z) + 1
    d = np.full((steps, len(q), 3), np.nan)
    for t in range(steps):
        for k in range(3):
            if len(members := z[:t][episode.support_y[:t] == k]):
                d[t, :, k] = ((q - members.astype(np.float64).mean(0)) ** 2).sum(1)
    channels = {
        "distances": d.astype(np.float32),
        "probabilities": softmax(d).astype(np.float32),
        "embeddings": np.repeat(q[None], steps, 0),
        "support_embeddings": np.repeat(z[None], steps, 0),
        "absorbed": np.array([np.arange(len(z)) < t for t in range(steps)], np.uint8),
    }
    meta = {
        "learner": "ProtoNet",
        "statistics": statistics,
        "distance_rule": DistanceRule("squared_euclidean", "class_mean", SCALE)._asdict(),
    }
    return Trace("context_example", channels, episode, meta)


def episode(dataset: str, support_y: np.ndarray, query_y: np.ndarray) -> Episode:
    x = [np.zeros((len(y), 3), np.float32) for y in (support_y, query_y)]
    sides = items(dataset, support_y, "s"), items(dataset, query_y, "q")
    return Episode(x[0], support_y, x[1], query_y, NAMES, *sides)


def edits_of(heatmap: PrototypeHeatmap) -> list[dict]:
    support, query = (heatmap.config["episode"][f"{side}_ids"] for side in ("support", "query"))
    pool = heatmap.config["pool"]["ids"]
    added = [{"op": "add", "item": query[3], "label": 0}, *({"op": "add", "item": i, "label": 2} for i in pool[:1])]
    return [{"op": "relabel", "item": support[4], "label": 0}, {"op": "drop", "item": support[3]}, *added]


def shown_at(heatmap: PrototypeHeatmap, step: int, metric: str, edits: list[dict]) -> ShownDistances:
    return ShownDistances(heatmap.unpack(), heatmap.config, step, metric, edits)


def without(heatmap: PrototypeHeatmap, step: int, metric: str, q: int) -> list[dict]:
    """Return the decision for query q after dropping each support example in turn."""
    now = shown_at(heatmap, step, metric, []).old[q]
    decided = int(np.nanargmin(now))
    margin = lambda d: np.nanmin(np.delete(d, decided)) - d[decided]  # noqa: E731
    found = []
    for place, item in enumerate(heatmap.config["episode"]["support_ids"]):
        if not heatmap.unpack()["space.present"][step, place]:
            continue
        changed = shown_at(heatmap, step, metric, [{"op": "drop", "item": item}]).new[q]
        first = int(nearest_prototypes(changed[None]).first[0])
        label = int(SUPPORT_Y[place])
        found.append({"place": place, "label": label, "first": first, "change": margin(changed) - margin(now)})
    return found


def case(heatmap: PrototypeHeatmap, edits: list[dict]) -> dict:
    """Return the arrays sent, and Python's results from them in every metric at every step."""
    heatmap.edits = edits
    arrays, config = heatmap.unpack(), heatmap.config
    steps = range(config["steps"])
    own = config["own"]
    expected = {}
    for metric in METRIC_NAMES:
        shown = [shown_at(heatmap, t, metric, edits) for t in steps]
        expected["" if metric == own else metric] = {
            "old": [each.old for each in shown],
            "new": [each.new for each in shown],
            "right": [[each.right(each.old), each.right(each.new)] for each in shown],
            "nearest": [nearest_prototypes(each.new)._asdict() for each in shown],
        }
    return {
        "config": {name: config[name] for name in ("episode", "pool", "own", "local", "scale", "edited")},
        "arrays": {name: {"data": a.ravel(), "shape": a.shape} for name, a in arrays.items()},
        "edits": edits,
        "expected": expected,
        "support": heatmap.reading.changed._asdict(),
    }


def test_edits_that_the_browser_computes():
    heatmap = PrototypeHeatmap(
        made(episode("made", SUPPORT_Y, QUERY_Y)),
        pool=made(episode("pool", np.array([0, 1, 2]), np.array([1]))),
        metric="euclidean",
    )
    assert heatmap.config["local"]
    found = case(heatmap, edits_of(heatmap))
    last = heatmap.config["steps"] - 1
    check_fixture(
        "prototype_heatmap/edits",
        found
        | {
            "probabilities": softmax(shown_at(heatmap, last, "", heatmap.edits).new),
            "without": {
                metric: [without(heatmap, last, metric, q) for q in range(len(QUERY_Y))]
                for metric in ("", "manhattan", "cosine")
            },
        },
    )


def test_edits_that_the_learner_was_asked_about():
    heatmap = PrototypeHeatmap(
        made(episode("made", SUPPORT_Y, QUERY_Y), statistics="support_stats"),
        retrace=lambda edited: made(edited, statistics="support_stats", depends=True),
    )
    assert not heatmap.config["local"]
    found = case(heatmap, edits_of(heatmap))
    probabilities = heatmap.unpack()["edited.probabilities"][-1]
    check_fixture("prototype_heatmap/asked", found | {"probabilities": probabilities})


def test_rows_in_their_groups():
    rng = np.random.default_rng(3)
    distances = rng.uniform(1, 9, (12, 4)).round(2)
    distances[2, 1] = distances[5] = np.nan  # no distance to the true class, and no distances at all
    distances[7] = 3  # a tie
    labels = np.array([0, 1, 1, 2, 3, 0, 2, 3, 0, 1, 2, 3])
    names = ("a", "b", "c", "d")
    groups = {sort: rows_in_order(sort, distances, labels, names) for sort in ("class", "margin", "error")}
    nearest = nearest_prototypes(distances)._asdict()
    values = {"distances": distances, "labels": labels, "names": names, "groups": groups, "nearest": nearest}
    check_fixture("prototype_heatmap/rows", values)
