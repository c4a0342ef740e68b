"""Titles broken into lines, since a chart becomes as wide as its longest line of text."""

import textwrap

import altair as alt

__all__ = ["heading", "subtitle_lines", "title_lines"]

_MARGIN = 40  # pixels left of the plot; the title starts there too
_BOLD, _PLAIN = 7.4, 5.7  # mean width of a letter, in pixels, at the theme's sizes of titles and subtitles


def title_lines(text: str, width: float) -> list[str]:
    """Break a title into lines for a plot of `width` pixels."""
    return textwrap.wrap(text, max(24, int((width + _MARGIN) / _BOLD)), max_lines=6, placeholder=" …")


def subtitle_lines(text: str, width: float) -> list[str]:
    """Break a subtitle into lines for a plot of `width` pixels."""
    return textwrap.wrap(text, max(28, int((width + _MARGIN) / _PLAIN)), max_lines=12, placeholder=" …")


def heading(text: str, subtitle: str, width: float) -> alt.TitleParams:
    """Return a fixed title, with a subtitle that says how to read the chart."""
    return alt.TitleParams(text=title_lines(text, width), subtitle=subtitle_lines(subtitle, width))
