"""Draws from datasets into a hand-built episode: a whole episode, missing items, or another class. Locked classes and items stay."""

from collections.abc import Mapping
from copy import deepcopy
from string import ascii_uppercase
from typing import Any

import numpy as np

from metawidgets.datasets import Dataset
from metawidgets.episodes import ClassPool, EpisodeSampler
from metawidgets.errors import EpisodeError
from metawidgets.widgets.episode_builder.draw_settings import check_size
from metawidgets.widgets.episode_builder.initial_document import add_item, document_of, kind_of
from metawidgets.widgets.episode_builder.item_source import ItemSource
from metawidgets.widgets.episode_builder.item_store import ItemStore

__all__ = ["DatasetDraws"]

_FURTHER = 10
_LETTERS = [
    f"{letter}{turn or ''}" for turn in range(4) for letter in ascii_uppercase
]  # 104 names, more than an episode has classes


class DatasetDraws(ItemSource):
    """A source of classes and items for a document. Every method returns a new document and stores the rows that it needs.

    Args:
        datasets: the datasets, by name.
        rows: the store of items' data.
        pool: spare items of each class, beside its support and query.
    """

    def __init__(self, datasets: Mapping[str, Dataset], rows: ItemStore, pool: int) -> None:
        super().__init__(datasets, rows)
        self.pool = pool

    def resampled(self, old: dict[str, Any] | None, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Draw an episode with these settings into the document. Locked classes and items keep their places.

        A locked class keeps all its items. If an item is locked, its class stays, and the class's other items are drawn again.
        """
        source = self.source(settings["dataset"], settings["split"])
        settings = dict(settings)
        if source.is_regression:
            settings["n_way"] = None
        check_size(settings)
        k_shot, n_query = settings["k_shot"], settings["n_query"]
        sampler = EpisodeSampler(source, n_way=settings["n_way"], k_shot=k_shot, n_query=n_query, seed=settings["seed"])
        episode = sampler.episode(settings["index"])
        origin = {"dataset": settings["dataset"], "split": settings["split"]}
        origins = dict(zip(source.class_ids, source.origins, strict=True)) if isinstance(source, ClassPool) else {}
        fresh = document_of(episode, self.rows, settings, origin, origins, sampled=True)
        rng = np.random.default_rng([settings["seed"], 4, settings["index"]])
        kept = _kept_class_keys(old, fresh) if old else set()
        if old is None or not (kept or any(i["locked"] for i in old["items"].values())):
            for c in fresh["classes"]:
                self._fill_pool(fresh, c, rng)
            return fresh
        return self._around(old, fresh, kept, rng)

    def _around(
        self, old: dict[str, Any], fresh: dict[str, Any], kept: set[int], rng: np.random.Generator
    ) -> dict[str, Any]:
        n_way = fresh["settings"]["n_way"] or 0
        if len(kept) > n_way and fresh["kind"] != "curve":
            raise EpisodeError(
                f"{len(kept)} classes are locked or hold a locked item, but n_way={n_way}; unlock some or raise n_way."
            )
        held = [c for c in old["classes"] if c["key"] in kept]
        locked = {c["key"] for c in held if c["locked"]}
        new = {**fresh, "next": old["next"], "items": {}, "classes": [None] * n_way}
        spare = []
        for c in held:
            place = old["classes"].index(c)
            if place < n_way:
                new["classes"][place] = deepcopy(c)
            else:
                spare.append(deepcopy(c))
        free = [place for place in range(n_way) if new["classes"][place] is None]
        for c in spare:
            new["classes"][free.pop()] = c
        same = {_class_identity(c) for c in held}
        others = [c for c in fresh["classes"] if _class_identity(c) not in same]
        names = {c["name"] for c in held}
        keys = {}
        for place, c in zip(free, others, strict=False):
            keys[c["key"]] = new["next"]
            new["classes"][place] = {**c, "key": new["next"], "name": _unique_name(c["name"], names)}
            names.add(new["classes"][place]["name"])
            new["next"] += 1
        for key, item in old["items"].items():
            if item["class"] in locked or item["locked"]:
                new["items"][key] = deepcopy(item)
        for item in sorted(fresh["items"].values(), key=lambda i: i["rank"]):
            if item["class"] in keys:
                add_item(new, self.rows.get(item["row"]), keys[item["class"]], item["side"])
        if fresh["kind"] == "curve":
            for side, wanted in (("support", "k_shot"), ("query", "n_query")):
                mine = [i for i in fresh["items"].values() if i["side"] == side]
                have = sum(i["side"] == side for i in new["items"].values())
                for item in mine[: max(0, fresh["settings"][wanted] - have)]:
                    add_item(new, self.rows.get(item["row"]), None, side)
        for c in new["classes"]:
            if c["key"] not in locked:
                self._fill(new, c, rng, trim=False)
                self._fill_pool(new, c, rng)
        return new

    def filled(self, old: dict[str, Any], n_way: int | None, k_shot: int, n_query: int) -> dict[str, Any]:
        """Change the numbers of classes and items. Keep the items that fit. Take further items from the pool, then from the dataset."""
        new = deepcopy(old)
        new["settings"] |= {"k_shot": k_shot, "n_query": n_query, "n_way": n_way if old["kind"] != "curve" else None}
        check_size(new["settings"])
        rng = np.random.default_rng([new["settings"]["seed"], 5, new["settings"]["index"], new["next"]])
        if new["kind"] == "curve":
            self._fill(new, None, rng)
            return new
        n_way = n_way or len(new["classes"])
        free = [c for c in new["classes"] if c["key"] not in _locked_class_keys(new)]
        while len(new["classes"]) > n_way:
            if not free:
                raise EpisodeError(
                    f"{len(new['classes'])} classes are locked or hold a locked item, so n_way cannot be {n_way}; unlock some."
                )
            gone = free.pop()
            new["classes"].remove(gone)
            new["items"] = {key: i for key, i in new["items"].items() if i["class"] != gone["key"]}
        while len(new["classes"]) < n_way:
            self._add_class(new, len(new["classes"]), rng)
        for c in new["classes"]:
            if not c["locked"]:
                self._fill(new, c, rng)
                self._fill_pool(new, c, rng)
        return new

    def swapped(self, old: dict[str, Any], key: int) -> dict[str, Any]:
        """Replace a class by another one with as many support and query items."""
        place = next((n for n, c in enumerate(old["classes"]) if c["key"] == key), None)
        if place is None:
            raise EpisodeError(f"there is no class {key!r} to exchange; choose one that is there.")
        if key in _locked_class_keys(old):
            raise EpisodeError(
                f"class {old['classes'][place]['name']!r} is locked or holds a locked item; unlock it to exchange it."
            )
        new = deepcopy(old)
        mine = [i["side"] for i in new["items"].values() if i["class"] == key]
        new["items"] = {k: i for k, i in new["items"].items() if i["class"] != key}
        rng = np.random.default_rng([new["settings"]["seed"], 6, new["settings"]["index"], new["next"]])
        del new["classes"][place]
        self._add_class(
            new, place, rng, mine.count("support"), mine.count("query"), but=_class_identity(old["classes"][place])
        )
        self._fill_pool(new, new["classes"][place], rng)
        return new

    def more(self, old: dict[str, Any], key: int, count: int = _FURTHER) -> dict[str, Any]:
        """Return a copy of the document `old` with up to `count` more items of the class `key` in its pool."""
        new = deepcopy(old)
        c = next((c for c in new["classes"] if c["key"] == key), None)
        if c is None:
            raise EpisodeError(f"there is no class {key!r}; choose one that is there.")
        rng = np.random.default_rng([new["settings"]["seed"], 7, new["next"]])
        rows = self.further(new, c, count, rng)
        if not rows:
            raise EpisodeError(f"class {c['name']!r} has no further items: all items of its dataset are here already.")
        for row in rows:
            add_item(new, row, key, "pool")
        return new

    def _add_class(
        self,
        new: dict[str, Any],
        place: int,
        rng: np.random.Generator,
        k_shot: int | None = None,
        n_query: int | None = None,
        but: Any = None,
    ) -> None:
        settings = new["settings"]
        source = self.source(settings["dataset"], settings["split"])
        origin = {"dataset": settings["dataset"], "split": settings["split"], "draw": new["draw"] or 0, "label": 0}
        if isinstance(source, ClassPool):
            group = ("sheet", tuple(new["shape"]))
            if group != ("sheet", source.items.shape[1:]):
                raise EpisodeError(
                    f"classes of {settings['dataset']!r} do not fit items of shape {tuple(new['shape'])}; resample first."
                )
            present = {_class_identity(c) for c in new["classes"]} | {but}
            left = [i for i in source.class_ids if (settings["dataset"], i, None) not in present]
            if not left:
                raise EpisodeError(
                    f"this split of {settings['dataset']!r} has only {len(source)} classes, all in use; choose another split."
                )
            name = left[int(rng.integers(len(left)))]
            origin["class"] = name
        else:
            sampler = EpisodeSampler(source, n_way=2, k_shot=1, n_query=1, seed=int(rng.integers(2**32)))
            episode = sampler.episode(0)
            if kind_of(episode) != new["kind"]:
                raise EpisodeError(f"classes of {settings['dataset']!r} do not fit here; resample first.")
            name = next(each for each in _LETTERS if each not in {c["name"] for c in new["classes"]})
            origin |= {
                "class": episode.support_items[0].class_id,
                "draw": document_of(episode, self.rows, settings)["draw"],
            }
            origin["label"] = int(episode.support_y[0])
        c = {
            "key": new["next"],
            "name": _unique_name(name, {c["name"] for c in new["classes"]}),
            "locked": False,
            "origin": origin,
        }
        new["next"] += 1
        new["classes"].insert(place, c)
        self._fill(new, c, rng, k_shot=k_shot, n_query=n_query)

    def _fill(
        self,
        new: dict[str, Any],
        c: dict[str, Any] | None,
        rng: np.random.Generator,
        *,
        trim: bool = True,
        k_shot: int | None = None,
        n_query: int | None = None,
    ) -> None:
        """Bring a class, or the curve if `c` is `None`, to the wanted numbers of items. If there are too many, move the last ones
        to the pool (with `trim`). If there are too few, take items from the pool, then from the dataset."""
        key = c["key"] if c else None
        wanted = {
            "support": new["settings"]["k_shot"] if k_shot is None else k_shot,
            "query": new["settings"]["n_query"] if n_query is None else n_query,
        }

        def mine(side: str) -> list[dict[str, Any]]:
            found = [i for i in new["items"].values() if i["class"] == key and i["side"] == side]
            return sorted(found, key=lambda i: i["rank"])

        def last(side: str) -> float:
            return max((i["rank"] for i in new["items"].values() if i["side"] == side), default=-1) + 1

        for side, n in wanted.items():
            loose = [i for i in mine(side) if not i["locked"]]
            for item in loose[::-1][: max(0, len(mine(side)) - n) if trim else 0]:
                item |= {"rank": last("pool"), "side": "pool"}
        for side, n in wanted.items():
            pool = [i for i in mine("pool") if not i["locked"]]
            for item in pool[: max(0, n - len(mine(side)))]:
                item |= {"rank": last(side), "side": side}
            lack = n - len(mine(side))
            if lack > 0:
                rows = self.further(new, c, lack, rng)
                if len(rows) < lack:
                    what = f"class {c['name']!r}" if c else "this curve"
                    raise EpisodeError(
                        f"{what} has {len(mine(side)) + len(rows)} items for {n} in {side}; lower the number, or draw or upload some."
                    )
                for row in rows:
                    add_item(new, row, key, side)

    def _fill_pool(self, new: dict[str, Any], c: dict[str, Any], rng: np.random.Generator) -> None:
        if new["kind"] == "sheet":
            have = sum(i["class"] == c["key"] and i["side"] == "pool" for i in new["items"].values())
            for row in self.further(new, c, max(0, self.pool - have), rng):
                add_item(new, row, c["key"], "pool")


def _kept_class_keys(old: Mapping[str, Any], fresh: Mapping[str, Any]) -> set[int]:
    kept = _locked_class_keys(old)
    if (kept or any(i["locked"] for i in old["items"].values())) and (old["kind"], old["shape"]) != (
        fresh["kind"],
        fresh["shape"],
    ):
        raise EpisodeError(
            f"the locked items do not fit beside items of {fresh['settings']['dataset']!r}; unlock them to change the dataset."
        )
    return kept


def _locked_class_keys(document: Mapping[str, Any]) -> set[int]:
    """Return the keys of the classes that are locked or hold a locked item."""
    return {c["key"] for c in document["classes"] if c["locked"]} | {
        i["class"] for i in document["items"].values() if i["locked"] and i["class"] is not None
    }


def _class_identity(c: Mapping[str, Any]) -> tuple[str, str, int | None]:
    """Return the class's identity: its dataset and id there, or its own key if it comes from no dataset."""
    return (c["origin"]["dataset"], c["origin"]["class"], None) if c["origin"] else ("", "", c["key"])


def _unique_name(name: str, names: set[str]) -> str:
    number = 2
    unique = name
    while unique in names:
        unique, number = f"{name} ({number})", number + 1
    return unique
