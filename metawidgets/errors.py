"""The errors that metawidgets raises on purpose.

::

    Exception
    └── MetawidgetsError            one sentence: what was wrong, with the value, and what to do
        ├── EpisodeError            an episode, its sampler or its class pool is not valid           (also a ValueError)
        ├── DatasetError            a dataset's name, option, file or archive is wrong               (also a ValueError)
        ├── PictureError            a file cannot be used as a picture                               (also a ValueError)
        ├── TraceError              a trace lacks a channel, or a channel has the wrong shape        (also a ValueError)
        ├── LearnerError            a learner cannot take this episode or option                     (also a ValueError)
        ├── CheckpointError         a checkpoint cannot be written, read or trusted
        ├── ParameterError          a parameter of a report is unknown, of the wrong type or range   (also a ValueError)
        ├── ComponentError          a saved component is not of the type that it claims              (also a TypeError)
        ├── ReportError             a report failed before its end
        ├── SweepError              a sweep's settings, output or cluster cannot be used
        └── ExportError             a page could not be written

Errors about a bad value are also `ValueError`, so that code which does not know metawidgets still catches them.
"""

import difflib
from collections.abc import Iterable

__all__ = [
    "CheckpointError",
    "ComponentError",
    "DatasetError",
    "EpisodeError",
    "ExportError",
    "LearnerError",
    "MetawidgetsError",
    "ParameterError",
    "PictureError",
    "ReportError",
    "SweepError",
    "TraceError",
    "did_you_mean",
]


_LONGEST, _TAIL = 2000, 300


class MetawidgetsError(Exception):
    """The base class of all errors below; catch it to catch them all.

    A message may quote untrusted input. Therefore control characters, marks that change the reading direction and lone surrogates
    are escaped, and the middle of a message that is too long is left out.
    """

    def __init__(self, *args: object) -> None:
        super().__init__(*(_readable(a) if isinstance(a, str) else a for a in args))


def _readable(text: str) -> str:
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST - _TAIL]} [...] {text[-_TAIL:]}"
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)


class EpisodeError(MetawidgetsError, ValueError):
    """An episode, its sampler or its class pool is not valid."""


class DatasetError(MetawidgetsError, ValueError):
    """A dataset's name, option, file or archive is wrong."""


class PictureError(MetawidgetsError, ValueError):
    """A file cannot be used as a picture."""


class TraceError(MetawidgetsError, ValueError):
    """A trace lacks a channel, or a channel has the wrong shape."""


class LearnerError(MetawidgetsError, ValueError):
    """A learner cannot take this episode or option."""


class CheckpointError(MetawidgetsError):
    """A checkpoint cannot be written, read or trusted."""


class ParameterError(MetawidgetsError, ValueError):
    """A parameter of a report is unknown, of the wrong type or out of range."""


class ComponentError(MetawidgetsError, TypeError):
    """A saved component is not of the type that it claims."""


class ReportError(MetawidgetsError):
    """A report failed before its end."""


class SweepError(MetawidgetsError):
    """A sweep's settings, output or cluster cannot be used."""


class ExportError(MetawidgetsError):
    """A page could not be written."""


def did_you_mean(name: object, known: Iterable[str], *, lists: str = "") -> str:
    """Return the end of an error message about an unknown name: the closest known name, and all known names.

    Args:
        lists: a command that lists all names. Give it if there may be too many names for a message: the text then has this
            command and up to three close names instead of all names.

    >>> did_you_mean("glyph", ["digits", "glyphs"])
    "did you mean 'glyphs'? Known: digits, glyphs."
    >>> did_you_mean("glyph", ["digits", "glyphs"], lists="`metawidgets datasets`")
    "did you mean 'glyphs'? `metawidgets datasets` lists all 2."
    """
    known = sorted(known)
    near = difflib.get_close_matches(str(name), known, n=3 if lists else 1, cutoff=0.5)
    question = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
    if lists:
        return f"{question}{lists} lists all {len(known)}."
    return f"{question}Known: {', '.join(known) if known else 'none'}."
