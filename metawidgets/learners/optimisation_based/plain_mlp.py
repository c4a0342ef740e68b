"""Inner loops of small MLPs as NumPy arrays, so that they run without torch and in a browser."""

from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from torch import Tensor, nn

from metawidgets.episodes import Episode
from metawidgets.learners.base import Learner, Support
from metawidgets.learners.baselines.from_scratch import FromScratch
from metawidgets.learners.loop import evaluating
from metawidgets.learners.networks.encoders import MLP
from metawidgets.learners.optimisation_based.anil import ANIL
from metawidgets.learners.optimisation_based.gradient import GradientLearner
from metawidgets.learners.optimisation_based.implicit_maml import ImplicitMAML
from metawidgets.learners.optimisation_based.maml import MAML
from metawidgets.learners.optimisation_based.meta_sgd import MetaSGD
from metawidgets.learners.optimisation_based.reptile import Reptile
from metawidgets.learners.tensors import support_of
from metawidgets.learners.transfer.fine_tune import FineTune
from metawidgets.learners.transfer.linear_probe import LinearProbe
from metawidgets.learners.transfer.tuned import Tuned
from metawidgets.records import MlpInnerLoop

__all__ = ["MOST_PARAMETERS", "plain_mlp"]

MOST_PARAMETERS = 50_000
"""Larger networks stay with torch: in a browser, loading them and taking a step would be too slow to feel immediate."""

_LEARNERS = (MAML, ANIL, MetaSGD, Reptile, ImplicitMAML, FromScratch, FineTune, LinearProbe)
_ACTIVATIONS: dict[type[nn.Module], str] = {
    nn.Identity: "identity",
    nn.Dropout: "identity",  # learners adapt in evaluation mode
    nn.ReLU: "relu",
    nn.LeakyReLU: "leaky_relu",
    nn.ELU: "elu",
    nn.Tanh: "tanh",
    nn.Sigmoid: "sigmoid",
    nn.Softplus: "softplus",
}
_OPTIONS = {"negative_slope": 0.01, "alpha": 1.0, "beta": 1.0, "threshold": 20.0}  # PyTorch's defaults


class _Layer(NamedTuple):
    """A fully connected layer: the prefix of its parameters' names, its parameters, and the activation after it."""

    name: str
    weight: Float[Tensor, "input output"]
    bias: Float[Tensor, " output"] | None
    turned: bool  # True if PyTorch stores the weight as (output, input)
    activation: str = "identity"


def plain_mlp(learner: Learner, episode: Episode) -> MlpInnerLoop | None:
    """Return the learner's inner loop on episodes like this one as NumPy arrays; `None` if it needs torch.

    There are three conditions. The learner is MAML, ANIL, Meta-SGD, Reptile, implicit MAML, `FromScratch`, fine-tuning or linear
    probe; a subclass of these may do something else. Its network is an `MLP`, or an `nn.Sequential` of `nn.Linear` and activations,
    with at most 50,000 parameters. The episode's items are vectors of the network's input size.
    """
    network, n = learner.network, episode.item_shape
    if type(learner) not in _LEARNERS or network is None or len(n) != 1:
        return None
    layers = _layers_of(network)
    if layers is None:
        return None
    with evaluating(learner):
        support = support_of(learner, episode)
        try:
            if isinstance(learner, Tuned):
                return _of_tuned(learner, layers, support, n[0])
            assert isinstance(learner, GradientLearner)
            return _of_gradient_learner(learner, layers, support, n[0])
        except RuntimeError:  # the items do not fit the network; the learner itself reports this later
            return None


def _of_gradient_learner(
    learner: GradientLearner, layers: list[_Layer], support: Support, n_inputs: int
) -> MlpInnerLoop | None:
    names = list(learner.init(support).parameters)
    plain = _made(layers, names, support, n_inputs)
    if plain is None:
        return None
    plain = replace(plain, steps=learner.n_steps(support), rate=learner.inner_lr)
    if isinstance(learner, MetaSGD):
        rates = {name: _numpy(rate) for name, rate in zip(names, learner.learned, strict=True)}
        return replace(plain, rate=None, learned_rates=plain.flat(rates))
    if isinstance(learner, MAML) and learner.learned is not None:
        return replace(plain, rate=None, learned_rates=_numpy(learner.learned))
    if isinstance(learner, Reptile):
        return replace(plain, optimiser=learner.inner_optimiser)
    if isinstance(learner, ImplicitMAML):
        return replace(plain, proximal_strength=learner.proximal_strength)
    return plain


def _of_tuned(learner: Tuned, layers: list[_Layer], support: Support, n_inputs: int) -> MlpInnerLoop | None:
    start = learner.init(support).parameters
    encoder = [layer._replace(name=f"encoder.{layer.name}") for layer in layers]
    head = _Layer("head.", start["head.weight"].t(), start["head.bias"], turned=True)
    plain = _made([*encoder, head], list(start), support, n_inputs)
    if plain is None:
        return None
    plain = replace(plain, steps=learner.inner_steps, rate=learner.inner_lr, masks_absent=support.n_way is not None)
    return replace(plain, over_curvature=True, l2=learner.l2) if isinstance(learner, LinearProbe) else plain


def _made(layers: list[_Layer], names: list[str], support: Support, n_inputs: int) -> MlpInnerLoop | None:
    """Return the inner loop without its settings; `None` if layers do not fit each other, the items or the adapted parameters."""
    widths = (len(layers[0].weight), *(layer.weight.shape[1] for layer in layers))
    fits = all(a.weight.shape[1] == len(b.weight) for a, b in pairwise(layers))
    outputs = support.n_way or support.y.shape[-1]
    pieces = [tensor for layer in layers for tensor in (layer.weight, _bias(layer))]
    places = {f"{layer.name}{part}": 2 * i + k for i, layer in enumerate(layers) for k, part in enumerate(_PARTS)}
    known = all(name in places for name in names)
    if not fits or not known or widths[0] != n_inputs or widths[-1] != outputs:
        return None
    if sum(piece.numel() for piece in pieces) > MOST_PARAMETERS:
        return None
    return MlpInnerLoop(
        widths=widths,
        activations=tuple(layer.activation for layer in layers),
        parameters=np.concatenate([_numpy(piece).reshape(-1) for piece in pieces]),
        adapted={name: places[name] for name in names},
        turned=frozenset(f"{layer.name}weight" for layer in layers if layer.turned) & set(names),
        steps=0,
        rate=None,
        is_regression=support.n_way is None,
    )


_PARTS = ("weight", "bias")


def _bias(layer: _Layer) -> Tensor:
    return layer.weight.new_zeros(layer.weight.shape[1]) if layer.bias is None else layer.bias


def _layers_of(network: nn.Module) -> list[_Layer] | None:
    """Return the layers of an MLP, or of a sequence of linear layers and activations; `None` for any other network."""
    if any(module._forward_hooks or module._forward_pre_hooks for module in network.modules()):
        return None
    if type(network) is MLP:
        last = len(network.layers) - 1
        rectified = lambda i: "relu" if i < last or network.config["output_dim"] is None else "identity"  # noqa: E731
        parameters = dict(network.named_parameters())
        named = [(parameters[f"layers.{i}.weight"], parameters[f"layers.{i}.bias"]) for i in range(last + 1)]
        return [_Layer(f"layers.{i}.", w, b, False, rectified(i)) for i, (w, b) in enumerate(named)] or None
    return _layers_in_sequence(network) if type(network) is nn.Sequential else None


def _layers_in_sequence(network: nn.Sequential) -> list[_Layer] | None:
    layers: list[_Layer] = []
    if len(set(map(id, network))) < len(network):
        return None  # a layer occurs twice, so its gradient would be a sum over both places
    for name, module in network.named_children():
        if type(module) is nn.Linear:
            layers.append(_Layer(f"{name}.", module.weight.t(), module.bias, turned=True))
            continue
        activation = _ACTIVATIONS.get(type(module))
        usual = all(getattr(module, option, value) == value for option, value in _OPTIONS.items())
        if activation is None or not usual or not layers:
            return None
        if activation != "identity":
            if layers[-1].activation != "identity":
                return None
            layers[-1] = layers[-1]._replace(activation=activation)
    return layers or None


def _numpy(x: Tensor) -> np.ndarray:
    return x.detach().cpu().double().numpy()
