"""Decision regions: the most probable class at every point of the plane, and its probability."""

import altair as alt
import numpy as np
from jaxtyping import Float, Int

from metawidgets.episodes import Episode
from metawidgets.records import Trace
from metawidgets.views import theme
from metawidgets.views.items import axis_titles, plane_items
from metawidgets.views.marks import Drawing, inline, name_of, short
from metawidgets.views.registry import view
from metawidgets.views.steps import Steps

__all__ = ["decision_regions"]

_SIDE = 33  # points along a side of the probe grid, which runs row by row, y then x
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"  # one character per class
_AXIS = alt.Axis(tickCount=6, grid=False)
_TINTS = (0.1, 0.18, 0.27, 0.37, 0.48)  # share of the class's colour in a cell's colour, from low to high probability


def _kind(episode: Episode) -> str | None:
    if episode.is_regression or episode.item_shape != (2,):
        found = "no classes" if episode.is_regression else f"items of shape {episode.item_shape}"
        return f"it draws classes of 2-D points, and this episode has {found}."
    if len(episode.class_names) > len(_DIGITS):
        return f"{len(episode.class_names)} classes give too many regions; at most {len(_DIGITS)} can be drawn."
    return None


def _unless(trace: Trace) -> str | None:
    if trace.probe is None or len(trace.probe) != _SIDE**2:
        found = "none" if trace.probe is None else f"{len(trace.probe)} points"
        return f"it needs a probe grid of {_SIDE} x {_SIDE} points, row by row; this trace has {found}."
    return None


@view(needs=("probe_outputs", "query_accuracy"), kind=_kind, unless=_unless)
def decision_regions(trace: Trace, *, step: int | None = None, width: int = 440) -> Drawing:
    """Colour each point of the input plane by its most probable class, and draw the support and query items on the plane.

    The colour is stronger where the probability is higher.

    Args:
        step: the step to show; `None` for a slider over all steps.
        width: width of the plot, in pixels.
    """
    steps, episode = Steps(trace, step, load=_SIDE**2 // 2), trace.episode
    assert trace.probe is not None
    p = _softmax(trace["probe_outputs"].astype(np.float64))  # (step, probe, way)
    winner, surety = p.argmax(axis=-1), p.max(axis=-1)
    grid = trace.probe.reshape(_SIDE, _SIDE, 2)
    x0, y0, x1, y1 = (float(v) for v in (*grid[0, 0], *grid[-1, -1]))
    half = ((x1 - x0) / (_SIDE - 1) / 2, (y1 - y0) / (_SIDE - 1) / 2)
    across, up = axis_titles(episode)
    x = alt.X(
        "x:Q", title=across, scale=alt.Scale(domain=[x0 - half[0], x1 + half[0]], nice=False, zero=False), axis=_AXIS
    )
    y = alt.Y("y:Q", title=up, scale=alt.Scale(domain=[y0 - half[1], y1 + half[1]], nice=False, zero=False), axis=_AXIS)
    names = episode.class_names
    base = alt.Chart(inline(_grid_rows(steps, winner, surety)))
    cells = _decoded(steps, base, (x0, half[0]), (y0, half[1])).transform_calculate(name=name_of(names))
    ground = cells.mark_rect(aria=False, strokeWidth=0).encode(
        x=x, x2="x2:Q", y=y, y2="y2:Q",
        fill=alt.Fill("tint:N", scale=_tints(len(names)), legend=None),
        tooltip=[alt.Tooltip("name:N", title="most probable"), alt.Tooltip("percent:Q", title="probability (%)")],
    )  # fmt: skip
    layers = [ground, _labels(steps, winner, grid, episode, x, y), *plane_items(episode, x, y, width, on_tint=True)]
    right, n_query = trace["query_accuracy"], len(episode.query_x)
    titles = [f"{steps.when(t)}, {100 * right[t]:.0f} % of {n_query} queries right" for t in range(steps.last + 1)]
    subtitle = (
        "Background: the most probable class, stronger for a higher probability. Filled: support. Hollow: queries."
    )
    description = f"Decision regions of {trace.learner} for {len(names)} classes in the plane. {steps.course(titles)}"
    chart = alt.layer(*layers).properties(
        width=width, height=0.85 * width, title=steps.title(titles, subtitle, width), description=description
    )  # fmt: skip
    return steps.slide(chart)


def _softmax(outputs: Float[np.ndarray, "step probe way"]) -> Float[np.ndarray, "step probe way"]:
    """Return the softmax as in a trace's probabilities: a class at -inf gets 0, and a row of all -inf is uniform."""
    top = outputs.max(axis=-1, keepdims=True)
    e = np.exp(np.where(np.isneginf(top), 0.0, outputs - np.where(np.isneginf(top), 0.0, top)))
    return e / e.sum(axis=-1, keepdims=True)


def _grid_rows(
    steps: Steps, winner: Int[np.ndarray, "step probe"], surety: Float[np.ndarray, "step probe"]
) -> list[dict]:
    """Return one row per line of the grid, with classes and percentages as strings of one and two characters per cell.

    JSON numbers would take three times as many bytes.
    """
    percent = np.minimum(np.floor(100 * surety + 0.5), 99).astype(int)
    lines = range(_SIDE)
    of = lambda a, i: a[:, i * _SIDE : (i + 1) * _SIDE]  # noqa: E731
    classes = np.array([["".join(_DIGITS[c] for c in row) for row in of(winner, i)] for i in lines]).T  # (step, line)
    shares = np.array([["".join(f"{v:02d}" for v in row) for row in of(percent, i)] for i in lines]).T
    return steps.rows({"i": list(lines)}, {"c": classes, "p": shares})


def _decoded(steps: Steps, chart: alt.Chart, across: tuple[float, float], up: tuple[float, float]) -> alt.Chart:
    """Return cells with edges, class, percentage and tint. Edges overlap a little, so that no gaps show between cells."""
    read = steps.calculate(chart, classes="c", shares="p").transform_calculate(cell="split(datum.classes, '')")
    overlap = 0.16
    edges = {
        "x": f"{across[0]} + (2 * datum.k - 3) * {across[1]}",
        "x2": f"{across[0]} + (2 * datum.k - 1 + {overlap}) * {across[1]}",
        "y": f"{up[0]} + (2 * datum.i - 1) * {up[1]}",
        "y2": f"{up[0]} + (2 * datum.i + 1 + {overlap}) * {up[1]}",
    }
    cells = read.transform_flatten(["cell"]).transform_window(k="row_number()", groupby=["i"])
    numbers = {
        "class": f"indexof('{_DIGITS}', datum.cell)",
        "percent": "toNumber(substring(datum.shares, 2 * datum.k - 2, 2 * datum.k))",
    }
    tint = f"datum.class + '-' + min({len(_TINTS) - 1}, floor(datum.percent * {len(_TINTS)} / 100))"
    return cells.transform_calculate(**edges).transform_calculate(**numbers).transform_calculate(tint=tint)


def _tints(n_way: int) -> alt.Scale:
    """Return a scale of opaque tints of the class colours: with transparent ones the overlapping edges would show as a grid."""
    domain, colours = [], []
    for c in range(n_way):
        full = np.array([int(theme.class_colour(c)[i : i + 2], 16) for i in (1, 3, 5)])
        for level, share in enumerate(_TINTS):
            domain.append(f"{c}-{level}")
            colours.append("#" + "".join(f"{round(v):02x}" for v in 255 + share * (full - 255)))
    return alt.Scale(domain=domain, range=colours)


def _labels(steps: Steps, winner: np.ndarray, grid: np.ndarray, episode: Episode, x: alt.X, y: alt.Y) -> alt.Chart:
    """Return a label for each region, deep inside it and away from the items, so that regions differ by more than colour."""
    names = episode.class_names
    items = np.concatenate([episode.support_x, episode.query_x])
    cell = (grid[-1, -1] - grid[0, 0]) / (_SIDE - 1)
    apart = np.abs(grid[:, :, None] - items) / cell  # (row, column, item, axis), in cells
    free = np.zeros((_SIDE + 2, _SIDE + 2), bool)
    free[1:-1, 1:-1] = ((apart[..., 0] > 3) | (apart[..., 1] > 1.2)).all(axis=-1)
    at = np.full((len(winner), len(names), 2), np.nan)
    for t, won in enumerate(winner):
        inside = np.full((_SIDE + 2, _SIDE + 2), -1)
        inside[1:-1, 1:-1] = won.reshape(_SIDE, _SIDE)
        for c in np.unique(won):
            region = inside == c
            row, column = _innermost(region & free if (region & free).any() else region)
            at[t, c] = grid[row - 1, column - 1]
    rows = steps.rows({"name": [short(name) for name in names]}, {"u": at[..., 0], "v": at[..., 1]})
    chart = steps.calculate(alt.Chart(inline(rows)), x="u", y="v").transform_filter("isValid(datum.x)")
    text = chart.mark_text(fontSize=12, fontWeight="bold", color=theme.ON_LIGHT, opacity=0.75, aria=False, limit=120)
    return text.encode(x=x, y=y, text="name:N", tooltip=alt.Tooltip("name:N", title="most probable"))


def _innermost(region: np.ndarray) -> tuple[int, int]:
    """Return the (row, column) of a cell that is left last when the region is eroded from its border, one ring at a time."""
    while True:
        inner = region.copy()
        for shift, axis in ((1, 0), (-1, 0), (1, 1), (-1, 1)):
            inner &= np.roll(region, shift, axis)
        if not inner.any():
            cells = np.argwhere(region)
            row, column = cells[np.abs(cells - cells.mean(axis=0)).sum(axis=1).argmin()]
            return int(row), int(column)
        region = inner
