"""The outer loop: it learns, it stops early if told to, and a killed and resumed training ends like an uninterrupted training."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from metawidgets import learners
from metawidgets.episodes import EpisodeSampler
from metawidgets.errors import CheckpointError, EpisodeError, LearnerError
from metawidgets.learners import loop
from metawidgets.training import MetaTraining, checkpoints, meta_train
from metawidgets.training.evaluation import evaluate
from tests.learners.conftest import blob_pool, sampler_of

HOW = MetaTraining(steps=12, meta_batch_size=2, schedule="cosine", validate_every=3, n_validation=6)


def parts() -> tuple[learners.Learner, EpisodeSampler, EpisodeSampler]:
    pool = blob_pool("image", classes=12)
    train, validation = pool.subset(range(8)), pool.subset(range(8, 12))
    torch.manual_seed(0)
    learner = learners.build("protonet", item_shape=(1, 16, 16), output_dim=3, width=4)
    a, b = (EpisodeSampler(p, n_way=3, k_shot=2, n_query=4) for p in (train, validation))
    return learner, a, b


def train(path: Path | None = None, **changes: Any) -> tuple[learners.Learner, list[Any]]:
    learner, sampler, validation = parts()
    how = MetaTraining(**{**HOW.__dict__, **changes})
    return learner, list(meta_train(learner, sampler, how, validation=validation, checkpoint=path))


def equal(a: learners.Learner, b: learners.Learner) -> bool:
    return all(torch.equal(v, b.state_dict()[k]) for k, v in a.state_dict().items())


def test_each_step_is_recorded() -> None:
    _, steps = train()
    assert [s.step for s in steps] == list(range(1, 13))
    assert [s.episodes for s in steps] == list(range(2, 26, 2))
    assert [s.step for s in steps if s.validation is not None] == [3, 6, 9, 12]
    assert all(s.gradient_norm > 0 and np.isfinite(s.loss) for s in steps)
    assert steps[0].meta_lr == pytest.approx(1e-3)
    assert steps[6].meta_lr == pytest.approx(5e-4)  # halfway down the cosine
    assert (np.diff([s.seconds for s in steps]) > 0).all()


def test_an_update_is_adams() -> None:
    learner, sampler, _ = parts()
    twin, _, _ = parts()
    next(meta_train(learner, sampler, MetaTraining(steps=5, meta_batch_size=2)))
    twin.train()
    optimiser = torch.optim.Adam(twin.parameters(), lr=1e-3)
    loop.meta_loss(twin, sampler.batch(0, 2)).backward()
    optimiser.step()
    for (name, p), q in zip(learner.named_parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(p, q, msg=name)


def test_a_plain_outer_step_moves_against_the_gradient_at_a_rate_that_falls_linearly() -> None:
    learner, sampler, _ = parts()
    twin, _, _ = parts()
    how = MetaTraining(steps=4, meta_batch_size=2, meta_lr=0.5, outer="plain", schedule="linear")
    rates = [step.meta_lr for step in meta_train(learner, sampler, how)]
    assert rates == [0.5, 0.375, 0.25, 0.125]
    twin.train()
    for i, rate in enumerate(rates):
        twin.zero_grad()
        loop.meta_gradient(twin, sampler.batch(i, 2))
        with torch.no_grad():
            for p in twin.parameters():
                p.sub_(p.grad, alpha=rate)  # pyright: ignore[reportArgumentType]
    for (name, p), q in zip(learner.named_parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(p, q, msg=name)


def test_a_broken_training_of_plain_steps_goes_on_as_if_unbroken(tmp_path: Path) -> None:
    plain = {"outer": "plain", "meta_lr": 0.3, "schedule": "linear"}
    whole, steps = train(**plain)
    learner, sampler, validation = parts()
    how = MetaTraining(**{**HOW.__dict__, **plain})
    begun = meta_train(learner, sampler, how, validation=validation, checkpoint=tmp_path / "c.safetensors")
    first = [next(begun).loss for _ in range(7)]
    begun.close()
    resumed, rest = train(tmp_path / "c.safetensors", **plain)
    assert first[:6] + [s.loss for s in rest] == [s.loss for s in steps]
    assert equal(whole, resumed)


def test_long_gradients_are_clipped() -> None:
    learner, sampler, _ = parts()
    free = next(meta_train(learner, sampler, MetaTraining(steps=1, meta_batch_size=2)))
    learner, sampler, _ = parts()
    clipped = next(meta_train(learner, sampler, MetaTraining(steps=1, meta_batch_size=2, clip_norm=1e-3)))
    assert clipped.gradient_norm == pytest.approx(free.gradient_norm)  # the norm before clipping
    length = torch.sqrt(sum(p.grad.square().sum() for p in learner.parameters() if p.grad is not None))  # pyright: ignore
    assert length.item() == pytest.approx(1e-3, rel=1e-3)


@pytest.mark.parametrize("kept", [1, 5, 7, 12])
def test_a_broken_training_goes_on_as_if_unbroken(kept: int, tmp_path: Path) -> None:
    whole, steps = train()
    learner, sampler, validation = parts()
    begun = meta_train(learner, sampler, HOW, validation=validation, checkpoint=tmp_path / "c.safetensors")
    first = [next(begun) for _ in range(kept)]
    begun.close()
    resumed, rest = train(tmp_path / "c.safetensors")
    saved = kept // 3 * 3
    assert [s.loss for s in first[:saved]] + [s.loss for s in rest] == [s.loss for s in steps]
    assert equal(whole, resumed)


def test_the_best_validation_is_kept(tmp_path: Path) -> None:
    learner, steps = train(tmp_path / "c.safetensors", steps=30)
    scores = {s.step: s.validation.mean for s in steps if s.validation is not None}
    best = max(scores, key=lambda step: (scores[step], -step))
    assert [s.step for s in steps if s.is_best][-1] == best
    card = checkpoints.load(tmp_path / "c.safetensors").card
    assert (card["steps"], card["validation"]["mean"]) == (best, scores[best])
    _, _, validation = parts()
    assert evaluate(learner, validation, 6).mean == scores[best]


def test_patience_stops_early_and_stays_stopped(tmp_path: Path) -> None:
    _, steps = train(tmp_path / "c.safetensors", steps=300, validate_every=1, patience=4)
    assert steps[-1].step < 300
    assert not any(s.is_best for s in steps[-4:])
    assert train(tmp_path / "c.safetensors", steps=300, validate_every=1, patience=4)[1] == []


def test_other_settings_are_not_mixed_in(tmp_path: Path) -> None:
    train(tmp_path / "c.safetensors")
    with pytest.raises(CheckpointError, match="belongs to a training with other settings"):
        train(tmp_path / "c.safetensors", meta_lr=0.5)


def test_shared_classes_are_refused() -> None:
    learner, sampler, _ = parts()
    with pytest.raises(EpisodeError, match="is in both train and validation"):
        next(meta_train(learner, sampler, HOW, validation=sampler))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"steps": 0}, "steps=0 is not valid"),
        ({"steps": 1, "meta_lr": -1.0}, "meta_lr=-1.0"),
        ({"steps": 1, "schedule": "step"}, "unknown schedule='step'"),
        ({"steps": 1, "outer": "sgd"}, "unknown outer='sgd'; give 'adam', 'adamw' or 'plain'"),
    ],
)
def test_bad_settings(options: dict[str, Any], message: str) -> None:
    with pytest.raises(LearnerError, match=message):
        MetaTraining(**options)


def test_a_diverging_training_says_so() -> None:
    sampler = sampler_of("curve")
    learner = learners.build("maml", item_shape=(1,), output_dim=1, inner_lr=1e6, inner_steps=8)
    with pytest.raises(LearnerError, match=r"the meta-gradient at step 1 is .*lower meta_lr"):
        next(meta_train(learner, sampler, MetaTraining(steps=1)))


def test_checkpoint_and_card_there_and_back(tmp_path: Path) -> None:
    learner, _, validation = parts()
    path = checkpoints.save(learner, tmp_path / "deep" / "c.safetensors", data={"name": "squares"}, seed=3)
    again = checkpoints.load(path)
    assert equal(learner, again)
    assert not again.training
    assert (again.card["data"], again.card["seed"], again.card["statistics"]) == ({"name": "squares"}, 3, "running")
    assert json.loads(path.with_suffix(".json").read_text()) == again.card
    np.testing.assert_array_equal(
        loop.predict(learner, validation.episode(0)), loop.predict(again, validation.episode(0))
    )


def test_checkpoints_that_cannot_be_trusted(tmp_path: Path) -> None:
    learner, _, _ = parts()
    path = checkpoints.save(learner, tmp_path / "c.safetensors")
    whole = path.read_bytes()
    path.write_bytes(whole[:-40])
    with pytest.raises(CheckpointError, match="truncated, altered or not a metawidgets checkpoint"):
        checkpoints.load(path)
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(CheckpointError, match="sha256 differs"):
        checkpoints.load(path)
    path.write_bytes(b"\xff" * 8 + whole[8:])  # a header that claims to be longer than the file
    with pytest.raises(CheckpointError, match="truncated, altered or not a metawidgets checkpoint"):
        checkpoints.load(path)
    with pytest.raises(CheckpointError, match="there is no checkpoint"):
        checkpoints.load(tmp_path / "absent.safetensors")
    tensors, card = checkpoints.read(checkpoints.save(learner, tmp_path / "d.safetensors"))
    with pytest.raises(
        CheckpointError, match="holds a 'ProtoNets', which is not a known learner; did you mean 'ProtoNet'"
    ):
        checkpoints.load(checkpoints.write(tmp_path / "e.safetensors", tensors, {**card, "learner": "ProtoNets"}))
    with pytest.raises(CheckpointError, match="does not fit the learner"):
        checkpoints.load(checkpoints.write(tmp_path / "f.safetensors", {}, card))


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CheckpointError, match="cannot write the checkpoint"):
        checkpoints.save(parts()[0], tmp_path / "file" / "c.safetensors")
