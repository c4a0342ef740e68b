"""A component that shows a distribution of tasks p(T), the tasks' data, and the learners' losses as the distribution shifts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import traitlets as t
from jaxtyping import Float

from metawidgets.datasets import Dataset
from metawidgets.episodes import Episode
from metawidgets.errors import DatasetError, EpisodeError
from metawidgets.widgets.base.background import Background, Progress
from metawidgets.widgets.base.card import picture
from metawidgets.widgets.base.component import Component
from metawidgets.widgets.base.selection import Selection
from metawidgets.widgets.task_distribution.packed_tasks import draw_episodes, pack_tasks
from metawidgets.widgets.task_distribution.shifts import dials, moved, shift_name

__all__ = ["TaskDistribution"]

Adapted = Callable[[Episode], Mapping[str, Float[np.ndarray, " state"]]]
"""Returns each learner's query loss on an episode, before adaptation and after each step, in nats or as squared error."""

Embed = Callable[[Episode], Float[np.ndarray, " feature"]]


class TaskDistribution(Component):
    """Tasks drawn from p(T) as points, their pooled data, one task in detail, and the learners' losses.

    Meta-training draws from `dataset`. Meta-testing draws from a shifted version of it: `step` runs from 0 (no shift; with
    classes, the held-out classes) to `n_shifts` (shifted by all of `changes`). The tasks of all shifts are drawn at once, so
    moving the shift does not need Python. Changing `changes` and drawing again need Python.

    Args:
        dataset: the dataset of meta-training.
        changes: for each name of a number of the dataset, the change at the last step. `{"phase": 3.14}` moves both ends of the range
            of phases. `widgets.task_distribution.dials(dataset)` lists the names.
        n_shifts: steps from no shift to the full shift.
        n_tasks: tasks drawn from each distribution.
        n_way, k_shot, n_query: size of the episodes, as for `EpisodeSampler`.
        adapted: `adapted(episode)` returns each learner's query loss, state by state.
        embed: `embed(episode)` returns an embedding of the task, which gives the task's place on the map. By default, the place is
            made from the task's own numbers or from its support items.
        selection: a selection that other components share; a click on an item selects it.

    Raises:
        DatasetError: if the dataset has no such number, or the number cannot be changed that much.
        EpisodeError: if such episodes cannot be drawn, or their items cannot be shown.
    """

    seed = t.Int(0, help="seed of the tasks").tag(sync=True, saved=True)
    changes = t.Dict(help="name of a number -> its change at the last step").tag(sync=True, saved=True)
    chosen = t.List(["test", 0], help="the task in detail: ['train' or 'test', number]").tag(sync=True, saved=True)

    actions = ("resample",)

    def __init__(
        self,
        dataset: Dataset,
        changes: Mapping[str, float] | None = None,
        *,
        n_shifts: int = 8,
        n_tasks: int = 25,
        n_way: int | None = None,
        k_shot: int = 5,
        n_query: int = 10,
        adapted: Adapted | None = None,
        embed: Embed | None = None,
        selection: Selection | None = None,
        **kwargs: Any,
    ) -> None:
        for name, value, low in (("n_shifts", n_shifts, 1), ("n_tasks", n_tasks, 2)):
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= 200:
                raise EpisodeError(f"{name}={value!r} is not a whole number from {low} to 200; give one.")
        found = dials(dataset)
        if changes is None:
            changes = {found[0].name: found[0].high} if found else {}
        super().__init__(selection=selection, changes=dict(changes), **kwargs)
        self._dataset, self._adapted, self._embed = dataset, adapted, embed
        self._size = {"n_way": n_way, "k_shot": k_shot, "n_query": n_query}
        self._n_shifts, self._n_tasks = n_shifts, n_tasks
        self._background = Background(self)
        self.able = ["resample"]
        groups = self._draw(self.changes, self.seed)
        self._put(*groups, losses=self._measure(groups[0]))

    # -- drawing and measuring -------------------------------------------------------------------------------------------

    def do_resample(self, changes: Mapping[str, float], seed: int) -> None:
        """Draw the tasks again, with other changes or another seed. The losses are computed in the background."""
        if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**31:
            raise DatasetError(f"seed={seed!r} is not a whole number from 0 to 2147483647; give one.")
        if not isinstance(changes, Mapping):
            raise DatasetError(f"changes={changes!r} is not a mapping of names to numbers; give one.")
        turned = {str(name): by for name, by in changes.items() if by}
        groups, datasets = self._draw(turned, seed)
        self.changes, self.seed = turned, seed
        self._background.stop()
        self._put_then_measure(groups, datasets)

    def _put_then_measure(self, groups: list[list[Episode]], datasets: list[Dataset]) -> None:
        self._put(groups, datasets, losses=None)
        if self._adapted is not None:
            self._background.start(lambda progress: self._put(groups, datasets, losses=self._measure(groups, progress)))

    def _draw(self, changes: Mapping[str, float], seed: int) -> tuple[list[list[Episode]], list[Dataset]]:
        test = [moved(self._dataset, changes, i / self._n_shifts) for i in range(self._n_shifts + 1)]
        groups = draw_episodes(self._dataset, test, self._n_tasks, self._size, seed)
        e = groups[0][0]
        if not (e.is_image or e.item_shape in ((1,), (2,))) or (e.is_regression and e.item_shape != (1,)):
            raise EpisodeError(
                f"TaskDistribution shows images, points in the plane and curves, but {self._dataset.name!r} has items of shape "
                f"{e.item_shape}; give another dataset or dim=1."
            )
        return groups, [self._dataset, *test]

    def _measure(
        self, groups: Sequence[Sequence[Episode]], progress: Progress | None = None
    ) -> dict[str, Float[np.ndarray, "group task state"]] | None:
        if self._adapted is None:
            return None
        found: list[list[Mapping[str, np.ndarray]]] = []
        for g, group in enumerate(groups):
            found.append([])
            for e in group:
                if progress:
                    progress(f"adapting to distribution {g + 1} of {len(groups)}", g / len(groups))
                found[-1].append(self._adapted(e))
        return {name: np.array([[each[name] for each in group] for group in found]) for name in found[0][0]}

    def _put(
        self,
        groups: Sequence[Sequence[Episode]],
        datasets: Sequence[Dataset],
        losses: Mapping[str, Float[np.ndarray, "group task state"]] | None,
    ) -> None:
        e = groups[0][0]
        embedded = None if self._embed is None else np.array([[self._embed(e) for e in group] for group in groups])
        arrays, config = pack_tasks(groups, datasets, embedded)
        for i, values in enumerate((losses or {}).values()):
            arrays[f"losses.{i}"] = values
        kind = "image" if e.is_image else "curve" if e.is_regression else "points"
        self.pack(
            arrays,
            **config,
            kind=kind,
            learners=list(losses or {}),
            unit="squared error" if e.is_regression else "nats",
            dataset=self._dataset.name,
            shifts=[shift_name(self._dataset, self.changes, i / self._n_shifts) for i in range(self._n_shifts + 1)],
            dials=[{**vars(dial), "fields": list(dial.fields)} for dial in dials(self._dataset)],
            n_tasks=self._n_tasks,
            size=f"{e.n_way}-way, {self._size['k_shot']}-shot" if e.n_way else f"{self._size['k_shot']}-shot",
        )

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the losses of the tasks shown are computed, or for `timeout` seconds. Return whether they are."""
        return self._background.wait(timeout)

    # -- outside the notebook --------------------------------------------------------------------------------------------

    @property
    def _shown(self) -> int:
        return min(max(self.step, 0), len(self.config["shifts"]) - 1)

    @property
    def losses(self) -> dict[str, Float[np.ndarray, "group task state"]]:
        """Each learner's query loss, in nats or as squared error.

        Axis 0 is the distribution: 0 is meta-training, and the shifts follow. Axis 1 is the task. Axis 2 is the state: 0 is before
        adaptation.
        """
        arrays = self.unpack()
        return {name: arrays[f"losses.{i}"] for i, name in enumerate(self.config["learners"])}

    def summary(self) -> str:
        """Describe in text the distribution that is shown, with each learner's loss on it and on the tasks of meta-training."""
        c = self.config
        lines = [
            f"Tasks of {c['dataset']}, {c['size']}: {c['n_tasks']} of meta-training, {c['n_tasks']} of meta-testing, "
            f"{c['shifts'][self._shown]}."
        ]
        for name, values in self.losses.items():
            before, after, home = (
                values[g, :, s].mean() for g, s in ((self._shown + 1, 0), (self._shown + 1, -1), (0, -1))
            )
            lines.append(
                f"{name}: loss {before:.3g} before and {after:.3g} after adaptation, in {c['unit']}; {home:.3g} on tasks of meta-training."
            )
        return "\n".join(lines)

    def png(self) -> bytes:
        from metawidgets.widgets.task_distribution.picture import distribution_chart  # altair loads slowly

        return picture(distribution_chart(self.unpack(), self.config, self._shown))
