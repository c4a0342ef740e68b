"""The learners that the inner-loop slider can show, and the values of its controls."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from metawidgets.episodes import Episode
from metawidgets.errors import LearnerError, did_you_mean
from metawidgets.records import MlpInnerLoop, Trace

__all__ = ["MOST_STEPS", "Choice", "Retrace", "Settings", "choices_of"]

MOST_STEPS = 200


@dataclass(frozen=True)
class Choice:
    """A learner, or an initialisation, that can be shown.

    Args:
        name: the displayed name.
        inner_lr: the learner's own inner learning rate; `None` if it has no single rate, so that the control does not affect it.
        inner_steps: the learner's own number of inner steps; `None` if the control does not affect this learner.
        note: a note for readers, such as the origin of its head.
        inner_loop: the learner's inner loop in plain numbers, which the browser runs itself; `None` if only `retrace` can run it.
        meta: the `meta` of its traces (learner, hyper-parameters), for traces that the browser makes.
    """

    name: str
    inner_lr: float | None = None
    inner_steps: int | None = None
    note: str = ""
    inner_loop: MlpInnerLoop | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)


class Retrace(Protocol):
    """A function that adapts learners again. It returns one trace for each name in `shown`, in that order.

    For `None`, each learner uses its own setting.
    """

    def __call__(
        self, *, episode: Episode, inner_lr: float | None, inner_steps: int | None, shown: Sequence[str]
    ) -> Sequence[Trace]: ...


class Settings(NamedTuple):
    """The values of all controls."""

    inner_lr: float | None
    inner_steps: int | None
    shown: tuple[str, ...]

    @classmethod
    def checked(cls, inner_lr: Any, inner_steps: Any, shown: Any, known: Iterable[str]) -> "Settings":
        """Check settings, which may come from a browser, and return them. `shown` is sorted in the order of `known`.

        Raises:
            LearnerError: if a value is out of range, or a name is unknown.
        """
        if inner_lr is not None:
            if isinstance(inner_lr, bool) or not isinstance(inner_lr, int | float) or not 0 < inner_lr < 1e38:
                raise LearnerError(f"inner_lr={inner_lr!r} is not a positive number; give one, such as 0.01.")
            inner_lr = float(inner_lr)
        if inner_steps is not None and (
            isinstance(inner_steps, bool) or not isinstance(inner_steps, int) or not 0 <= inner_steps <= MOST_STEPS
        ):
            raise LearnerError(
                f"inner_steps={inner_steps!r} is not a whole number from 0 to {MOST_STEPS}; give one, such as 5."
            )
        known = list(known)
        names = [shown] if isinstance(shown, str) or not isinstance(shown, Iterable) else list(shown)
        for name in names:
            if name not in known:
                raise LearnerError(f"shown names {name!r}, which is unknown; {did_you_mean(name, known)}")
        if not names:
            raise LearnerError(f"shown is empty; name at least one of {', '.join(known)}.")
        return cls(inner_lr, inner_steps, tuple(name for name in known if name in names))


def choices_of(traces: Mapping[str, Trace]) -> list[Choice]:
    """Return a choice for each trace, with the learner's own settings as the trace records them."""
    found = []
    for name, trace in traces.items():
        rate = trace.meta.get("hyper", {}).get("inner_lr") if trace.axis == "inner_step" else None
        single = float(rate) if isinstance(rate, int | float) and "learned_rates" not in trace else None
        steps = len(trace) - 1 if trace.axis == "inner_step" else None
        found.append(Choice(name, single, steps))
    return found
