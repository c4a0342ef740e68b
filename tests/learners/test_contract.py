"""The contract of learners, checked over `learners.ALL` on images, points and curves."""

from dataclasses import replace
from inspect import signature
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import torch
from torch import nn

from metawidgets import learners
from metawidgets.episodes import Episode, EpisodeSampler
from metawidgets.errors import LearnerError
from metawidgets.learners import ALL, loop
from metawidgets.learners.base import Family, Learner
from metawidgets.learners.networks.encoders import STATISTICS
from metawidgets.learners.transfer.pretrained import Pretrained
from metawidgets.records import trace as traces
from metawidgets.training import MetaTraining, checkpoints, meta_train
from metawidgets.training.evaluation import evaluate
from metawidgets.widgets.base.distances import metric_distances
from tests.learners.conftest import KINDS, sampler_of

NETWORKED = {n for n, kind_of in learners.ALL.items() if {"network", "encoder"} & set(signature(kind_of).parameters)}
PAIRS = [
    (name, kind)
    for name, kind_of in learners.ALL.items()
    for kind in KINDS
    if kind != "curve" or kind_of.takes_regression
]
TRAINED = [(n, k) for n, k in PAIRS if learners.ALL[n].meta_trained]
# On classes, these learners stay on a plateau for thousands of outer steps before they learn to use labels. Here they learn curves.
ON_A_PLATEAU = {"lstm", "mann", "in_context"}
# learners whose outer update is not a derivative of the query loss; their own tests compare it with oracles
OWN_UPDATE = {"reptile", "imaml", "lstm", "mann", "in_context"}
# learning rates at which 80 outer steps are enough to see that they learn (Adam's inner steps would be too rough for a tolerance)
SUITED = {
    "reptile": {"inner_optimiser": "sgd", "inner_lr": 0.1, "inner_steps": 5, "batch_size": None},
    "imaml": {"inner_lr": 0.1, "inner_steps": 5},
    "linear_probe": {"inner_lr": 1.0},
    "tim": {"iterations": 10, "inner_lr": 0.01},
    "pt_map": {"iterations": 2},
    # at the usual 30, an untrained network is already close to the best weighted mean of the targets
    "matching": {"scale": 5.0},
    "matching_fce": {"scale": 5.0},
}
# only image encoders normalise, so only they have a policy of statistics
POLICIES = [(n, k, s) for n, k in PAIRS for s in (STATISTICS if k == "image" and n in NETWORKED else (None,))]


def made(name: str, kind: str, **options: Any) -> tuple[Learner, EpisodeSampler]:
    sampler = sampler_of(kind)
    episode = sampler.episode(0)
    small = {"image": {"width": 8}, "point": {"hidden": (16, 16)}, "curve": {"hidden": (16, 16)}}[kind]
    options = {**(small if name in NETWORKED else {}), **SUITED.get(name, {}), **options}
    if learners.ALL[name].axis == "inner_step":
        few = {"inner_lr": 0.05, "inner_steps": 3, "test_steps": None}
        options = {**{k: v for k, v in few.items() if k in signature(learners.ALL[name]).parameters}, **options}
    torch.manual_seed(0)
    learner = learners.build(name, item_shape=episode.item_shape, output_dim=episode.output_dim, **options)
    learner.prepare(sampler.source)
    return learner, sampler


@pytest.mark.parametrize(("name", "kind"), PAIRS)
def test_adapting_leaves_the_module_as_it_was(name: str, kind: str) -> None:
    learner, sampler = made(name, kind)
    learner.train()
    before = {k: v.clone() for k, v in learner.state_dict().items()}
    loop.trace(learner, sampler.episode(0))
    first = loop.predict(learner, sampler.episode(1))
    assert learner.training
    assert all(torch.equal(v, before[k]) for k, v in learner.state_dict().items())
    assert np.array_equal(first, loop.predict(learner, sampler.episode(1)))


@pytest.mark.quick_cases("point", "curve", "protonet-image", "maml-image", "snail-image")
@pytest.mark.parametrize(("name", "kind", "statistics"), POLICIES)
def test_queries_see_each_other_only_if_transductive(name: str, kind: str, statistics: str | None) -> None:
    learner, sampler = made(name, kind, **({"statistics": statistics} if statistics else {}))
    if statistics == "running" and learner.meta_trained:
        learner.train()
        loop.meta_gradient(learner, sampler.batch(0, 2))  # fill the running averages
    episode = sampler.episode(0)
    together = loop.predict(learner, episode)
    alone = np.concatenate(
        [
            loop.predict(
                learner,
                replace(
                    episode,
                    query_x=episode.query_x[i : i + 1],
                    query_y=episode.query_y[i : i + 1],
                    query_items=episode.query_items[i : i + 1],
                ),
            )
            for i in range(len(episode.query_x))
        ]
    )
    assert np.allclose(together, alone, atol=1e-4) != learner.transductive


@pytest.mark.parametrize(("name", "kind"), [(n, k) for n, k in PAIRS if not learners.ALL[n].reads_in_order])
def test_support_order_does_not_matter(name: str, kind: str) -> None:
    learner, sampler = made(name, kind)
    episode = sampler.episode(0)
    order = np.random.default_rng(0).permutation(len(episode.support_x))
    shuffled = replace(
        episode,
        support_x=episode.support_x[order],
        support_y=episode.support_y[order],
        support_items=tuple(episode.support_items[i] for i in order),
    )
    np.testing.assert_allclose(loop.predict(learner, episode), loop.predict(learner, shuffled), atol=1e-4)


@pytest.mark.parametrize(("name", "kind"), PAIRS)
def test_a_prefix_of_the_trace_is_a_shorter_adaptation(name: str, kind: str) -> None:
    learner, sampler = made(name, kind)
    episode = sampler.episode(0)
    trace, cut = loop.trace(learner, episode), 2
    if hasattr(learner, "inner_steps"):
        setattr(learner, "inner_steps", cut)  # noqa: B010 - not every learner has it
        short = loop.trace(learner, episode)
    else:
        kept = replace(
            episode,
            support_x=episode.support_x[:cut],
            support_y=episode.support_y[:cut],
            support_items=episode.support_items[:cut],
        )
        short = loop.trace(learner, kept)
    assert len(short) == cut + 1
    np.testing.assert_allclose(short["outputs"], trace["outputs"][: cut + 1], atol=1e-5)


def snapshot(value: Any) -> Any:
    """Return everything a state holds, by value: a later snapshot differs if anything was changed, added or removed."""
    if isinstance(value, torch.Tensor):
        return value.detach().clone(), value.requires_grad
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, dict):
        return {key: snapshot(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return type(value), [snapshot(v) for v in value]
    if value is None or isinstance(value, str | int | float):
        return value
    return type(value), {key: snapshot(v) for key, v in vars(value).items()}


def same(a: Any, b: Any) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(a, torch.Tensor | np.ndarray):
        return a.shape == b.shape and np.array_equal(np.asarray(a), np.asarray(b), equal_nan=a.dtype not in LABELS)
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b)


LABELS = (torch.int64, torch.bool, np.int64, np.bool_)


@pytest.mark.parametrize("value", [torch.zeros(2), [torch.zeros(2)], {"a": torch.zeros(2)}, {}, []])
def test_a_snapshot_sees_every_change(value: Any) -> None:
    before = snapshot(value)
    assert same(before, snapshot(value))
    if isinstance(value, dict):
        value["new"] = None
    elif isinstance(value, list):
        value.append(None)
    else:
        value[0] = 1
    assert not same(before, snapshot(value))


@pytest.mark.parametrize(
    ("name", "kind", "graph"), [(*pair, False) for pair in PAIRS] + [(n, k, True) for n, k in TRAINED if k == "point"]
)
def test_no_call_changes_a_state_or_the_support(name: str, kind: str, graph: bool) -> None:
    learner, sampler = made(name, kind)
    learner.eval()
    episode = sampler.episode(0)
    support = loop.support_of(learner, episode)
    with torch.set_grad_enabled(graph):
        x = learner.encode(loop.as_tensor(learner, episode.query_x), support)
        support_x = learner.encode(support.x, support)
        state = learner.init(support)
        for t in range(2):
            for of in (state, learner.with_gradient(state, support)):
                before = snapshot((of, support, x, support_x))
                learner.readout(of, x)
                learner.readout_both(of, x, support_x)
                learner.support_gradient_norm(of, support)
                learner.parameter_groups(of)
                learner.with_gradient(of, support)
                learner.step(of, support, t)
                learner.step(of, support, t)
                assert same(before, snapshot((of, support, x, support_x)))
            state = learner.step(of, support, t)


@pytest.mark.parametrize(
    ("name", "kind"), [(n, k) for n, k in PAIRS if learners.ALL[n].axis == "inner_step" and k != "point"]
)
def test_a_state_with_its_gradient_answers_and_steps_as_without(name: str, kind: str) -> None:
    learner, sampler = made(name, kind)
    episode = sampler.episode(0)
    support, other = loop.support_of(learner, episode), loop.support_of(learner, sampler.episode(1))
    with loop.evaluating(learner):
        state = learner.init(support)
        known = learner.with_gradient(state, support)
        x = learner.encode(support.x, support)
        for one, two in (
            (state, known),
            (learner.step(state, support, 0), learner.step(known, support, 0)),
            # the stored gradient belongs to one support set: a step on another set must not use it
            (learner.step(state, other, 0), learner.step(known, other, 0)),
        ):
            a, b = learner.readout(one, x), learner.readout(two, x)
            assert all(torch.equal(a[key].nan_to_num(), b[key].nan_to_num()) for key in a)
            norms = [learner.support_gradient_norm(of, support) for of in (one, two)]
            assert norms[0] == norms[1]


@pytest.mark.parametrize("name", [n for n, kind_of in learners.ALL.items() if kind_of.axis == "inner_step"])
def test_a_trace_computes_each_support_gradient_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    learner, sampler = made(name, "image")
    computed: list[int] = []
    grad = torch.autograd.grad
    monkeypatch.setattr(torch.autograd, "grad", lambda *a, **k: (computed.append(1), grad(*a, **k))[1])
    n_steps = loop.trace(learner, sampler.episode(0)).n_steps
    assert len(computed) == n_steps + 1  # once before each step, and once at the end for the norm that the trace shows
    computed.clear()
    loop.adapt(learner, sampler.episode(0))
    assert len(computed) == n_steps


@pytest.mark.parametrize(("name", "kind"), PAIRS)
def test_the_trace_ends_where_adapting_ends_and_holds_what_is_promised(name: str, kind: str) -> None:
    learner, sampler = made(name, kind)
    episode = sampler.episode(0)
    trace = loop.trace(learner, episode)
    assert trace.axis in traces.AXES
    assert trace.axis == learner.axis
    if not episode.is_regression:
        assert set(learner.channels) <= set(trace.channels)
        np.testing.assert_allclose(trace["probabilities"].sum(-1), 1, atol=1e-5)
        np.testing.assert_allclose(trace["probabilities"][-1], loop.predict(learner, episode), atol=1e-5)
    else:
        np.testing.assert_allclose(trace["outputs"][-1], loop.predict(learner, episode), atol=1e-5)
    assert ("probe_outputs" in trace) == (kind != "image")
    assert trace.meta["statistics"] == learner.statistics
    assert trace.meta["versions"]["torch"] == torch.__version__


@pytest.mark.parametrize("metric", ["squared_euclidean", "euclidean", "cosine"])
@pytest.mark.parametrize("name", [n for n, kind_of in learners.ALL.items() if "distances" in kind_of.channels])
def test_the_declared_distance_rule_gives_what_a_trace_records(name: str, metric: str) -> None:
    options = {"metric": metric} if "metric" in signature(learners.ALL[name]).parameters else {}
    learner, sampler = made(name, "image", **options)
    trace = loop.trace(learner, sampler.episode(0))
    rule = trace.distance_rule
    assert rule is not None
    assert rule == learner.distance_rule
    assert not options or rule.metric == metric
    episode = trace.episode
    raw = [x.reshape(len(x), -1) / 255 for x in (episode.support_x, episode.query_x)]  # without an encoder
    support, query = (
        trace[n][-1] if n in trace else x for n, x in zip(("support_embeddings", "embeddings"), raw, strict=True)
    )
    classes = [support[episode.support_y == k] for k in range(3)]
    if rule.reference == "nearest_item":
        expected = np.stack([metric_distances(query, items, rule.metric).min(1) for items in classes], 1)
    elif rule.reference == "class_mean":
        expected = metric_distances(query, np.stack([items.mean(0) for items in classes]), rule.metric)
    else:
        assert rule.reference == "class_vector"
        expected = metric_distances(query, trace["prototypes"][-1], rule.metric)
    np.testing.assert_allclose(trace["distances"][-1], expected, rtol=1e-3, atol=1e-3)
    powers = np.exp(-(rule.scale or 1) * (expected - expected.min(1, keepdims=True)))
    np.testing.assert_allclose(trace["probabilities"][-1], powers / powers.sum(1, keepdims=True), atol=1e-3)


def test_a_learner_with_a_learned_comparison_declares_no_rule() -> None:
    learner, _ = made("relation", "image")
    assert learner.distance_rule is None


@pytest.mark.parametrize(("name", "kind"), PAIRS)
def test_the_fast_way_equals_the_fold(name: str, kind: str) -> None:
    learner, sampler = made(name, kind)
    support = loop.support_of(learner, sampler.episode(0))
    with loop.evaluating(learner):
        x = learner.encode(loop.as_tensor(learner, sampler.episode(0).query_x), support)
        *_, last = loop.states(learner, support)
        folded, fast = learner.readout(last, x)["outputs"], learner.readout(learner.adapted(support), x)["outputs"]
    torch.testing.assert_close(folded, fast, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(("name", "kind"), [(n, k) for n, k in PAIRS if k != "curve"])
def test_unbalanced_support_and_a_class_without_any(name: str, kind: str) -> None:
    learner, sampler = made(name, kind)
    full = sampler.episode(0)
    keep = np.flatnonzero(full.support_y != 1)[:-1]
    episode = Episode(
        full.support_x[keep],
        full.support_y[keep],
        full.query_x,
        full.query_y,
        full.class_names,
        tuple(full.support_items[i] for i in keep),
        full.query_items,
    )
    trace = loop.trace(learner, episode)
    assert np.isfinite(trace["probabilities"]).all()
    if "distances" in trace:
        assert np.isnan(trace["distances"][-1][:, 1]).all()
        assert (trace["probabilities"][-1][:, 1] == 0).all()
        if learner.axis != "inner_step":  # no support item yet, so the answer is uniform
            np.testing.assert_allclose(trace["probabilities"][0], 1 / 3, atol=1e-6)
            assert trace["query_accuracy"][0] == pytest.approx(1 / 3)


@pytest.mark.parametrize(("name", "kind"), TRAINED)
def test_meta_gradients_reach_every_parameter(name: str, kind: str) -> None:
    learner, sampler = made(name, kind)
    learner.train()
    loop.meta_gradient(learner, sampler.batch(0, 4))
    silent = [n for n, p in learner.named_parameters() if p.grad is None or not p.grad.abs().max() > 0]
    assert silent == []


# pretraining does not use the episodes' loss; its tests are in test_pretrained.py
@pytest.mark.parametrize(
    ("name", "kind"),
    [(n, k) for n, k in TRAINED if n not in OWN_UPDATE and not issubclass(learners.ALL[n], Pretrained)],
)
def test_the_meta_gradient_is_that_of_the_meta_loss(name: str, kind: str) -> None:
    learner, sampler = made(name, kind)
    learner.double().train()
    batch = sampler.batch(0, 3)
    expected = torch.autograd.grad(loop.meta_loss(learner, batch), tuple(learner.parameters()))
    loop.meta_gradient(learner, batch)
    for (label, p), e in zip(learner.named_parameters(), expected, strict=True):
        torch.testing.assert_close(p.grad, e, msg=label)


@pytest.mark.quick_cases("matching-point", "maml-curve", "mann", "lstm", "pretrained_nearest-point")
@pytest.mark.parametrize(("name", "kind"), [(n, k) for n, k in TRAINED if k == "curve" or n not in ON_A_PLATEAU])
def test_a_short_training_lowers_the_held_out_loss(name: str, kind: str) -> None:
    learner, sampler = made(name, kind)
    held_out = sampler_of(kind, seed=99)

    def loss() -> float:
        learner.train()
        if isinstance(learner, Pretrained):  # its training objective differs from the episodes' loss
            return float(np.mean([learner.meta_gradient(held_out.batch(i, 4)).loss for i in range(10)]))
        with torch.enable_grad():
            return float(np.mean([loop.meta_loss(learner, held_out.batch(i, 4)).item() for i in range(10)]))

    before = loss()
    for _ in meta_train(learner, sampler, MetaTraining(steps=80, meta_batch_size=4, meta_lr=3e-3)):
        pass
    assert loss() < 0.9 * before


@pytest.mark.parametrize(("name", "kind"), [(n, k) for n, k in PAIRS if not learners.ALL[n].meta_trained])
def test_what_is_not_meta_trained_says_so(name: str, kind: str) -> None:
    learner, sampler = made(name, kind)
    assert not [p for p in learner.parameters() if p.requires_grad]
    with pytest.raises(LearnerError, match="no parameters that an outer loop could train"):
        next(meta_train(learner, sampler, MetaTraining(steps=1)))


@pytest.mark.parametrize("name", [n for n, kind_of in learners.ALL.items() if not kind_of.takes_regression])
def test_classifiers_refuse_regression(name: str) -> None:
    learner = learners.build(name, item_shape=(1,), output_dim=1)
    with pytest.raises(LearnerError, match="cannot take a regression episode"):
        loop.trace(learner, sampler_of("curve").episode(0))


@pytest.mark.parametrize("name", [n for n in learners.ALL if n in NETWORKED])
def test_items_of_another_size_are_one_clear_error(name: str) -> None:
    learner, _ = made(name, "point")
    with pytest.raises(LearnerError, match=r"made for items of shape \(2,\), the episode's are \(1, 16, 16\)"):
        loop.trace(learner, sampler_of("image").episode(0))


@pytest.mark.parametrize(("name", "kind"), PAIRS)
def test_a_checkpoint_makes_the_same_learner_again(name: str, kind: str, tmp_path: Path) -> None:
    learner, sampler = made(name, kind)
    again = checkpoints.load(checkpoints.save(learner, tmp_path / "it.safetensors"))
    assert type(again) is type(learner)
    assert again.hyper == learner.hyper
    assert np.array_equal(loop.predict(again, sampler.episode(1)), loop.predict(learner, sampler.episode(1)))


@pytest.mark.parametrize("name", sorted(NETWORKED))
def test_any_module_serves_as_the_network(name: str, tmp_path: Path) -> None:
    sampler, kind_of = sampler_of("image"), learners.ALL[name]
    known = {"feature_shape": (12,), "output_dim": 3}
    options = {k: v for k, v in known.items() if k in signature(kind_of).parameters}
    network = lambda: nn.Sequential(nn.Flatten(), nn.Linear(256, 3 if kind_of.adapts_head else 12))  # noqa: E731
    learner = kind_of(network(), **options)
    for _ in meta_train(learner, sampler, MetaTraining(steps=2)) if learner.meta_trained else ():
        pass
    again = checkpoints.load(checkpoints.save(learner, tmp_path / "it.safetensors"), network=network())
    assert np.array_equal(loop.predict(again, sampler.episode(0)), loop.predict(learner, sampler.episode(0)))


@pytest.mark.cuda
@pytest.mark.parametrize(("name", "kind"), PAIRS)
def test_on_cuda_it_says_and_learns_the_same(name: str, kind: str) -> None:
    learner, sampler = made(name, kind)
    learner.double()
    found = []
    for device in ("cpu", "cuda"):
        learner.to(device)
        trace = loop.trace(learner.eval(), sampler.episode(0))
        learner.zero_grad()
        loss = loop.meta_gradient(learner.train(), sampler.batch(0, 2)).loss if learner.meta_trained else 0.0
        found.append((trace["outputs"], [p.grad.cpu() for p in learner.parameters() if p.grad is not None], loss))
    (outputs, gradients, loss), (outputs_there, gradients_there, loss_there) = found
    np.testing.assert_allclose(outputs, outputs_there, rtol=1e-6, atol=1e-8)
    assert loss == pytest.approx(loss_there, rel=1e-6)
    for here, there in zip(gradients, gradients_there, strict=True):
        torch.testing.assert_close(here, there, rtol=1e-6, atol=1e-8)


def test_evaluation_is_over_episodes_and_repeats(sampler: EpisodeSampler, kind: str) -> None:
    learner, _ = made("nearest", kind)
    first, again = evaluate(learner, sampler, 12), evaluate(learner, sampler, 12)
    assert np.array_equal(first.per_episode, again.per_episode)
    assert first.half_width == pytest.approx(2.200985 * np.std(first.per_episode, ddof=1) / np.sqrt(12))
    assert first.metric == ("mean squared error" if kind == "curve" else "accuracy")


@pytest.mark.parametrize("name", ALL)
def test_it_says_what_people_call_it_and_how_it_learns(name):
    assert ALL[name].title[0].isupper() or not ALL[name].title[0].isalpha()
    assert ALL[name].family in get_args(Family)


def test_a_class_without_a_title_goes_by_its_own_name():
    class Mine(ALL["protonet"]):
        pass

    assert Mine.title == "Mine"
    assert len({kind.title for kind in ALL.values()}) == len(ALL)
