"""An episode built by hand: support and query as rows of classes, drawn from datasets, dragged about, drawn, uploaded."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import traitlets as t

from metawidgets.datasets import Dataset
from metawidgets.episodes import Episode, ItemId
from metawidgets.errors import EpisodeError
from metawidgets.widgets.base import Component
from metawidgets.widgets.builder_code import HELP, TEMPLATES
from metawidgets.widgets.builder_document import applied, checked, checked_history, recorded, rows_of
from metawidgets.widgets.builder_draws import Draws
from metawidgets.widgets.builder_episode import Built, built, same
from metawidgets.widgets.builder_rows import Rows
from metawidgets.widgets.builder_settings import USUAL, checked_settings, code_of
from metawidgets.widgets.builder_start import add_item, kind_of, started
from metawidgets.widgets.builder_uploads import drawing, uploaded
from metawidgets.widgets.episode_state import episode_title
from metawidgets.widgets.selection import Selection

__all__ = ["EpisodeBuilder"]

_LARGEST_DATA = 12_000_000  # bytes of pixels that the history may hold on to
_NO_HISTORY: dict[str, Any] = {"undo": [], "redo": []}


class EpisodeBuilder(Component):
    """Build support and query by hand: draw from a dataset, lock, exchange, drag, draw, upload, rename, undo.

    `.episode` is always a valid `Episode`, or `None` with the reason in `.problem`; both can be observed::

        builder.observe(lambda change: print(change["new"]), "episode")

    `document` is the truth: a small JSON document that the browser edits without waiting for Python, and that is checked when it
    arrives. Points (click to place) and curves (click to place samples) are edited in a plot.

    Args:
        episode: one to begin with; without it, one is drawn.
        datasets: what can be drawn from, by name.
        dataset, split, n_way, k_shot, n_query, seed: what to draw first. Numbers that are left out follow the kind of data.
        pool: items of each class that stand ready beside its support and query.
        selection: shared with other components.

    Raises:
        DatasetError: if there is no such dataset or split.
        EpisodeError: if there is neither an episode nor a dataset, or none of that size can be drawn.
    """

    document = t.Dict(help="classes, items, their places: see builder_document.py").tag(sync=True, saved=True)
    history = t.Dict(dict(_NO_HISTORY), help="{undo: [edit], redo: [edit]}").tag(sync=True, saved=True)
    episode: Any = t.Instance(Episode, allow_none=True, help="what was built; None: see `problem`")
    problem = t.Unicode("", help="why there is no episode; '' if there is one")
    notes = t.List(t.Unicode(), help="what a reader of a result on this episode should know")

    actions = ("resample", "fill", "swap", "more", "draw", "upload")
    js_parts: ClassVar[tuple[str, ...]] = (
        "item_pictures.js",
        *(f"builder_{part}.js" for part in ("document", "verdict", "store", "drag", "sheet", "plane", "inspector")),
        *(f"builder_{part}.js" for part in ("pad", "copy", "files", "settings")),
    )

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
            raise EpisodeError(
                "an EpisodeBuilder begins with an episode or with datasets to draw from; give episode= or datasets=."
            )
        super().__init__(selection=selection, **kwargs)
        rows = Rows()
        self._draws = Draws(datasets, rows, pool)
        if episode is None:
            dataset = dataset or next(iter(datasets))
            self._draws.source(dataset, split)  # names what it does not know
            usual = USUAL[datasets[dataset].kind]
            n_way, k_shot, n_query = (
                u if n is None else n for n, u in zip((n_way, k_shot, n_query), usual, strict=True)
            )
            settings = checked_settings(
                dataset=dataset, split=split, n_way=n_way, k_shot=k_shot, n_query=n_query, seed=seed, index=0
            )
            document = self._draws.resampled(None, settings)
        else:
            kind_of(episode)  # refuses what it does not edit
            size = {"k_shot": max(1, int(episode.shots.max())), "n_query": max(1, int(episode.queries.max(initial=0)))}
            settings = checked_settings(
                dataset=dataset or "", split=split, n_way=episode.n_way, **size, seed=seed, index=0
            )
            origin = {"dataset": dataset, "split": split} if dataset in datasets else None
            document = started(episode, rows, settings, origin)
        self._show(document, _NO_HISTORY)

    # -- state -----------------------------------------------------------------------------------------------------------

    @property
    def rows(self) -> Rows:
        """The data of all items, by number."""
        if not hasattr(self, "_kept_rows") or self._kept_rows[0] is not self.buffer:
            self._kept_rows = (self.buffer, Rows.unpacked(self.unpack(), self.config))
        return self._kept_rows[1]

    @t.validate("document")
    def _check_document(self, proposal: Any) -> dict[str, Any]:
        return checked(proposal["value"], self.rows) if self.config else proposal["value"]

    @t.validate("history")
    def _check_history(self, proposal: Any) -> dict[str, Any]:
        return checked_history(proposal["value"])

    @t.observe("document")
    def _build(self, _change: Any) -> None:
        found = built(self.document, self.rows)
        before = self.episode
        if not same(found.episode, before):
            self.episode = found.episode
        self.problem, self.notes = found.problem, found.notes

    def set_state(self, sync_data: dict[str, Any]) -> None:
        try:
            super().set_state(sync_data)
        except EpisodeError:
            self.send_state(["document", "history"])  # the browser goes back to what is true
            raise

    def on_episode(self, callback: Callable[[Episode | None], Any]) -> Callable[[], None]:
        """Call back with the episode, or `None`, whenever it changes; returns what ends that."""

        heard = lambda change: callback(change["new"])  # noqa: E731 - a new one each time, to take back by itself
        self.observe(heard, "episode")
        return lambda: self.unobserve(heard, "episode")

    def _show(self, document: dict[str, Any], history: dict[str, Any]) -> None:
        """Send a document with the data that it and its history need."""
        rows = self._draws.rows
        while True:
            needed, draws = rows_of(document, history)
            size = sum(row.data.nbytes for row in rows if row.number in needed)
            if size <= _LARGEST_DATA or not history["undo"]:
                break
            history = {"undo": history["undo"][1:], "redo": []}
        rows.forget(needed, draws)
        arrays, plain = rows.packed()
        with self.hold_sync():
            self.pack(arrays, **plain, datasets=self._choices(), templates=TEMPLATES, help=HELP)
            self._kept_rows = (self.buffer, rows)
            self.document, self.history = document, history
            self.able = ["draw", "upload", *(["resample", "fill", "swap", "more"] if self._draws.datasets else [])]

    def _edit(self, document: dict[str, Any], what: str, batch: str = "") -> None:
        self._show(document, recorded(self.history, self.document, document, what[:120], batch[:120]))

    def _choices(self) -> list[dict[str, Any]]:
        if not self._draws.datasets:
            return self.config.get("datasets", [])  # restored: it can still be said how to load them
        return [
            {"name": name, "id": d.name, "kind": d.kind, "usual": list(USUAL[d.kind]), "code": code_of(name, d)}
            for name, d in self._draws.datasets.items()
        ]

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, selection: Selection | None = None) -> Self:
        restored = super().from_dict(data, selection=selection)
        restored.able = ["draw", "upload"]
        return restored

    def _work(self) -> Draws:
        """What can be added from datasets; after `from_dict` there is none, and rows are those that came back."""
        if not hasattr(self, "_draws"):
            self._draws = Draws({}, self.rows, 0)
        return self._draws

    # -- what the browser asks for ------------------------------------------------------------------------------------------

    def do_resample(self, **settings: Any) -> None:
        settings = checked_settings(**{**self.document["settings"], **settings})
        document = self._work().resampled(self.document, settings)
        self._edit(document, f"resample: {settings['dataset']}, episode {settings['index']} of seed {settings['seed']}")

    def do_fill(self, n_way: Any = None, k_shot: Any = None, n_query: Any = None) -> None:
        asked = {"n_way": n_way, "k_shot": k_shot, "n_query": n_query}
        settings = checked_settings(
            **{**self.document["settings"], **{k: v for k, v in asked.items() if v is not None}}
        )
        document = self._work().filled(self.document, *(settings[name] for name in asked))
        self._edit(document, "change the size")

    def do_swap(self, key: Any) -> None:
        document = self._work().swapped(self.document, key)
        self._edit(document, "exchange a class")

    def do_more(self, key: Any) -> None:
        self._edit(self._work().more(self.document, key), "more items")

    def do_draw(self, key: Any, side: Any, buffers: Sequence[Any]) -> None:
        image, digest = drawing(bytes(buffers[0]), self._image_shape())
        self._add(image, "drawn", digest, key, side, "draw an item")

    def do_upload(self, key: Any, side: Any, name: Any, buffers: Sequence[Any], batch: Any = "") -> None:
        image, digest = uploaded(bytes(buffers[0]), str(name), self._image_shape())
        self._add(image, "uploaded", digest, key, side, f"upload {Path(str(name)).name}", str(batch))

    def _image_shape(self) -> tuple[int, ...]:
        shape = tuple(self.document["shape"])
        if self.document["kind"] != "sheet" or len(shape) != 3:
            raise EpisodeError(
                "pictures can only be added where items are images; points and samples are placed by a click."
            )
        return shape

    def _add(
        self, image: np.ndarray, dataset: str, digest: str, key: Any, side: Any, what: str, batch: str = ""
    ) -> None:
        if key not in [c["key"] for c in self.document["classes"]]:
            raise EpisodeError("the class to add to is gone; choose another.")
        if side not in ("support", "query", "pool"):
            raise EpisodeError(f"side={side!r} is none of support, query, pool.")
        draws, document = self._work(), checked(self.document, self.rows)
        source = f"{dataset}/{digest}"
        number = 1 + max((int(r.item.item.rpartition("-")[2]) for r in draws.rows if r.source == source), default=0)
        row = draws.rows.add("sheet", image, ItemId(dataset, f"class-{key}", f"{digest}-{number}"), source)
        add_item(document, row, key, side)
        self._edit(document, what, batch)

    # -- for Python -----------------------------------------------------------------------------------------------------------

    def resample(self, **settings: Any) -> None:
        """Draw again around what is locked; settings that are left out stay. Without any, the next episode of the seed.

        Raises:
            EpisodeError: if such an episode cannot be drawn.
            DatasetError: if there is no such dataset or split.
        """
        self.do_resample(**(settings or {"index": self.document["settings"]["index"] + 1}))

    def upload(self, file: str | Path, class_name: str, side: str = "support") -> None:
        """Add a picture to a class.

        Raises:
            EpisodeError: if it is no image, too large, or there is no such class.
        """
        keys = {c["name"]: c["key"] for c in self.document["classes"]}
        if class_name not in keys:
            raise EpisodeError(f"there is no class {class_name!r}; there are {', '.join(keys)}.")
        self.do_upload(keys[class_name], side, Path(file).name, [Path(file).read_bytes()])

    def undo(self) -> bool:
        """Take the last edit back; whether there was one."""
        return self._turn("undo", "redo", "back")

    def redo(self) -> bool:
        """Make the edit that was taken back once more; whether there was one."""
        return self._turn("redo", "undo", "forth")

    def _turn(self, source: str, target: str, way: str) -> bool:
        if not self.history[source]:
            return False
        *rest, edit = self.history[source]
        with self.hold_sync():
            self.document = applied(self.document, edit[way])
            self.history = {source: rest, target: [*self.history[target], edit]}
        return True

    # -- outside the notebook ---------------------------------------------------------------------------------------------

    def summary(self) -> str:
        """The episode with its classes and counts, or why there is none."""
        e = self.episode
        if e is None:
            return f"Episode built by hand: none yet. {self.problem}"
        drawn = ", as drawn" if e.seed else ", built by hand"
        lines = [f"Episode, {episode_title(e)}, {len(e.query_x)} queries{drawn}."]
        counts = zip(e.class_names, e.shots, e.queries, strict=True) if e.class_names else []
        lines += [f"  {name}: {shots} support, {queries} query" for name, shots, queries in counts]
        return "\n".join([*lines, *(f"  Note: {note}" for note in self.notes)])

    def png(self) -> bytes:
        from metawidgets.widgets.builder_still import (
            draw_built,
        )  # Pillow's fonts and altair are loaded only by who draws

        episode = self.episode
        return draw_built(Built(episode, self.problem, self.notes), self.document, self.rows)
