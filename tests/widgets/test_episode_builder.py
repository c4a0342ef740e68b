"""The Python side of the episode builder: documents sent by a browser, locks, the pool, pictures, undo and redo."""

import copy
import io
import json

import numpy as np
import pytest
from PIL import Image

from metawidgets import datasets
from metawidgets.episodes import Episode, EpisodeSampler, ItemId
from metawidgets.errors import DatasetError, EpisodeError
from metawidgets.widgets import EpisodeBuilder
from metawidgets.widgets.episode_builder.document import applied, difference, recorded
from tests.made_files import bomb, image_file
from tests.widgets.examples import HOSTILE, curve, points, sheet, vectors

GLYPHS = datasets.load("glyphs", n_classes=60)
ALL = {
    "glyphs": GLYPHS,
    "gaussians": datasets.load("gaussians"),
    "sinusoids": datasets.load("sinusoids"),
    "digits": datasets.load("digits"),
    "line": datasets.load("linear_functions", dim=1),
}


def builder(dataset="glyphs", **options):
    return EpisodeBuilder(datasets=ALL, dataset=dataset, **options)


def of(b, side, label=None):
    """Return the keys of a side's items in order; with `label`, only of the class with this number."""
    key = None if label is None else b.document["classes"][label]["key"]
    mine = [
        (i["rank"], k)
        for k, i in b.document["items"].items()
        if i["side"] == side and (label is None or i["class"] == key)
    ]
    return [k for _, k in sorted(mine)]


def change(b, edit):
    """Edit the document as the browser does: send a changed copy of the document, with the history."""
    new = copy.deepcopy(b.document)
    edit(new)
    history = recorded(b.history, b.document, new, "an edit")
    b.set_state(json.loads(json.dumps({"document": new, "history": history})))


def put(key, **values):
    return lambda doc: doc["items"][key].update(values)


def same(a, b):
    names = ("class_names", "support_items", "query_items", "seed")
    return all(getattr(a, n) == getattr(b, n) for n in names) and all(
        np.array_equal(getattr(a, n), getattr(b, n)) for n in ("support_x", "support_y", "query_x", "query_y")
    )


@pytest.mark.parametrize("dataset", ALL)
def test_what_is_drawn_is_what_the_sampler_draws(dataset):
    b = builder(dataset, seed=3)
    s = b.document["settings"]
    sampler = EpisodeSampler(
        ALL[dataset].source("test"), n_way=s["n_way"], k_shot=s["k_shot"], n_query=s["n_query"], seed=3
    )
    assert same(b.episode, sampler.episode(0))
    assert b.episode.task == sampler.episode(0).task
    b.resample()
    assert same(b.episode, sampler.episode(1))
    assert b.problem == ""


@pytest.mark.parametrize("make", [sheet, points, curve, vectors])
def test_an_episode_can_be_edited_as_it_is(make):
    e = make()
    b = EpisodeBuilder(e)
    assert same(b.episode, e)
    assert b.episode.task == e.task
    assert b.able == ["draw", "upload"]
    assert of(b, "pool") == []
    restored = EpisodeBuilder.from_dict(json.loads(json.dumps(b.to_dict())))
    assert same(restored.episode, e)
    assert restored.able == ["draw", "upload"]


def test_moves_are_seen_by_who_observes_the_episode():
    b, seen, heard = builder(k_shot=2), [], []
    b.observe(lambda change: seen.append(change["new"]), "episode")
    end = b.on_episode(heard.append)
    key = of(b, "query", 1)[0]
    data, item = b.rows[b.document["items"][key]["row"]].data, b.rows[b.document["items"][key]["row"]].item
    change(b, put(key, side="support", rank=100))
    assert len(seen) == len(heard) == 1
    assert seen[0] is b.episode
    assert b.episode.support_items[-1] == item
    assert np.array_equal(b.episode.support_x[-1], data)
    assert b.episode.shots.tolist() == [2, 3, 2, 2, 2]
    assert b.episode.queries.tolist() == [3, 2, 3, 3, 3]
    assert b.episode.seed == ()
    end()
    change(b, put(key, locked=True))  # a lock does not change the episode
    change(b, put(of(b, "pool", 0)[0], rank=99))
    assert len(seen) == 1
    change(b, put(key, side="pool"))
    assert (len(seen), len(heard)) == (2, 1)


def test_the_reasons_for_no_episode():
    b = builder(n_way=2, n_query=1)
    support, query = of(b, "support", 0)[0], of(b, "query", 0)[0]
    item = b.rows[b.document["items"][support]["row"]].item
    reasons = {
        f"Item {item} is in both support and query": put(query, row=b.document["items"][support]["row"]),
        "Two classes are called “x”. Rename one.": lambda d: [c.update(name="x") for c in d["classes"]],
        "Class 2 has no name": lambda d: d["classes"][1].update(name="  "),
        "The query set is empty": lambda d: [
            i.update(side="pool") for i in d["items"].values() if i["side"] == "query"
        ],
        "The support set is empty": lambda d: [
            i.update(side="pool") for i in d["items"].values() if i["side"] == "support"
        ],
        "There is one class: nothing to tell apart": lambda d: (
            d["classes"].pop(),
            [d["items"].pop(k) for k, i in list(d["items"].items()) if i["class"] == 1],
        ),
        "There is no class: nothing to tell apart": lambda d: (d["classes"].clear(), d["items"].clear()),
    }
    for reason, edit in reasons.items():
        change(b, edit)
        assert b.episode is None
        assert b.problem.startswith(reason)
        assert reason in b.summary()
        assert Image.open(io.BytesIO(b.png())).width > 200
        assert b.undo()
        assert b.problem == ""
        assert getattr(b.episode, "seed", None) == (0, 0)


def test_notes_say_what_a_reader_of_a_result_should_know():
    b = builder(n_way=2)
    change(b, put(of(b, "support", 1)[0], side="pool"))
    name = b.document["classes"][1]["name"]
    assert b.notes == [f"Class “{name}” has queries but no support: a learner cannot recognise it."]
    assert b.episode.shots.tolist() == [1, 0]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d.pop("items"),
        lambda d: d.update(kind="dance"),
        lambda d: d.update(extra=1),
        lambda d: d.update(classes="<b>"),
        lambda d: d.update(shape=[-1]),
        lambda d: d.update(next="9"),
        lambda d: d["settings"].update(split="nowhere"),
        lambda d: d["settings"].update(n_query=True),
        lambda d: d["classes"][0].update(name="x" * 200),
        lambda d: d["classes"][0].update(name="\ud800"),
        lambda d: d["classes"][0].update(key=1),
        lambda d: d["classes"][0].update(origin={"dataset": "glyphs"}),
        lambda d: d["items"].update({"not a key": d["items"]["5"]}),
        lambda d: d["items"]["5"].update(row=99999),
        lambda d: d["items"]["5"].update(row=None),
        lambda d: d["items"]["5"].update({"class": 77}),
        lambda d: d["items"]["5"].update({"class": []}),
        lambda d: d["items"]["5"].update(side="front"),
        lambda d: d["items"]["5"].update(rank=float("inf")),
        lambda d: d["items"]["5"].update(rank="1"),
        lambda d: d["items"]["5"].update(at=[1, 2]),
        lambda d: d["items"]["5"].update(locked=1),
        lambda d: d.update(items={str(k): d["items"]["5"] for k in range(3000)}),
    ],
)
def test_a_document_that_is_none_changes_nothing(spoil):
    b = builder(n_way=2)
    before = b.to_dict()
    episode = b.episode
    new = copy.deepcopy(b.document)
    spoil(new)
    with pytest.raises(EpisodeError, match="this is not a document of an EpisodeBuilder"):
        b.set_state({"document": new})
    assert b.error.startswith("this is not a document of an EpisodeBuilder")
    assert b.to_dict() == before
    assert b.episode is episode


@pytest.mark.parametrize(
    "history",
    [
        {"undo": []},
        {"undo": "x", "redo": []},
        {"undo": [{}], "redo": []},
        {
            "undo": [
                {"what": "x", "batch": "", "back": {"top": {"evil": 1}, "items": {}}, "forth": {"top": {}, "items": {}}}
            ],
            "redo": [],
        },
        {
            "undo": [],
            "redo": [
                {"what": "x", "batch": "", "back": {"top": {}, "items": {"1": {}}}, "forth": {"top": {}, "items": {}}}
            ],
        },
    ],
)
def test_a_history_that_is_none_changes_nothing(history):
    b = builder(n_way=2)
    before = b.to_dict()
    with pytest.raises(EpisodeError, match="this is not a document"):
        b.set_state({"history": history})
    assert b.to_dict() == before


def test_a_difference_leads_from_one_document_to_the_other_and_back():
    b = builder()
    old = b.document
    b.do_swap(b.document["classes"][2]["key"])
    new = b.document
    assert applied(old, difference(old, new)) == new
    assert applied(new, difference(new, old)) == old


# -- drawing again ---------------------------------------------------------------------------------------------------------


def test_resampling_keeps_what_is_locked_where_it_is():
    b = builder(n_way=4, k_shot=2)
    held, lone = b.document["classes"][2], of(b, "query", 0)[1]
    change(b, lambda d: (d["classes"][2].update(locked=True), d["items"][lone].update(locked=True)))
    rows = {k: i["row"] for k, i in b.document["items"].items() if i["class"] == held["key"]}
    names = b.episode.class_names
    b.resample()
    assert b.episode.class_names[2] == names[2]
    assert b.episode.class_names[0] == names[0]  # the locked item's class
    assert b.episode.class_names[1] != names[1]
    assert b.episode.class_names[3] != names[3]
    assert len(set(b.episode.class_names)) == 4
    assert {k: b.document["items"][k]["row"] for k in rows} == rows
    assert b.document["items"][lone]["side"] == "query"
    assert b.episode.shots.tolist() == [2] * 4
    assert b.episode.queries.tolist() == [3] * 4
    again = builder(n_way=4, k_shot=2)
    change(again, lambda d: (d["classes"][2].update(locked=True), d["items"][lone].update(locked=True)))
    again.resample()
    assert same(again.episode, b.episode)  # the same on every machine


def test_what_is_locked_must_fit():
    b = builder(n_way=3)
    change(b, lambda d: [c.update(locked=True) for c in d["classes"]])
    with pytest.raises(EpisodeError, match="3 classes are locked or hold a locked item, but n_way=2"):
        b.resample(n_way=2)
    with pytest.raises(EpisodeError, match="unlock them to change the dataset"):
        b.resample(dataset="gaussians", n_way=3, k_shot=5, n_query=5)
    b.resample(dataset="digits", index=0)  # images of the same size
    assert b.episode.seed == ()
    b.undo()
    with pytest.raises(EpisodeError, match="is locked or holds a locked item; unlock it to exchange it"):
        b.do_swap(b.document["classes"][0]["key"])


@pytest.mark.parametrize("dataset", ["gaussians", "sinusoids", "line"])
def test_locked_points_stay_while_others_are_drawn_again(dataset):
    b = builder(dataset)
    key = of(b, "support")[1]
    at = b.document["items"][key]["at"]
    change(b, put(key, locked=True))
    before = b.episode
    b.resample()
    assert b.document["items"][key]["at"] == at
    assert not np.array_equal(before.query_x, b.episode.query_x)
    assert b.episode.shots.tolist() == before.shots.tolist()
    assert b.episode.queries.tolist() == before.queries.tolist()


def test_other_numbers_use_the_pool_first():
    b = builder(n_way=2, pool=3)
    pool = [set(of(b, "pool", k)) for k in (0, 1)]
    b.do_fill(k_shot=3)
    assert b.episode.shots.tolist() == [3, 3]
    for k in (0, 1):
        assert len(pool[k] & set(of(b, "support", k))) == 2
    b.do_fill(k_shot=1, n_query=9)
    assert (b.episode.shots.tolist(), b.episode.queries.tolist()) == ([1, 1], [9, 9])
    b.do_fill(n_way=4)
    assert b.episode.queries.tolist() == [9] * 4
    assert len(set(b.episode.class_names)) == 4
    b.do_fill(n_way=2)
    assert b.episode.n_way == 2
    with pytest.raises(EpisodeError, match=r"has .* items for 40 in query"):
        b.do_fill(n_query=40)
    assert b.episode.queries.tolist() == [9, 9]


@pytest.mark.parametrize(("dataset", "n_way"), [("gaussians", 3), ("sinusoids", None), ("line", None)])
def test_further_points_come_from_where_the_first_came(dataset, n_way):
    b = builder(dataset, k_shot=3)
    b.do_fill(k_shot=40)
    e = b.episode
    assert e.shots.tolist() == [40] * (n_way or 1)
    if dataset == "gaussians":
        for k in range(3):
            mean, cov = np.array(e.task["means"][k][0]), np.array(e.task["covariances"][k][0])
            away = e.support_x[e.support_y == k] - mean
            assert (np.einsum("ni,ij,nj->n", away, np.linalg.inv(cov), away) < 30).all()  # chi-square of 2 degrees
    elif dataset == "sinusoids":
        truth = e.task["amplitude"] * np.sin(e.support_x - e.task["phase"])
        assert np.allclose(e.support_y, truth, atol=1e-4)
    else:
        assert np.allclose(e.support_y, e.support_x * e.task["weights"][0], atol=1e-4)


@pytest.mark.parametrize("dataset", ["glyphs", "gaussians"])
def test_a_class_is_exchanged_for_another_with_as_many_items(dataset):
    b = builder(dataset, n_way=3, k_shot=2)
    before = b.episode
    b.do_swap(b.document["classes"][1]["key"])
    after = b.episode
    assert after.shots.tolist() == before.shots.tolist()
    assert after.queries.tolist() == before.queries.tolist()
    assert [a == b for a, b in zip(before.class_names, after.class_names, strict=True)] == [
        True,
        dataset == "gaussians",
        True,
    ]
    assert not np.array_equal(before.support_x[before.support_y == 1], after.support_x[after.support_y == 1])
    assert b.undo()
    assert same(b.episode, before)
    assert b.redo()
    assert same(b.episode, after)


def test_more_items_until_there_are_none():
    b = builder(n_way=2)
    key = b.document["classes"][0]["key"]
    b.do_more(key)
    assert len(of(b, "pool", 0)) == 16  # 20 drawers, 4 of them in the episode
    with pytest.raises(EpisodeError, match="has no further items"):
        b.do_more(key)
    with pytest.raises(EpisodeError, match="there is no class 'x'"):
        b.do_more("x")


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"n_way": 1}, EpisodeError),
        ({"n_way": "5"}, EpisodeError),
        ({"k_shot": 0}, EpisodeError),
        ({"n_query": 10**9}, EpisodeError),
        ({"seed": -1}, EpisodeError),
        ({"dataset": "nothing"}, DatasetError),
        ({"dataset": ["glyphs"]}, Exception),
        ({"split": "nowhere"}, DatasetError),
        ({"n_shot": 3}, EpisodeError),
    ],
)
def test_settings_that_cannot_be_change_nothing(settings, error):
    b = builder()
    before = b.to_dict()
    with pytest.raises(error):
        b.resample(**settings)
    assert b.to_dict() == before


@pytest.mark.slow
def test_data_is_kept_as_long_as_the_history_needs_it_and_no_longer():
    b = EpisodeBuilder(datasets={"glyphs": datasets.load("glyphs")})
    first, size = b.episode, len(b.buffer)
    for _ in range(12):
        b.resample()
    assert len(b.buffer) > 5 * size
    for _ in range(12):
        assert b.undo()
    assert same(b.episode, first)
    assert not b.undo()
    for _ in range(40):
        b.resample()
    assert len(b.history["undo"]) < 40  # bounded by its size
    assert len(b.buffer) < 13_000_000
    assert len(json.dumps(b.history)) < 400_000
    restored = EpisodeBuilder.from_dict(json.loads(json.dumps(b.to_dict())))
    assert restored.undo()
    assert b.undo()
    assert same(restored.episode, b.episode)


# -- drawn and uploaded ------------------------------------------------------------------------------------------------------


def test_a_drawing_becomes_an_item():
    b = builder(n_way=2)
    key = b.document["classes"][1]["key"]
    ink = np.zeros((28, 28), np.uint8)
    ink[4:24, 13:15] = 255
    b.do_draw(key, "support", [ink.tobytes()])
    assert np.array_equal(b.episode.support_x[-1, 0], ink)
    assert b.episode.support_y[-1] == 1
    assert b.episode.support_items[-1].dataset == "drawn"
    b.do_draw(key, "query", [ink.tobytes()])  # the same drawing again
    assert b.episode is not None
    assert len(b.notes) == 1
    assert "are from one source image" in b.notes[0]
    for wrong in (ink.tobytes()[:-1], bytes(28 * 28)):
        with pytest.raises(EpisodeError, match=r"a drawing has 28 x 28 bytes|is empty"):
            b.do_draw(key, "support", [wrong])
    with pytest.raises(EpisodeError, match="class to add to no longer exists"):
        b.do_draw(12345, "support", [ink.tobytes()])
    with pytest.raises(EpisodeError, match="give support, query or pool"):
        b.do_draw(key, HOSTILE, [ink.tobytes()])
    restored = EpisodeBuilder.from_dict(b.to_dict())
    restored.do_draw(key, "pool", [ink.tobytes()])  # a restored builder has no datasets
    assert same(restored.episode, b.episode)


def test_the_same_picture_in_two_files_is_one_source():
    b = builder(n_way=2)
    key = b.document["classes"][0]["key"]
    b.do_upload(key, "support", "one.png", [image_file("PNG")])
    b.do_upload(key, "query", "two.bmp", [image_file("BMP")])
    assert len(b.notes) == 1
    assert "one source image" in b.notes[0]
    assert b.episode.shots.tolist() == [2, 1]
    assert b.episode.support_items[-1].dataset == "uploaded"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (bomb(), "unpacks to"),
        (bomb(200_000, 200_000), "unpacks to"),
        (bomb(7_000, 7_000), "7000 x 7000 pixels"),
        (bomb(50, 50), "is broken"),
        (image_file()[:120], "is broken|is not an image"),
        (b"", "is not an image"),
        (b"<svg onload=alert(1)>", "is not an image"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "is not an image"),
        (bytes(6_000_000), "at most 5 MB"),
        (image_file(ink=240, paper=240), "of one shade"),
    ],
)
def test_files_that_are_refused_are_named_with_the_reason(data, why):
    b = builder(n_way=2)
    before = b.to_dict()
    with pytest.raises(EpisodeError, match=why) as raised:
        b.do_upload(b.document["classes"][0]["key"], "support", "<b>evil</b>.png", [data])
    assert "<b>evil</b>.png" in str(raised.value)
    assert b.to_dict() == before


def test_files_of_one_upload_are_one_step_to_undo():
    b = builder(n_way=2)
    key, before = b.document["classes"][0]["key"], b.document
    for n in range(3):
        b.do_upload(key, "support", f"{n}.png", [image_file(size=(100 + n, 90))], batch="one")
    assert b.episode.shots.tolist() == [4, 1]
    assert b.undo()
    assert b.document == before
    assert b.redo()
    assert b.episode.shots.tolist() == [4, 1]


def test_points_that_somebody_moved_are_no_longer_the_drawn_ones():
    b = builder("gaussians", n_way=2)
    key = of(b, "support", 0)[0]
    at = b.document["items"][key]["at"]
    change(b, put(key, at=[1.5, -2]))
    assert b.episode.support_items[
        0 if b.document["items"][key]["rank"] == 0 else int(b.document["items"][key]["rank"])
    ] == ItemId("placed", "class-0", key)
    assert [1.5, -2] in b.episode.support_x.tolist()
    change(b, put(key, at=at))
    assert b.episode.seed == (0, 0)
    new = {"row": None, "class": 0, "side": "query", "rank": 99, "locked": False, "at": [0.25, 7]}
    change(b, lambda d: (d["items"].update({str(d["next"]): new}), d.update(next=d["next"] + 1)))
    assert b.episode.query_x[-1].tolist() == [0.25, 7]
    assert b.episode.query_y[-1] == 0


def test_bad_beginnings_are_refused():
    with pytest.raises(EpisodeError, match="needs an episode or datasets"):
        EpisodeBuilder()
    with pytest.raises(DatasetError, match="there is no dataset 'glyph' here; did you mean 'glyphs'"):
        builder("glyph")
    with pytest.raises(EpisodeError, match="99 classes of 4 items are too many"):
        builder("digits", n_way=99)
    regression = Episode(np.zeros((2, 3)), np.zeros((2, 1)), np.zeros((2, 3)), np.zeros((2, 1)))
    with pytest.raises(EpisodeError, match="edits classes, or curves of one number"):
        EpisodeBuilder(regression)


def test_messages_of_the_browser_are_answered_with_a_sentence():
    b = builder(n_way=2)
    for n, (action, params, buffers) in enumerate(
        [
            ("resample", {"dataset": "x"}, []),
            ("swap", {"key": "x"}, []),
            ("fill", {"k_shot": -3}, []),
            ("upload", {"key": 0, "side": "support", "name": HOSTILE}, [b"no"]),
            ("draw", {"key": 0, "side": "support"}, [b"no"]),
        ]
    ):
        b._on_request(b, {"id": n, "action": action, "params": params}, buffers)
        assert b.error
        assert "Error" not in b.error
        assert b.replied == n
