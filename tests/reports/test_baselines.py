"""The baselines of an adaptation: the right ones for each kind of learner, and the reasons for missing ones."""

import pytest
import torch

import metawidgets as mw
from metawidgets.errors import LearnerError
from metawidgets.learners import FromScratch, PretrainedCentroid, ProtoNet
from metawidgets.reports.baselines import KINDS, baselines


@pytest.fixture(scope="module")
def episode():
    return mw.EpisodeSampler(mw.datasets.load("glyphs").source("test"), n_query=3).episode(0)


def test_a_gradient_learner_is_set_beside_other_initialisations(episode):
    maml = mw.load("glyphs-reptile")
    found, missing = baselines(maml, KINDS, episode, trained_on="glyphs")
    assert list(found) == ["first-order MAML", "pretrained", "random"]
    assert missing == {}
    other = found["first-order MAML"]
    steps = maml.inner_steps if maml.test_steps is None else maml.test_steps
    assert (other.inner_lr, other.inner_steps if other.test_steps is None else other.test_steps) == (
        maml.inner_lr,
        steps,
    )
    assert isinstance(found["random"], FromScratch)


def test_a_metric_learner_is_set_beside_other_embeddings(episode):
    protonet = mw.load("glyphs-protonet")
    found, missing = baselines(protonet, KINDS, episode, trained_on="glyphs", seed=3)
    assert isinstance(found["pretrained"], PretrainedCentroid)
    random = found["random"]
    assert isinstance(random, ProtoNet)
    assert random.hyper == protonet.hyper
    assert list(missing) == ["first-order"]
    pairs = list(zip(random.parameters(), protonet.parameters(), strict=True))
    assert not any(torch.equal(a, b) for a, b in pairs if a.ndim > 1)
    again = baselines(protonet, ["random"], episode, seed=3)[0]["random"]
    assert all(torch.equal(a, b) for a, b in zip(random.parameters(), again.parameters(), strict=True))


def test_the_random_numbers_of_others_go_on_as_before(episode):
    protonet, maml = mw.load("glyphs-protonet"), mw.load("glyphs-maml")
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    for learner in (protonet, maml):
        baselines(learner, ["random"], episode)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [
        ("glyphs-finetune", "pretrained", "FineTune is pretrained itself"),
        ("glyphs-maml_first_order", "first-order", "is a first-order learner itself"),
        ("glyphs-relation", "first-order", "takes no gradient steps"),
        ("glyphs-maml", "pretrained", "the package has no trained learner moons-finetune"),
    ],
)
def test_what_there_is_not_has_a_reason(episode, name, kind, reason):
    found, missing = baselines(mw.load(name), [kind], episode, trained_on="moons")
    assert found == {}
    assert reason in missing[kind]


def test_nothing_to_draw_anew(episode):
    nearest = mw.learners.build("nearest", item_shape=episode.item_shape, output_dim=5)
    assert "has no parameters" in baselines(nearest, ["random"], episode)[1]["random"]


def test_an_unknown_kind(episode):
    with pytest.raises(LearnerError, match="did you mean 'random'"):
        baselines(mw.load("glyphs-maml"), ["randm"], episode)
