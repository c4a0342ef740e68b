"""Second-order MAML in JAX, compiled: the strongest peer on small MLPs. It needs a compiler, which takes seconds for each shape."""

import os
from collections.abc import Callable
from typing import Any

import torch
from standard_networks import Tasks
from torch import nn

__all__ = ["jax_meta_gradient", "set_one_thread"]


def set_one_thread() -> None:
    """Keep JAX to one thread, which is its fastest setting here. Call this before JAX is imported."""
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")
    os.environ.setdefault("NPROC", "1")  # the size of XLA's pool of threads


def jax_meta_gradient(
    jax: Any, network: nn.Sequential, tasks: Tasks, inner_steps: int, inner_lr: float
) -> Callable[[], dict[str, Any]]:
    """Return a function that computes MAML's gradient, averaged over tasks, by name of the network's parameters.

    The network is a sequence of linear layers and ReLUs. The first call compiles. Parameters and data are JAX's arrays before the
    clock starts. Weights are `(input, output)`, which is faster here than PyTorch's layout.
    """
    numpy = jax.numpy
    jax.config.update("jax_cpu_enable_async_dispatch", False)  # another thread would only cost time
    if tasks.support_x.dtype == torch.float64:
        jax.config.update("jax_enable_x64", True)
    named = {name: numpy.asarray(p.detach().numpy().T) for name, p in network.named_parameters()}
    data = [numpy.asarray(t.numpy()) for t in tasks]
    regression = tasks.support_y.is_floating_point()

    def loss(parameters: tuple[Any, ...], x: Any, y: Any) -> Any:
        for i in range(0, len(parameters), 2):
            x = x @ parameters[i] + parameters[i + 1]
            x = jax.nn.relu(x) if i < len(parameters) - 2 else x
        if regression:
            return numpy.mean((x - y) ** 2)
        return -numpy.mean(numpy.take_along_axis(jax.nn.log_softmax(x), y[:, None], 1))

    def query_loss(start: tuple[Any, ...], support_x: Any, support_y: Any, query_x: Any, query_y: Any) -> Any:
        parameters = start
        for _ in range(inner_steps):
            gradients = jax.grad(loss)(parameters, support_x, support_y)
            parameters = tuple(p - inner_lr * g for p, g in zip(parameters, gradients, strict=True))
        return loss(parameters, query_x, query_y)

    def mean_loss(start: tuple[Any, ...], *data: Any) -> Any:
        return jax.vmap(query_loss, in_axes=(None, 0, 0, 0, 0))(start, *data).mean()

    compiled = jax.jit(jax.value_and_grad(mean_loss))

    def run() -> dict[str, Any]:
        _, gradients = jax.block_until_ready(compiled(tuple(named.values()), *data))
        return dict(zip(named, gradients, strict=True))

    return run
