"""A component that shows a plane through parameter space: loss contours, inner-loop paths and meta-gradients."""

import threading
from typing import Any, ClassVar, Protocol

import traitlets as t

from metawidgets.errors import ParameterError
from metawidgets.records import InnerPaths, Landscape, MetaGradients
from metawidgets.widgets.base.background import Background, Progress
from metawidgets.widgets.base.card import picture
from metawidgets.widgets.base.component import Component
from metawidgets.widgets.base.selection import Selection
from metawidgets.widgets.loss_landscape.contours import contour_levels
from metawidgets.widgets.loss_landscape.packed_landscape import pack_gradients, pack_landscapes, pack_paths
from metawidgets.widgets.loss_landscape.words import in_words

__all__ = ["LossLandscape", "Plane"]

LARGEST = 200
"""Most grid points along a side."""


class Plane(Protocol):
    """The interface of a plane through parameter space. `learners.landscape.plane.LossPlane` implements it.

    Methods may be called from several threads. `first` and `third` are indices of tasks; `third` may be "random". A plane may
    also have a method `plain()` that returns a `metawidgets.records.MlpPlane` or `None`. With an `MlpPlane`, the browser runs
    the inner loops itself, also in a page without Python.
    """

    first: int
    third: int | str
    seed: int
    x_range: tuple[float, float]
    y_range: tuple[float, float]

    @property
    def titles(self) -> tuple[str, ...]: ...
    @property
    def axes(self) -> tuple[str, str]: ...
    @property
    def meta(self) -> dict[str, Any]: ...
    @property
    def loss_unit(self) -> str: ...
    def landscape(self, n: int, task: int = 0, progress: Any = None) -> Landscape: ...
    def paths(self, x: float = 0.0, y: float = 0.0) -> InnerPaths: ...
    def meta_gradients(self, x: float = 0.0, y: float = 0.0) -> MetaGradients: ...
    def replaned(self, first: int, third: int | str, seed: int) -> "Plane": ...


class LossLandscape(Component):
    """Support and query loss on a plane through parameter space, with inner-loop paths from a movable initialisation.

    Dragging the initialisation, or moving it with the arrow keys and pressing Enter, runs the inner loop of every task from there.
    Home and Escape move it back. The browser itself runs the inner loops of an MLP, during the move and also without Python.
    Arrows show the meta-gradient steps of MAML, first-order MAML, Reptile and implicit MAML; an arrow's length is the part of
    the gradient that lies in the plane. Losses are exact on the plane. A ring marks a state off the plane; its radius is the
    distance.

    The contours of the task shown are computed at once. `refine` computes the contours of the other tasks, and then finer contours,
    in the background.

    Args:
        plane: computes losses, paths and gradients; `instruments.loss_landscape` makes one.
        resolution: grid points along a side at first.
        refine: grid points along a side after `refine()`; at most `resolution` means no refinement.
        selection: a selection that other components share.

    Raises:
        ParameterError: if a resolution is not a whole number from 2 to 200.
    """

    task = t.Int(0, help="number of the task whose contours are shown").tag(sync=True, saved=True)
    surface = t.Enum(["query", "support", "both", "overlay"], "query", help="the loss shown; overlay: both in one").tag(
        sync=True, saved=True
    )
    arrows = t.Bool(True, help="whether meta-gradients are drawn").tag(sync=True, saved=True)
    start = t.List(t.Float(), [0.0, 0.0], help="place of the initialisation; (0, 0) is the learner's own").tag(
        sync=True, saved=True
    )

    actions: ClassVar[tuple[str, ...]] = ("move", "replane")

    def __init__(
        self,
        plane: Plane,
        *,
        resolution: int = 25,
        refine: int = 50,
        selection: Selection | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(selection=selection, **kwargs)
        for name, n in (("resolution", resolution), ("refine", refine)):
            if isinstance(n, bool) or not isinstance(n, int) or not 2 <= n <= LARGEST:
                raise ParameterError(f"{name}={n!r} is not a whole number from 2 to {LARGEST}; give one, such as 25.")
        self.background = Background(self)
        self._guard = threading.RLock()
        self._resolution, self._finest = resolution, max(resolution, refine)
        n = len(plane.titles)
        if not 0 <= self.task < n:
            raise ParameterError(
                f"task={self.task!r} is not the number of a task; this landscape has {n}, counted from 0."
            )
        grids: list[Landscape | None] = [None] * n
        grids[self.task] = plane.landscape(resolution, self.task)
        self._adopt(plane, grids)
        if "step" not in kwargs:
            self.step = self.config["steps"] - 1
        self.able = list(self.actions)

    # -- requests of the browser -------------------------------------------------------------------------------------------

    def do_move(self, x: Any = None, y: Any = None) -> None:
        """Move the initialisation to (x, y) on the plane and run the inner loops from there."""
        self.move(x, y)

    def do_replane(self, first: Any = None, third: Any = None, seed: Any = None) -> None:
        """Show another plane. In the background, compute the contours of the task shown, then of other tasks, then finer contours."""
        n = len(self.config["titles"])
        if not _whole(first, n):
            raise ParameterError(f"first={first!r} is not the number of a task; there are {n}, counted from 0.")
        if third != "random" and (not _whole(third, n) or third == first):
            raise ParameterError(f"third={third!r} is not the number of another task; give one, or 'random'.")
        if not _whole(seed, 2**31):
            raise ParameterError(f"seed={seed!r} is not a whole number from 0 to 2147483647; give one.")
        task = self._task

        def work(progress: Progress) -> None:
            progress("Making another plane", None)
            plane = self._plane.replaned(first, third, seed)
            grids: list[Landscape | None] = [None] * n
            grids[task] = self._computed(plane, task, self._resolution, progress)
            with self._guard:
                progress("Drawing", None)  # raises if another plane was requested in the meantime
                self._adopt(plane, grids)
            self._fill(plane, progress)

        self.background.start(work)

    # -- methods for Python ---------------------------------------------------------------------------------------------------

    def move(self, x: float, y: float) -> None:
        """Move the initialisation to (x, y) on the plane and run the inner loops from there. (0, 0) is the learner's own.

        Raises:
            ParameterError: if (x, y) is outside the square shown.
        """
        plane = self._plane
        for name, value, (low, high) in (("x", x, plane.x_range), ("y", y, plane.y_range)):
            number = isinstance(value, int | float) and not isinstance(value, bool)
            slack = 1e-6 * (high - low)  # the browser sends places in single precision
            if not number or not low - slack <= value <= high + slack:
                raise ParameterError(
                    f"{name}={value!r} is not on the landscape; give a number from {low:.3g} to {high:.3g}."
                )
        paths, gradients = plane.paths(x, y), plane.meta_gradients(x, y)
        with self._guard:
            if plane is self._plane:
                self._paths, self._gradients = paths, gradients
                self._show()

    def refine(self, *, wait: bool = False) -> None:
        """Compute missing contours of every task, then finer contours. Do this in the background, unless `wait` is true."""
        plane = self._plane
        run = self.background.run if wait else self.background.start
        run(lambda progress: self._fill(plane, progress))

    # -- state ----------------------------------------------------------------------------------------------------------------

    @property
    def _task(self) -> int:
        return min(max(self.task, 0), len(self.config["titles"]) - 1)

    def _adopt(self, plane: Plane, grids: list[Landscape | None]) -> None:
        self._plane, self._grids = plane, grids
        plain = getattr(plane, "plain", lambda: None)()
        self._plain = None if plain is None else plain.packed()
        self._home = self._paths = plane.paths()
        self._gradients = plane.meta_gradients()
        self._show()

    def _show(self) -> None:
        plane, paths = self._plane, self._paths
        arrays = pack_landscapes(self._grids) | pack_paths(self._home, "home.") | pack_paths(paths, "")
        arrays |= pack_gradients(self._gradients)
        if self._plain is not None:
            arrays |= self._plain[0]
        with self.hold_sync():
            self.pack(
                arrays,
                label=f"Loss landscape of {plane.meta.get('title', plane.meta['learner'])}",
                meta=plane.meta,
                titles=list(plane.titles),
                axes=list(plane.axes),
                plane={"first": plane.first, "third": plane.third, "seed": plane.seed},
                range={"x": list(plane.x_range), "y": list(plane.y_range)},
                sides=[0 if grid is None else len(grid.x) for grid in self._grids],
                levels=[None if grid is None else _levels(grid) for grid in self._grids],
                steps=paths.off_plane.shape[1],
                loss_unit=plane.loss_unit,
                gradients={"names": list(self._gradients.names), "settings": dict(self._gradients.settings)},
                inner_loop=None if self._plain is None else self._plain[1],
            )
            self.start = [float(v) for v in paths.start]

    def _computed(
        self, plane: Plane, task: int, n: int, progress: Progress, done: float = 0.0, part: float = 1.0
    ) -> Landscape:
        which = f" of {plane.titles[task]}" if len(plane.titles) > 1 else ""

        def rows(row: int, of: int) -> None:
            progress(f"Contours{which}, {n} \u00d7 {n}: row {row} of {of}", done + part * row / of)

        return plane.landscape(n, task, rows)

    def _fill(self, plane: Plane, progress: Progress) -> None:
        """Compute missing contours, then refine coarse ones. The task that is shown comes first."""
        order = sorted(range(len(self._grids)), key=lambda k: k != self._task)
        todo = [(k, self._resolution) for k in order if self._grids[k] is None]
        todo += [(k, self._finest) for k in order if self._grids[k] is None or self._finest > self._side(k)]
        todo = [*dict.fromkeys(todo)]
        whole, done = sum(n * n for _, n in todo), 0
        for k, n in todo:
            grid = self._computed(plane, k, n, progress, done / whole, n * n / whole)
            done += n * n
            with self._guard:
                progress("Drawing", done / whole)  # raises if another plane was requested in the meantime
                self._grids[k] = grid
                self._show()

    def _side(self, k: int) -> int:
        grid = self._grids[k]
        return 0 if grid is None else len(grid.x)

    # -- without scripts ------------------------------------------------------------------------------------------------------

    def png(self) -> bytes:
        """Return a PNG of the contours of the task shown, all paths, the meta-gradients and the losses."""
        from metawidgets.widgets.loss_landscape.picture import landscape_chart  # altair loads slowly

        return picture(
            landscape_chart(
                self.unpack(), self.config, self._task, self.surface, self.step, self.arrows, self.summary()
            )
        )

    def summary(self) -> str:
        """Return a description of the plane, every task's losses before and after the inner loop, and its end's distance from the plane."""
        return in_words(self.unpack(), self.config, self._task, self.step)


def _levels(grid: Landscape) -> dict[str, list[float]]:
    return {"query": contour_levels(grid.query_loss), "support": contour_levels(grid.support_loss)}


def _whole(value: Any, below: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < below
