"""Texts for the browser: Python that makes a hand-built episode again, filled in there, so that an exported page can be copied from
too; and the keys."""

__all__ = ["HELP", "TEMPLATES"]

_DRAWN = """\
from metawidgets import EpisodeSampler, datasets

source = {source}
episode = EpisodeSampler(source, {size}).episode({index})
"""

_PICKED = """\
from metawidgets import Episode, datasets

source = {source}
rows = {{str(source.item_id(row)): row for row in range(len(source.items))}}
class_names = {names}
support = {support}
query = {query}


def side(items):
    found = [rows[item] for item, _ in items]
    return source.items[found], [label for _, label in items], [source.item_id(row) for row in found]


(support_x, support_y, support_items), (query_x, query_y, query_items) = side(support), side(query)
episode = Episode(
    support_x, support_y, query_x, query_y, class_names, support_items=support_items, query_items=query_items
)
"""

_WHOLE = """\
import json

from metawidgets import Episode

episode = Episode.from_dict(json.loads(
    {data}
))
"""

TEMPLATES = {
    name: text.replace("{{", "{").replace("}}", "}")
    for name, text in {"drawn": _DRAWN, "picked": _PICKED, "whole": _WHOLE}.items()
}
"""`drawn`: exactly what a sampler draws. `picked`: other items of one pool. `whole`: anything, with its data."""

HELP = {
    "sheet": "Keys on an item: S, Q, P to support, query, pool · arrows go, Shift+arrows move · L lock · "
    "C copy to the other set · Delete remove · Ctrl+Z undo",
    "plot": "Click to place, Shift+click for the other set, drag to move · Keys: arrows go, Shift+arrows move · A place · "
    "S, Q, P to support, query, set aside · L lock · Delete remove · Ctrl+Z undo",
}
