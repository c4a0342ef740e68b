"""Titles broken into lines, since a chart grows as wide as its longest line of text."""

import textwrap

import altair as alt

__all__ = ["heading", "subtitle_lines", "title_lines"]

_MARGIN = 40  # pixels that a chart has left of its plot, where its title begins too
_BOLD, _PLAIN = 7.4, 5.7  # mean width of a letter, in pixels, at the theme's sizes of titles and subtitles


def title_lines(text: str, width: float) -> list[str]:
    """A title over a plot of `width` pixels."""
    return textwrap.wrap(text, max(24, int((width + _MARGIN) / _BOLD)))


def subtitle_lines(text: str, width: float) -> list[str]:
    """A subtitle over a plot of `width` pixels."""
    return textwrap.wrap(text, max(28, int((width + _MARGIN) / _PLAIN)))


def heading(text: str, subtitle: str, width: float) -> alt.TitleParams:
    """A title that stays as it is, over how to read the chart."""
    return alt.TitleParams(text=title_lines(text, width), subtitle=subtitle_lines(subtitle, width))
