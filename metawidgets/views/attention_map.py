"""Attention map: a small heatmap of the attention of every query to every support item, head by head."""

from typing import Any

import altair as alt
import numpy as np
from jaxtyping import Float

from metawidgets.errors import TraceError, did_you_mean
from metawidgets.records import Trace
from metawidgets.views import theme
from metawidgets.views.marks import Drawing, inline, name_of
from metawidgets.views.queries import Columns, columns, too_many
from metawidgets.views.registry import view
from metawidgets.views.steps import BUDGET, Steps, per_step
from metawidgets.views.support_rows import Rows, rows

__all__ = ["attention_map"]

_STOPS = 5  # leave the menu of heads out if it would leave room for fewer slider positions
_MEAN = "all heads (mean)"


def _unless(trace: Trace) -> str | None:
    return too_many(trace, trace["attention"].shape[-1], "support items")


@view(needs=("attention",), unless=_unless)
def attention_map(trace: Trace, *, step: int | None = None, head: str | int | None = None, width: int = 480) -> Drawing:
    """Draw the attention of every query (column) to every support item (row), in per cent, grouped by class.

    A dot marks the item that a query attends to most. A frame marks the support items of its own class.

    Args:
        step: the step to show; `None` for a slider over all steps.
        head: the name or number of a head; `None` for a menu of all heads and their mean, if there are several.
        width: approximate width of the whole chart, in pixels.
    """
    episode = trace.episode
    support = rows(episode)
    place = columns(episode, max(160.0, width - max(0.0, support.margin - 40)))
    shares, heads = _shares(trace, head)
    shares = shares[:, :, place.order][..., support.order]  # (step, head, query, support)
    fields = {f"a{h}": shares[:, h] for h in range(len(heads))}
    most = {f"g{h}": _most(shares[:, h]) for h in range(len(heads))}
    steps = Steps(trace, step, load=per_step(*fields.values()) + per_step(*most.values()))
    n_query, n_support = shares.shape[2:]
    still: dict[str, Any] = {**place.fields(episode), "s": [list(range(n_support))] * n_query}
    base = alt.Chart(inline(steps.rows(still, {**fields, **most})), width=place.width, height=support.height)
    cells = _cells(trace, steps, base, support, len(heads), _absorbed(trace)[:, support.order])
    top = [[float(shares[t, h].max()) or 100.0 for t in steps.shown] for h in range(len(heads))]
    end = steps.of_choice(top, "head" if len(heads) > 1 else "0")
    layers = [_heat(cells, trace, place, support, end), *_marks(cells, trace, place, support), *support.legend(episode)]
    panels = [alt.layer(*layers), place.images(episode), place.names(episode)]
    chart = alt.vconcat(*(panel for panel in panels if panel is not None), spacing=6)
    texts = [
        _titles(trace, steps, shares[:, h], place, support, _attention_phrase(heads[h], trace["attention"].shape[1]))
        for h in range(len(heads))
    ]
    subtitle = _subtitle(trace, shares, heads, head)
    if len(heads) > 1:
        title = steps.title_of_choice(texts, "head", subtitle, width)
        menu = alt.binding_select(options=list(range(len(heads))), labels=heads, name="head ")
        chart = chart.add_params(alt.param(name="head", value=0, bind=menu))
    else:
        title = steps.title(texts[0], subtitle, width)
    description = (
        f"Attention of {n_query} queries to {n_support} support items by {trace.learner}. {steps.course(texts[0])}"
    )
    return steps.slide(chart.properties(title=title, description=description))


def _shares(trace: Trace, head: str | int | None) -> tuple[Float[np.ndarray, "step head query context"], list[str]]:
    """Return attention in per cent for each head to choose from, and their names: the given head, or the mean and then all heads."""
    a = np.round(100 * trace["attention"].astype(np.float64), 1)
    names = list(trace.coords.get("head", [f"head {h + 1}" for h in range(a.shape[1])]))
    if head is not None:
        known = {**{name: h for h, name in enumerate(names)}, **dict(enumerate(range(a.shape[1])))}
        if isinstance(head, bool) or head not in known:
            raise TraceError(
                f"head={head!r} is not one of this trace's {len(names)}; "
                f"{did_you_mean(str(head), names)} Or give its number, from 0."
            )
        return a[:, [known[head]]], [names[known[head]]]
    if len(names) == 1:
        return a, names
    mean = np.round(100 * trace["attention"].mean(axis=1, keepdims=True, dtype=np.float64), 1)
    if (len(names) + 1) * a[0, 0].size * min(len(trace), _STOPS) > BUDGET:
        return mean, [_MEAN]
    return np.concatenate([mean, a], axis=1), [_MEAN, *names]


def _most(shares: Float[np.ndarray, "step query context"]) -> np.ndarray:
    """Return the index of the support item that each query attends to most; -1 for a tie."""
    best = shares == shares.max(axis=-1, keepdims=True)
    return np.where(best.sum(axis=-1) == 1, best.argmax(axis=-1), -1)


def _absorbed(trace: Trace) -> np.ndarray:
    """Return 1 for each support item that can be attended to at a step, 0 for others, `(step, support)`."""
    return trace["absorbed"] if "absorbed" in trace else np.ones((len(trace), len(trace.episode.support_x)), np.uint8)


def _cells(trace: Trace, steps: Steps, base: alt.Chart, support: Rows, n_heads: int, absorbed: np.ndarray) -> alt.Chart:
    """Return one row per query and support item, with the texts of its tooltip and for screen readers."""
    episode, names = trace.episode, [f"a{h}" for h in range(n_heads)]
    chosen = "head" if n_heads > 1 else "0"
    cells = base.transform_flatten(["s", *names]).transform_calculate(
        a=f"datum['a' + {chosen}]", g=f"datum['g' + {chosen}]"
    )
    known = [int(n) for n in np.where(absorbed.any(axis=0), absorbed.argmax(axis=0), len(absorbed))]
    at_step = "step" if steps.fixed is None else str(steps.fixed)
    labels = [0] * len(support.order) if episode.is_regression else episode.support_y[support.order].tolist()
    placed = steps.calculate(cells, attention="a", most="g").transform_calculate(
        y=f"{[round(float(v), 2) for v in support.top]}[datum.s]",
        of=f"{labels}[datum.s]",
        item=name_of([str(episode.support_items[i]) for i in support.order], "s"),
        there=f"{at_step} >= {known}[datum.s]",
        place=f"{[int(i) + 1 for i in support.order]}[datum.s]",
    )
    classes = episode.class_names or ("",)
    described = placed.transform_calculate(
        y2=f"datum.y + {round(support.size - (1 if support.size > 5 else 0), 2)}",
        centre="(datum.x + datum.x2) / 2",
        middle=f"datum.y + {round(support.size / 2 - 0.5, 2)}",
        true_name=name_of(classes, "true"),
        name=name_of(classes, "of"),
        exact="datum.there ? format(datum.attention, '.3~g') + ' %' : 'not read yet'",
    )
    of_class = (
        ("", "") if episode.is_regression else (" + ' of class ' + datum.true_name", " + ' of class ' + datum.name")
    )
    return described.transform_calculate(
        said=f"datum.query{of_class[0]} + ' attends to ' + datum.item{of_class[1]} + ': ' + datum.exact"
    )


def _tooltips(trace: Trace) -> list[alt.Tooltip]:
    query, item = alt.Tooltip("query:N"), alt.Tooltip("item:N", title="support item")
    place, exact = alt.Tooltip("place:Q", title="read as number"), alt.Tooltip("exact:N", title="attention")
    if trace.episode.is_regression:
        return [query, item, place, exact]
    true, own = alt.Tooltip("true_name:N", title="true class"), alt.Tooltip("name:N", title="class of support item")
    return [query, true, item, own, place, exact]


def _heat(cells: alt.Chart, trace: Trace, place: Columns, support: Rows, end: alt.ExprRef) -> alt.Chart:
    room = min(220, place.width * 0.6)
    legend = alt.Legend(title="attention (%)", orient="top", gradientLength=room, tickCount=4, titleLimit=0)
    # The scale ends at the largest share of the step and head shown. It does not always end at 100 %, the share of the first item
    # while it is the only one, because a head that spreads its attention over many items would then look empty.
    scale = alt.Scale(scheme=theme.MAGNITUDE, domainMin=0, domainMax=end)
    colour = alt.condition(
        "datum.there",
        alt.Color("attention:Q", scale=scale, legend=legend),
        alt.value(theme.ABSENT),
    )
    return cells.mark_rect().encode(
        x=place.at("x"),
        x2="x2:Q",
        y=support.at("y"),
        y2="y2:Q",
        color=colour,
        tooltip=_tooltips(trace),
        description="said:N",
    )


def _marks(cells: alt.Chart, trace: Trace, place: Columns, support: Rows) -> list[Drawing]:
    """Return frames around the support of each query's own class, and dots at the item that it attends to most."""
    tooltips, marks = _tooltips(trace), []
    if not trace.episode.is_regression:
        gutter = 1.0
        spans = [
            {"x": left, "x2": right - gutter, "y": top, "y2": bottom - gutter}
            for (left, right), (top, bottom) in zip(place.groups.tolist(), support.groups.tolist(), strict=True)
        ]
        frame = alt.Chart(inline(spans)).mark_rect(fill=None, stroke=theme.FRAME, strokeWidth=2.5, aria=False)
        marks.append(frame.encode(x=place.at("x"), x2="x2:Q", y=support.at("y"), y2="y2:Q"))
    side = min(place.size, support.size)
    dot = cells.transform_filter("datum.s == datum.most").mark_point(
        filled=True, shape="circle", size=min(50, max(7, (0.6 * side) ** 2)), opacity=1, fill=theme.ON_DARK,
        stroke=theme.ON_LIGHT, strokeWidth=1.5 if side > 10 else 0.8, aria=False,
    )  # fmt: skip
    return [*marks, dot.encode(x=place.at("centre"), y=support.at("middle"), tooltip=tooltips)]


def _attention_phrase(name: str, n_heads: int) -> str:
    """Return the phrase that names a head's attention in a title."""
    if n_heads == 1:
        return "the attention"
    if name == _MEAN:
        return "all heads' attention"
    return name if name.startswith("attention") else f"the attention of {name}"


def _titles(
    trace: Trace,
    steps: Steps,
    shares: Float[np.ndarray, "step query context"],
    place: Columns,
    support: Rows,
    phrase: str,
) -> list[str]:
    """Return the titles: the share of the right class in the attention, or the number of items that it is spread over."""
    episode, titles = trace.episode, []
    for t in range(steps.last + 1):
        total = float(shares[t].sum())
        if total == 0:
            state = "there is nothing to attend to"
        elif episode.is_regression:
            n = float(np.mean([_spread(row) for row in shares[t] if row.any()]))
            state = f"{phrase} is effectively spread over {n:.1f} items"
        else:
            own = episode.query_y[place.order][:, None] == episode.support_y[support.order]
            state = f"the right class gets {100 * float(shares[t][own].sum()) / total:.0f} % of {phrase}"
        titles.append(f"{steps.when(t)}, {state}")
    return titles


def _spread(row: Float[np.ndarray, " context"]) -> float:
    """Return the effective number of items: the exponential of the entropy of their shares."""
    p = row[row > 0] / row.sum()
    return float(np.exp(-(p * np.log(p)).sum()))


def _subtitle(trace: Trace, shares: np.ndarray, heads: list[str], head: str | int | None) -> str:
    parts = ["Dot: the item attended to most."]
    if not trace.episode.is_regression:
        parts.append("Frame: support of the query's own class.")
    if "absorbed" in trace:
        parts.append("Grey: not read yet.")
    if (shares[-1].sum(axis=-1) < 98).any():
        parts.append("The rest of 100 % goes to the query itself.")
    if heads == [_MEAN]:
        parts.append(f"Mean over {trace['attention'].shape[1]} heads; head=<name> shows one.")
    return " ".join(parts)
