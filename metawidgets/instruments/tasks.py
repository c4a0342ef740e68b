"""A distribution of tasks, with the learners that were trained on it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metawidgets.datasets import Dataset
from metawidgets.episodes import Episode

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
    """Tasks of a dataset as it moves away from what the learners were trained on, with their loss on them.

    Args:
        learners: one, several, or a mapping from the names to show; a learner with embeddings gives tasks their places if
            classes are drawn and it is the first.
        changes, options: as `TaskDistribution` takes them (n_shifts, n_tasks, n_way, k_shot, n_query, seed).

    Raises:
        LearnerError: if a learner cannot take such episodes.
        DatasetError, EpisodeError: as `TaskDistribution`.
    """
    from metawidgets.errors import DatasetError
    from metawidgets.learners import Learner
    from metawidgets.learners.expected import expect_learner
    from metawidgets.learners.loop import trace
    from metawidgets.widgets import TaskDistribution

    if not isinstance(dataset, Dataset):
        cure = f"datasets.load({dataset!r})" if isinstance(dataset, str) else "datasets.load('sinusoids')"
        raise DatasetError(f"a dataset is needed here, not {dataset!r}; give one, as {cure} does.")
    several = [learners] if isinstance(learners, Learner) else learners
    named = dict(several) if isinstance(several, Mapping) else {type(each).__name__: each for each in several}

    for learner in named.values():
        expect_learner(learner)

    def adapted(episode: Episode) -> dict[str, Any]:
        return {name: trace(learner, episode)["query_loss"] for name, learner in named.items()}

    def embed(episode: Episode) -> Any:
        return trace(embedding[0], episode)["prototypes"][-1].mean(0)  # as analysis.task_embedding has it

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
