"""A map of a learner's embedding space with items, prototypes, decision borders, neighbours and a lasso."""

import base64
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import traitlets as t
from jaxtyping import Float

from metawidgets.errors import TraceError
from metawidgets.records import EmbeddedItems, Trace
from metawidgets.widgets.base.background import Background, Progress
from metawidgets.widgets.base.card import picture
from metawidgets.widgets.base.component import Component
from metawidgets.widgets.base.selection import Selection
from metawidgets.widgets.embedding_map.points import METRICS, pack_points, points_of
from metawidgets.widgets.embedding_map.projections import perplexity_range, tsne_stages, umap_installed, umap_places

__all__ = ["EmbeddingMap"]

_METHODS = {"pca": "principal components", "tsne": "t-SNE", "umap": "UMAP"}


class EmbeddingMap(Component):
    """A map of embedded items, prototypes and decision borders on two axes, step by step, with measures of the whole space.

    The principal axes are fitted once over all steps and prototypes, so that a point moves on the map only if it moved in the
    space. Decision borders are a slice through the space: each place of the map is mapped back into the space and belongs to the
    nearest prototype there. t-SNE (and UMAP, where installed) is computed on request, in the background. It cannot be mapped
    back, so it has no borders. Distances, neighbours and scatter are always computed in the whole space, not on the map.

    Pointing at an item or moving with the arrow keys shows it with its nearest prototypes and neighbours; a click or Enter pins
    it, Escape releases it. The wheel (with Ctrl, or once the map has the focus), plus, minus and 0 zoom. Dragging moves the map;
    with Shift, or in lasso mode, it selects several items. Python observes their ids in `lasso`.

    Args:
        source: a trace with `embeddings`, or `EmbeddedItems`, such as 2,000 items of a pool.
        selection: a selection that other components share.

    Raises:
        TraceError: if the trace has no embeddings or no classes, or the items' arrays do not fit together.
    """

    projection = t.Enum(list(_METHODS), "pca", help="projection of the space onto the map: pca, tsne, umap").tag(
        sync=True, saved=True
    )
    projections = t.Dict(help="computed so far: method -> {step, neighbours, metric, seed, divergence, places}").tag(
        sync=True, saved=True
    )
    metric = t.Enum(list(METRICS), "euclidean", help="metric of distances, neighbours and borders").tag(
        sync=True, saved=True
    )
    marks = t.Enum(["auto", "images", "dots"], "auto", help="auto: images where they have room").tag(
        sync=True, saved=True
    )
    borders = t.Bool(True, help="whether decision borders are drawn").tag(sync=True, saved=True)
    zoom = t.List(t.Float(), help="[x, y, width]: centre and width of the visible part; [] for all").tag(
        sync=True, saved=True
    )
    lasso = t.List(t.Unicode(), help="ids of the items selected with the lasso").tag(sync=True, saved=True)
    matrix = t.Enum(["distance", "angle", "spread"], "distance", help="which matrix of the prototypes is shown").tag(
        sync=True, saved=True
    )

    actions = ("project",)

    def __init__(self, source: Trace | EmbeddedItems, selection: Selection | None = None, **kwargs: Any) -> None:
        super().__init__(selection=selection, **kwargs)
        if not isinstance(source, Trace | EmbeddedItems):
            raise TypeError(f"EmbeddingMap shows a Trace or EmbeddedItems, not {type(source).__name__}.")
        points = points_of(source)
        arrays, config = pack_points(points)
        self.pack(arrays, **config, umap=umap_installed(), neighbours=_neighbours(arrays))
        if "metric" not in kwargs:
            self.metric = points.metric
        if "borders" not in kwargs:
            self.borders = len(points.class_names) <= 20  # with more classes, a slice meets only a few of the regions
        if "step" not in kwargs:
            self.step = points.steps - 1

    @t.default("able")
    def _default_able(self) -> list[str]:
        # Actions need only the arrays that were sent, so a restored component can do them too
        return list(self.actions)

    @cached_property
    def background(self) -> Background:
        """The background thread that computes projections."""
        return Background(self)

    # -- projections ------------------------------------------------------------------------------------------------------

    def do_project(self, method: Any = "tsne", neighbours: Any = None, seed: Any = 0) -> None:
        """Compute a projection in the background, at the browser's request."""
        self.background.start(self._checked(method, neighbours, seed))

    def project(self, method: str = "tsne", *, neighbours: int | None = None, seed: int = 0) -> None:
        """Compute another projection of the current step and show it.

        Args:
            method: "tsne", or "umap" if it is installed.
            neighbours: perplexity of t-SNE, or number of neighbours of UMAP. By default 30, or fewer if the items allow fewer.
            seed: seed of the projection's random numbers.

        Raises:
            TraceError: if the method is unknown or not installed, or the neighbours are out of their range.
        """
        self.background.run(self._checked(method, neighbours, seed))

    def _checked(self, method: Any, neighbours: Any, seed: Any) -> Any:
        if method not in ("tsne", "umap"):
            raise TraceError(f"the projection {method!r} is unknown; give 'tsne' or 'umap'.")
        if method == "umap" and not umap_installed():
            raise TraceError("UMAP is not installed; `pip install umap-learn` and restart the kernel, or use t-SNE.")
        for name, value in (("neighbours", neighbours), ("seed", seed)):
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31):
                raise TraceError(f"{name}={value!r} is not a whole number from 0 to 2147483647; give one.")
        arrays, step = self.unpack(), self._shown
        points, start, kept = _to_place(arrays, step)
        low, high = perplexity_range(len(points))
        number = min(30, high) if neighbours is None else neighbours
        if not low <= number <= high:
            raise TraceError(f"neighbours={number} is out of range for {len(points)} points; give {low} to {high}.")
        return lambda progress: self._project(method, number, seed, step, points, start, kept, progress)

    def _project(
        self,
        method: str,
        neighbours: int,
        seed: int,
        step: int,
        points: Float[np.ndarray, "point feature"],
        start: Float[np.ndarray, "point 2"],
        kept: np.ndarray,
        progress: Progress,
    ) -> None:
        name, metric = _METHODS[method], self.metric
        settings = {"step": step, "neighbours": neighbours, "metric": metric, "seed": seed}
        progress(f"{name} of {len(points):,} points…", None)
        if method == "umap":
            self._show(
                method,
                {
                    **settings,
                    "places": _text(umap_places(points, neighbours=neighbours, metric=metric, seed=seed), kept),
                },
            )
            return
        for stage in tsne_stages(points, start, perplexity=neighbours, metric=metric, seed=seed):
            progress(f"{name}: {stage.done:,} of {stage.of:,} steps", stage.done / stage.of)
            self._show(
                method,
                {**settings, "steps": stage.done, "divergence": stage.divergence, "places": _text(stage.places, kept)},
            )

    def _show(self, method: str, found: dict[str, Any]) -> None:
        with self.hold_sync():
            self.projections = {**self.projections, method: found}
            if self.projection != method:
                self.projection, self.zoom = method, []

    # -- reading ----------------------------------------------------------------------------------------------------------

    @property
    def _shown(self) -> int:
        """The step that the browser shows: `step`, limited to the recorded states."""
        return min(max(self.step, 0), self.config["steps"] - 1)

    def places(self) -> tuple[Float[np.ndarray, "item 2"], Float[np.ndarray, "way 2"]]:
        """Return the places of items and prototypes on the current map; NaN for those that are not on it."""
        arrays, step = self.unpack(), self._shown
        way = len(self.config["class_names"])
        found = self.projections.get(self.projection)
        if self.projection == "pca" or found is None:
            items = arrays["pca"][step % len(arrays["pca"])]
            return items, arrays["pca_prototypes"][step]
        both = np.frombuffer(base64.b64decode(found["places"]), "<f4").reshape(-1, 2)
        n = len(arrays["labels"])
        return both[:n], both[n:] if step == found["step"] else np.full((way, 2), np.nan)

    def summary(self) -> str:
        """Return the step, projection, scatter, the share of items nearest to their own prototype, and the lasso's items."""
        return "\n".join([f"{self.config['label']}.", *self._readings()])

    def _readings(self) -> list[str]:
        arrays, config, step = self.unpack(), self.config, self._shown
        when = config["step_names"][step]
        lines = [f"{when[0].upper()}{when[1:]}, {self._laid_out()}."]
        within, between, ratio, silhouette = arrays["geometry"][step % len(arrays["geometry"])]
        if np.isfinite(within):
            lines.append(
                f"Scatter within classes {within:.3g}, between {between:.3g}, ratio {ratio:.3g}; silhouette {silhouette:.2f}."
            )
        if np.isfinite(arrays["around"][step][3]):
            share = arrays["around"][step][4 if self.metric == "cosine" else 3]
            what = "queries" if config["has_sides"] else "items"
            lines.append(
                f"{100 * share:.1f} % of the {what} are nearest to their own {config['noun']} ({METRICS[self.metric]})."
            )
        chosen = set(self.lasso) & set(config["ids"])
        if chosen:
            counts = np.bincount(
                arrays["labels"][[i for i, each in enumerate(config["ids"]) if each in chosen]],
                minlength=len(config["class_names"]),
            )
            parts = [f"{config['class_names'][k]} {counts[k]}" for k in np.argsort(-counts, kind="stable") if counts[k]]
            more = f" and {len(parts) - 8} more classes" if len(parts) > 8 else ""
            lines.append(f"Chosen: {len(chosen)} of {len(config['ids']):,} items: {', '.join(parts[:8])}{more}.")
        return lines

    def _laid_out(self) -> str:
        found = self.projections.get(self.projection)
        if self.projection == "pca" or found is None:
            share = sum(self.config["explained"])
            if axes := self.config.get("axes"):
                return f"{axes[0]} and {axes[1]}, which are the whole space"
            return f"two principal axes with {100 * share:.0f} % of the variance"
        extra = f", divergence {found['divergence']:.3g} nats" if "divergence" in found else ""
        return f"{_METHODS[self.projection]} with {found['neighbours']} neighbours{extra}"

    def png(self) -> bytes:
        """Return a PNG of the current map with its legend."""
        from metawidgets.widgets.embedding_map.picture import map_chart  # altair loads slowly

        items, prototypes = self.places()
        return picture(
            map_chart(
                self.unpack(),
                self.config,
                self._shown,
                items,
                prototypes,
                [self.config["label"], *self._readings()],
                self._look(),
            )
        )

    def _look(self) -> dict[str, Any]:
        flat = self.projection == "pca" or self.projection not in self.projections
        selection: Any = self.selection
        planes = "planes_cosine" if self.metric == "cosine" else "planes_euclidean"
        return {
            "marks": self.marks,
            "planes": planes if flat and self.borders and planes in self.arrays else "",
            "zoom": self.zoom,
            "lasso": set(self.lasso),
            "selected": selection.selected if selection else "",
            "axes": self.config["explained"] if flat else [],
        }


def _neighbours(arrays: Mapping[str, np.ndarray]) -> list[int]:
    """Return the smallest, largest and default perplexity; an empty list for too few items."""
    try:
        low, high = perplexity_range(len(arrays["labels"]))
    except TraceError:
        return []
    return [low, high, min(30, high)]


def _to_place(
    arrays: Mapping[str, np.ndarray], step: int
) -> tuple[Float[np.ndarray, "point feature"], Float[np.ndarray, "point 2"], np.ndarray]:
    """Return the finite items and prototypes of a step, their principal components, and their mask among all items and prototypes."""
    points = np.concatenate([arrays["z"][step % len(arrays["z"])], arrays["prototypes"][step]])
    start = np.concatenate([arrays["pca"][step % len(arrays["pca"])], arrays["pca_prototypes"][step]])
    kept = np.asarray(np.isfinite(points).all(1))
    return points[kept], start[kept].astype(np.float64), kept


def _text(places: Float[np.ndarray, "point 2"], kept: np.ndarray) -> str:
    """Return places as base64 text, centred and scaled to -1 to 1, with NaN for the items and prototypes left out."""
    full = np.full((len(kept), 2), np.nan)
    centred = places - places.mean(0)
    full[kept] = centred / (np.abs(centred).max() or 1.0)
    return base64.b64encode(full.astype("<f4").tobytes()).decode()
