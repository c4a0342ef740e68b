"""The map of embeddings, compared with the projection."""

from dataclasses import replace

import numpy as np
import pytest

from metawidgets import views
from metawidgets.analysis import fit_projection
from metawidgets.records import Trace

from .scenes import items, marks_at


def test_the_map_is_the_projection_and_does_not_jump(prototypes: Trace) -> None:
    spec = views.embedding_map(prototypes).to_dict()
    every = [prototypes[name] for name in ("embeddings", "support_embeddings", "prototypes")]
    fitted = fit_projection(np.concatenate(every, axis=1))
    rows = [row for rows in spec["datasets"].values() for row in rows]
    by_name = {row["what"]: row for row in rows}
    for i, item in enumerate(prototypes.episode.query_items):
        expected = fitted(prototypes["embeddings"][0, i])
        np.testing.assert_allclose(
            (by_name[f"query {item}"]["u"], by_name[f"query {item}"]["v"]), expected, rtol=1e-3, atol=1e-3
        )
    first, last = (_query_places(marks_at(spec, step)) for step in (0, 6))
    assert first == last  # a metric learner's embeddings do not move, so their picture must not move either


def _query_places(marks: list[dict]) -> list[tuple[float, float]]:
    return [(s["x"], s["y"]) for s in items(marks, "symbol") if s.get("description", "").startswith("query")]


def test_prototypes_appear_with_their_first_support_item(prototypes: Trace) -> None:
    spec = views.embedding_map(prototypes).to_dict()
    for step in range(len(prototypes)):
        crosses = [s for s in items(marks_at(spec, step), "symbol") if s.get("description", "").startswith("prototype")]
        known = ~np.isnan(prototypes["prototypes"][step, :, 0])
        assert len(crosses) == known.sum()


def test_support_is_pale_until_absorbed(prototypes: Trace) -> None:
    marks = marks_at(views.embedding_map(prototypes, step=2).to_dict())
    support = [s for s in items(marks, "symbol") if s.get("description", "").startswith("support")]
    assert [s["opacity"] for s in support] == [1, 1, 0.3, 0.3, 0.3, 0.3]


def test_both_axes_have_one_scale(prototypes: Trace) -> None:
    spec = views.embedding_map(prototypes, width=400).to_dict()
    encoding = spec["layer"][0]["encoding"]
    spans = [np.ptp(encoding[axis]["scale"]["domain"]) for axis in ("x", "y")]
    assert spans[0] / spec["width"] == pytest.approx(spans[1] / spec["height"], rel=1e-3)


def test_queries_can_be_their_images(prototypes: Trace, regions: Trace) -> None:
    images = items(marks_at(views.embedding_map(prototypes, images=True).to_dict()), "image")
    assert len(images) == 16
    assert all(image["url"].startswith("data:image/png") for image in images)


def test_learners_without_prototypes_have_a_map_too(prototypes: Trace) -> None:
    kept = {name: a for name, a in prototypes.channels.items() if name not in ("prototypes", "distances")}
    attention = replace(prototypes, channels=kept)
    spec = views.embedding_map(attention).to_dict()
    fitted = fit_projection(np.concatenate([attention["embeddings"], attention["support_embeddings"]], axis=1))
    rows = {row["what"]: row for rows in spec["datasets"].values() for row in rows if "what" in row}
    item = attention.episode.support_items[1]
    expected = fitted(attention["support_embeddings"][0, 1])
    found = (np.ravel(rows[f"support {item}"]["u"])[0], np.ravel(rows[f"support {item}"]["v"])[0])
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)
    assert not [what for what in rows if what.startswith("prototype")]
    assert "prototype" not in spec["description"].lower()
    assert "prototype" not in str(spec["title"]).lower()


@pytest.mark.parametrize("width", [200, 400])
def test_no_edge_cuts_a_class_name(prototypes: Trace, width: int) -> None:
    long = tuple(f"{name}, with a name that is far too long for a telephone" for name in prototypes.episode.class_names)
    named = replace(prototypes, episode=replace(prototypes.episode, class_names=long))
    spec = views.embedding_map(named, width=width).to_dict()
    names = items(marks_at(spec, step=len(named) - 1), "text")
    assert len(names) == 2 * len(long)  # each with its halo
    for name in names:
        start = name["x"] + name["dx"]
        reach = start - name["limit"] if name["align"] == "right" else start + name["limit"]
        assert 0 <= reach <= width
        assert 0 <= start <= width
