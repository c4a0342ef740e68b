"""A network made of the parameters that a learner's steps change, to compute meta-gradients of these parameters."""

import copy
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from metawidgets.learners.base import Learner, Support
from metawidgets.learners.optimisation_based.gradient import GradientLearner
from metawidgets.learners.transfer.tuned import Tuned

__all__ = ["as_network", "inner_rate"]


def as_network(learner: Learner, parameters: Mapping[str, Tensor], support: Support) -> nn.Module:
    """Return a network with the learner's outputs. Only these parameters, in their order, require a gradient."""
    if isinstance(learner, GradientLearner):
        network = copy.deepcopy(learner.network)
        for name, p in network.named_parameters():
            p.requires_grad_(name in parameters)
            if name in parameters:
                with torch.no_grad():
                    p.copy_(parameters[name])
        return network
    assert isinstance(learner, Tuned)  # the only other kind of learner with `parameters` in its state
    return _Read(learner, parameters, support)


class _Read(nn.Module):
    """A network with the outputs of a `Tuned` learner and with only the parameters that the learner adapts."""

    def __init__(self, learner: Tuned, parameters: Mapping[str, Tensor], support: Support) -> None:
        super().__init__()
        self.statistics = learner.statistics
        self.names = tuple(parameters)
        own = {name: nn.Parameter(p.detach().clone()) for name, p in parameters.items()}
        # Two modules, in this order: ANIL adapts only the last one.
        self.body = nn.ParameterList(p for name, p in own.items() if not name.startswith("head."))
        self.head = nn.ParameterList(p for name, p in own.items() if name.startswith("head."))
        self._whole = (learner, support)  # a tuple hides the learner's other parameters from this module

    def forward(self, x: Tensor, n_reference: int | None = None) -> Tensor:
        learner, support = self._whole
        parameters = dict(zip(self.names, (*self.body, *self.head), strict=True))
        n = n_reference if n_reference is not None else 0
        state = learner.init(support)._replace(parameters=parameters)
        reference = x[:n] if n else x
        pieces = [items for items in (reference if n else None, x[n:]) if items is not None and len(items)]
        of = Support(reference, support.y, support.n_way)
        encoded = [learner.encode(piece, of) for piece in pieces]
        state = state._replace(items=encoded[0])
        return torch.cat([learner.readout(state, piece)["outputs"] for piece in encoded])


def inner_rate(learner: Learner, support: Support) -> float:
    """Return the inner loop's step size as one number: the mean if rates are learned."""
    with torch.no_grad():
        if isinstance(learner, GradientLearner):
            rates = learner.rates(0)
            if not any(isinstance(rate, torch.Tensor) for rate in rates):
                return learner.inner_lr
            return float(torch.cat([torch.as_tensor(rate).double().flatten().cpu() for rate in rates]).mean())
        assert isinstance(learner, Tuned)
        return float(learner.rate(learner.init(support).items, support))
