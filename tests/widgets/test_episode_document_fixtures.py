"""The document of a hand-built episode is edited and checked both in Python and in the browser (`js/episode_document/`). These tests
compute the results that both must give. tests/fixtures/__init__.py tells how to write the files again."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from metawidgets import datasets
from metawidgets.episodes import Episode
from metawidgets.widgets import EpisodeBuilder
from metawidgets.widgets.base.episode_facts import episode_title
from metawidgets.widgets.episode_builder import document as rules
from metawidgets.widgets.episode_builder.build import build_episode, item_id
from metawidgets.widgets.episode_builder.initial_document import add_item
from metawidgets.widgets.episode_builder.item_store import ItemStore
from tests.fixtures import check_fixture
from tests.widgets.examples import HOSTILE, curve, items, points

Document = dict[str, Any]


def tiles() -> Episode:
    """Make an episode of different images of 2 x 2 pixels."""
    s, q = np.array([0, 1, 1]), np.array([0, 0, 1])
    x = np.arange(24, dtype=np.uint8).reshape(6, 1, 2, 2)
    return Episode(x[:3], s, x[3:], q, ("aleph", HOSTILE), items("tiles", s, "s"), items("tiles", q, "q"), seed=(7, 0))


def vectors() -> Episode:
    s, q = np.array([0, 1]), np.array([0, 1, 1])
    x = np.linspace(-1, 1, 15, dtype=np.float32).reshape(5, 3)
    return Episode(x[:2], s, x[2:], q, ("small", "large"), items("rows", s, "s"), items("rows", q, "q"))


def glyphs(**options: Any) -> EpisodeBuilder:
    known = {"glyphs": datasets.load("glyphs", n_classes=60)}
    return EpisodeBuilder(datasets=known, k_shot=1, n_query=1, n_way=2, pool=0, **options)


def changed(document: Document, change: Callable[[Document], Any]) -> Document:
    new = copy.deepcopy(document)
    change(new)
    return new


def put(key: str, **values: Any) -> Callable[[Document], Any]:
    return lambda d: d["items"][key].update(values)


def plain_rows(rows: ItemStore, *, data: bool = False) -> list[dict[str, Any]]:
    """Return the rows in the form that the browser has."""
    return [
        {
            "number": row.number,
            "item": list(row.item),
            "source": row.source,
            "home": list(row.home),
            "at": None if row.group[0] == "sheet" else row.at,
            **({"x": {"shape": list(row.data.shape), "data": row.data.ravel()}} if data else {}),
        }
        for row in rows
    ]


def to_side(side: str) -> Callable[[Document], Any]:
    return lambda d: [item.update(side=side) for item in d["items"].values()]


def test_edits_are_recorded_undone_and_forgotten_alike():
    edits: list[tuple[str, str, Callable[[Document], Any]]] = [
        ("move an item to query", "", put("2", side="query", rank=2.5)),
        ("nudge", "nudge 3", put("3", at=[1.25, 3])),
        ("nudge", "nudge 3", lambda d: (put("3", at=[1.5, 3])(d), put("4", locked=True)(d))),
        ("nudge", "nudge 4", put("4", at=[0, -1.5])),
        ("rename a class", "", lambda d: d["classes"][1].update(name=HOSTILE)),
        ("remove an item", "", lambda d: d["items"].pop("5")),
        ("place a point", "", lambda d: add(d, {"row": None, "class": 0, "side": "query", "rank": 9, "at": [1, 2]})),
        ("remove a class", "", lambda d: (d["classes"].pop(), [d["items"].pop(k) for k in ("4", "7")])),
    ]
    b = EpisodeBuilder(points())
    documents, history = [b.document], b.history
    for what, batch, change in edits:
        documents.append(changed(documents[-1], change))
        history = rules.recorded(history, documents[-2], documents[-1], what, batch)
        b.set_state(json.loads(json.dumps({"document": documents[-1], "history": history})))
    undone = []
    while b.undo():
        undone.append({"document": b.document, "undo": len(b.history["undo"]), "redo": len(b.history["redo"])})
    check_fixture(
        "episode_document/history",
        {
            "limits": {
                "items": rules.MOST_ITEMS,
                "classes": rules.MOST_CLASSES,
                "name": rules.LONGEST_NAME,
                "edits": rules.MOST_EDITS,
                "history": rules.LARGEST_HISTORY,
                "places": rules.SIDES,
            },
            "edits": [{"what": what, "batch": batch} for what, batch, _ in edits],
            "documents": documents,
            "differences": [rules.difference(a, b) for a, b in pairwise(documents)],
            "history": history,
            "undone": undone,
        },
    )


def test_as_many_edits_are_kept():
    kept = {}
    # Places that are not whole numbers, because Python writes 1.0 where JavaScript writes 1.
    start = changed(EpisodeBuilder(points()).document, put("2", at=[0.5, 1.25]))
    for n_items in (1, 40):
        item = start["items"]["2"]
        document = {**start, "items": {str(100 + i): {**item, "rank": i} for i in range(n_items)}}
        history: dict[str, Any] = {"undo": [], "redo": []}
        for turn in range(110):
            new = changed(document, to_side(["query", "support"][turn % 2]))
            history = rules.recorded(history, document, new, f"turn {turn}")
            document = new
        kept[n_items] = len(history["undo"])
    assert kept[1] == rules.MOST_EDITS
    assert 10 < kept[40] < rules.MOST_EDITS  # limited by their size
    check_fixture("episode_document/kept", {"document": start, "turns": 110, "kept": kept})


def add(document: Document, item: Document) -> None:
    document["items"][str(document["next"])] = {"locked": False, **item}
    document["next"] += 1


def test_items_are_added_and_sizes_changed_alike():
    b = glyphs()
    for c in b.document["classes"]:
        b.do_more(c["key"])
    start = b.document
    lock = next(key for key, item in start["items"].items() if item["side"] == "query" and item["class"] == 0)
    locked = changed(start, put(lock, locked=True))
    held = changed(start, lambda d: d["classes"][1].update(locked=True))
    large = b._draws.filled(start, 2, 4, 5)
    resized = []
    for document, (k_shot, n_query) in [
        (start, (4, 5)),
        (start, (1, 11)),
        (large, (2, 3)),
        (large, (6, 1)),
        (locked, (3, 1)),
        (held, (2, 2)),
    ]:
        result = b._draws.filled(document, 2, k_shot, n_query)
        assert result["next"] == document["next"]  # the pool had enough items
        resized.append({"document": document, "k_shot": k_shot, "n_query": n_query, "result": result})
    for case in resized:
        # Only the fields that differ between the cases.
        for name in ("document", "result"):
            case[name] = {**case[name], "classes": [{**c, "origin": None} for c in case[name]["classes"]]}
    row = next(iter(b.rows))
    added = []
    for side in ("support", "query", "pool"):
        result = copy.deepcopy(start)
        add_item(result, row, 1, side)
        added.append({"row": row.number, "class": 1, "side": side, "items": result["items"], "next": result["next"]})
    check_fixture("episode_document/edits", {"document": start, "resized": resized, "added": added})


def test_verdicts_are_alike():
    cases = []

    def judge(b: EpisodeBuilder, *changes: Callable[[Document], Any]) -> None:
        found = {"rows": plain_rows(b.rows), "verdicts": []}
        for change in (lambda d: None, *changes):
            document = changed(b.document, change)
            result = build_episode(rules.checked_document(document, b.rows), b.rows)
            found["verdicts"].append(
                {
                    "document": document,
                    "problem": result.problem,
                    "notes": result.notes,
                    "title": episode_title(result.episode) if result.episode else "",
                    "ids": {key: str(item_id(key, item, b.rows)) for key, item in document["items"].items()},
                }
            )
        cases.append(found)

    b = EpisodeBuilder(tiles())
    both = {"row": b.document["items"]["2"]["row"]}
    judge(
        b,
        put("5", **both),
        put("3", row=b.document["items"]["4"]["row"]),
        put("6", row=b.document["items"]["5"]["row"]),
        put("2", side="pool"),
        put("7", side="pool"),
        lambda d: (put("2", side="pool")(d), put("5", side="pool")(d), put("6", side="pool")(d)),
        lambda d: [i.update(side="pool") for i in d["items"].values() if i["side"] == "support"],
        lambda d: [i.update(side="pool") for i in d["items"].values() if i["side"] == "query"],
        to_side("pool"),
        lambda d: d["classes"][1].update(name=" "),
        lambda d: [c.update(name=f" same{' ' * k}") for k, c in enumerate(d["classes"])],
        lambda d: (d["classes"].pop(), [d["items"].pop(k) for k in "347"]),
        lambda d: (d["classes"].clear(), d["items"].clear()),
        lambda d: (put("2", rank=8)(d), put("5", rank=-1.5, side="support")(d)),
    )
    judge(EpisodeBuilder(points()), put("2", at=[0.5, 0.25]), put("3", row=None), put("2", side="query"))
    judge(EpisodeBuilder(curve()), put("0", at=[0.5, 0.25]), put("1", side="query"), to_side("support"))
    drawn = glyphs()
    key, ink = drawn.document["classes"][0]["key"], np.eye(28, dtype=np.uint8).tobytes()
    drawn.do_draw(key, "support", [ink])
    drawn.do_draw(key, "query", [ink])  # the same drawing, so both items have one source
    judge(drawn)
    check_fixture("episode_document/verdicts", {"cases": cases})


def test_the_episode_to_take_along_is_alike():
    cases = []
    for make, change in [
        (tiles, lambda d: None),
        (tiles, put("2", side="query")),
        (vectors, put("4", rank=9)),
        (points, lambda d: None),
        (points, put("2", side="query")),
        (points, put("2", at=[0.1, 0.2])),
        (lambda: replace(points(), feature_names=("petal length", "petal width")), put("2", at=[0.1, 0.2])),
        (curve, lambda d: None),
        (curve, lambda d: add(d, {"row": None, "class": None, "side": "query", "rank": 9, "at": [1.5, -2.25]})),
    ]:
        b = EpisodeBuilder(make())
        document = changed(b.document, change)
        result = build_episode(rules.checked_document(document, b.rows), b.rows)
        assert result.episode is not None
        cases.append(
            {
                "document": document,
                "rows": plain_rows(b.rows, data=True),
                "draw": b.rows.draws[document["draw"]],
                "dict": result.episode.to_dict(),
            }
        )
    assert {bool(case["dict"]["seed"]) for case in cases} == {True, False}
    check_fixture("episode_document/take_along", {"cases": cases})
