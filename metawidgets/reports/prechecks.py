"""Checks of what a report's parameters name and ask for, made before a kernel starts: it takes seconds to start and may run for hours."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metawidgets import datasets
from metawidgets.episodes import EpisodeSampler, TaskSource
from metawidgets.errors import CheckpointError, DatasetError, LearnerError, ParameterError, ReportError
from metawidgets.files.paths import is_file

if TYPE_CHECKING:
    from metawidgets.learners import Learner

__all__ = ["Prechecks"]

_FOR_CURVES = 5  # support points where inner_loop is asked for no number


@dataclass
class Prechecks:
    """Checks of datasets, learners, checkpoints, their options, and the size of episodes. Each is made once, however many reports need it.

    Args:
        ours: whether the report is one of ours. The parameters of other notebooks are not checked, since their names may mean anything.
        local: whether the report runs on this machine. A sweep's workers may have files that this machine lacks; then files that
            are not here are not checked. Nor is a learner tried on an episode, which takes a while for each of many reports.
    """

    ours: bool
    local: bool = True
    _done: dict[str, Any] = field(default_factory=dict, repr=False)

    def check(self, values: Mapping[str, Any]) -> None:
        """Check the parameters of a report.

        Raises:
            MetawidgetsError: if a dataset, one of its options, a learner or a checkpoint is unknown or cannot be read, if the
                dataset has too few classes or items for an episode, or if the learner cannot take such an episode.
        """
        if self.ours:  # the seed, which most sweeps vary, changes nothing here
            seedless = {name: value for name, value in values.items() if name != "seed"}
            self._once(["report", seedless], lambda: self._check(values))

    def _check(self, values: Mapping[str, Any]) -> None:
        if values.get("sweep") and not is_file(Path(values["sweep"], "results.parquet")):
            raise ReportError(
                f"there are no collected results in {values['sweep']}; `metawidgets sweep summary` collects a sweep's."
            )
        # TOML has no null: an empty text means no checkpoint
        checkpoint = values.get("checkpoint") or None
        card = self._once(["card", checkpoint], lambda: self._card(checkpoint)) if checkpoint else {}
        for name in values.get("learners") or ():
            self._once(["learners", name], lambda name=name: self._known(name))
        reference = values.get("reference")
        if reference is not None and reference not in values["learners"]:
            listed = ", ".join(values["learners"])
            raise ParameterError(f"reference={reference!r} is none of the learners; give one of {listed}.")
        if "learner" in values and not checkpoint:
            self._once(["learner", values["learner"]], lambda: _known_method(values["learner"]))
        if "dataset" in values:
            self._check_episodes(values, checkpoint, card)

    def _check_episodes(self, values: Mapping[str, Any], checkpoint: str | None, card: Mapping[str, Any]) -> None:
        trained_on = card.get("data", {})
        name = values["dataset"] or trained_on.get("dataset", "glyphs")
        own = trained_on.get("options", {}) if trained_on.get("dataset") == name else {}
        options = {**own, **(values.get("dataset_options") or {})}
        source = self._source(name, options, values["split"])
        if source is None:
            return
        shots = values.get("shots") or []
        k_shot = values["k_shot"] or (_FOR_CURVES if source.is_regression else 1)
        k_shot = max([k_shot, *(shots[:2] if values["smoke"] else shots)])
        size = {"n_way": values["n_way"], "k_shot": k_shot, "n_query": values["n_query"]}
        sampler = EpisodeSampler(source, **size)
        if values.get("transfer"):
            self._check_transfer(values["transfer"], sampler, size)
        if "learner" in values and not checkpoint:
            method, its_options = values["learner"], values["learner_options"]
            what = ["built", name, options, method, its_options, values["n_way"]]
            learner = self._once(what, lambda: self._built(method, its_options, sampler))
            train = self._source(name, options, "train") if learner.meta_trained else None
            if train is not None:
                n_way = values["train_way"] or values["n_way"]
                EpisodeSampler(train, n_way=n_way, k_shot=k_shot, n_query=min(values["n_query"], 5))
        elif self.local:
            from metawidgets.reports.report_learners import report_learner, report_learners  # torch loads slowly

            if checkpoint:
                report_learner(checkpoint, sampler.episode(0))
            else:  # some may be unable to take the episodes, and the report says why; but not all
                report_learners(values["learners"], sampler.episode(0))

    def _check_transfer(self, name: str, sampler: EpisodeSampler, size: Mapping[str, Any]) -> None:
        """Check that the other dataset has episodes of the same form."""
        other = self._source(name, {}, "all")
        if other is None:
            return
        mine, its = sampler.episode(0).item_shape, EpisodeSampler(other, **size).episode(0).item_shape
        if its != mine:
            raise ParameterError(
                f"transfer={name!r} has items of shape {its}, but the learner takes {mine}; give a dataset with such items."
            )

    def _once(self, what: list[Any], make: Callable[[], Any]) -> Any:
        """Return what `make` returned when it was first called for the same thing."""
        key = json.dumps(what, sort_keys=True, default=str)
        if key not in self._done:
            self._done[key] = make()
        return self._done[key]

    def _known(self, name: str) -> None:
        from metawidgets.reports.report_learners import expect_known  # torch loads slowly

        if self.local or Path(name).suffix != ".safetensors" or is_file(name):
            expect_known(name)

    def _card(self, checkpoint: str) -> Mapping[str, Any]:
        from metawidgets import trained  # torch loads slowly

        try:
            return trained.card(checkpoint)
        except CheckpointError:
            if self.local or Path(checkpoint).suffix != ".safetensors" or is_file(checkpoint):
                raise
            return {}

    def _source(self, name: str, options: Mapping[str, Any], split: Any) -> TaskSource | None:
        """Return the source of a dataset's split; `None` if the workers of a sweep must have it and this machine need not."""

        def make() -> TaskSource | None:
            dataset = datasets.load(name, **options)
            downloaded = name == "omniglot" and not options.get("root")
            if not self.local and downloaded and "METAWIDGETS_OMNIGLOT" not in os.environ:
                return None
            try:
                return dataset.source(split)
            except DatasetError:
                if not self.local and (downloaded or options.get("root") or options.get("path")):
                    return None
                raise

        return self._once(["source", name, options, split], make)

    def _built(self, name: str, options: Mapping[str, Any], sampler: EpisodeSampler) -> "Learner":
        # torch loads slowly
        from metawidgets import learners
        from metawidgets.training.evaluation import score

        episode = sampler.episode(0)
        learner = learners.build(name, item_shape=episode.item_shape, output_dim=episode.output_dim, **options)
        if self.local:
            score(learner.eval(), episode)  # raises if the learner cannot take the episode
        return learner


def _known_method(name: str) -> None:
    from metawidgets import learners  # torch loads slowly

    try:
        learners.find(name)
    except LearnerError as error:
        raise ParameterError(str(error).replace("unknown learner", "there is no learner", 1)) from None
