"""An episode on the bench."""

from typing import TYPE_CHECKING

from metawidgets.episodes import Episode

if TYPE_CHECKING:
    from metawidgets.widgets import EpisodeView, Selection

__all__ = ["episode_view"]


def episode_view(episode: Episode, *, selection: "Selection | None" = None) -> "EpisodeView":
    """The episode's contact sheet."""
    from metawidgets.widgets import EpisodeView

    return EpisodeView(episode, selection=selection)
