"""The learners of a report, by name: which of them can take its episodes, and in one sentence why the others cannot."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metawidgets.episodes import Episode
from metawidgets.errors import LearnerError, MetawidgetsError, ReportError
from metawidgets.sampling import TaskSource

if TYPE_CHECKING:
    from metawidgets.learners import Learner

__all__ = ["Entrant", "Entrants", "entrant", "entrants"]


@dataclass(frozen=True, eq=False)
class Entrant:
    """One learner that takes part.

    Args:
        name: what it is shown under. learner: itself, in evaluation mode. card: its checkpoint's card; empty if it was made
            here, untrained.
    """

    name: str
    learner: "Learner"
    card: Mapping[str, Any]

    @property
    def n_parameters(self) -> int:
        """How many numbers training has set, or would set."""
        return sum(p.numel() for p in self.learner.parameters())

    @property
    def origin(self) -> str:
        """Where it comes from, in words."""
        if self.card:
            trained_on = self.card.get("data", {}).get("dataset", "data that its card does not name")
            return f"trained for {self.card.get('steps', '?'):,} steps on {trained_on}"
        return "made here, not trained" if self.learner.meta_trained else "has nothing to train"

    def warning(self, source: TaskSource) -> str:
        """What it has seen of `source` in its training, in one sentence; '' if nothing."""
        from metawidgets.reports.overlap import overlap

        return overlap(self.card, source) if self.card and self.learner.meta_trained else ""


@dataclass(frozen=True, eq=False)
class Entrants:
    """Those that take part, by name, and of the others the reasons."""

    taking_part: Mapping[str, Entrant]
    refused: Mapping[str, str]

    @property
    def learners(self) -> "dict[str, Learner]":
        """By name, as the instruments take them."""
        return {name: one.learner for name, one in self.taking_part.items()}


def entrant(name: str, episode: Episode, *, seed: int = 0) -> Entrant:
    """The learner of that name, which has answered the episode.

    Args:
        name: a trained learner (`metawidgets trained`), a file of one's own, or a learner (`metawidgets learners`), which is
            then made for the episode's items and not trained.
        seed: of the parameters of one that is made here.

    Raises:
        MetawidgetsError: if there is none, or it cannot take the episode.
    """
    import torch

    from metawidgets import learners, trained
    from metawidgets.evaluation import score

    if name in learners.ALL:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            learner = learners.build(name, item_shape=episode.item_shape, output_dim=episode.output_dim).eval()
        found = Entrant(name, learner, {})
    elif name in trained.names() or Path(name).suffix == ".safetensors":
        learner = trained.load(name)
        found = Entrant(Path(name).stem if name.endswith(".safetensors") else name, learner, learner.card)
    else:
        near = get_close_matches(name, [*trained.names(), *learners.ALL], 1)
        cure = (
            f"did you mean {near[0]!r}?"
            if near
            else "give one that `metawidgets trained` lists, or a .safetensors file."
        )
        raise LearnerError(f"there is no learner {name!r}; {cure}")
    score(found.learner, episode)  # says in one sentence why, if it cannot take it
    return found


def entrants(names: Iterable[str], episode: Episode, *, seed: int = 0) -> Entrants:
    """All that can take the episode. One that cannot, or that is not known, is left out with its reason.

    Raises:
        ReportError: if none is left.
    """
    taking_part: dict[str, Entrant] = {}
    refused: dict[str, str] = {}
    for name in dict.fromkeys(names):
        try:
            found = entrant(name, episode, seed=seed)
        except MetawidgetsError as error:
            refused[name] = str(error)
            continue
        label = found.name if found.name not in taking_part else name  # two files of one name, in two folders
        taking_part[label] = Entrant(label, found.learner, found.card)
    if not taking_part:
        reasons = " ".join(f"{name}: {reason}" for name, reason in refused.items())
        raise ReportError(f"no learner can take these episodes. {reasons}" if refused else "learners=[] names none.")
    return Entrants(taking_part, refused)
