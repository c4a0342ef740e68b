"""Checks of the datasets and learners that a report's parameters name, made before a kernel starts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from metawidgets import datasets
from metawidgets.errors import CheckpointError, ParameterError, did_you_mean

__all__ = ["NameChecks"]


@dataclass
class NameChecks:
    """A check that the named datasets and learners exist. Each name is checked once, however many reports use it.

    Args:
        ours: whether the report is one of ours. The parameters of other notebooks are not checked, since their names may mean anything.
    """

    ours: bool
    _seen: set[tuple[str, ...]] = field(default_factory=set, repr=False)

    def check(self, values: Mapping[str, Any]) -> None:
        """Look up the names among a report's parameters.

        Raises:
            MetawidgetsError: if a dataset, one of its options, a learner or a checkpoint is unknown.
        """
        if not self.ours:
            return
        dataset, checkpoint = values.get("dataset"), values.get("checkpoint")
        options = values.get("dataset_options") or {}
        options_text = json.dumps(options, sort_keys=True) if options else ""
        if dataset is not None and self._is_new("dataset", dataset, options_text):
            datasets.load(dataset, **options)
        if checkpoint:  # TOML has no null: an empty text means no checkpoint
            if self._is_new("checkpoint", checkpoint):
                _known_checkpoint(checkpoint)
        elif "learner" in values and self._is_new("learner", values["learner"]):
            _known_learner(values["learner"])
        for name in values.get("learners") or ():
            if self._is_new("learners", name):
                _known_learner(name, or_checkpoint=True)

    def _is_new(self, *what: str) -> bool:
        new = what not in self._seen
        self._seen.add(what)
        return new


def _known_checkpoint(name: str) -> None:
    from metawidgets import trained  # torch loads slowly

    # The worker may have a file that this machine lacks, so only the suffix is checked.
    if Path(name).suffix != ".safetensors" and name not in trained.names():
        raise CheckpointError(
            f"there is no trained learner {name!r}; `metawidgets trained` lists them, or give a .safetensors file."
        )


def _known_learner(name: str, *, or_checkpoint: bool = False) -> None:
    from metawidgets import learners, trained  # torch loads slowly

    if name in learners.ALL or (or_checkpoint and (name in trained.names() or Path(name).suffix == ".safetensors")):
        return
    raise ParameterError(f"there is no learner {name!r}; {did_you_mean(name, learners.ALL)}")
