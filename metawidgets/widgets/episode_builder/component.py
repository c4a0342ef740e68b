"""A component to build an episode by hand from datasets, drawings and uploads."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import traitlets as t

from metawidgets.datasets import Dataset
from metawidgets.episodes import Episode, ItemId
from metawidgets.errors import EpisodeError
from metawidgets.widgets.base.component import Component
from metawidgets.widgets.base.selection import Selection
from metawidgets.widgets.episode_builder.build import BuildResult, build_episode, is_same_episode
from metawidgets.widgets.episode_builder.dataset_draws import DatasetDraws
from metawidgets.widgets.episode_builder.document import (
    applied,
    checked_document,
    checked_history,
    recorded,
    used_numbers,
)
from metawidgets.widgets.episode_builder.draw_settings import DEFAULT_SIZES, checked_settings, dataset_choices
from metawidgets.widgets.episode_builder.initial_document import add_item, given_document
from metawidgets.widgets.episode_builder.item_store import ItemStore
from metawidgets.widgets.episode_builder.nearest_prototype import (
    EmbeddingCache,
    NearestAnswers,
    PrototypeEmbedder,
    embeddings_of,
    nearest_answers,
)
from metawidgets.widgets.episode_builder.picture import built_picture
from metawidgets.widgets.episode_builder.texts import HELP, answers_text, built_text
from metawidgets.widgets.episode_builder.uploads import drawing, image_shape, uploaded

__all__ = ["EpisodeBuilder"]

_LARGEST_DATA = 12_000_000  # most bytes of pixels that the history may keep
_NO_HISTORY: dict[str, Any] = {"undo": [], "redo": []}


class EpisodeBuilder(Component):
    """An editor of support and query sets: draw from a dataset, lock, exchange, drag, draw, upload, rename, undo.

    `.episode` is always a valid `Episode`, or `None` with the reason in `.problem`. Both can be observed::

        builder.observe(lambda change: print(change["new"]), "episode")

    The state is `document`, a small JSON document. The browser edits it without waiting for Python, and Python checks it when it
    arrives. In an episode of points or of a curve, the reader edits items in a plot; a click adds one.

    Args:
        episode: the initial episode; without it, one is drawn.
        datasets: the datasets to draw from, by name.
        dataset, split, n_way, k_shot, n_query, seed: the first draw. The default numbers depend on the kind of data.
        pool: spare items of each class, shown beside its support and query.
        selection: a selection that other components share.

    Raises:
        DatasetError: if the dataset or the split is unknown.
        EpisodeError: if neither an episode nor a dataset is given, or no episode of that size can be drawn.
    """

    document = t.Dict(help="classes, items and their places: see document.py").tag(sync=True, saved=True)
    history = t.Dict(dict(_NO_HISTORY), help="{undo: [edit], redo: [edit]}").tag(sync=True, saved=True)
    episode: Any = t.Instance(Episode, allow_none=True, help="the episode built; None: see `problem`")
    problem = t.Unicode("", help="why there is no episode; '' if there is one")
    notes = t.List(t.Unicode(), help="notes for readers of results on this episode")

    actions = ("resample", "fill", "swap", "more", "draw", "upload")

    def __init__(
        self,
        episode: Episode | None = None,
        *,
        datasets: Mapping[str, Dataset] | None = None,
        dataset: str | None = None,
        split: str = "test",
        n_way: int | None = None,
        k_shot: int | None = None,
        n_query: int | None = None,
        seed: int = 0,
        pool: int = 10,
        selection: Selection | None = None,
        **kwargs: Any,
    ) -> None:
        datasets = dict(datasets or {})
        if episode is None and not datasets:
            raise EpisodeError("an EpisodeBuilder needs an episode or datasets; give episode= or datasets=.")
        super().__init__(selection=selection, **kwargs)
        rows = ItemStore()
        self._draws = DatasetDraws(datasets, rows, pool)
        if episode is None:
            dataset = dataset or next(iter(datasets))
            self._draws.source(dataset, split)  # raises if the dataset or split is unknown
            usual = DEFAULT_SIZES[datasets[dataset].kind]
            n_way, k_shot, n_query = (
                u if n is None else n for n, u in zip((n_way, k_shot, n_query), usual, strict=True)
            )
            settings = checked_settings(
                dataset=dataset, split=split, n_way=n_way, k_shot=k_shot, n_query=n_query, seed=seed, index=0
            )
            document = self._draws.resampled(None, settings)
        else:
            document = given_document(episode, self._draws, dataset if dataset in datasets else None, split, seed)
        self._show(document, _NO_HISTORY)

    # -- state -----------------------------------------------------------------------------------------------------------

    @property
    def rows(self) -> ItemStore:
        """The store of all items' data, by number."""
        if not hasattr(self, "_kept_rows") or self._kept_rows[0] is not self.buffer:
            self._kept_rows = (self.buffer, ItemStore.unpacked(self.unpack(), self.config))
        return self._kept_rows[1]

    @t.validate("document")
    def _check_document(self, proposal: Any) -> dict[str, Any]:
        return checked_document(proposal["value"], self.rows) if self.config else proposal["value"]

    @t.validate("history")
    def _check_history(self, proposal: Any) -> dict[str, Any]:
        return checked_history(proposal["value"])

    @t.observe("document")
    def _build(self, _change: Any) -> None:
        found = build_episode(self.document, self.rows)
        if not is_same_episode(found.episode, self.episode):
            self.episode = found.episode
        self.problem, self.notes = found.problem, found.notes

    def set_state(self, sync_data: dict[str, Any]) -> None:
        try:
            super().set_state(sync_data)
        except EpisodeError:
            self.send_state(["document", "history"])  # resets the browser to the last valid state
            raise

    def on_episode(self, callback: Callable[[Episode | None], Any]) -> Callable[[], None]:
        """Call `callback` with the episode, or `None`, whenever it changes. Return a function that ends the calls."""

        observer = lambda change: callback(change["new"])  # noqa: E731 - its own object, so that it can be removed alone
        self.observe(observer, "episode")
        return lambda: self.unobserve(observer, "episode")

    def _show(self, document: dict[str, Any], history: dict[str, Any]) -> None:
        """Send a document with the data that it and its history need. Drop the oldest edits if there is too much data."""
        rows = self._draws.rows
        while True:
            needed, draws = used_numbers(document, history)
            size = sum(row.data.nbytes for row in rows if row.number in needed)
            if size <= _LARGEST_DATA or not history["undo"]:
                break
            history = {"undo": history["undo"][1:], "redo": []}
        rows.forget(needed, draws)
        arrays, plain = rows.packed()
        arrays |= self._embeddings().arrays(rows)
        kept = {"learner": self.config["learner"]} if "learner" in self.config else {}
        with self.hold_sync():
            self.pack(arrays, **plain, **kept, datasets=self._choices(), help=HELP)
            self._kept_rows = (self.buffer, rows)
            self.document, self.history = document, history
            self.able = ["draw", "upload", *(["resample", "fill", "swap", "more"] if self._draws.datasets else [])]

    def _embeddings(self) -> EmbeddingCache:
        if not hasattr(self, "_embedded"):  # a restored component has the embeddings that were sent, but no learner
            self._embedded = EmbeddingCache(known=embeddings_of(self.rows, self.unpack()) if self.config else {})
        return self._embedded

    def _edit(self, document: dict[str, Any], what: str, batch: str = "") -> None:
        self._show(document, recorded(self.history, self.document, document, what[:120], batch[:120]))

    def _choices(self) -> list[dict[str, Any]]:
        if not self._draws.datasets:
            return self.config.get("datasets", [])  # a restored component still shows how to load them
        return dataset_choices(self._draws.datasets)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, selection: Selection | None = None) -> Self:
        restored = super().from_dict(data, selection=selection)
        restored.able = ["draw", "upload"]
        return restored

    def _dataset_draws(self) -> DatasetDraws:
        """Return the component's `DatasetDraws`. After `from_dict`, it has no datasets, only the restored items."""
        if not hasattr(self, "_draws"):
            self._draws = DatasetDraws({}, self.rows, 0)
        return self._draws

    # -- requests of the browser -------------------------------------------------------------------------------------------

    def do_resample(self, **settings: Any) -> None:
        settings = checked_settings(**{**self.document["settings"], **settings})
        document = self._dataset_draws().resampled(self.document, settings)
        self._edit(document, f"resample: {settings['dataset']}, episode {settings['index']} of seed {settings['seed']}")

    def do_fill(self, n_way: Any = None, k_shot: Any = None, n_query: Any = None) -> None:
        asked = {"n_way": n_way, "k_shot": k_shot, "n_query": n_query}
        settings = checked_settings(
            **{**self.document["settings"], **{k: v for k, v in asked.items() if v is not None}}
        )
        document = self._dataset_draws().filled(self.document, *(settings[name] for name in asked))
        self._edit(document, "change the size")

    def do_swap(self, key: Any) -> None:
        document = self._dataset_draws().swapped(self.document, key)
        self._edit(document, "exchange a class")

    def do_more(self, key: Any) -> None:
        self._edit(self._dataset_draws().more(self.document, key), "more items")

    def do_draw(self, key: Any, side: Any, buffers: Sequence[Any]) -> None:
        image, digest = drawing(bytes(buffers[0]), image_shape(self.document))
        self._add(image, "drawn", digest, key, side, "draw an item")

    def do_upload(self, key: Any, side: Any, name: Any, buffers: Sequence[Any], batch: Any = "") -> None:
        image, digest = uploaded(bytes(buffers[0]), str(name), image_shape(self.document))
        self._add(image, "uploaded", digest, key, side, f"upload {Path(str(name)).name}", str(batch))

    def _add(
        self, image: np.ndarray, dataset: str, digest: str, key: Any, side: Any, what: str, batch: str = ""
    ) -> None:
        if key not in [c["key"] for c in self.document["classes"]]:
            raise EpisodeError("the class to add to no longer exists; choose another.")
        if side not in ("support", "query", "pool"):
            raise EpisodeError(f"side={side!r} is unknown; give support, query or pool.")
        draws, document = self._dataset_draws(), checked_document(self.document, self.rows)
        source = f"{dataset}/{digest}"
        number = 1 + max((int(r.item.item.rpartition("-")[2]) for r in draws.rows if r.source == source), default=0)
        row = draws.rows.add("sheet", image, ItemId(dataset, f"class-{key}", f"{digest}-{number}"), source)
        add_item(document, row, key, side)
        self._edit(document, what, batch)

    # -- methods for Python ---------------------------------------------------------------------------------------------------

    def resample(self, **settings: Any) -> None:
        """Draw a new episode, and keep locked classes and items.

        Settings that are left out do not change. Without any settings, draw the next episode of the seed.

        Raises:
            EpisodeError: if such an episode cannot be drawn.
            DatasetError: if the dataset or the split is unknown.
        """
        self.do_resample(**(settings or {"index": self.document["settings"]["index"] + 1}))

    def upload(self, file: str | Path, class_name: str, side: str = "support") -> None:
        """Add an image file to a class.

        Raises:
            EpisodeError: if the file is not an image or is too large, or there is no such class.
        """
        keys = {c["name"]: c["key"] for c in self.document["classes"]}
        if class_name not in keys:
            raise EpisodeError(f"there is no class {class_name!r}; there are {', '.join(keys)}.")
        self.do_upload(keys[class_name], side, Path(file).name, [Path(file).read_bytes()])

    def answer_with(self, learner: PrototypeEmbedder) -> None:
        """Let a learner answer the queries. The browser updates its answers while items are moved."""
        self._embedded = EmbeddingCache(learner)
        self.set_trait("config", dict(self.config, learner={"name": learner.name, "metric": learner.metric}))
        self._show(self.document, self.history)

    def answers(self) -> NearestAnswers | None:
        """Return the learner's answer to each query; `None` if there is no learner, or it cannot take these items."""
        learner, known = self.config.get("learner"), embeddings_of(self.rows, self.unpack())
        if learner is None or not any(item["row"] in known for item in self.document["items"].values()):
            return None
        return nearest_answers(self.document, self.rows, known, learner["metric"])

    def undo(self) -> bool:
        """Undo the last edit. Return whether there was one."""
        return self._move_edit("undo", "redo", "back")

    def redo(self) -> bool:
        """Redo the last edit that was undone. Return whether there was one."""
        return self._move_edit("redo", "undo", "forth")

    def _move_edit(self, source: str, target: str, way: str) -> bool:
        if not self.history[source]:
            return False
        *rest, edit = self.history[source]
        with self.hold_sync():
            self.document = applied(self.document, edit[way])
            self.history = {source: rest, target: [*self.history[target], edit]}
        return True

    # -- outside the notebook ---------------------------------------------------------------------------------------------

    def summary(self) -> str:
        """Return the episode with its classes and counts, or the reason why there is no episode."""
        text = built_text(BuildResult(self.episode, self.problem, self.notes))
        found = self.answers()
        return text if found is None else f"{text}\n  {answers_text(self.config['learner'], found)}"

    def png(self) -> bytes:
        episode = self.episode
        return built_picture(BuildResult(episode, self.problem, self.notes), self.document, self.rows, self.summary())
