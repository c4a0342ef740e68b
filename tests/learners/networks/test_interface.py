"""Attributes that a network may declare, and modules that declare nothing or have other attributes with the same names."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from metawidgets import learners
from metawidgets.learners import loop
from metawidgets.learners.networks import interface
from metawidgets.learners.networks.encoders import MLP, Conv4, feature_shape_of
from tests.learners.conftest import sampler_of


class Plain(nn.Module):
    """A user's network, which has attributes with the same names but other meanings."""

    def __init__(self, outputs: int, **attributes: Any) -> None:
        super().__init__()
        self.head = nn.Linear(2, outputs)
        for name, value in attributes.items():
            setattr(self, name, value)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(x)


def test_a_module_that_declares_nothing_has_the_documented_defaults() -> None:
    plain = nn.Linear(2, 3)
    assert (
        interface.statistics_of(plain)
        == interface.statistics_of(None)
        == interface.DeclaredNetwork.statistics
        == "none"
    )
    assert not interface.takes_tasks(plain)
    assert not interface.counts_first_items(plain)
    assert not interface.is_split(plain)
    assert interface.config_of(plain) is interface.config_of(None) is interface.item_shape_of(plain) is None
    assert interface.declared_shape_of(plain) is None


def test_our_networks_declare_themselves() -> None:
    conv, mlp = Conv4((1, 16, 16), 3, width=8, statistics="support_stats"), MLP((2,), 3)
    assert (interface.statistics_of(conv), interface.statistics_of(mlp)) == ("support_stats", "none")
    assert (interface.takes_tasks(conv), interface.takes_tasks(mlp)) == (False, True)
    assert (interface.item_shape_of(conv), interface.item_shape_of(mlp)) == ((1, 16, 16), (2,))
    assert (feature_shape_of(conv), feature_shape_of(mlp)) == ((8, 1, 1), (40,))
    assert interface.is_split(conv)
    assert interface.is_split(mlp)


@pytest.mark.parametrize("shape", [5, (5,), [5], torch.Size([5])])
def test_features_are_declared_as_a_number_or_a_shape(shape: Any) -> None:
    assert feature_shape_of(Plain(5, features=shape)) == (5,)
    assert feature_shape_of(Plain(5, feature_shape=shape, features=9)) == (5,)


@pytest.mark.parametrize("name", ["maml", "anil", "reptile", "imaml", "protonet", "matching", "finetune"])
def test_attributes_of_another_type_count_as_not_declared(name: str) -> None:
    """Models of other libraries may have a `config` that is an object, or a method with one of these names."""
    other = {"config": object(), "statistics": dict, "takes_tasks": "no", "feature_shape": object()}
    sampler = sampler_of("point")
    plain, same = Plain(3), Plain(3, **other)
    same.load_state_dict(plain.state_dict())
    seen = [loop.trace(learners.ALL[name](network), sampler.episode(0)) for network in (plain, same)]
    assert (seen[0]["outputs"] == seen[1]["outputs"]).all()
    assert seen[1].meta["statistics"] == "none"
    assert seen[1].meta["network"] == {"name": "Plain"}


def test_a_relation_network_takes_an_encoder_that_declares_no_statistics() -> None:
    for attributes in ({}, {"statistics": "none"}):
        learner = learners.ALL["relation"](Plain(4, features=4, **attributes))
        assert learner.statistics == "none"
        loop.trace(learner, sampler_of("point").episode(0))
