"""The selection that components share, so that a click in one is seen in all of them."""

from typing import Any

import ipywidgets
import traitlets as t

__all__ = ["Selection"]


class Selection(ipywidgets.Widget):
    """One item, chosen in the browser by pointer or keys, highlighted by every component that holds this selection.

    Components link by the stable id `str(ItemId)`, in the browser and therefore in exported pages too; Python only observes::

        selection = Selection()
        EpisodeView(episode, selection=selection)
        PrototypeHeatmap(trace, selection=selection)
        selection.observe(lambda change: print(change["new"]), "selected")
    """

    selected = t.Unicode("", help="id of the selected item, '' for none").tag(sync=True)
    pinned = t.Bool(
        False, help="whether a click or key fixed it; until then hovering moves it, in the browser only"
    ).tag(sync=True)

    def __init__(self, selected: str = "", **kwargs: Any) -> None:
        super().__init__(selected=str(selected), **{"pinned": bool(selected), **kwargs})

    def __repr__(self) -> str:
        return f"Selection(selected={self.selected!r}, pinned={self.pinned})"
