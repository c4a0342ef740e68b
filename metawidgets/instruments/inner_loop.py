"""How learners adapt, with the learners behind it."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from metawidgets.episodes import Episode

if TYPE_CHECKING:
    from metawidgets.learners import Learner
    from metawidgets.traces import Trace
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
    """One or several learners' adaptation to the episode, step by step, side by side; its controls adapt them again.

    Args:
        learners: one learner, several, or several by the name to show them under (see `initialisations`). They are never
            changed: other settings are tried on copies that share their parameters.
        inner_lr, inner_steps: for every learner that has such a setting; by default each its own.
        shown: names of those to be seen at first; by default all. The others wait among the choices.
        **kwargs: further traits of `InnerLoopSlider`, such as `step`.

    Raises:
        LearnerError: if a learner cannot take the episode, or a setting is out of range.
    """
    from metawidgets.learners.expected import expect_episode
    from metawidgets.widgets import InnerLoopSlider
    from metawidgets.widgets.inner_loop_settings import Settings

    expect_episode(episode)
    by_name = _named(learners)
    known = _Adapting(by_name)
    settings = Settings.checked(inner_lr, inner_steps, list(by_name) if shown is None else shown, by_name)
    traces = known(episode=episode, **settings._asdict())
    return InnerLoopSlider(
        dict(zip(settings.shown, traces, strict=True)),
        selection=selection,
        retrace=known,
        choices=[_choice(name, learner) for name, learner in by_name.items()],
        **settings._asdict(),
        **kwargs,
    )


def adjusted(learner: "Learner", *, inner_lr: float | None = None, inner_steps: int | None = None) -> "Learner":
    """The learner with another inner rate or number of steps at test time, as far as it has these: a copy that shares its
    parameters, or the learner itself if nothing is to change. Learned rates stay as they are.
    """
    changes: dict[str, Any] = {}
    if inner_lr is not None and _rate(learner) is not None:
        changes["inner_lr"] = inner_lr
    if inner_steps is not None and _steps(learner) is not None:
        changes["test_steps" if "test_steps" in learner.hyper else "inner_steps"] = inner_steps
    if not changes:
        return learner
    other = copy.copy(learner)  # the parameters themselves are shared, and nothing below touches them
    for name, value in changes.items():
        setattr(other, name, value)
    return other


class _Adapting:
    """Learners by name, as `InnerLoopSlider` asks for their traces."""

    def __init__(self, learners: "Mapping[str, Learner]") -> None:
        self.learners = learners

    def __call__(
        self, *, episode: Episode, inner_lr: float | None, inner_steps: int | None, shown: Sequence[str]
    ) -> "list[Trace]":
        from metawidgets.learners.loop import trace

        chosen = [adjusted(self.learners[name], inner_lr=inner_lr, inner_steps=inner_steps) for name in shown]
        with _one_thread(if_=not episode.is_image):
            return [trace(learner, episode) for learner in chosen]


@contextmanager
def _one_thread(*, if_: bool) -> Iterator[None]:
    """Steps of a small network take microseconds: several threads only wait for each other, on busy cores for seconds."""
    import torch

    before = torch.get_num_threads()
    try:
        if if_:
            torch.set_num_threads(1)
        yield
    finally:
        torch.set_num_threads(before)


def _named(learners: "Learner | Sequence[Learner] | Mapping[str, Learner]") -> "dict[str, Learner]":
    """Learners by name: the given ones, or those of their methods, numbered where several share it."""
    from metawidgets.errors import LearnerError
    from metawidgets.learners.expected import expect_learner

    if isinstance(learners, Mapping):
        found = {str(name): learner for name, learner in learners.items()}
    else:
        found, seen = {}, []
        for learner in learners if isinstance(learners, Sequence) and not isinstance(learners, str) else [learners]:
            kind = type(learner).__name__
            seen.append(kind)
            found[kind if seen.count(kind) == 1 else f"{kind} {seen.count(kind)}"] = learner
    for learner in found.values():
        expect_learner(learner)
    if not found:
        raise LearnerError("inner_loop_slider got no learner; give one, several, or several by name.")
    return found


def _choice(name: str, learner: "Learner") -> Any:
    from metawidgets.widgets.inner_loop_settings import Choice

    rate, steps = _rate(learner), _steps(learner)
    note = getattr(learner, "note", "")
    if not note and steps is None:
        note = "takes no gradient steps, so that rate and steps leave it as it is."
    elif not note and rate is None:
        note = "has learned a rate for each parameter, which stay as they are."
    return Choice(name, rate, steps, note)


def _steps(learner: "Learner") -> int | None:
    """How many gradient steps it takes at test time; `None` if it takes none."""
    if learner.axis != "inner_step" or not hasattr(learner, "inner_steps"):
        return None
    own: Any = learner
    test_steps = getattr(own, "test_steps", None)
    return own.inner_steps if test_steps is None else test_steps


def _rate(learner: "Learner") -> float | None:
    """Its inner rate; `None` if it has none, or has learned many."""
    if _steps(learner) is None or "learned_rates" in learner.channels:
        return None
    return float(getattr(learner, "inner_lr", 0)) or None
