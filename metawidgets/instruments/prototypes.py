"""The prototype heatmap: distances between queries and classes."""

from typing import TYPE_CHECKING

from metawidgets.episodes import Episode

if TYPE_CHECKING:
    from metawidgets.learners import Learner
    from metawidgets.widgets import PrototypeHeatmap, Selection

__all__ = ["prototype_heatmap"]


def prototype_heatmap(
    learner: "Learner",
    episode: Episode,
    *,
    pool: Episode | None = None,
    selection: "Selection | None" = None,
) -> "PrototypeHeatmap":
    """Show the distance of each query to each class, and how it changes when support items are removed or added.

    Args:
        pool: another episode of the same kind, whose items can be added to the support set.
        selection: a selection that other components share.

    Raises:
        LearnerError: if the learner cannot take the episode.
        TraceError: if the learner computes no distances; the error names learners that do.
    """
    # torch and ipywidgets load slowly
    from metawidgets.learners.argument_checks import expect_episode, expect_learner
    from metawidgets.learners.loop import trace
    from metawidgets.widgets import PrototypeHeatmap

    expect_learner(learner)
    expect_episode(episode)
    record = _states_to_record(learner, episode)
    return PrototypeHeatmap(
        trace(learner, episode, record=record),
        selection,
        retrace=lambda edited: trace(learner, edited, record=_states_after(learner, episode, edited, record)),
        pool=None
        if pool is None
        else trace(learner, pool, record=[_n_steps(learner, pool)]),  # only its embeddings are used
    )


_MOST_NUMBERS = 2**24  # in the largest channel of a trace, over all states
_MOST_STATES = 9


def _states_to_record(learner: "Learner", episode: Episode) -> list[int] | None:
    """Return the states to record for a large episode, evenly spaced; `None` for all.

    Memory for all states grows with the square of the shots: 64 features of 50 classes with 100 examples each take 6 GB.
    """
    n, items = _n_steps(learner, episode), max(len(episode.support_x), len(episode.query_x))
    features = max(64, episode.output_dim)
    if (n + 1) * items * features <= _MOST_NUMBERS:
        return None
    return sorted({round(n * i / (_MOST_STATES - 1)) for i in range(_MOST_STATES)})


def _states_after(learner: "Learner", before: Episode, edited: Episode, record: list[int] | None) -> list[int] | None:
    """Return the states of the edited episode after as many unchanged examples as the states in `record`, and the last state."""
    if record is None:
        return None
    last = _n_steps(learner, edited)
    if learner.axis != "context_example":
        return sorted({min(t, last) for t in record} | {last})
    left = set(edited.support_items)
    kept = [0]
    for item in before.support_items:
        kept.append(kept[-1] + (item in left))
    return sorted({kept[t] for t in record} | {last})


def _n_steps(learner: "Learner", episode: Episode) -> int:
    from metawidgets.learners.tensors import support_of  # torch loads slowly

    return learner.n_steps(support_of(learner, episode))
