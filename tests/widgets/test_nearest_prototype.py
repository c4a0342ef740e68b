"""A learner's answers in the builder, computed from embeddings in Python and in the browser (`js/episode_builder/nearest/`)."""

import copy

import numpy as np
import pytest

import metawidgets as mw
from metawidgets import datasets, instruments, learners
from metawidgets.errors import LearnerError
from metawidgets.learners.loop import predict
from metawidgets.widgets import EpisodeBuilder
from metawidgets.widgets.episode_builder import PrototypeEmbedder
from metawidgets.widgets.episode_builder.nearest_prototype import NearestAnswers, embeddings_of, nearest_answers
from tests.fixtures import check_fixture
from tests.widgets.test_copied_python import Hand
from tests.widgets.test_episode_builder import of
from tests.widgets.test_episode_document_fixtures import plain_rows

GLYPHS = datasets.load("glyphs", n_classes=60)


def projector(metric: str) -> PrototypeEmbedder:
    """Make a learner that embeds an image by four random filters."""
    filters = np.random.default_rng(3).normal(size=(28 * 28, 4)) / 500
    return PrototypeEmbedder("Projector", metric, (1, 28, 28), lambda x: x.reshape(len(x), -1) @ filters)


def built(metric: str = "squared_euclidean", **options) -> EpisodeBuilder:
    b = EpisodeBuilder(datasets={"glyphs": GLYPHS}, n_way=3, k_shot=1, n_query=2, pool=2, **options)
    b.answer_with(projector(metric))
    return b


def answers(b: EpisodeBuilder) -> NearestAnswers:
    found = b.answers()
    assert found is not None
    return found


@pytest.mark.parametrize("metric", ["squared_euclidean", "euclidean", "cosine"])
def test_the_browser_finds_the_same_answers(metric):
    cases = []
    b = built(metric)
    hand = Hand(b, 5)
    for _ in range(24):
        hand.edit()
        known = embeddings_of(b.rows, b.unpack())
        found = nearest_answers(b.document, b.rows, known, metric)
        gone = nearest_answers(b.document, b.rows, dict(list(known.items())[::2]), metric)
        rows = [{**row, "z": known[row["number"]]} for row in plain_rows(b.rows)]
        case = {"document": b.document, "rows": rows, "answers": found._asdict(), "every_second": gone._asdict()}
        cases.append({**case, "document": {**b.document, "settings": {}}})
    check_fixture(f"episode_builder/nearest_{metric}", {"metric": metric, "cases": cases[::4]})


@pytest.mark.parametrize("name", ["protonet", "centroid", "pretrained_centroid"])
def test_the_answers_are_the_learners_own_after_any_edits(name):
    learner = learners.build(name, item_shape=(1, 28, 28), output_dim=5)
    b = instruments.episode_builder(GLYPHS, n_way=4, k_shot=2, n_query=3, learner=learner)
    hand, compared = Hand(b, 1), 0
    for _ in range(30):
        hand.edit()
        found = b.answers()
        if b.episode is None or found is None:
            continue
        assert found.missing == []
        said = predict(learner, b.episode).argmax(1)
        order = sorted(found.classes, key=lambda key: (b.document["items"][key]["rank"], int(key)))
        places = {c["key"]: k for k, c in enumerate(b.document["classes"])}
        assert [places[found.classes[key]] for key in order] == said.tolist()
        assert found.right == int((said == b.episode.query_y).sum())
        compared += 1
    assert compared > 10
    assert f"{learner.title}: {answers(b).right} of" in b.summary()


def test_a_restored_builder_knows_what_was_sent_and_leaves_out_what_came_later():
    b = built()
    restored = EpisodeBuilder.from_dict(b.to_dict())
    assert restored.summary() == b.summary()
    key = restored.document["classes"][0]["key"]
    restored.do_draw(key, "query", [np.eye(28, dtype=np.uint8).tobytes()])
    assert answers(restored).missing == of(restored, "query", key)[-1:]
    assert len(answers(restored).classes) == 6
    assert EpisodeBuilder.from_dict(restored.to_dict()).summary() == restored.summary()


def test_a_drawing_is_embedded_where_the_learner_is_there():
    b = built()
    b.do_draw(b.document["classes"][0]["key"], "support", [np.eye(28, dtype=np.uint8).tobytes()])
    assert answers(b).missing == []


def test_another_kind_of_items_is_not_answered_and_the_next_fitting_one_is():
    b = EpisodeBuilder(datasets={"glyphs": GLYPHS, "gaussians": datasets.load("gaussians")}, n_way=3)
    b.answer_with(projector("cosine"))
    b.resample(dataset="gaussians", index=0)
    assert b.answers() is None
    assert "Projector" not in b.summary()
    b.resample(dataset="glyphs", n_way=4, k_shot=1, n_query=2, index=0)
    assert len(answers(b).classes) == 8


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (
            lambda: mw.load("glyphs-maml"),
            "MAML cannot predict in an episode builder, because it does not compare queries with class",
        ),
        (lambda: mw.load("glyphs-pretrained_nearest"), "does not compare queries with class means"),
        (
            lambda: learners.build("baseline_plus", item_shape=(1, 28, 28), output_dim=5),
            "does not compare queries with class means",
        ),
    ],
)
def test_learners_that_do_not_answer_so_are_refused(make, why):
    with pytest.raises(LearnerError, match=why):
        instruments.episode_builder("glyphs", learner=make())


def test_moving_items_back_gives_the_same_answers():
    b = built()
    before, start = b.answers(), copy.deepcopy(b.document)
    document = copy.deepcopy(b.document)
    for item in document["items"].values():
        if item["side"] == "support" and item["class"] == 0:
            item["side"] = "pool"
    b.document = document
    assert all(answer != 0 for answer in answers(b).classes.values())
    b.document = start
    assert b.answers() == before
