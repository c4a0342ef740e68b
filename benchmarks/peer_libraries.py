"""The peer libraries that are timed beside ours, each used through its public interface as in its own examples.

Some of them no longer import with today's PyTorch. For these, we patch other packages that they need, but not their own code.
"""

import contextlib
import importlib
import io
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from jax_maml import set_one_thread
from standard_networks import Loss, Tasks
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap

__all__ = ["LIBRARIES", "META_GRADIENTS", "PROTONET_STEPS", "import_peers", "vmapped_maml"]

# library -> the modules that must import for it to take part
LIBRARIES: dict[str, tuple[str, ...]] = {
    "learn2learn": ("learn2learn",),
    "higher": ("higher",),
    "torchopt": ("torchopt",),
    "easyfsl": ("easyfsl", "easyfsl.methods", "easyfsl.samplers", "easyfsl.datasets"),
    "jax": ("jax",),
    "torchmeta": ("torchmeta", "torchmeta.utils.data", "torchmeta.utils.prototype", "torchmeta.transforms"),
}


def import_peers() -> tuple[dict[str, Any], dict[str, str]]:
    """Import the peers. Return library -> module for those that import, and library -> reason for those that do not."""
    found: dict[str, Any] = {}
    skipped: dict[str, str] = {}
    _prepare_imports()
    for library, modules in LIBRARIES.items():
        # learn2learn imports gym, which prints a long notice that it is no longer maintained
        with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            try:
                found[library], *_ = map(importlib.import_module, modules)
            except Exception as error:  # a peer that fails in any way must not stop the others
                skipped[library] = f"{type(error).__name__}: {(str(error).splitlines() or [''])[0][:160]}"
    return found, skipped


def _prepare_imports() -> None:
    set_one_thread()
    # torchvision's compiled part does not fit the CPU build of torch. The peers need only its Python parts, but these register
    # shapes for two operators of the compiled part, which must therefore exist.
    for operator in ("nms", "qnms"):
        with contextlib.suppress(RuntimeError):
            torch.library.define(
                f"torchvision::{operator}", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
            )
    # torchmeta imports two names that torchvision has removed; it needs them only for downloads, which are not made here
    with contextlib.suppress(Exception):
        downloads = importlib.import_module("torchvision.datasets.utils")
        for name in ("_get_confirm_token", "_save_response_content"):
            if not hasattr(downloads, name):
                setattr(downloads, name, None)
    # easyfsl passes data_source to Sampler, which no longer takes an argument
    torch.utils.data.Sampler.__init__ = lambda self, data_source=None: None


MetaGradientOf = Callable[[Any, nn.Module, Tasks, int, float, Loss], None]
"""A function of (library, network, tasks, steps, rate, loss) that puts second-order MAML's gradient, averaged over tasks, into `.grad`."""


def learn2learn_maml(l2l: Any, network: nn.Module, tasks: Tasks, inner_steps: int, inner_lr: float, loss: Loss) -> None:
    network.zero_grad()
    maml = l2l.algorithms.MAML(network, lr=inner_lr)
    for i in range(len(tasks)):
        task, learner = tasks.task(i), maml.clone()
        for _ in range(inner_steps):
            learner.adapt(loss(learner(task.support_x), task.support_y))
        (loss(learner(task.query_x), task.query_y) / len(tasks)).backward()


def higher_maml(higher: Any, network: nn.Module, tasks: Tasks, inner_steps: int, inner_lr: float, loss: Loss) -> None:
    network.zero_grad()
    inner = torch.optim.SGD(network.parameters(), lr=inner_lr)
    for i in range(len(tasks)):
        task = tasks.task(i)
        with higher.innerloop_ctx(network, inner, copy_initial_weights=False) as (functional, steps):
            for _ in range(inner_steps):
                steps.step(loss(functional(task.support_x), task.support_y))
            (loss(functional(task.query_x), task.query_y) / len(tasks)).backward()


def torchopt_maml(
    torchopt: Any, network: nn.Module, tasks: Tasks, inner_steps: int, inner_lr: float, loss: Loss
) -> None:
    network.zero_grad()
    inner = torchopt.MetaSGD(network, lr=inner_lr)
    start = torchopt.extract_state_dict(network, by="reference", detach_buffers=True)
    inner_start = torchopt.extract_state_dict(inner, by="reference")
    losses = []
    for i in range(len(tasks)):
        task = tasks.task(i)
        for _ in range(inner_steps):
            inner.step(loss(network(task.support_x), task.support_y))
        losses.append(loss(network(task.query_x), task.query_y))
        torchopt.recover_state_dict(network, start)
        torchopt.recover_state_dict(inner, inner_start)
    torch.stack(losses).mean().backward()


META_GRADIENTS: Mapping[str, MetaGradientOf] = {
    "learn2learn": learn2learn_maml,
    "higher": higher_maml,
    "torchopt": torchopt_maml,
}


def vmapped_maml(network: nn.Module, tasks: Tasks, inner_steps: int, inner_lr: float, loss: Loss) -> None:
    """PyTorch's own example: a task's loss under `vmap`. Silently wrong where an affine batch norm is adapted."""
    network.zero_grad()
    start: dict[str, Tensor] = dict(network.named_parameters())

    def support_loss(parameters: dict[str, Tensor], x: Tensor, y: Tensor) -> Tensor:
        return loss(functional_call(network, parameters, (x,)), y)

    def query_loss(support_x: Tensor, support_y: Tensor, query_x: Tensor, query_y: Tensor) -> Tensor:
        parameters = start
        for _ in range(inner_steps):
            gradients = grad(support_loss)(parameters, support_x, support_y)
            parameters = {name: p - inner_lr * gradients[name] for name, p in parameters.items()}
        return support_loss(parameters, query_x, query_y)

    vmap(query_loss)(*tasks).mean().backward()


def easyfsl_step(easyfsl: Any, encoder: nn.Module, task: Tasks) -> Callable[[], None]:
    """Make a training step. easyfsl embeds support and queries in two passes, so each has its own batch statistics."""
    model = easyfsl.methods.PrototypicalNetworks(encoder)
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)

    def step() -> None:
        optimiser.zero_grad()
        model.process_support_set(task.support_x, task.support_y)
        F.cross_entropy(model(task.query_x), task.query_y).backward()
        optimiser.step()

    return step


def learn2learn_step(l2l: Any, encoder: nn.Module, task: Tasks) -> Callable[[], None]:
    classifier, n = l2l.nn.PrototypicalClassifier(), len(task.support_x)
    optimiser = torch.optim.Adam(encoder.parameters(), lr=1e-3)

    def step() -> None:
        optimiser.zero_grad()
        embeddings = encoder(torch.cat([task.support_x, task.query_x]))
        classifier.fit_(embeddings[:n], task.support_y)
        F.cross_entropy(classifier(embeddings[n:]), task.query_y).backward()
        optimiser.step()

    return step


def torchmeta_step(torchmeta: Any, encoder: nn.Module, task: Tasks) -> Callable[[], None]:
    prototypes, n_way = torchmeta.utils.prototype, int(task.support_y.max()) + 1
    optimiser = torch.optim.Adam(encoder.parameters(), lr=1e-3)

    def step() -> None:
        optimiser.zero_grad()
        of_support, of_queries = encoder(task.support_x)[None], encoder(task.query_x)[None]
        means = prototypes.get_prototypes(of_support, task.support_y[None], n_way)
        prototypes.prototypical_loss(means, of_queries, task.query_y[None]).backward()
        optimiser.step()

    return step


PROTONET_STEPS: Mapping[str, Callable[[Any, nn.Module, Tasks], Callable[[], None]]] = {
    "easyfsl": easyfsl_step,
    "learn2learn": learn2learn_step,
    "torchmeta": torchmeta_step,
}
