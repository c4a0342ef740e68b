"""Support and query of one episode, as a contact sheet or a plot."""

from metawidgets.widgets.episode_view.component import EpisodeView

__all__ = ["EpisodeView"]
