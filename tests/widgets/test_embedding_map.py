"""EmbeddingMap without a browser, compared with scikit-learn, with a learner's own decisions, and with numbers computed by hand."""

import base64
import io
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness
from sklearn.metrics import silhouette_score

from metawidgets import analysis
from metawidgets.errors import TraceError
from metawidgets.records import EmbeddedItems, Trace
from metawidgets.widgets import EmbeddingMap
from metawidgets.widgets.base.distances import metric_distances
from metawidgets.widgets.embedding_map.picture import map_chart
from metawidgets.widgets.embedding_map.points import slice_planes
from metawidgets.widgets.embedding_map.projections import perplexity_range, tsne_divergence, tsne_stages
from tests.widgets.examples import curve, trace
from tests.widgets.made_spaces import blobs, moving


def test_the_axes_are_those_of_scikit_learn_over_all_steps():
    made = moving()
    arrays = EmbeddingMap(made).unpack()
    everything = np.concatenate([made["support_embeddings"], made["embeddings"], made["prototypes"]], 1).reshape(-1, 5)
    everything = everything[np.isfinite(everything).all(1)]
    # items first, then prototypes, as they are sent; the axes do not depend on the order
    oracle = PCA(2, svd_solver="full").fit(everything)
    items = np.concatenate([made["support_embeddings"], made["embeddings"]], 1)
    expected = oracle.transform(items.reshape(-1, 5)).reshape(*items.shape[:2], 2)
    sign = np.sign((expected * arrays["pca"]).sum((0, 1)))
    np.testing.assert_allclose(arrays["pca"], expected * sign, atol=1e-4)
    np.testing.assert_allclose(EmbeddingMap(made).config["explained"], oracle.explained_variance_ratio_, atol=1e-6)


def test_scatter_and_silhouette_of_every_step_are_those_of_scikit_learn():
    made = moving()
    arrays = EmbeddingMap(made).unpack()
    labels = np.concatenate([made.episode.support_y, made.episode.query_y])
    assert len(arrays["geometry"]) == len(made)
    for t in range(len(made)):
        x = np.concatenate([made["support_embeddings"][t], made["embeddings"][t]]).astype(np.float64)
        within = np.mean([((x[labels == k] - x[labels == k].mean(0)) ** 2).sum(1).mean() for k in range(3)])
        assert arrays["geometry"][t, 0] == pytest.approx(
            within, rel=1e-5
        )  # the classes have equal size, so this is the mean of their means
        assert arrays["geometry"][t, 0] + arrays["geometry"][t, 1] == pytest.approx(
            ((x - x.mean(0)) ** 2).sum(1).mean(), rel=1e-5
        )
        assert arrays["geometry"][t, 3] == pytest.approx(silhouette_score(x, labels), abs=1e-5)


@pytest.mark.parametrize("metric", ["squared_euclidean", "euclidean", "cosine"])
def test_borders_are_the_decisions_at_places_mapped_back_into_the_space(metric):
    rng = np.random.default_rng(1)
    prototypes = rng.normal(size=(2, 6, 9)) + 0.5
    prototypes[0, 4] = np.nan  # a class without support yet
    fitted = analysis.fit_projection(prototypes)
    planes = slice_planes(fitted, prototypes, metric)
    places = rng.normal(scale=2, size=(500, 2))
    points = fitted.mean + places @ fitted.components  # PCA's inverse
    for t in range(2):
        distances = metric_distances(points, prototypes[t], metric)
        heights = places @ planes[t, :, :2].T + planes[t, :, 2]
        np.testing.assert_array_equal(
            np.where(np.isnan(heights), -np.inf, heights).argmax(1),
            np.where(np.isnan(distances), np.inf, distances).argmin(1),
        )
        assert (np.isnan(heights) == np.isnan(distances)).all()
    assert len(set(np.nanargmax(np.where(np.isnan(heights), -np.inf, heights), 1))) > 2


def test_borders_are_the_learners_own_decisions():
    torch = pytest.importorskip("torch")
    from metawidgets.learners.metric_based.protonet import PrototypeState

    made = moving()
    component = EmbeddingMap(made)
    arrays = component.unpack()
    rng = np.random.default_rng(0)
    places = rng.uniform(-6, 6, (400, 2))
    fitted = analysis.fit_projection(
        np.concatenate(
            [
                np.concatenate([made["support_embeddings"], made["embeddings"]], 1).reshape(-1, 5),
                made["prototypes"].reshape(-1, 5),
            ]
        )
    )
    points = torch.tensor(fitted.mean + places @ fitted.components, dtype=torch.float64)
    state = PrototypeState(
        torch.zeros(0, 5), torch.tensor(made["prototypes"][-1], dtype=torch.float64), torch.ones(3, dtype=torch.float64)
    )
    own = state.compare(points, "squared_euclidean")["outputs"].argmax(1).numpy()
    planes = arrays["planes_euclidean"][-1].astype(np.float64)
    heights = places @ planes[:, :2].T + planes[:, 2]
    clear = np.sort(heights, 1)[:, -1] - np.sort(heights, 1)[:, -2] > 1e-3  # planes are sent as float32
    assert clear.sum() > 390
    np.testing.assert_array_equal(heights.argmax(1)[clear], own[clear])


def test_distances_by_hand():
    z, p = np.array([[3.0, 4.0], [1.0, 0.0]]), np.array([[0.0, 0.0], [0.0, 2.0]])
    np.testing.assert_allclose(metric_distances(z, p, "squared_euclidean"), [[25, 13], [1, 5]])
    np.testing.assert_allclose(metric_distances(z, p, "euclidean"), np.sqrt([[25, 13], [1, 5]]))
    cosine = metric_distances(z, p, "cosine")
    # A prototype at the origin has no direction; its similarity counts as 0, as in torch.nn.functional.cosine_similarity.
    np.testing.assert_allclose(cosine, [[1.0, 1 - 0.8], [1.0, 1.0]])


def test_the_metric_is_the_one_that_the_learner_declares():
    made = trace()
    assert EmbeddingMap(made).metric == "squared_euclidean"
    for rule, metric in (({"metric": "cosine"}, "cosine"), ({"metric": "l1"}, "euclidean"), (None, "euclidean")):
        meta = {"learner": "Mine", "distance_rule": rule}
        assert EmbeddingMap(Trace(made.axis, made.channels, made.episode, meta)).metric == metric


def test_items_that_no_step_moves_are_sent_once():
    arrays = EmbeddingMap(trace()).unpack()
    assert arrays["z"].shape[0] == arrays["pca"].shape[0] == 1
    assert arrays["prototypes"].shape[0] == arrays["absorbed"].shape[0] == len(trace())
    assert EmbeddingMap(moving()).unpack()["z"].shape[0] == len(moving())


def test_two_thousand_images_travel_in_about_their_own_size():
    items = blobs(2000, way=20, features=64, images=True)
    component = EmbeddingMap(items)
    assert items.x is not None
    assert len(component.buffer) < items.x.nbytes + 2000 * 64 * 4 + 60_000


@pytest.mark.slow
def test_tsne_keeps_neighbours_and_agrees_with_itself():
    items = blobs(150, way=3)
    component = EmbeddingMap(items)
    component.project("tsne", neighbours=20)
    found = component.projections["tsne"]
    assert component.projection == "tsne"
    assert (found["step"], found["neighbours"], found["steps"], found["seed"]) == (0, 20, 1000, 0)
    places, prototypes = component.places()
    assert trustworthiness(items.embeddings, places, n_neighbors=10) > 0.95
    assert np.isfinite(prototypes).all()
    assert 0 < found["divergence"] < 2
    again = EmbeddingMap(items)
    again.project("tsne", neighbours=20)
    assert again.projections == component.projections
    restored = EmbeddingMap.from_dict(json.loads(json.dumps(component.to_dict())))
    assert restored.projections == component.projections
    assert "t-SNE with 20 neighbours" in restored.summary()
    assert restored.png() == component.png()
    assert restored.able == ["project"]
    restored.project("tsne", neighbours=5)  # from its saved state, without the original items
    assert restored.projections["tsne"]["neighbours"] == 5


def test_tsne_lowers_its_divergence_stage_by_stage():
    x = blobs(90, way=3).embeddings
    start = analysis.fit_projection(x)(x)
    stages = list(tsne_stages(x, start, perplexity=15))
    assert [s.done for s in stages] == [300, 650, 1000]
    assert stages[0].divergence >= stages[1].divergence >= stages[2].divergence > 0


def test_progress_is_reported_and_newer_work_takes_over():
    component = EmbeddingMap(blobs(60, way=3))
    seen = []
    component.observe(lambda change: seen.append(change["new"]), "progress")
    component.do_project(method="tsne", neighbours=5)
    assert component.background.wait(60)
    assert component.error == ""
    parts = [p["part"] for p in seen if p.get("part")]
    assert parts == sorted(parts)
    assert parts[-1] == 1.0
    assert seen[-1] == {}


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"method": "mds"}, "give 'tsne' or 'umap'"),
        ({"method": "tsne", "neighbours": 400}, "give 2 to 19"),
        ({"method": "tsne", "neighbours": 1}, "give 2 to 19"),
        ({"method": "tsne", "neighbours": "many"}, "neighbours='many'"),
        ({"method": "tsne", "neighbours": True}, "neighbours=True"),
        ({"method": "tsne", "seed": -1}, "seed=-1"),
        ({"method": "umap"}, "UMAP is not installed"),
    ],
)
def test_what_cannot_be_computed_is_said_and_nothing_changes(params, said, monkeypatch):
    monkeypatch.setattr("metawidgets.widgets.embedding_map.component.umap_installed", lambda: False)
    component = EmbeddingMap(blobs(56, way=3))
    before = component.to_dict()
    with pytest.raises(TraceError, match=said):
        component.do_project(**params)
    assert component.to_dict() == before


def test_umap_is_used_where_it_is_installed(monkeypatch):
    import sys
    from types import SimpleNamespace

    class FakeUMAP:
        def __init__(self, **options):
            self.options = options

        def fit_transform(self, x):
            assert self.options == {"n_neighbors": 7, "metric": "euclidean", "random_state": 3}
            return x[:, :2]

    monkeypatch.setitem(sys.modules, "umap", SimpleNamespace(UMAP=FakeUMAP, __spec__=SimpleNamespace()))
    component = EmbeddingMap(blobs(40, way=2))
    component.project("umap", neighbours=7, seed=3)
    assert component.config["umap"] is True
    z = np.concatenate([component.unpack()["z"][0], component.unpack()["prototypes"][0]])[:, :2]
    centred = z - z.mean(0)
    np.testing.assert_allclose(np.concatenate(component.places()), centred / np.abs(centred).max(), atol=1e-5)


def test_perplexities_fit_the_number_of_points():
    assert perplexity_range(7) == (2, 2)
    assert perplexity_range(61) == (2, 20)
    assert perplexity_range(5000) == (2, 100)
    with pytest.raises(TraceError, match="too few"):
        perplexity_range(6)


def test_summary_says_what_is_shown():
    component = EmbeddingMap(moving())
    last = component.summary()
    component.step = 0
    first = component.summary()
    assert "before adaptation" in first.lower()
    assert first != last
    component.lasso = [component.config["ids"][0], component.config["ids"][1], "no/such/item"]
    assert "Chosen: 2 of 12 items" in component.summary()
    arrays = EmbeddingMap(moving()).unpack()
    assert f"ratio {arrays['geometry'][-1, 2]:.3g}" in last


def test_everything_that_can_be_set_is_restored():
    component = EmbeddingMap(
        moving(),
        step=1,
        metric="cosine",
        marks="dots",
        borders=False,
        zoom=[0.5, -1.0, 2.25],
        lasso=["a"],
        matrix="spread",
    )
    restored = EmbeddingMap.from_dict(json.loads(json.dumps(component.to_dict())))
    for name in ("step", "metric", "marks", "borders", "zoom", "lasso", "matrix", "projection", "projections"):
        assert getattr(restored, name) == getattr(component, name)


@pytest.mark.slow
def test_the_picture_follows_the_state():
    component = EmbeddingMap(moving())
    pictures = {component.png()}
    for name, value in (("step", 0), ("borders", False), ("zoom", [0.0, 0.0, 1.5]), ("marks", "dots")):
        setattr(component, name, value)
        pictures.add(component.png())
    assert len(pictures) == 5
    assert Image.open(io.BytesIO(component.png())).width > 1200


def test_the_picture_puts_every_item_where_it_lies():
    component = EmbeddingMap(moving(), marks="dots", borders=False)
    items, prototypes = component.places()

    def drawn() -> np.ndarray:
        chart = map_chart(
            component.unpack(), component.config, component._shown, items, prototypes, ["t"], component._look()
        )
        rows = [row for data in chart.to_dict()["datasets"].values() for row in data if "filled" in row]
        return np.array(sorted((row["x"], row["y"]) for row in rows))

    np.testing.assert_allclose(drawn(), np.array(sorted(map(tuple, items.tolist()))), rtol=1e-6)
    component.zoom = [*items[0].tolist(), 1e-6]
    assert len(drawn()) >= 1
    np.testing.assert_allclose(drawn()[0], items[0], rtol=1e-6)


def test_what_cannot_be_mapped_is_refused():
    with pytest.raises(TraceError, match="embeddings"):
        EmbeddingMap(trace("curve"))
    e = curve()
    flat = np.zeros((1, 2, 3), np.float32)
    regression = Trace("inner_step", {"embeddings": flat, "support_embeddings": np.zeros((1, 3, 3))}, e, {})
    with pytest.raises(TraceError, match="regression"):
        EmbeddingMap(regression)
    with pytest.raises(TypeError, match="not Episode"):
        EmbeddingMap(e)  # pyright: ignore[reportArgumentType]
    good = blobs(12, way=2)
    changes: list[tuple[dict[str, Any], str]] = [
        ({"embeddings": np.zeros(4)}, "shape"),
        ({"labels": np.zeros(3, int)}, "labels has 3 entries for 12"),
        ({"labels": np.full(12, 2)}, "from 0 to 1"),
        ({"metric": "manhattan"}, "metric='manhattan'"),
        ({"prototypes": np.zeros((3, 8))}, r"prototypes have shape \(3, 8\)"),
    ]
    for change, said in changes:
        with pytest.raises(TraceError, match=said):
            EmbeddingMap(replace(good, **change))


def test_places_of_a_computed_projection_are_read_back():
    component = EmbeddingMap(blobs(20, way=2))
    places = np.arange(44, dtype="<f4").reshape(22, 2)
    component.projections = {
        "tsne": {"step": 0, "neighbours": 5, "places": base64.b64encode(places.tobytes()).decode()}
    }
    component.projection = "tsne"
    items, prototypes = component.places()
    np.testing.assert_array_equal(items, places[:20])
    np.testing.assert_array_equal(prototypes, places[20:])


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize(("n", "perplexity"), [(30, 2), (30, 9), (120, 30)])
def test_the_divergence_is_that_of_exact_tsne(n, perplexity, metric):
    x = np.random.default_rng(n).normal(size=(n, 8)).astype(np.float32)
    exact = TSNE(method="exact", perplexity=perplexity, metric=metric, init="random", random_state=0, max_iter=400)
    places = exact.fit_transform(x)
    # scikit-learn raises all probabilities to at least 1e-16, and computes in float32.
    assert tsne_divergence(x, places, perplexity=perplexity, metric=metric) == pytest.approx(
        exact.kl_divergence_, rel=0.05
    )


def test_the_divergence_by_hand():
    """Three points at equal distances and three places. With perplexity 2, both other points are equally likely neighbours."""
    x = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(0.75)]])  # equal sides: every probability is 1/6
    places = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]])
    q = np.array([1 / 2, 1 / 5, 1 / 6])  # 1 / (1 + squared distance)
    q = q / (2 * q.sum())
    by_hand = 2 * sum(1 / 6 * np.log((1 / 6) / q))
    assert tsne_divergence(x, places, perplexity=2) == pytest.approx(by_hand, rel=1e-6)
    assert tsne_divergence(x, x, perplexity=2) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("spread", [0.0, 1e-6, 1e-3])
def test_a_divergence_is_never_negative(spread):
    """Spaces whose classes have collapsed into points, as is nearly true for a trained ProtoNet, and duplicate items."""
    rng = np.random.default_rng(3)
    x = np.repeat(10 * np.eye(5), 6, 0) + spread * rng.normal(size=(30, 5))
    for stage in tsne_stages(x, analysis.fit_projection(x)(x), perplexity=9):
        assert stage.divergence >= 0
    component = EmbeddingMap(EmbeddedItems(x, np.repeat(np.arange(5), 6), tuple("abcde")))
    component.project("tsne", neighbours=9)
    assert component.projections["tsne"]["divergence"] >= 0


def test_axes_of_a_plane_carry_the_names_of_its_features():
    x = np.array([[0.0, 0.0], [0.0, 2.0], [4.0, 0.0], [4.0, 2.0]], np.float32)
    own = EmbeddingMap(EmbeddedItems(x, np.array([0, 0, 1, 1]), ("a", "b"), x=x))
    assert own.config["axes"] == ["x", "y"]
    assert own.config["explained"] == [0.8, 0.2]
    places, _ = own.places()
    assert np.allclose(places, x - x.mean(0))
    assert "x and y, which are the whole space" in own.summary()
    assert EmbeddingMap(blobs(30, way=3)).config["axes"] == []


def test_a_space_with_more_axes_than_the_plane_of_its_items_is_not_that_plane():
    x = np.array([[0.0, 0.0], [0.0, 2.0], [4.0, 0.0], [4.0, 2.0]], np.float32)
    component = EmbeddingMap(EmbeddedItems(np.repeat(x, 20, 1), np.array([0, 0, 1, 1]), ("a", "b"), x=x))
    assert component.config["axes"] == []
