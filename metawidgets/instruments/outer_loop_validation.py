"""The default validation of the outer-loop monitor. It only draws a curve, and does not affect the training."""

import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from metawidgets.analysis import interval_note
from metawidgets.datasets import validation_source
from metawidgets.episodes import ClassPool, EpisodeSampler
from metawidgets.errors import EpisodeError
from metawidgets.training.control import MetaControl, Stopped

if TYPE_CHECKING:
    from metawidgets.learners import Learner
    from metawidgets.records import Evaluation, MetaStep
    from metawidgets.training import MetaTraining

__all__ = ["DefaultValidation", "default_validation", "few_episodes"]

_EPISODES = 20  # per validation: enough for a rough confidence interval, and quick
_TIMES = 15  # validations in a training, approximately
_SEED = 7  # added to the sampler's seed


@dataclass
class DefaultValidation:
    """A validation without effect on the training: it keeps no best parameters and restores the random state.

    Args:
        sampler: draws the episodes, the same each time.
        every: outer steps between two validations; another one follows the last step.
        about: a sentence that describes the validation.
    """

    sampler: EpisodeSampler
    every: int
    about: str
    _best: float = -math.inf

    def watch(
        self, learner: "Learner", steps: "Generator[MetaStep, None, None]", control: MetaControl
    ) -> "Iterator[MetaStep]":
        """Yield the training steps, each with its evaluation if one is due. An evaluation that was stopped is left out."""
        try:
            for step in steps:
                if step.step == 1:
                    self._best = -math.inf
                due = step.step % self.every == 0 or step.step >= (control.steps or math.inf)
                found = self._evaluated(learner, control) if due else None
                yield step if found is None else self._noted(step, found)
        finally:
            steps.close()

    def _evaluated(self, learner: "Learner", control: MetaControl) -> "Evaluation | None":
        # torch loads slowly
        import torch

        from metawidgets.training.evaluation import evaluate

        random = torch.get_rng_state()  # random numbers drawn here must not change the training
        try:
            return evaluate(learner, self.sampler, _EPISODES, progress=lambda *_: control.check())
        except Stopped:  # the outer step itself is complete
            return None
        finally:
            torch.set_rng_state(random)

    def _noted(self, step: "MetaStep", found: "Evaluation") -> "MetaStep":
        score = found.mean if found.metric == "accuracy" else -found.mean
        is_best = score > self._best
        self._best = max(self._best, score)
        return replace(step, validation=found, is_best=is_best)


def default_validation(sampler: EpisodeSampler, how: "MetaTraining") -> DefaultValidation | None:
    """Return a validation on classes or functions that are not used for training; `None` if the source has no validation split."""
    source, spec = validation_source(sampler.source), sampler.spec
    if source is None:
        return None
    size: dict[str, Any] = {"k_shot": spec.k_shot, "n_query": spec.n_query, "seed": sampler.seed + _SEED}
    try:
        found = EpisodeSampler(source, n_way=spec.n_way, **size)
    except EpisodeError:  # the validation split is too small for such episodes
        return None
    # The validation adapts to at most half as many episodes as the training.
    every = max(1, round(how.steps / _TIMES), math.ceil(2 * _EPISODES / how.meta_batch_size))
    what = (
        f"the validation split of {source.name}" if isinstance(source, ClassPool) else f"other draws of {source.name}"
    )
    when = "at the end" if every >= how.steps else f"every {every:,} outer steps and at the end"
    return DefaultValidation(
        found,
        every,
        f"Validation on {_EPISODES} episodes of {what}, {when}; the training does not depend on it.{few_episodes(_EPISODES)}",
    )


def few_episodes(n: int) -> str:
    """Return a sentence, after a space, if an interval over so many episodes is rough or does not exist; else ""."""
    note = interval_note(n)
    return f" {note[0].upper()}{note[1:]}." if note else ""
