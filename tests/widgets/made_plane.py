"""A plane whose losses, paths and gradients are known in closed form: the losses are quadratic bowls over three dimensions.

Task k's support loss is (1 + k) / 2 times the squared distance of (x, y, z) from a centre one unit off the plane. The query loss has
the same form with a shifted centre. The inner loop takes plain gradient steps. The second-order meta-gradient is the query loss's
gradient after the inner loop, times (1 - rate * curvature) ** steps. The other meta-gradients need no Hessian here.
"""

import numpy as np

from metawidgets.records import InnerPaths, Landscape, MetaGradients

CENTRES = np.array([[2.0, 0.0, 0.3], [0.5, 1.5, -0.2], [-1.0, -1.0, 0.0]])
SHIFT = np.array([0.2, 0.3, 0.0])
RATE, STEPS = 0.3, 4


class Bowls:
    """The plane that the module describes. `calls` counts the calls of each method."""

    def __init__(self, n_tasks=2, first=0, third: int | str = "random", seed=0, unit="squared error", titles=None):
        self.n_tasks, self.first, self.third, self.seed, self.unit = n_tasks, first, third, seed, unit
        self.names = titles
        self.x_range = self.y_range = (-2.0, 3.0)
        self.calls = []

    @property
    def titles(self):
        return tuple(self.names or (f"task {k + 1}" for k in range(self.n_tasks)))

    @property
    def axes(self):
        return "towards the solution of task 1", f"direction of seed {self.seed}, at right angles"

    @property
    def meta(self):
        return {
            "learner": "MAML",
            "hyper": {"inner_lr": RATE, "inner_steps": STEPS},
            "statistics": "none",
            "n_parameters": 3,
        }

    @property
    def loss_unit(self):
        return self.unit

    def loss(self, k, point, side):
        away = np.asarray(point) - CENTRES[k] - (SHIFT if side == "query" else 0)
        return (1 + k) / 2 * np.square(away).sum(-1)

    def landscape(self, n, task=0, progress=None):
        self.calls.append(("landscape", n, task))
        x, y = (np.linspace(*reach, n) for reach in (self.x_range, self.y_range))
        points = np.stack([*np.meshgrid(x, y), np.zeros((n, n))], -1)
        if progress:
            for row in range(n):
                progress(row + 1, n)
        return Landscape(x, y, self.loss(task, points, "support"), self.loss(task, points, "query"))

    def states(self, k, x, y):
        found = [np.array([x, y, 0.0])]
        for _ in range(STEPS):
            found.append(found[-1] - RATE * (1 + k) * (found[-1] - CENTRES[k]))
        return np.array(found)

    def paths(self, x=0.0, y=0.0):
        self.calls.append(("paths", x, y))
        states = np.stack([self.states(k, x, y) for k in range(self.n_tasks)])
        losses = [
            np.stack([self.loss(k, states[k], side) for k in range(self.n_tasks)]) for side in ("support", "query")
        ]
        return InnerPaths(np.array([x, y]), states[..., :2], np.abs(states[..., 2]), *losses)

    def meta_gradients(self, x=0.0, y=0.0):
        found = []
        for k in range(self.n_tasks):
            curvature, end = 1 + k, self.states(k, x, y)[-1]
            first = curvature * (end - CENTRES[k] - SHIFT)
            start = np.array([x, y, 0.0])
            found.append(
                np.stack([(1 - RATE * curvature) ** STEPS * first, first, start - end, first / (1 + curvature / 2)])
            )
        if self.n_tasks > 1:
            found.append(np.mean(found, 0))
        g = np.stack(found)
        norm = np.linalg.norm(g, axis=-1)
        unit = g / norm[..., None]
        names = ("second_order", "first_order", "reptile", "implicit")
        settings = {"inner_lr": RATE, "inner_steps": STEPS, "proximal_strength": 2.0}
        return MetaGradients(names, g[..., :2], norm, unit @ unit.swapaxes(1, 2), settings)

    def replaned(self, first, third, seed):
        self.calls.append(("replaned", first, third, seed))
        return Bowls(self.n_tasks, first, third, seed, self.unit, self.names)
