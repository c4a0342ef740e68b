"""What makes a function a view: the channels it needs, checked before it draws, and the theme put on what it drew."""

import functools
import inspect
from collections.abc import Callable
from typing import Any, Protocol, cast

import altair as alt

from metawidgets.episodes import Episode
from metawidgets.errors import EpisodeError, TraceError
from metawidgets.traces import Trace
from metawidgets.views import theme

__all__ = ["View", "view"]


class View(Protocol):
    """A pure function from a trace, or from an episode, to a chart.

    Attributes:
        subject: `Trace` or `Episode`, what it draws.
        needs: channels without which it cannot be drawn.
    """

    __name__: str
    subject: type
    needs: tuple[str, ...]

    def __call__(self, subject: Any, /, **options: Any) -> alt.TopLevelMixin: ...

    def refuses(self, subject: Trace | Episode) -> str | None:
        """Why this view cannot be drawn, or `None` if it can."""
        ...


def view(
    *,
    needs: tuple[str, ...] = (),
    subject: type = Trace,
    kind: Callable[[Episode], str | None] = lambda _: None,
    unless: Callable[[Any], str | None] = lambda _: None,
) -> Callable[[Callable[..., Any]], View]:
    """Turn a drawing function into a view.

    Args:
        needs: channels that the trace must hold.
        subject: `Trace` or `Episode`.
        kind: says in one sentence why an episode is not of the kind that this view draws, or `None`. Asked before the
            channels are: to want a curve of images is the nearer mistake.
        unless: the same of a trace of the right kind with all channels.

    The view raises `TraceError` (or `EpisodeError`) with that reason before anything is drawn, and `TypeError` for an
    option that it does not have.
    """
    error = TraceError if subject is Trace else EpisodeError

    def refuses(thing: Any) -> str | None:
        if not isinstance(thing, subject):
            return f"it draws a {subject.__name__}, not a {type(thing).__name__}."
        if isinstance(thing, Episode):
            return kind(thing) or unless(thing)
        return kind(thing.episode) or _lacking(thing, needs) or unless(thing)

    def decorate(draw: Callable[..., Any]) -> View:
        signature = inspect.signature(draw)

        @functools.wraps(draw)
        def drawn(thing: Any, /, *args: Any, **options: Any) -> alt.TopLevelMixin:
            signature.bind(thing, *args, **options)
            if reason := refuses(thing):
                raise error(f"the view {draw.__name__!r} cannot be drawn: {reason}")
            return draw(thing, *args, **options).configure(**theme.config())

        drawn.__dict__.update(subject=subject, needs=needs, refuses=refuses)
        return cast(View, drawn)

    return decorate


def _lacking(trace: Trace, needs: tuple[str, ...]) -> str | None:
    for channel in needs:
        try:
            trace[channel]
        except TraceError as cause:
            return str(cause)
    return None
