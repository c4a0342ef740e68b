"""Query probabilities: the class probabilities of every query, grouped by true class."""

from collections.abc import Sequence

import altair as alt
import numpy as np

from metawidgets.records import Trace
from metawidgets.views import theme
from metawidgets.views.marks import Drawing, colours, inline, name_of, shapes
from metawidgets.views.queries import Columns, accuracy, columns, guesses
from metawidgets.views.registry import view
from metawidgets.views.steps import Steps, per_step

__all__ = ["query_probabilities"]

_MOST_COLOURS = len(theme.CLASS_COLOURS)
_MOST_QUERIES = 320


def _unless(trace: Trace) -> str | None:
    n = len(trace.episode.query_x)
    if n == 0:
        return "its episode has no queries."
    if n > _MOST_QUERIES:
        return f"{n} queries are too many columns, at most {_MOST_QUERIES} can be drawn; use the component InnerLoopSlider."
    return None


@view(needs=("probabilities",), unless=_unless)
def query_probabilities(trace: Trace, *, step: int | None = None, width: int = 480) -> Drawing:
    """Draw one stacked column per query, grouped by true class. The lowest part is the true class's probability.

    A symbol above a column marks a wrong prediction and shows its class. If there are more classes than colours, a column has
    three parts: the true class, the most probable other class, and the sum of all others.

    Args:
        step: the step to show; `None` for a slider over all steps.
        width: width of all columns, in pixels.
    """
    episode = trace.episode
    place = columns(episode, width)
    p = trace["probabilities"][:, place.order].astype(np.float64)  # (step, query, way)
    y = episode.query_y[place.order]
    part, share = _parts(p, y)
    moving = {"c": part, "p": share, "g": guesses(p)}
    steps = Steps(trace, step, load=per_step(*moving.values()))
    data = inline(steps.rows(place.fields(episode), moving))
    names = episode.class_names
    base = alt.Chart(data, width=place.width, height=200)
    panel = alt.layer(*_bars(steps, base, place, names), _mistakes(steps, base, place, names))
    rows = [panel, place.images(episode), place.names(episode)]
    chart = alt.vconcat(*(row for row in rows if row is not None), spacing=6)
    right = accuracy(p, y)
    titles = [f"{steps.when(t)}, {100 * right[t]:.0f} % of {len(y)} queries right" for t in range(steps.last + 1)]
    subtitle = (
        "One column per query, above its true class: the full colour below the line is the true class's probability. "
        "A symbol on top shows the class of a wrong prediction."
    )
    description = (
        f"Class probabilities of {len(y)} queries in {len(names)} classes by {trace.learner}. {steps.course(titles)}"
    )
    return steps.slide(chart.properties(title=steps.title(titles, subtitle, place.width), description=description))


def _bars(steps: Steps, base: alt.Chart, place: Columns, names: Sequence[str]) -> list[alt.Chart]:
    """Return the stacked parts, true class first, and a line at the upper end of the true class's part."""
    vertical = alt.Scale(domain=[0, 1.12], nice=False)  # leaves room on top for the symbols of mistakes
    axis = alt.Axis(values=[0, 0.25, 0.5, 0.75, 1], format=".2f", domain=False)
    parts = (
        steps.calculate(base.transform_flatten(["c", "p"]), **{"class": "c", "probability": "p"})
        .transform_calculate(
            rank="datum.class == datum.true ? -1 : datum.class < 0 ? 1e3 : datum.class",
            name=f"datum.class < 0 ? 'all other classes' : {name_of(names)}",
            true_name=name_of(names, "true"),
        )
        .transform_calculate(
            said="datum.query + ' of class ' + datum.true_name + ': ' + format(datum.probability, '.2f') + ' for ' + datum.name"
        )
        .transform_stack(stack="probability", groupby=["x"], sort=[alt.SortField("rank")], as_=["low", "high"])
    )
    rest_and_classes = alt.Scale(
        domain=list(range(-1, len(names))), range=[theme.FAINT, *(theme.class_colour(c) for c in range(len(names)))]
    )
    tooltips = [
        alt.Tooltip("query:N"),
        alt.Tooltip("true_name:N", title="true class"),
        alt.Tooltip("name:N", title="class"),
        alt.Tooltip("probability:Q", format=".4f"),
    ]
    bars = parts.mark_rect(stroke=theme.BACKGROUND, strokeWidth=0.5 if place.size > 5 else 0).encode(
        x=place.at("x"),
        x2="x2:Q",
        y=alt.Y("low:Q", scale=vertical, axis=axis, title="probability"),
        y2="high:Q",
        fill=alt.Fill("class:N", scale=rest_and_classes, legend=None),  # not Color, since the symbols use that scale
        opacity=alt.condition("datum.class == datum.true", alt.value(1), alt.value(0.55)),
        tooltip=tooltips,
        description="said:N",
    )
    line = parts.transform_filter("datum.class == datum.true").mark_rule(color=theme.INK, strokeWidth=1.5, aria=False)
    return [bars, line.encode(x=place.at("x"), x2="x2:Q", y=alt.Y("high:Q", scale=vertical), tooltip=tooltips)]


def _mistakes(steps: Steps, base: alt.Chart, place: Columns, names: Sequence[str]) -> alt.Chart:
    """Return the symbol of the predicted class above each column with a wrong prediction."""
    wrong = steps.calculate(base, guess="g").transform_filter("datum.guess >= 0 && datum.guess != datum.true")
    named = wrong.transform_calculate(
        middle="(datum.x + datum.x2) / 2", guess_name=name_of(names, "guess"), true_name=name_of(names, "true")
    )
    said = named.transform_calculate(
        said="datum.query + ' of class ' + datum.true_name + ', wrongly taken for ' + datum.guess_name"
    )
    return said.mark_point(filled=True, size=min(70, max(16, 6 * place.size)), opacity=1).encode(
        x=place.at("middle"),
        y=alt.datum(1.06),
        color=alt.Color("guess:N", scale=colours(len(names)), legend=None),
        shape=alt.Shape("guess:N", scale=shapes(len(names)), legend=None),
        tooltip=[
            alt.Tooltip("query:N"),
            alt.Tooltip("true_name:N", title="true class"),
            alt.Tooltip("guess_name:N", title="wrongly taken for"),
        ],
        description="said:N",
    )


def _parts(p: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the classes and probabilities of each column's parts, `(step, query, part)`; class -1 is the sum of all others."""
    n_steps, n_queries, n_way = p.shape
    if n_way <= _MOST_COLOURS:
        return np.broadcast_to(np.arange(n_way), p.shape), p
    queries = np.arange(n_queries)
    own = p[:, queries, y]
    others = p.copy()
    others[:, queries, y] = -1.0
    second = others.argmax(axis=-1)  # (step, query)
    share = np.stack([own, others.max(axis=-1)], axis=-1)
    rest = np.clip(1.0 - share.sum(axis=-1), 0.0, 1.0)
    part = np.stack([np.broadcast_to(y, (n_steps, n_queries)), second, np.full((n_steps, n_queries), -1)], axis=-1)
    return part, np.concatenate([share, rest[..., None]], axis=-1)
