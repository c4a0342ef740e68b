"""The episode view: an episode's support and query items."""

from typing import TYPE_CHECKING

from metawidgets.episodes import Episode

if TYPE_CHECKING:
    from metawidgets.widgets import EpisodeView, Selection

__all__ = ["episode_view"]


def episode_view(episode: Episode, *, selection: "Selection | None" = None) -> "EpisodeView":
    """Show the support and query items of an episode, class by class."""
    from metawidgets.widgets import EpisodeView  # ipywidgets loads slowly

    return EpisodeView(episode, selection=selection)
