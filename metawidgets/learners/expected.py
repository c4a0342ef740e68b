"""What was given in the place of a learner, an episode or a sampler, said in one sentence before anything else fails over it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeGuard

from metawidgets.episodes import Episode, EpisodeBatch
from metawidgets.errors import EpisodeError, LearnerError
from metawidgets.learners.base import Learner
from metawidgets.sampling import EpisodeSampler

__all__ = ["expect_dimensions", "expect_episode", "expect_learner", "expect_sampler", "expect_ways", "sized"]


def expect_learner(value: object) -> TypeGuard[Learner]:
    """True of a learner.

    Raises:
        LearnerError: if it is something else, such as the name of one.
    """
    if isinstance(value, Learner):
        return True
    if isinstance(value, str):
        raise LearnerError(
            f"{value!r} is a name, not a learner; give metawidgets.load({value!r}) if it is a trained one."
        )
    if isinstance(value, type) and issubclass(value, Learner):
        raise LearnerError(f"{value.__name__} is a kind of learner; make one, as by metawidgets.learners.build(...).")
    raise LearnerError(f"a learner is needed here, not {_named(value)}; metawidgets.load(...) gives a trained one.")


def expect_episode(value: object) -> TypeGuard[Episode | EpisodeBatch]:
    """True of an episode, or several stacked.

    Raises:
        EpisodeError: if it is something else, such as the sampler of many.
    """
    if isinstance(value, Episode | EpisodeBatch):
        return True
    cure = "give its .episode(0)" if isinstance(value, EpisodeSampler) else "a sampler's .episode(0) gives one"
    raise EpisodeError(f"an episode is needed here, not {_named(value)}; {cure}.")


def expect_sampler(value: object) -> TypeGuard[EpisodeSampler]:
    """True of a sampler.

    Raises:
        EpisodeError: if it is something else, such as one episode.
    """
    if isinstance(value, EpisodeSampler):
        return True
    raise EpisodeError(
        f"a sampler is needed here, not {_named(value)}; EpisodeSampler(source, n_way=..., k_shot=...) draws episodes of a source."
    )


def expect_dimensions(learner: Learner, episode: Episode) -> None:
    """Raise `LearnerError` if the learner's network was made for images and the episode has vectors, or the other way round."""
    made_for = _made_for(learner)
    if made_for is not None and len(made_for) != len(episode.item_shape):
        raise _misfit(learner, made_for, episode)


def expect_ways(learner: Learner, outputs: int, episode: Episode) -> None:
    """Raise `LearnerError` if the learner answers with another number of classes than the episode has: a loss would fail over it."""
    if episode.n_way and outputs != episode.n_way:
        raise LearnerError(
            f"this {type(learner).__name__} was made for {outputs} classes, the episode has {episode.n_way}; "
            f"draw {outputs}-way episodes or make the learner with output_dim={episode.n_way}."
        )


@contextmanager
def sized(learner: Learner, episode: Episode) -> Iterator[None]:
    """Turn a network's complaint about shapes into one sentence that names both sides."""
    try:
        yield
    except RuntimeError as error:
        made_for = _made_for(learner)
        if made_for is None or made_for == episode.item_shape:
            raise
        raise _misfit(learner, made_for, episode) from error


def _made_for(learner: Learner) -> tuple[int, ...] | None:
    shape = getattr(learner.network, "config", {}).get("item_shape")
    return None if shape is None else tuple(shape)


def _misfit(learner: Learner, made_for: tuple[int, ...], episode: Episode) -> LearnerError:
    return LearnerError(
        f"this {type(learner).__name__} was made for items of shape {made_for}, the episode's are {episode.item_shape}; "
        f"make one with item_shape={episode.item_shape} or resize the items."
    )


def _named(value: object) -> str:
    if value is None or isinstance(value, bool | int | float | str):
        return repr(value)
    name = type(value).__name__
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"
