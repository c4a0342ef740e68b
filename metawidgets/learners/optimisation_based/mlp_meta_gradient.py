"""The meta-gradient of MAML on small MLPs, written out in numpy.

The meta-gradient of a small MLP is a few hundred products of small matrices, and autograd's bookkeeping takes several times as long as
they do. Here they are written out. The inner loop runs forwards. Then the outer gradient goes backwards: each inner step multiplies it
by `I - rate H`, where `H` is the Hessian of the support loss (Pearlmutter, *Fast exact multiplication by the Hessian*, Neural
Computation 1994). All tasks are computed together.

Two things save time. The arrays are made once and used again by later calls of the same sizes, since fresh memory costs as much time
as the arithmetic. And biases need no operations of their own: a layer's bias is the last row of its weight, and each layer has one
more unit, which is always 1. No gradient passes through this unit: the masks of ReLU and the outputs' slopes hold 0 for it.
"""

import threading
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Shaped

from metawidgets.learners.optimisation_based.mlp_layout import MlpLayout

__all__ = ["MetaGradients", "meta_gradients"]

_Array = Float[np.ndarray, "..."]
_Items = Shaped[np.ndarray, "..."]


class MetaGradients(NamedTuple):
    """The query loss after the inner loop, averaged over tasks, and its gradients."""

    loss: float
    outputs: Float[np.ndarray, "task query output"]
    """The queries' outputs."""
    parameters: list[_Array]
    """The gradient of each tensor of parameters."""
    rates: list[list[_Array]] | None
    """For each step and tensor, the gradient of each parameter's own step size. `None` if all share a fixed one."""


def meta_gradients(
    parameters: Sequence[_Array],
    support: tuple[Shaped[np.ndarray, "task support input"], Shaped[np.ndarray, "task support ..."]],
    query: tuple[Shaped[np.ndarray, "task query input"], Shaped[np.ndarray, "task query ..."]],
    rates: float | Sequence[Sequence[_Array]],
    steps: int,
    *,
    second_order: bool = True,
) -> MetaGradients:
    """Return the gradient of the query loss after `steps` gradient steps on the support loss, averaged over tasks.

    The network is an MLP with ReLU after each layer but the last. The loss is the cross-entropy in nats for labels (integers), and
    the mean squared error for numbers (`losses.task_losses`). All arithmetic is in the parameters' precision.

    Args:
        parameters: the weight `(input, output)` and the bias of each layer in turn.
        support: the items, and the labels `(task, support)` or targets `(task, support, output)`.
        query: the same for the queries.
        rates: the step size; or, for each step, an array for each tensor that broadcasts to its shape.
        second_order: differentiate through the inner gradients. Otherwise treat them as constants.
    """
    layout = MlpLayout.of([weight.shape for weight in parameters[::2]])
    tasks, n_support = support[0].shape[:2]
    sizes = _Sizes(
        layout, tasks, n_support, query[0].shape[1], steps, not isinstance(rates, int | float), parameters[0].dtype
    )
    return _workspace(sizes, threading.get_ident()).run(parameters, support, query, rates, second_order)


class _Sizes(NamedTuple):
    layout: MlpLayout
    tasks: int
    support: int
    query: int
    steps: int
    learns_rates: bool
    dtype: np.dtype


class _Value(NamedTuple):
    """An array `(task, item, width)`, and the same memory as a product needs it."""

    tasks: _Array
    turned: _Array
    """`(task, width, item)`."""
    rows: _Array
    """The same as `tasks`; or `(task item, width)` where all tasks share their weights, so that one product is enough."""

    @classmethod
    def of(cls, array: _Array, shared: bool) -> "_Value":
        return cls(array, array.swapaxes(1, 2), array.reshape(-1, array.shape[-1]) if shared else array)


class _Layer:
    """The arrays of one layer in one pass. A tangent is a value's derivative along a direction of the parameters.

    A value and its tangent lie in one array, so that one product over both replaces two: within each task or, where all tasks share
    their weights, over all tasks.
    """

    def __init__(self, weight: _Array, gradient: _Array, scratch: "_Scratch") -> None:
        (inputs, outputs), tasks, shared = weight.shape[-2:], len(gradient), weight.ndim == 2
        items = scratch.items
        self.weight, self.weight_turned, self.gradient = weight, weight.swapaxes(-1, -2), gradient

        def pair(width: int) -> tuple[_Value, _Value, _Array]:
            room = np.zeros((2, tasks, items, width) if shared else (tasks, 2, items, width), weight.dtype)
            first, second = np.moveaxis(room, 0 if shared else 1, 0)
            both = room.reshape(-1, width) if shared else room.reshape(tasks, -1, width)
            return _Value.of(first, shared), _Value.of(second, shared), both

        self.input, self.input_tangent, inputs_and_tangents = pair(inputs)
        self.slope_tangent, self.slope, self.tangents_and_slopes = pair(outputs)
        self.inputs_turned = inputs_and_tangents.swapaxes(-1, -2)
        self.output, self.more = (_Value.of(scratch.array(k, outputs), shared) for k in range(2))
        self.back, self.back_more = (_Value.of(scratch.array(k, inputs), shared) for k in range(2))
        self.mask = np.zeros((tasks, items, inputs), weight.dtype)
        """1 where the unit that this layer reads passes its own input on, otherwise 0."""
        self.passes = np.zeros(self.mask.shape, bool)


class _Scratch:
    """Arrays that hold a value only until the next operation, so that all layers and steps share them: few arrays stay in the cache."""

    def __init__(self, sizes: _Sizes, items: int) -> None:
        self.items, self._sizes = items, sizes
        self._arrays: dict[tuple[int, int], _Array] = {}

    def array(self, k: int, width: int) -> _Array:
        """Return the array number `k` of this width: `(task, item, width)`."""
        shape = (self._sizes.tasks, self.items, width)
        return self._arrays.setdefault((k, width), np.zeros(shape, self._sizes.dtype))


class _Pass:
    """A pass of all tasks' items through the network, forwards and backwards."""

    def __init__(self, layout: MlpLayout, weights: _Array, gradient: _Array, scratch: _Scratch) -> None:
        self.weights, self.gradient = weights, gradient
        self.product = np.zeros_like(weights)
        """The product of the Hessian with a direction, times `factor`; summed over tasks if they share their weights."""
        self.products = layout.split(self.product)
        parts = zip(layout.split(weights), layout.split(self.gradient), strict=True)
        self.layers = [_Layer(weight, gradient, scratch) for weight, gradient in parts]
        self.layers[0].input.tasks[..., -1] = 1
        self.probabilities: _Array | None = None
        self.zero = np.zeros((), weights.dtype)  # each use of a Python number would make an array of it first

    def run(self, x: _Items, y: _Items, factor: float) -> _Array:
        """Return the outputs, and write the gradients of the tasks' losses times `factor`."""
        last = self.layers[-1]
        self.layers[0].input.tasks[..., :-1] = x
        for layer, following in pairwise(self.layers):
            np.matmul(layer.input.rows, layer.weight, out=layer.output.rows)
            np.maximum(layer.output.tasks, self.zero, out=following.input.tasks)
            np.copyto(following.mask, np.greater(layer.output.tasks, self.zero, out=following.passes))
            following.mask[..., -1] = 0
        np.matmul(last.input.rows, last.weight, out=last.output.rows)
        outputs = last.output.tasks[..., :-1]
        self._write_slope(outputs, y, factor, last.slope.tasks[..., :-1])
        for i in reversed(range(len(self.layers))):
            layer = self.layers[i]
            np.matmul(layer.input.turned, layer.slope.tasks, out=layer.gradient)
            if i:
                np.matmul(layer.slope.rows, layer.weight_turned, out=layer.back.rows)
                np.multiply(layer.back.tasks, layer.mask, out=self.layers[i - 1].slope.tasks)
        return outputs

    def _write_slope(self, outputs: _Array, y: _Items, factor: float, slope: _Array) -> None:
        """Write the gradient of each task's loss by the outputs, times `factor`."""
        if y.dtype.kind == "f":
            self.probabilities = None
            np.subtract(outputs, y, out=slope)
            slope *= 2 * factor / outputs[0].size
            return
        p = np.exp(outputs - outputs.max(-1, keepdims=True))
        p /= p.sum(-1, keepdims=True)
        self.probabilities = p
        np.multiply(p, factor / y.shape[1], out=slope)
        slope[(*np.indices(y.shape, sparse=True), y)] -= factor / y.shape[1]

    def multiply_by_hessian(self, direction: list[_Array], turned: list[_Array], factor: float) -> None:
        """Write `factor` times the product of the loss's Hessian with `direction`: the tangent of the gradient along it.

        The tangent of every value of the pass follows by the product rule, forwards and then backwards.
        """
        layers = self.layers
        np.matmul(layers[0].input.tasks, direction[0], out=layers[0].output.tasks)
        for i, layer in enumerate(layers[1:], start=1):
            np.multiply(layers[i - 1].output.tasks, layer.mask, out=layer.input_tangent.tasks)
            np.matmul(layer.input_tangent.rows, layer.weight, out=layer.output.rows)
            np.matmul(layer.input.tasks, direction[i], out=layer.more.tasks)
            np.add(layer.output.tasks, layer.more.tasks, out=layer.output.tasks)
        tangent, of_slope = (value.tasks[..., :-1] for value in (layers[-1].output, layers[-1].slope_tangent))
        p = self.probabilities
        if p is None:
            np.multiply(tangent, 2 * factor / tangent[0].size, out=of_slope)
        else:
            weighted = p * tangent
            weighted -= p * weighted.sum(-1, keepdims=True)
            np.multiply(weighted, factor / tangent.shape[1], out=of_slope)
        for i in reversed(range(len(layers))):
            layer = layers[i]
            np.matmul(layer.inputs_turned, layer.tangents_and_slopes, out=self.products[i])
            if i:
                np.matmul(layer.slope_tangent.rows, layer.weight_turned, out=layer.back.rows)
                np.matmul(layer.slope.tasks, turned[i], out=layer.back_more.tasks)
                np.add(layer.back.tasks, layer.back_more.tasks, out=layer.back.tasks)
                np.multiply(layer.back.tasks, layer.mask, out=layers[i - 1].slope_tangent.tasks)


class _Workspace:
    """The arrays for meta-batches of one size."""

    def __init__(self, sizes: _Sizes) -> None:
        layout, shape = sizes.layout, (sizes.tasks, sizes.layout.ends[-1])
        self.sizes, self.layout = sizes, layout
        weights = [np.zeros(shape if t else shape[1:], sizes.dtype) for t in range(sizes.steps + 1)]
        for layer in layout.split(weights[0]):
            layer[-1, -1] = 1  # the unit that is 1 keeps its value
        self.start = layout.tensors(weights[0])
        scratch, once = _Scratch(sizes, sizes.support), np.zeros(shape, sizes.dtype)
        self.steps = [
            _Pass(layout, flat, np.zeros_like(once) if sizes.learns_rates else once, scratch) for flat in weights[:-1]
        ]
        self.outer = np.zeros(shape, sizes.dtype)
        self.queries = _Pass(layout, weights[-1], self.outer, _Scratch(sizes, sizes.query))
        self.along = once if sizes.learns_rates else self.outer
        self.direction = layout.split(self.along)
        self.direction_turned = [layer.swapaxes(1, 2) for layer in self.direction]

    def run(
        self,
        parameters: Sequence[_Array],
        support: tuple[_Items, _Items],
        query: tuple[_Items, _Items],
        rates: float | Sequence[Sequence[_Array]],
        second_order: bool,
    ) -> MetaGradients:
        for place, tensor in zip(self.start, parameters, strict=True):
            place[...] = tensor
        if isinstance(rates, int | float):
            scales, factor = None, -float(rates)
        else:
            scales, factor = [self.layout.packed(row) for row in rates], -1.0
        for t, (step, following) in enumerate(pairwise((*self.steps, self.queries))):
            step.run(*support, factor)
            change = step.gradient if scales is None else np.multiply(scales[t], step.gradient, out=self.along)
            np.add(step.weights, change, out=following.weights)
        outputs = self.queries.run(*query, 1 / self.sizes.tasks)
        of_rates: list[list[_Array]] = [[] for _ in self.steps]
        total = None
        for t in reversed(range(self.sizes.steps if second_order else 0)):
            step = self.steps[t]
            if scales is not None:
                of_rates[t] = self.layout.tensors(np.einsum("tp,tp->p", self.outer, step.gradient))
                np.multiply(scales[t], self.outer, out=self.along)
            step.multiply_by_hessian(self.direction, self.direction_turned, factor)
            if t:
                np.add(self.outer, step.product, out=self.outer)
            else:
                total = self.outer.sum(0) + step.product
        total = self.outer.sum(0) if total is None else total
        loss = _mean_loss(outputs, query[1])
        return MetaGradients(loss, outputs.copy(), self.layout.tensors(total), None if scales is None else of_rates)


def _mean_loss(outputs: _Array, y: _Items) -> float:
    if y.dtype.kind == "f":
        difference = (outputs - y).ravel()
        return float(difference @ difference) / difference.size
    largest = outputs.max(-1, keepdims=True)
    of_all = np.log(np.exp(outputs - largest).sum(-1)) + largest[..., 0]
    return float((of_all - np.take_along_axis(outputs, y[..., None], -1)[..., 0]).mean())


@lru_cache(maxsize=8)
def _workspace(sizes: _Sizes, thread: int) -> _Workspace:  # each thread has its own
    return _Workspace(sizes)
