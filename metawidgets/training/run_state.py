"""The state of a meta-training: it is kept between steps, restored after a failure, and saved so that the training can resume."""

import copy
import json
import math
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch

from metawidgets.errors import CheckpointError
from metawidgets.files.part_files import sweep
from metawidgets.learners.base import Learner
from metawidgets.records import Evaluation, MetaStep
from metawidgets.training import checkpoints

__all__ = ["TrainingRun"]


class TrainingRun:
    """The state of a meta-training between steps, in memory and on disk."""

    def __init__(
        self,
        learner: Learner,
        optimiser: torch.optim.Optimizer,
        plan: dict[str, Any],
        path: Path | None,
        facts: dict[str, Any],
    ) -> None:
        self.learner, self.optimiser, self.plan, self.path, self.facts = learner, optimiser, plan, path, facts
        self.step, self.seconds, self.since_best, self.stopped = 0, 0.0, 0, False
        self.unvalidated: MetaStep | None = None  # the last step, if its validation has not finished
        self.kept: dict[str, Any] | None = None
        self.last_state: dict[str, torch.Tensor] | None = None
        self.best: float | None = None
        self.best_state: dict[str, torch.Tensor] | None = None
        self.validation: dict[str, Any] | None = None

    @property
    def _state_file(self) -> Path | None:
        """The path of the file from which the training resumes."""
        return None if self.path is None else self.path.with_suffix(".training.safetensors")

    def note(self, evaluation: Evaluation) -> bool:
        """Record a validation, and return whether it is the best so far."""
        score = evaluation.mean if evaluation.metric == "accuracy" else -evaluation.mean
        if self.best is not None and not score > self.best:
            self.since_best += 1
            return False
        self.best, self.since_best = score, 0
        self.best_state = _copied(self.learner)
        self.validation = {
            "metric": evaluation.metric,
            "mean": evaluation.mean,
            "half_width": evaluation.half_width,
            "n_episodes": evaluation.n_episodes,
            "step": self.step,
        }
        return True

    def save(self, best: bool) -> None:
        """Save the state from which the training can resume and, if this is the best validation, the learner."""
        if self.path is None or self._state_file is None:
            return
        facts = {
            **self.facts,
            "training": self.plan,
            "steps": self.step,
            "seconds": round(self.seconds, 1),
            "validation": self.validation,
        }
        if best:
            checkpoints.save(self.learner, self.path, **facts)
        tensors = {f"learner.{k}": v for k, v in self.learner.state_dict().items()}
        tensors |= {f"best.{k}": v for k, v in (self.best_state or {}).items()}
        for i, state in self.optimiser.state_dict()["state"].items():  # empty for plain gradient steps
            tensors |= {f"adam.{i}.{k}": v for k, v in state.items() if v is not None}
        tensors["rng"] = torch.get_rng_state()
        progress = {
            "step": self.step,
            "seconds": self.seconds,
            "best": self.best,
            "since_best": self.since_best,
            "stopped": self.stopped,
        }
        checkpoints.write(self._state_file, tensors, checkpoints.card_of(self.learner, **facts, progress=progress))

    def begin(self, resume: bool) -> None:
        """Remove incomplete files of killed runs of this training, and load its last saved state, if there is one.

        Raises:
            CheckpointError: if the saved state cannot be used; learner, optimiser and files stay as they are.
        """
        if self.path is None or self._state_file is None:
            return
        for path in (self.path, self._state_file):
            sweep(path)
            sweep(path.with_suffix(".json"))
        if resume and self._state_file.is_file():
            self._resume(self._state_file)

    def _resume(self, state_file: Path) -> None:
        try:
            tensors, card = checkpoints.read(state_file)
        except CheckpointError as error:
            why = str(error).rpartition(";")[0]
            raise CheckpointError(
                f"this training cannot resume: {why}; restore the file from a copy, or start again with resume=False (--fresh)."
            ) from None
        own = json.loads(json.dumps(checkpoints.card_of(self.learner, training=self.plan)))
        shapes = {f"learner.{name}": value.shape for name, value in self.learner.state_dict().items()}
        # Cards of older versions have extra options, which are ignored.
        hyper = {name: value for name, value in card.get("hyper", {}).items() if name in own["hyper"]}
        saved = {**card, "hyper": hyper}
        if (
            own["training"]["how"].get("schedule") == "constant"
        ):  # more steps, or fewer, change none of the earlier steps
            with suppress(KeyError, TypeError):
                saved["training"] = {
                    **saved["training"],
                    "how": {**saved["training"]["how"], "steps": self.plan["how"]["steps"]},
                }
        if any(saved.get(key) != own[key] for key in ("training", "learner", "hyper", "network")) or shapes != {
            name: value.shape for name, value in tensors.items() if name.startswith("learner.")
        }:
            raise CheckpointError(
                f"{state_file} belongs to a training with other settings; give another checkpoint name or the same settings, "
                "or start again with resume=False (--fresh)."
            )
        before = copy.deepcopy((self.learner.state_dict(), self.optimiser.state_dict(), torch.get_rng_state()))
        try:
            self._restore(tensors, card)
        except Exception as error:  # torch raises various errors for tensors that do not fit
            self.learner.load_state_dict(before[0])
            self.optimiser.load_state_dict(before[1])
            torch.set_rng_state(before[2])
            raise CheckpointError(
                f"{self._state_file} does not hold the state of this training ({error}); "
                "give another checkpoint name, or start again with resume=False (--fresh)."
            ) from None

    def _restore(self, tensors: dict[str, torch.Tensor], card: dict[str, Any]) -> None:
        progress = _checked(card["progress"])
        part = lambda prefix: {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}  # noqa: E731
        adam: dict[int, dict[str, torch.Tensor]] = {}
        for name, value in part("adam.").items():
            i, key = name.split(".", 1)
            adam.setdefault(int(i), {})[key] = value
        _check_moments(self.optimiser, adam)
        best = part("best.") or None
        if best is not None:  # load it to check that it fits; the current state replaces it in the next line
            self.learner.load_state_dict(best)
        self.learner.load_state_dict(part("learner."))
        self.optimiser.load_state_dict({**self.optimiser.state_dict(), "state": adam})
        torch.set_rng_state(tensors["rng"])
        self.best_state, self.validation = best, card.get("validation")
        for name, value in progress.items():
            setattr(self, name, value)

    def restore_best(self) -> None:
        """Give the learner the parameters of the best validation, and keep its last parameters for `reopen`."""
        if self.best_state is not None:
            self.last_state = _copied(self.learner)
            self.learner.load_state_dict(self.best_state)

    def reopen(self) -> None:
        """Undo `restore_best`: give the learner the parameters of the last step."""
        if self.last_state is not None:
            self.learner.load_state_dict(self.last_state)
            self.last_state = None

    def keep(self) -> None:
        """Keep a copy of the current state for `go_back`."""
        self.kept = {
            "learner": _copied(self.learner),
            "adam": copy.deepcopy(self.optimiser.state_dict()),
            "rng": torch.get_rng_state(),
            "progress": (self.step, self.seconds),
        }

    def go_back(self) -> None:
        """Return to the state that was kept last, if there is one."""
        if self.kept is not None:
            self.learner.load_state_dict(self.kept["learner"])
            self.optimiser.load_state_dict(copy.deepcopy(self.kept["adam"]))
            torch.set_rng_state(self.kept["rng"])
            self.step, self.seconds = self.kept["progress"]


def _copied(learner: Learner) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in learner.state_dict().items()}


def _checked(progress: Any) -> dict[str, Any]:
    """Check the progress of a saved training, and return it.

    Raises:
        ValueError: if `progress` does not have the form that `save` writes.
    """
    kinds: dict[str, Any] = {
        "step": int,
        "seconds": int | float,
        "best": int | float,
        "since_best": int,
        "stopped": bool,
    }
    if not isinstance(progress, dict) or set(progress) != set(kinds):
        raise ValueError("its progress does not have the fields of a training")
    for name, kind in kinds.items():
        value: Any = progress[name]
        # None: no validation yet; -inf: a validation with an infinite error
        if name == "best" and (value is None or value == -math.inf):
            continue
        low = -math.inf if name == "best" else 0
        right = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
        if not right or not low <= value < math.inf:
            raise ValueError(f"its {name} is {value!r}")
    return progress


def _check_moments(optimiser: torch.optim.Optimizer, adam: dict[int, dict[str, torch.Tensor]]) -> None:
    """Check the shapes of Adam's moments, since Adam itself accepts any tensors and fails only at the next step.

    Raises:
        ValueError: if the shapes do not match the parameters.
    """
    parameters = [p for group in optimiser.param_groups for p in group["params"]]
    for i, state in adam.items():
        like = {"step": torch.Size([]), "exp_avg": parameters[i].shape, "exp_avg_sq": parameters[i].shape}
        if i < 0 or {name: value.shape for name, value in state.items()} != like:
            raise ValueError(f"Adam's moments of parameter {i} have the wrong shape")
