"""The inner-loop slider: learners adapt to an episode step by step."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from metawidgets.episodes import Episode

if TYPE_CHECKING:
    from metawidgets.learners import Learner
    from metawidgets.records import Trace
    from metawidgets.widgets import InnerLoopSlider, Selection

__all__ = ["adjusted", "inner_loop_slider"]


def inner_loop_slider(
    learners: "Learner | Sequence[Learner] | Mapping[str, Learner]",
    episode: Episode,
    *,
    inner_lr: float | None = None,
    inner_steps: int | None = None,
    shown: Sequence[str] | None = None,
    selection: "Selection | None" = None,
    **kwargs: Any,
) -> "InnerLoopSlider":
    """Show how one or several learners adapt to the episode, step by step and side by side.

    The controls change rate and steps and run the adaptation again.

    Args:
        learners: one learner, several, or a mapping from names to learners (see `initialisations`). They do not change: copies
            that share their parameters get the new settings.
        inner_lr, inner_steps: for every learner with such a setting; by default each learner's own.
        shown: names of the learners to show at first; by default all. The others can be chosen in the component.
        **kwargs: further traits of `InnerLoopSlider`, such as `step`.

    Raises:
        LearnerError: if a learner cannot take the episode, or a setting is out of range.
    """
    # torch and ipywidgets load slowly
    from metawidgets.learners.argument_checks import expect_episode, named_learners
    from metawidgets.widgets import InnerLoopSlider
    from metawidgets.widgets.inner_loop_slider import Settings

    expect_episode(episode)
    by_name = named_learners(learners, "inner_loop_slider")
    known = _Adapting(by_name)
    settings = Settings.checked(inner_lr, inner_steps, list(by_name) if shown is None else shown, by_name)
    traces = known(episode=episode, **settings._asdict())
    return InnerLoopSlider(
        dict(zip(settings.shown, traces, strict=True)),
        selection=selection,
        retrace=known,
        choices=[_choice(name, learner, episode) for name, learner in by_name.items()],
        **settings._asdict(),
        **kwargs,
    )


def adjusted(learner: "Learner", *, inner_lr: float | None = None, inner_steps: int | None = None) -> "Learner":
    """Return the learner with another inner rate or number of steps at test time.

    The result is a copy that shares the parameters, or the learner itself if nothing changes. A setting that the learner does
    not have is ignored; learned rates do not change.
    """
    changes: dict[str, Any] = {}
    if inner_lr is not None and _rate(learner) is not None:
        changes["inner_lr"] = inner_lr
    if inner_steps is not None and _steps(learner) is not None:
        changes["test_steps" if "test_steps" in learner.hyper else "inner_steps"] = inner_steps
    if not changes:
        return learner
    other = copy.copy(learner)  # a shallow copy: the parameters are shared, and only settings change below
    for name, value in changes.items():
        setattr(other, name, value)
    return other


class _Adapting:
    """A function that adapts the named learners and returns their traces. `InnerLoopSlider` calls it after each change."""

    def __init__(self, learners: "Mapping[str, Learner]") -> None:
        self.learners = learners
        self._drawn: Episode | None = None  # the last episode that was not made by moving points of another

    def __call__(
        self, *, episode: Episode, inner_lr: float | None, inner_steps: int | None, shown: Sequence[str]
    ) -> "list[Trace]":
        from metawidgets.learners.loop import trace  # torch loads slowly

        chosen = [adjusted(self.learners[name], inner_lr=inner_lr, inner_steps=inner_steps) for name in shown]
        with _one_thread(if_=not episode.is_image):
            return [trace(learner, episode, probe=self._probe(episode)) for learner in chosen]

    def _probe(self, episode: Episode) -> Any:
        """Return the probe grid. It stays the same while only points are moved, so that the picture does not shift."""
        from metawidgets.learners.loop import probe_grid  # torch loads slowly

        drawn = self._drawn
        same = drawn is not None and (drawn.seed, drawn.task) == (episode.seed, episode.task)
        known = {*drawn.support_items, *drawn.query_items} if drawn is not None and same else set()
        if known.isdisjoint((*episode.support_items, *episode.query_items)):
            self._drawn = episode
        return probe_grid(self._drawn or episode)


@contextmanager
def _one_thread(*, if_: bool) -> Iterator[None]:
    """Use one thread if `if_` is true. A small network's steps take microseconds, so more threads would only wait for each other."""
    import torch  # loads slowly

    before = torch.get_num_threads()
    try:
        if if_:
            torch.set_num_threads(1)
        yield
    finally:
        torch.set_num_threads(before)


def _choice(name: str, learner: "Learner", episode: Episode) -> Any:
    # torch and ipywidgets load slowly
    from metawidgets.learners.loop import describe
    from metawidgets.learners.optimisation_based.plain_mlp import plain_mlp
    from metawidgets.widgets.inner_loop_slider import Choice

    rate, steps = _rate(learner), _steps(learner)
    note = learner.note
    if not note and steps is None:
        note = "takes no gradient steps, so rate and steps do not change it."
    elif not note and rate is None:
        note = "has learned a rate for each parameter, so the rate does not change it."
    return Choice(name, rate, steps, note, inner_loop=plain_mlp(learner, episode), meta=describe(learner))


def _steps(learner: "Learner") -> int | None:
    """Return the number of gradient steps at test time; `None` if the learner takes none."""
    if learner.axis != "inner_step" or not hasattr(learner, "inner_steps"):
        return None
    own: Any = learner
    test_steps = getattr(own, "test_steps", None)
    return own.inner_steps if test_steps is None else test_steps


def _rate(learner: "Learner") -> float | None:
    """Return the inner rate; `None` if the learner has no inner rate, or learns its rates."""
    if _steps(learner) is None or "learned_rates" in learner.channels:
        return None
    return float(getattr(learner, "inner_lr", 0)) or None
