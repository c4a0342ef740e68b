"""The learners of a report, by name: those that can take its episodes, and the reasons why the others cannot."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metawidgets.episodes import Episode, TaskSource
from metawidgets.errors import LearnerError, MetawidgetsError, ReportError
from metawidgets.reports.overlap import overlap

if TYPE_CHECKING:
    from metawidgets.learners import Learner

__all__ = ["ReportLearner", "ReportLearners", "expect_known", "report_learner", "report_learners"]


@dataclass(frozen=True, eq=False)
class ReportLearner:
    """A learner that takes part in a report.

    Args:
        name: the displayed name.
        learner: the learner, in evaluation mode.
        card: the card of the learner's checkpoint; empty if the learner was made for this report, untrained.
    """

    name: str
    learner: "Learner"
    card: Mapping[str, Any]

    @property
    def n_parameters(self) -> int:
        """The number of parameters that training sets."""
        return sum(p.numel() for p in self.learner.parameters())

    @property
    def origin(self) -> str:
        """The origin of the learner's parameters, as text."""
        if self.card:
            trained_on = self.card.get("data", {}).get("dataset", "data that its card does not name")
            return f"trained for {self.card.get('steps', '?'):,} steps on {trained_on}"
        return "made here, not trained" if self.learner.meta_trained else "has nothing to train"

    def warning(self, source: TaskSource) -> str:
        """Return a sentence on the classes of `source` that the learner was trained on; '' if it was trained on none of them."""
        return overlap(self.card, source) if self.card and self.learner.meta_trained else ""


@dataclass(frozen=True, eq=False)
class ReportLearners:
    """The learners that take part, by name, and the reasons why the others do not."""

    taking_part: Mapping[str, ReportLearner]
    refused: Mapping[str, str]

    @property
    def learners(self) -> "dict[str, Learner]":
        """The learners by name, as instruments take them."""
        return {name: one.learner for name, one in self.taking_part.items()}


def expect_known(name: str) -> None:
    """Check that a learner of that name exists, without building it.

    Raises:
        LearnerError: if it is neither a trained learner, a .safetensors file, nor a learner that can be made.
        CheckpointError: if the file is missing, damaged or no checkpoint.
    """
    # torch loads slowly
    from metawidgets import learners, trained
    from metawidgets.learners.imported import is_import_path, plugins

    if name in learners.ALL:
        return
    if is_import_path(name) or name in plugins():
        learners.find(name)
        return
    if name not in trained.names() and Path(name).suffix != ".safetensors":
        near = get_close_matches(name, [*trained.names(), *learners.ALL], 1)
        cure = "give one that `metawidgets trained` lists, a .safetensors file, or your own as package.module:Class."
        raise LearnerError(f"there is no learner {name!r}; {f'did you mean {near[0]!r}?' if near else cure}")
    trained.card(name)


def report_learner(name: str, episode: Episode, *, seed: int = 0) -> ReportLearner:
    """Return the learner of that name, and check that it can take the episode.

    Args:
        name: a trained learner (`metawidgets trained`), a .safetensors file, or a learner (`metawidgets learners`, or
            your own as `package.module:Class`). The last is made for the episode's items and not trained.
        seed: seed of the parameters of a learner that is made here.

    Raises:
        MetawidgetsError: if the learner is unknown, or cannot take the episode.
    """
    # torch loads slowly, and all of these load it
    import torch

    from metawidgets import learners, trained
    from metawidgets.learners.imported import is_import_path, plugins
    from metawidgets.training.evaluation import score

    expect_known(name)
    if name in learners.ALL or is_import_path(name) or name in plugins():
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            learner = learners.build(name, item_shape=episode.item_shape, output_dim=episode.output_dim).eval()
        found = ReportLearner(name, learner, {})
    else:
        learner = trained.load(name)
        found = ReportLearner(Path(name).stem if name.endswith(".safetensors") else name, learner, learner.card)
    score(found.learner, episode)  # raises if the learner cannot take the episode
    return found


def report_learners(names: Iterable[str], episode: Episode, *, seed: int = 0) -> ReportLearners:
    """Return the learners that can take the episode, and the reasons why the others are left out.

    Raises:
        LearnerError: if there is no learner of one of these names.
        CheckpointError: if a file is missing, damaged or no checkpoint.
        ReportError: if no learner can take the episode.
    """
    taking_part: dict[str, ReportLearner] = {}
    refused: dict[str, str] = {}
    names = list(dict.fromkeys(names))
    for name in names:
        expect_known(name)  # a misspelt name is a mistake, and no reason to compare the others
    for name in names:
        try:
            found = report_learner(name, episode, seed=seed)
        except MetawidgetsError as error:
            refused[name] = str(error)
            continue
        label = found.name if found.name not in taking_part else name  # two files in two folders may share a name
        taking_part[label] = ReportLearner(label, found.learner, found.card)
    if not taking_part:
        reasons = " ".join(f"{name}: {reason}" for name, reason in refused.items())
        raise ReportError(
            f"no learner can take these episodes. {reasons}" if refused else "learners=[] is empty; name one."
        )
    return ReportLearners(taking_part, refused)
