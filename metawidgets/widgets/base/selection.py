"""The selection that components share, so that a click in one shows in all of them."""

from typing import Any

import ipywidgets
import traitlets as t

__all__ = ["Selection"]


class Selection(ipywidgets.Widget):
    """The item that a reader selected by pointer or keys. Every component with this selection highlights it.

    Components are linked by the stable id `str(ItemId)`. The link works in the browser, so also in exported pages; Python only
    observes it::

        selection = Selection()
        EpisodeView(episode, selection=selection)
        PrototypeHeatmap(trace, selection=selection)
        selection.observe(lambda change: print(change["new"]), "selected")
    """

    selected = t.Unicode("", help="id of the selected item, '' for none").tag(sync=True)
    pinned = t.Bool(
        False, help="whether a click or key fixed the selection; until then hovering moves it, in the browser only"
    ).tag(sync=True)

    def __init__(self, selected: str = "", **kwargs: Any) -> None:
        super().__init__(selected=str(selected), **{"pinned": bool(selected), **kwargs})

    def __repr__(self) -> str:
        return f"Selection(selected={self.selected!r}, pinned={self.pinned})"
