"""A plane through parameter space, with losses, inner-loop paths and meta-gradients on it."""

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Shaped
from torch import Tensor

from metawidgets.analysis import cosine_similarity
from metawidgets.episodes import Episode, EpisodeBatch
from metawidgets.errors import LearnerError
from metawidgets.learners.base import Learner, State
from metawidgets.learners.landscape.directions import filter_normalised, flat, orthonormal, output_axes
from metawidgets.learners.landscape.meta_gradient_agreement import agreement
from metawidgets.learners.landscape.task_losses import PlaneTask, check_choice, check_start, end_of, losses_of, task_of
from metawidgets.learners.loop import describe
from metawidgets.learners.losses import task_losses
from metawidgets.learners.networks.parameters_as_network import as_network, inner_rate
from metawidgets.learners.optimisation_based.gradient import GradientLearner
from metawidgets.learners.optimisation_based.plain_mlp import plain_mlp
from metawidgets.learners.over_threads import over_threads
from metawidgets.records import InnerPaths, Landscape, MetaGradients, MlpPlane

__all__ = ["LossPlane"]

Rows = Callable[[int, int], None]

MARGIN = 0.3
"""Margin of the square around the paths on each side, as a fraction of their extent."""
MOST_STEPS = 10
"""Largest number of inner steps for meta-gradients: second order keeps a graph of each."""


class LossPlane:
    """A two-dimensional slice through the parameters that a learner adapts.

    The origin is the learner's initialisation. The first direction points to the parameters adapted to one episode. The second
    points to the parameters adapted to another episode, or it is random, normalised filter by filter (Li, Xu, Taylor, Studer
    and Goldstein, *Visualizing the Loss Landscape of Neural Nets*, NeurIPS 2018, section 4); its part along the first is
    removed. Both directions have length 1, so that distances on the plane equal distances in parameter space.

    Losses are exact on the plane. An inner loop leaves the plane; `paths` gives the distance of each state from it.

    The plane keeps a copy of the learner: training the learner further changes nothing here. Several threads may call it.

    Args:
        learner: a learner whose steps move parameters (MAML, Reptile, ...).
        episodes: the tasks; all start from the same initialisation.
        first: index of the episode that the first direction points to.
        third: index of the episode that the second direction points to, or "random".
        seed: seed of the random direction.

    Raises:
        LearnerError: if the learner keeps its parameters fixed, starts each task from other parameters, or cannot take an episode;
            or if `first` or `third` is not the index of an episode, or the two directions are parallel.
    """

    def __init__(
        self,
        learner: Learner,
        episodes: Episode | Sequence[Episode],
        *,
        first: int = 0,
        third: int | str = "random",
        seed: int = 0,
    ) -> None:
        self.episodes = (episodes,) if isinstance(episodes, Episode) else tuple(episodes)
        check_choice(len(self.episodes), first, third)
        self.first, self.third, self.seed = first, third, seed
        self._learner = copy.deepcopy(learner).eval()
        own = self._own()
        with torch.no_grad():
            self._tasks = [task_of(own, episode) for episode in self.episodes]
            starts = [own.init(task.support) for task in self._tasks]
            if not own.parameter_groups(starts[0]):
                raise LearnerError(
                    f"{type(learner).__name__} keeps its parameters fixed while it adapts, so it has no path over a "
                    "loss landscape; give a learner that takes gradient steps, such as MAML, Reptile or FineTune."
                )
            self._origin = {name: p.detach().clone() for name, p in starts[0].parameters.items()}
            for k, start in enumerate(starts):
                check_start(own, self._origin, k, start)
            ends = [end_of(own, self._origin, task) for task in self._tasks]
            self._basis = self._directions(own, ends)
        self._flat_origin = flat(self._origin)
        self._flat_basis = torch.stack([flat(direction) for direction in self._basis])  # (2, parameter), float64
        self.x_range, self.y_range = _square(self.paths().path)

    # -- labels -----------------------------------------------------------------------------------------------------------------

    @property
    def titles(self) -> tuple[str, ...]:
        """The name of each task."""
        return tuple(f"task {k + 1}" for k in range(len(self.episodes)))

    @property
    def axes(self) -> tuple[str, str]:
        """The descriptions of both directions."""
        second = (
            f"towards the solution of {self.titles[self.third]}" if isinstance(self.third, int) else "random direction"
        )
        return f"towards the solution of {self.titles[self.first]}", f"{second}, at right angles"

    @property
    def loss_unit(self) -> str:
        return "squared error" if self.episodes[0].is_regression else "nats"

    @property
    def meta(self) -> dict[str, Any]:
        """The learner, its settings and its number of adapted parameters, as a JSON-able dictionary."""
        plain = {key: value for key, value in describe(self._learner).items() if key != "recorders"}
        return {**plain, "n_parameters": len(self._flat_origin)}

    def replaned(self, first: int, third: int | str, seed: int) -> "LossPlane":
        """Return another plane through the same initialisation.

        Raises:
            LearnerError: for the same reasons as the constructor.
        """
        return LossPlane(self._learner, self.episodes, first=first, third=third, seed=seed)

    def plain(self) -> MlpPlane | None:
        """Return the plane as NumPy arrays, which need no torch, or `None` if the learner does not adapt a small MLP."""
        own = self._own()
        loops = [plain_mlp(own, episode) for episode in self.episodes]
        if loops[0] is None or any(loop is None for loop in loops):
            return None
        numbers = [{name: p.detach().cpu().numpy() for name, p in way.items()} for way in self._basis]
        return MlpPlane(loops[0], np.stack([loops[0].flat(way) for way in numbers]), self.episodes)

    # -- losses ---------------------------------------------------------------------------------------------------------------

    def landscape(self, n: int, task: int = 0, progress: Rows | None = None) -> Landscape:
        """Compute support and query loss at n x n points of the square.

        If the network takes a leading task axis, a row of points is one batch. Otherwise points are computed one by one, with
        the rows split over PyTorch's threads.

        Args:
            progress: called with the number of rows done and of all rows; an exception that it raises stops the work.
        """
        x, y = (np.linspace(*reach, n) for reach in (self.x_range, self.y_range))
        stacks = isinstance(self._learner, GradientLearner) and self._learner.takes_tasks
        threads = 1 if stacks or self._learner.device.type != "cpu" else torch.get_num_threads()
        done = iter(range(1, n + 1))

        def rows(learner: Learner, share: Sequence[int]) -> list[np.ndarray]:
            found = []
            with torch.no_grad():
                losses = self._losses_at(learner, self._tasks[task], stacks)
                for row in share:
                    points = np.stack([x, np.full(n, y[row])], -1)
                    found.append(losses(torch.as_tensor(points, dtype=learner.dtype, device=learner.device)))
                    if progress:
                        progress(next(done), n)
            return found

        shares = [range(i, n, threads) for i in range(min(threads, n))]
        pieces = over_threads(self._learner, shares, rows)
        losses = np.empty((n, 2, n))
        for share, piece in zip(shares, pieces, strict=True):
            losses[list(share)] = np.stack(piece)
        return Landscape(x, y, losses[:, 0], losses[:, 1])

    def _losses_at(self, learner: Learner, task: PlaneTask, stacks: bool) -> Callable[[Tensor], np.ndarray]:
        """Return a function that maps points of the plane (point, 2) to support and query losses (2, point)."""
        state = learner.init(task.support)
        query_x, support_x = (learner.encode(items, task.support) for items in (task.query_x, task.support.x))

        def at_once(points: Float[Tensor, "point 2"]) -> np.ndarray:
            many = len(points)
            here = state._replace(parameters=self._parameters(points))
            spread = lambda items: items.expand(many, *items.shape)  # noqa: E731
            query, support = learner.readout_both(here, spread(query_x), spread(support_x))
            pairs = ((support, task.support.y), (query, task.query_y))
            return torch.stack([task_losses(read["outputs"], spread(y)) for read, y in pairs]).double().cpu().numpy()

        def one_by_one(points: Float[Tensor, "point 2"]) -> np.ndarray:
            each = [
                losses_of(learner, state._replace(parameters=self._parameters(p)), task, query_x, support_x)
                for p in points
            ]
            return torch.stack(each, 1).double().cpu().numpy()

        return at_once if stacks else one_by_one

    # -- paths ----------------------------------------------------------------------------------------------------------------

    def paths(self, x: float = 0.0, y: float = 0.0) -> InnerPaths:
        """Compute all tasks' inner loops from the point (x, y) of the plane; (0, 0) is the learner's initialisation."""
        own = self._own()
        places, residuals, losses = [], [], []
        with torch.no_grad():
            for task in self._tasks:
                query_x, support_x = (own.encode(items, task.support) for items in (task.query_x, task.support.x))
                way, off, loss = [], [], []
                for state in self._from(own, task, x, y):
                    away = flat(state.parameters) - self._flat_origin
                    place = self._flat_basis @ away
                    way.append(place.cpu().numpy())
                    off.append(float((away - place @ self._flat_basis).norm()))
                    loss.append(losses_of(own, state, task, query_x, support_x).double().cpu().numpy())
                places.append(way)
                residuals.append(off)
                losses.append(loss)
        support, query = np.moveaxis(np.array(losses), -1, 0)
        return InnerPaths(np.array([x, y], float), np.array(places), np.array(residuals), support, query)

    def _from(self, learner: Learner, task: PlaneTask, x: float, y: float) -> Iterator[State]:
        """Yield every state of the inner loop from a point of the plane."""
        state = learner.init(task.support)
        if x or y:
            point = torch.tensor([x, y], dtype=learner.dtype, device=learner.device)
            moved = self._parameters(point)
            state = state._replace(parameters=moved, start=moved)
        yield state
        for t in range(learner.n_steps(task.support)):
            state = learner.step(state, task.support, t)
            yield state

    # -- meta-gradients -------------------------------------------------------------------------------------------------------

    def meta_gradients(self, x: float = 0.0, y: float = 0.0) -> MetaGradients:
        """Compute the meta-gradients of `agreement` at a point of the plane, with respect to the parameters that the learner adapts.

        The inner loop uses the learner's rate (the mean of learned rates) and its training steps, at most 10.
        """
        own = self._own()
        point = torch.tensor([x, y], dtype=own.dtype, device=own.device)
        here = {name: p.detach().clone() for name, p in self._parameters(point).items()}
        settings = {
            "inner_lr": inner_rate(own, self._tasks[0].support),
            "inner_steps": min(own.hyper["inner_steps"], MOST_STEPS),
            "proximal_strength": float(getattr(own, "proximal_strength", 2.0)),
        }
        found, names = [], ()
        for task, episode in zip(self._tasks, self.episodes, strict=True):
            network = as_network(own, here, task.support)
            each = agreement(network, EpisodeBatch.stack([episode]), training=False, **settings)
            names = each.names
            found.append(each.gradients)
        if len(found) > 1:
            found.append(np.mean(found, 0))
        gradients = np.stack(found)  # (task, name, parameter)
        return MetaGradients(
            names,
            gradients @ self._flat_basis.cpu().numpy().T,
            np.linalg.norm(gradients, axis=-1),
            np.stack([cosine_similarity(each, each) for each in gradients]),
            settings,
        )

    # -- the plane ------------------------------------------------------------------------------------------------------------

    def _own(self) -> Learner:
        """Return a copy of the learner that shares its parameters. Each use of the plane needs a copy, because several threads may use
        the plane at once, and `functional_call` replaces a network's parameters during the call."""
        shared: dict[int, Any] = {id(t): t for t in (*self._learner.parameters(), *self._learner.buffers())}
        return copy.deepcopy(self._learner, shared)

    def _directions(self, learner: Learner, ends: Sequence[dict[str, Tensor]]) -> tuple[dict[str, Tensor], ...]:
        towards = lambda k: {n: ends[k][n] - p for n, p in self._origin.items()}  # noqa: E731
        anywhere = lambda seed: filter_normalised(self._origin, output_axes(learner, self._origin), seed)  # noqa: E731
        first = towards(self.first)
        if not flat(first).norm() > 0:  # no step was taken, or no step changed the parameters
            first = anywhere(self.seed + 1)
        second = towards(self.third) if isinstance(self.third, int) else anywhere(self.seed)
        pair = orthonormal(first, second)
        if pair is None:
            raise LearnerError(
                f"the solution of task {self.third} (counted from 0) lies in the same direction as the solution of task {self.first}; "
                "give another task, or third='random'."
                if self.third != "random"
                else f"the random direction of seed {self.seed} is parallel to the first direction; give another seed."
            )
        return pair

    def _parameters(self, points: Float[Tensor, "*point 2"]) -> dict[str, Tensor]:
        """Return the parameters at a point; for several points, stacked."""
        x, y = points.unbind(-1)
        first, second = self._basis
        if points.ndim == 1:  # in the memory layout of the parameters themselves
            along = lambda n, p: torch.add(torch.add(p, first[n], alpha=float(x)), second[n], alpha=float(y))  # noqa: E731
            return {n: along(n, p) for n, p in self._origin.items()}
        wide = lambda v, p: v.view(-1, *(1,) * p.ndim)  # noqa: E731
        return {n: p + wide(x, p) * first[n] + wide(y, p) * second[n] for n, p in self._origin.items()}


def _square(path: Shaped[np.ndarray, "task step 2"]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the x range and the y range of a square around all paths and the origin, with a margin."""
    known = np.concatenate([np.zeros((1, 2)), path[np.isfinite(path).all(-1)]])
    low, high = known.min(0), known.max(0)
    half = (0.5 + MARGIN) * float((high - low).max()) or 1.0
    middle = (low + high) / 2
    (left, bottom), (right, top) = middle - half, middle + half
    return (float(left), float(right)), (float(bottom), float(top))
