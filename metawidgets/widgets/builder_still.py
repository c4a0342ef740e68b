"""A picture of a hand-built episode for readers without scripts: the episode, or what is there of it with the reason."""

from collections.abc import Mapping
from typing import Any

from metawidgets.widgets.builder_document import SIDES
from metawidgets.widgets.builder_episode import Built
from metawidgets.widgets.builder_rows import Rows
from metawidgets.widgets.episode_state import episode_title
from metawidgets.widgets.paper import INK, LINE, MUTED, Paper, cut

__all__ = ["draw_built"]

_WIDTH, _LABEL, _MARGIN, _SIZE = 760, 150, 12, 32
_BAD = (179, 38, 30)


def draw_built(found: Built, document: Mapping[str, Any], rows: Rows) -> bytes:
    """As PNG, on white."""
    e = found.episode
    if e is None:
        return _unfinished(found.problem, document, rows)
    if document["kind"] == "sheet":
        from metawidgets.widgets.episode_still import draw_sheet

        said = f"{len(e.query_x)} queries · {'as drawn' if e.seed else 'built by hand'}"
        return draw_sheet(e, episode_title(e), " · ".join([said, *found.notes]))
    from metawidgets.views import episode_sheet, png  # altair takes seconds

    return png(episode_sheet(e))


def _unfinished(problem: str, document: Mapping[str, Any], rows: Rows) -> bytes:
    classes = document["classes"] or [{"key": None, "name": "Samples"}]
    paper = Paper(_WIDTH, max(200, 84 + len(classes) * (_SIZE + 12) + _MARGIN))
    paper.text(_MARGIN, 12, "No episode", size=15)
    paper.text(_MARGIN, 35, cut(problem, _WIDTH - 2 * _MARGIN), fill=_BAD)
    room = (_WIDTH - _LABEL - 2 * _MARGIN) // 3
    for s, side in enumerate(SIDES):
        paper.text(_MARGIN + _LABEL + s * room, 60, side.capitalize(), size=11, fill=MUTED)
    for k, c in enumerate(classes):
        top = 78 + k * (_SIZE + 12)
        paper.box(_MARGIN, top, _WIDTH - 2 * _MARGIN, 0.5, LINE)
        paper.text(_MARGIN, top + 6 + _SIZE / 2, cut(c["name"], _LABEL - 16), anchor="lm")
        for s, side in enumerate(SIDES):
            left = _MARGIN + _LABEL + s * room
            mine = [i for i in document["items"].values() if i["class"] == c["key"] and i["side"] == side]
            fit = max(1, int((room - 36) // (_SIZE + 4)))
            shown = sorted(mine, key=lambda i: i["rank"])[:fit] if len(document["shape"]) == 3 else []
            for i, item in enumerate(shown):
                row = rows.get(item["row"])
                if row is not None:
                    paper.image(row.data, left + i * (_SIZE + 4), top + 6, _SIZE)
            more = len(mine) - len(shown)
            text = f"+{more}" if shown and more else str(more) if not shown else ""
            paper.text(
                left + len(shown) * (_SIZE + 4),
                top + 6 + _SIZE / 2,
                text,
                anchor="lm",
                fill=INK if not shown else MUTED,
            )
    return paper.png()
