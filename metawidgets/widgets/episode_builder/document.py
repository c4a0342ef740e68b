"""The document of a hand-built episode: a small JSON value with its classes and items, its history, and checks of both.

The browser edits and checks documents by the same rules (`js/episode_document/`).
tests/widgets/test_episode_document_fixtures.py checks that both agree.
"""

import json
import math
from collections.abc import Collection, Mapping
from copy import deepcopy
from typing import Any, NoReturn

import traitlets as t

from metawidgets.datasets import SPLITS
from metawidgets.errors import EpisodeError
from metawidgets.widgets.episode_builder.item_store import ItemStore

__all__ = [
    "KINDS",
    "MOST_ITEMS",
    "SIDES",
    "applied",
    "checked_document",
    "checked_history",
    "difference",
    "recorded",
    "used_numbers",
]

KINDS = ("sheet", "points", "curve")
SIDES = ("support", "query", "pool")
MOST_ITEMS, MOST_CLASSES, LONGEST_NAME, MOST_EDITS, LARGEST_HISTORY = 2000, 100, 120, 100, 300_000
_TOP = ("kind", "shape", "draw", "settings", "next", "classes")
_SETTINGS = {"dataset", "split", "n_way", "k_shot", "n_query", "seed", "index"}
_NUMBERS = {"k_shot": 1, "n_query": 1, "seed": 0, "index": 0}


class DocumentError(EpisodeError, t.TraitError):
    """Raised for an invalid document. It is a `TraitError`, so that traitlets rejects the whole message."""


def checked_document(document: Any, rows: ItemStore) -> dict[str, Any]:
    """Check a document and return a copy.

    ::

        {"kind": "sheet" (images, vectors) | "points" | "curve", "shape": of an item, "draw": number of its first draw or None,
         "settings": {dataset, split, n_way, k_shot, n_query, seed, index}, "next": the next free key,
         "classes": [{key, name, locked, origin: {dataset, split, class, draw, label} or None}],
         "items": {key: {row, class, side, rank, locked, at}}}

    `row` is the number of the item's data (`None`: placed by hand). `rank` orders the items of a side. `at` is the item's place,
    two numbers; only items of points and curves have it.

    Raises:
        EpisodeError: if the document is invalid or names data that does not exist.
    """
    document = _record("the document", document, {*_TOP, "items"})
    _checked_top(document)
    keys = {c["key"] for c in document["classes"]}
    if not isinstance(document["items"], dict) or len(document["items"]) > MOST_ITEMS:
        _refuse(f"'items' is not an object with at most {MOST_ITEMS} items")
    for key, item in document["items"].items():
        if not str(key).isdecimal() or not int(key) < document["next"]:
            _refuse(f"{key!r} is not a key of an item")
        _checked_item(key, item)
        if item["class"] not in ({None} if document["kind"] == "curve" else keys):
            _refuse(f"item {key} has class {item['class']!r}, which does not exist")
        if ("at" in item) == (document["kind"] == "sheet"):
            _refuse(f"item {key} {'has' if 'at' in item else 'lacks'} a place 'at'")
        row = rows.get(item["row"])
        if item["row"] is not None and (row is None or row.group != (document["kind"], tuple(document["shape"]))):
            _refuse(f"item {key} has row {item['row']!r}, which does not exist")
        if item["row"] is None and document["kind"] == "sheet":
            _refuse(f"item {key} has no data")
    return document


def checked_history(history: Any) -> dict[str, Any]:
    """Check a history and return it: `{"undo": [edit], "redo": [edit]}`, where an edit is `{what, batch, back, forth}`.

    Raises:
        EpisodeError: if the history is invalid.
    """
    history = _record("the history", history, {"undo", "redo"}, copied=False)
    for name in ("undo", "redo"):
        if not isinstance(history[name], list) or len(history[name]) > MOST_EDITS:
            _refuse(f"the history's {name!r} is not a list of at most {MOST_EDITS} edits")
        for edit in history[name]:
            _record("an edit", edit, {"what", "batch", "back", "forth"}, copied=False)
            _text("the name of an edit", edit["what"])
            _text("the batch of an edit", edit["batch"])
            for way in ("back", "forth"):
                patch = _record("a patch", edit[way], {"top", "items"}, copied=False)
                _checked_top(patch["top"], partly=True)
                if not isinstance(patch["items"], dict):
                    _refuse("a patch has no items")
                for key, item in patch["items"].items():
                    if item is not None:
                        _checked_item(key, item)
    return history


def difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return the patch that turns `old` into `new`. A removed item is `None` in it."""
    a, b = old["items"], new["items"]
    keys = [*a, *(key for key in b if key not in a)]
    return {
        "top": {name: new[name] for name in _TOP if old[name] != new[name]},
        "items": {key: b.get(key) for key in keys if a.get(key) != b.get(key)},
    }


def applied(document: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document with a patch applied."""
    items = {**document["items"], **patch["items"]}
    return {**document, **patch["top"], "items": {key: item for key, item in items.items() if item is not None}}


def recorded(
    history: Mapping[str, Any], old: Mapping[str, Any], new: Mapping[str, Any], what: str, batch: str = ""
) -> dict[str, Any]:
    """Return the history with one more edit. Edits of one batch (the files of one upload) are undone together."""
    edit = {"what": what, "batch": batch, "back": difference(new, old), "forth": difference(old, new)}
    undo = list(history["undo"])
    if batch and undo and undo[-1]["batch"] == batch:
        last = undo.pop()
        edit = {**edit, "back": _combined(edit["back"], last["back"]), "forth": _combined(last["forth"], edit["forth"])}
    undo = [*undo, edit][-MOST_EDITS:]
    sizes = [len(json.dumps(e, ensure_ascii=False, separators=(",", ":"))) for e in undo]
    while len(undo) > 1 and sum(sizes) > LARGEST_HISTORY:
        undo, sizes = undo[1:], sizes[1:]
    return {"undo": undo, "redo": []}


def used_numbers(document: Mapping[str, Any], history: Mapping[str, Any]) -> tuple[set[int], set[int]]:
    """Return the numbers of the rows, and of the draws, that a document and its history use."""
    patches = [edit[way] for name in ("undo", "redo") for edit in history[name] for way in ("back", "forth")]
    items = [i for part in (document, *patches) for i in part["items"].values() if i is not None]
    tops = [document, *(patch["top"] for patch in patches)]
    draws = {top.get("draw") for top in tops} | {
        c["origin"]["draw"] for top in tops for c in top.get("classes", []) if c["origin"]
    }
    return {i["row"] for i in items} - {None}, draws - {None}


def _combined(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    return {name: {**below[name], **above[name]} for name in ("top", "items")}


def _checked_top(top: Any, partly: bool = False) -> None:
    if not isinstance(top, dict) or (partly and not set(top) <= set(_TOP)):
        _refuse("a patch changes what a document does not have")
    if top.get("kind", "sheet") not in KINDS:
        _refuse(f"its kind is {top['kind']!r}, not one of {', '.join(KINDS)}")
    if "shape" in top:
        shape = top["shape"]
        if not isinstance(shape, list) or not 1 <= len(shape) <= 3 or not all(_whole(n, 1, 4096) for n in shape):
            _refuse(f"its item shape is {shape!r}")
    if "draw" in top and top["draw"] is not None and not _whole(top["draw"], 0):
        _refuse(f"its draw is {top['draw']!r}")
    if "next" in top and not _whole(top["next"], 0):
        _refuse(f"its next key is {top['next']!r}")
    if "settings" in top:
        settings = _record("its settings", top["settings"], _SETTINGS)
        _text("its dataset", settings["dataset"])
        if settings["split"] not in SPLITS or not (settings["n_way"] is None or _whole(settings["n_way"], 1)):
            _refuse(f"its settings are {settings!r}")
        for name, low in _NUMBERS.items():
            if not _whole(settings[name], low):
                _refuse(f"its {name} is {settings[name]!r}")
    if "classes" in top:
        _checked_classes(top)


def _checked_classes(top: Mapping[str, Any]) -> None:
    classes = top["classes"]
    if not isinstance(classes, list) or len(classes) > MOST_CLASSES or (top.get("kind") == "curve" and classes):
        _refuse(f"'classes' is not a list of at most {MOST_CLASSES} classes")
    for each in classes:
        _record("a class", each, {"key", "name", "locked", "origin"})
        _text("a class's name", each["name"])
        if not _whole(each["key"], 0) or each["key"] >= top.get("next", 2**53) or not isinstance(each["locked"], bool):
            _refuse(f"a class is {each!r}")
        if each["origin"] is not None:
            origin = _record("a class's origin", each["origin"], {"dataset", "split", "class", "draw", "label"})
            for name in ("dataset", "split", "class"):
                _text(f"a class's {name}", origin[name], 1000)
            if not (_whole(origin["draw"], 0) and _whole(origin["label"], 0)):
                _refuse(f"a class's origin is {origin!r}")
    if len({c["key"] for c in classes}) != len(classes):
        _refuse("two classes have the same key")


def _checked_item(key: Any, item: Any) -> None:
    item = _record(f"item {key}", item, {"row", "class", "side", "rank", "locked"}, {"at"}, copied=False)
    at = item.get("at", [0, 0])
    fits = isinstance(at, list) and len(at) == 2 and all(_number(v) for v in at)
    if item["side"] not in SIDES or not isinstance(item["locked"], bool) or not _number(item["rank"]) or not fits:
        _refuse(f"item {key} is {item!r}")
    for name in ("row", "class"):
        if item[name] is not None and not _whole(item[name], 0):
            _refuse(f"item {key} has {name} {item[name]!r}")


def _record(
    what: str, value: Any, keys: set[str], optional: Collection[str] = (), *, copied: bool = True
) -> dict[str, Any]:
    if not isinstance(value, Mapping) or not keys <= set(value) or not set(value) <= keys | set(optional):
        _refuse(
            f"{what} lacks {', '.join(sorted(keys - set(value)))}"
            if isinstance(value, Mapping)
            else f"{what} is not an object"
        )
    return deepcopy(dict(value)) if copied else dict(value)


def _text(what: str, value: Any, longest: int = LONGEST_NAME) -> None:
    if not isinstance(value, str) or len(value) > longest or any("\ud800" <= c <= "\udfff" for c in value):
        _refuse(f"{what} is not a text of at most {longest} characters")


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and abs(value) <= 1e6


def _whole(value: Any, low: int, high: int = 2**53) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _refuse(why: str) -> NoReturn:
    raise DocumentError(f"this is not a document of an EpisodeBuilder: {why[:300]}. The last valid document is kept.")
