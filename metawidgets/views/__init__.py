"""Views: pure functions from a trace or an episode to one Altair chart.

    >>> len(ALL), sorted(ALL)[:3]
    (14, ['attention_map', 'decision_regions', 'embedding_map'])

`step=None` puts a slider into the chart, which also works in an exported page. An int gives a chart of that step alone.
`view.refuses(trace)` returns the reason why a view cannot be drawn, or `None`. To add a view, write one file and add it to `ALL`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from metawidgets.episodes import Episode
from metawidgets.records import Trace
from metawidgets.views.attention_map import attention_map
from metawidgets.views.decision_regions import decision_regions
from metawidgets.views.embedding_map import embedding_map
from metawidgets.views.episode_sheet import episode_sheet
from metawidgets.views.fitted_curve import fitted_curve
from metawidgets.views.hidden_state import hidden_state
from metawidgets.views.learned_rates import learned_rates
from metawidgets.views.learning_curves import learning_curves
from metawidgets.views.memory_contents import memory_contents
from metawidgets.views.memory_reads import memory_reads
from metawidgets.views.memory_writes import memory_writes
from metawidgets.views.prototype_distances import prototype_distances
from metawidgets.views.query_probabilities import query_probabilities
from metawidgets.views.registry import View, view
from metawidgets.views.relation_scores import relation_scores
from metawidgets.views.render import mimebundle, png, summary, svg

__all__ = [
    "ALL",
    "View",
    "attention_map",
    "decision_regions",
    "embedding_map",
    "episode_sheet",
    "fitted_curve",
    "fitting",
    "hidden_state",
    "learned_rates",
    "learning_curves",
    "memory_contents",
    "memory_reads",
    "memory_writes",
    "mimebundle",
    "png",
    "prototype_distances",
    "query_probabilities",
    "relation_scores",
    "summary",
    "svg",
    "view",
]

ALL: Mapping[str, View] = MappingProxyType(
    {
        v.__name__: v
        for v in (
            learning_curves,
            query_probabilities,
            prototype_distances,
            relation_scores,
            attention_map,
            memory_writes,
            memory_contents,
            memory_reads,
            hidden_state,
            learned_rates,
            embedding_map,
            fitted_curve,
            decision_regions,
            episode_sheet,
        )
    }
)


def fitting(subject: Trace | Episode) -> dict[str, View]:
    """Return the views that can be drawn from this trace or episode, by name."""
    return {name: v for name, v in ALL.items() if v.refuses(subject) is None}
