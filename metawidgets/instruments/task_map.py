"""The task map: tasks embedded by a learner, with the similarity of every pair."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from metawidgets.analysis import class_means, cosine_similarity, nearest_prototype_distance
from metawidgets.episodes import ClassPool, Episode, EpisodeSampler, TaskSource
from metawidgets.errors import EpisodeError, LearnerError
from metawidgets.records import TaskMap

if TYPE_CHECKING:
    from metawidgets.learners import Learner
    from metawidgets.widgets import Selection, TaskMapView

__all__ = ["task_map"]


def task_map(
    learner: "Learner",
    source: TaskSource | EpisodeSampler,
    *,
    n_tasks: int = 60,
    n_way: int | None = None,
    k_shot: int = 5,
    seed: int = 0,
    selection: "Selection | None" = None,
) -> "TaskMapView":
    """Show many episodes of one source, embedded by their support sets, and the similarity of every pair.

    A classification task's embedding is the mean of its class prototypes. A function's embedding is the hidden state of a
    recurrent learner after it has read the examples.

    Args:
        source: the source of tasks, such as `datasets.load("omniglot", within_alphabet=True).source("test")`; or a sampler, whose
            own episode size and seed are then used.
        n_tasks: number of tasks, from 2 to 500.
        n_way, k_shot, seed: as in `EpisodeSampler`.
        selection: a selection that other components share.

    Raises:
        EpisodeError: if such episodes cannot be drawn.
        LearnerError: if the learner has no embedding of such tasks; the error names learners that have one.
    """
    from metawidgets.widgets import TaskMapView  # ipywidgets loads slowly

    if isinstance(n_tasks, bool) or not isinstance(n_tasks, int) or not 2 <= n_tasks <= 500:
        raise EpisodeError(f"n_tasks={n_tasks!r} is not a whole number from 2 to 500; give one.")
    sampler = (
        source
        if isinstance(source, EpisodeSampler)
        else EpisodeSampler(source, n_way=n_way, k_shot=k_shot, n_query=1, seed=seed)
    )
    episodes = tuple(sampler.episode(i) for i in range(n_tasks))
    groups = _groups(sampler.source, episodes)
    names = tuple(f"task {i}" for i in range(n_tasks))
    if sampler.source.is_regression:
        states = np.stack([_hidden(learner, e) for e in episodes])
        likeness = cosine_similarity(states, states)
        tasks = TaskMap(
            names, states, likeness, None, groups, episodes, learner.title, "hidden state after its examples"
        )
    else:
        prototypes = [_prototypes(learner, e) for e in episodes]
        means = np.stack([p.mean(0) for p in prototypes])
        distance = np.array([[nearest_prototype_distance(a, b) for b in prototypes] for a in prototypes])
        tasks = TaskMap(names, means, cosine_similarity(means, means), distance, groups, episodes, learner.title)
    return TaskMapView(tasks, selection=selection)


def _prototypes(learner: "Learner", episode: Episode) -> Float[np.ndarray, "way feature"]:
    """Return the class means of the embedded support items."""
    from metawidgets.learners.loop import evaluating  # torch loads slowly
    from metawidgets.learners.tensors import as_tensor, support_of  # torch loads slowly

    support = support_of(learner, episode)
    with evaluating(learner):
        support_x = learner.encode(as_tensor(learner, episode.support_x), support)
        query_x = learner.encode(as_tensor(learner, episode.query_x), support)
        read, of_support = learner.readout_both(learner.adapted(support), query_x, support_x)
    if "embeddings" not in read:
        raise LearnerError(
            f"{type(learner).__name__} keeps no embeddings of items; use one of {_recorders('embeddings')}."
        )
    own = read.get("support_embeddings", of_support["embeddings"])
    return class_means(own.detach().cpu().numpy().reshape(len(own), -1), episode.support_y)


def _hidden(learner: "Learner", episode: Episode) -> Float[np.ndarray, " unit"]:
    """Return the hidden state of a recurrent learner after the whole support set."""
    from metawidgets.learners.loop import evaluating  # torch loads slowly
    from metawidgets.learners.tensors import as_tensor, support_of  # torch loads slowly

    if "hidden" not in learner.channels:
        raise LearnerError(
            f"{type(learner).__name__} cannot embed a regression task; use one of {_recorders('hidden')}, or a source with classes."
        )
    support = support_of(learner, episode)
    with evaluating(learner):
        query_x = learner.encode(as_tensor(learner, episode.query_x), support)
        state = learner.readout(learner.adapted(support), query_x)["hidden"]
    return state.detach().cpu().numpy().astype(np.float64).reshape(-1)


def _recorders(channel: str) -> str:
    from metawidgets.learners import ALL  # torch loads slowly

    return ", ".join(sorted(kind.__name__ for kind in ALL.values() if channel in kind.channels))


def _groups(source: TaskSource, episodes: tuple[Episode, ...]) -> tuple[str, ...]:
    """Return the group (such as an alphabet) of each task, or `()` if a task has classes of several groups or of none."""
    if not isinstance(source, ClassPool) or not source.groups:
        return ()
    of = dict(zip(source.class_ids, source.groups, strict=True))
    found = [{of[name] for name in e.class_names} for e in episodes]
    return tuple(next(iter(each)) for each in found) if all(len(each) == 1 for each in found) else ()
