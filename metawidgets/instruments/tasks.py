"""The task distribution: tasks of a distribution that shifts away from training, and learners' losses on these tasks."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metawidgets.datasets import Dataset
from metawidgets.episodes import Episode
from metawidgets.errors import DatasetError

if TYPE_CHECKING:
    from metawidgets.learners import Learner
    from metawidgets.widgets import Selection, TaskDistribution

__all__ = ["task_distribution"]


def task_distribution(
    dataset: Dataset,
    learners: "Learner | Sequence[Learner] | Mapping[str, Learner]" = (),
    changes: Mapping[str, float] | None = None,
    *,
    selection: "Selection | None" = None,
    **options: Any,
) -> "TaskDistribution":
    """Show tasks of a dataset as its options move away from the training distribution, with the learners' losses on them.

    Args:
        learners: one learner, several, or a mapping from names to learners. If the dataset has classes and the first learner
            has prototypes, its embeddings place the tasks on the map.
        changes, options: as in `TaskDistribution` (n_shifts, n_tasks, n_way, k_shot, n_query, seed).
        selection: a selection that other components share.

    Raises:
        LearnerError: if a learner cannot take such episodes.
        DatasetError, EpisodeError: as in `TaskDistribution`.
    """
    # torch and ipywidgets load slowly
    from metawidgets.learners.argument_checks import named_learners
    from metawidgets.learners.loop import trace
    from metawidgets.widgets import TaskDistribution

    if not isinstance(dataset, Dataset):
        cure = f"datasets.load({dataset!r})" if isinstance(dataset, str) else "datasets.load('sinusoids')"
        raise DatasetError(f"a dataset is needed here, not {dataset!r}; give one, for example {cure}.")
    named = named_learners(learners, "task_distribution") if learners != () else {}

    def adapted(episode: Episode) -> dict[str, Any]:
        return {name: trace(learner, episode)["query_loss"] for name, learner in named.items()}

    def embed(episode: Episode) -> Any:
        return trace(embedding[0], episode)["prototypes"][-1].mean(0)  # as in analysis.task_embedding

    embedding = [each for each in list(named.values())[:1] if "prototypes" in each.channels]
    embeds = bool(embedding) and not dataset.source("train").is_regression
    return TaskDistribution(
        dataset,
        changes,
        adapted=adapted if named else None,
        embed=embed if embeds else None,
        selection=selection,
        **options,
    )
