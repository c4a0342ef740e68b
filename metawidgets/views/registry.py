"""The `view` decorator: it checks the channels that a view needs, calls the drawing function and applies the theme."""

import functools
import inspect
from collections.abc import Callable
from typing import Any, Protocol, cast

import altair as alt

from metawidgets.episodes import Episode
from metawidgets.errors import EpisodeError, TraceError
from metawidgets.records import Trace
from metawidgets.views import theme

__all__ = ["View", "view"]


class View(Protocol):
    """A pure function from a trace, or from an episode, to a chart.

    Attributes:
        subject: the type that the view draws, `Trace` or `Episode`.
        needs: channels that the trace must have.
    """

    __name__: str
    subject: type
    needs: tuple[str, ...]

    def __call__(self, subject: Any, /, **options: Any) -> alt.TopLevelMixin: ...

    def refuses(self, subject: Trace | Episode) -> str | None:
        """Return why this view cannot be drawn, or `None` if it can."""
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
        needs: channels that the trace must have.
        subject: the type that the view draws, `Trace` or `Episode`.
        kind: a function of the episode that returns the reason why this view cannot draw it, as a sentence, or `None`. It is
            called before the channels are checked, since a wrong kind of episode is the more basic mistake.
        unless: the same for a trace of the right kind with all channels.

    If there is such a sentence, the view raises it as `TraceError` (or `EpisodeError`) before it draws. It raises `TypeError` for
    an unknown option.
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
