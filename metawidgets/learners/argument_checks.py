"""Checks of arguments that should be a learner, an episode or a sampler. They run before any other work starts."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeGuard

from metawidgets.episodes import Episode, EpisodeBatch, EpisodeList, EpisodeSampler
from metawidgets.errors import EpisodeError, LearnerError
from metawidgets.learners.base import Learner
from metawidgets.learners.methods import as_learner
from metawidgets.learners.networks.interface import item_shape_of

__all__ = [
    "expect_dimensions",
    "expect_episode",
    "expect_learner",
    "expect_queries",
    "expect_sampler",
    "expect_ways",
    "given_episodes",
    "misfit",
    "named_learners",
]


def expect_learner(value: object) -> TypeGuard[Learner]:
    """Return True if `value` is a learner, and raise an error if it is not.

    Raises:
        LearnerError: if `value` is something else, such as a learner's name.
    """
    if isinstance(value, Learner):
        return True
    if isinstance(value, str):
        raise LearnerError(
            f"{value!r} is a name, not a learner; give metawidgets.load({value!r}) if it is a trained one."
        )
    if isinstance(value, type) and issubclass(value, Learner):
        raise LearnerError(
            f"{value.__name__} is a class of learners; make a learner, for example with metawidgets.learners.build(...)."
        )
    raise LearnerError(f"a learner is needed here, not {_named(value)}; metawidgets.load(...) gives a trained one.")


def named_learners(value: object, what: str) -> dict[str, Learner]:
    """Return learners by name.

    Learners without a name are named by their titles, with a number if several have the same title ("MAML", "MAML 2").

    A function `episode -> probabilities` becomes a `Method`.

    Args:
        value: one learner, several, or a mapping from names to learners.
        what: the name of the caller, for the error message.

    Raises:
        LearnerError: if `value` holds no learner, or holds something that is not a learner.
    """
    if isinstance(value, Mapping):
        made = {str(name): as_learner(learner) for name, learner in value.items()}
        found = {name: learner for name, learner in made.items() if expect_learner(learner)}
    else:
        found = {}
        several = value if isinstance(value, Iterable) and not isinstance(value, str | Learner) else [value]
        for learner in (one for one in map(as_learner, several) if expect_learner(one)):
            title, n = learner.title, 1
            while (title if n == 1 else f"{title} {n}") in found:
                n += 1
            found[title if n == 1 else f"{title} {n}"] = learner
    if not found:
        raise LearnerError(f"{what} got no learner; give one, several, or a mapping from names to learners.")
    return found


def expect_episode(value: object) -> TypeGuard[Episode | EpisodeBatch]:
    """Return True if `value` is an episode or a stack of episodes, and raise an error if it is not.

    Raises:
        EpisodeError: if `value` is something else, such as a sampler.
    """
    if isinstance(value, Episode | EpisodeBatch):
        return True
    cure = "give its .episode(0)" if isinstance(value, EpisodeSampler) else "a sampler's .episode(0) gives one"
    raise EpisodeError(f"an episode is needed here, not {_named(value)}; {cure}.")


def expect_sampler(value: object) -> TypeGuard[EpisodeSampler]:
    """Return True if `value` is a sampler, and raise an error if it is not.

    Raises:
        EpisodeError: if `value` is something else, such as an episode.
    """
    if isinstance(value, EpisodeSampler):
        return True
    raise EpisodeError(
        f"a sampler is needed here, not {_named(value)}; EpisodeSampler(source, n_way=..., k_shot=...) draws episodes of a source."
    )


def given_episodes(value: object) -> EpisodeSampler | EpisodeList:
    """Return a sampler unchanged, and a list of episodes, or the path of a file of them, as an `EpisodeList`.

    Raises:
        EpisodeError: if `value` is something else, or the file cannot be read.
    """
    if isinstance(value, EpisodeSampler | EpisodeList):
        return value
    if isinstance(value, str | Path):
        return EpisodeList.load(value)
    if isinstance(value, Sequence):
        return EpisodeList(value)
    expect_sampler(value)
    raise AssertionError  # expect_sampler has refused it


def expect_dimensions(learner: Learner, episode: Episode) -> None:
    """Raise `LearnerError` if the learner's network takes images and the episode has vectors, or the reverse."""
    made_for = item_shape_of(learner.network)
    if made_for is not None and len(made_for) != len(episode.item_shape):
        raise misfit(learner, made_for, episode.item_shape)


def expect_ways(learner: Learner, outputs: int, episode: Episode) -> None:
    """Raise `LearnerError` if the learner's number of classes differs from the episode's. The loss would fail less clearly."""
    if episode.n_way and outputs != episode.n_way:
        raise LearnerError(
            f"this {type(learner).__name__} was made for {outputs} classes, the episode has {episode.n_way}; "
            f"draw {outputs}-way episodes or make the learner with output_dim={episode.n_way}."
        )


def expect_queries(episode: Episode) -> None:
    """Raise `EpisodeError` if the episode has no queries, over which a score would be a mean of nothing."""
    if len(episode.query_y) == 0:
        raise EpisodeError("the query set is empty, so there is no score; give the episode one query or more.")


def misfit(learner: Learner, made_for: tuple[int, ...], item_shape: tuple[int, ...]) -> LearnerError:
    """Return the error that the learner was made for items of another shape."""
    return LearnerError(
        f"this {type(learner).__name__} was made for items of shape {made_for}, the episode's are {item_shape}; "
        f"make one with item_shape={item_shape} or resize the items."
    )


def _named(value: object) -> str:
    if value is None or isinstance(value, bool | int | float | str):
        return repr(value)
    name = type(value).__name__
    return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"
