"""The picture of a map of tasks, beside the matrix in the order that the component shows."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Int

from metawidgets.widgets.base.card import headed

__all__ = ["tasks_chart"]

_SIDE, _SIGNED = 340, 60  # side in pixels; most rows for which each row has its group's sign
_DARK = np.array([10, 99, 176])


def tasks_chart(
    arrays: Mapping[str, np.ndarray],
    config: Mapping[str, Any],
    rows: Int[np.ndarray, " task"],
    measured: str,
    pair: Sequence[int],
    words: Sequence[str],
) -> Any:
    """Return the chart: map and matrix side by side.

    Args:
        arrays, config: as `TaskMapView` sends them.
        rows: the indices of the tasks, in the order of the matrix's rows and columns.
        measured: "similarity" or "distance".
        pair: the two marked tasks.
        words: the title, then the lines below it.
    """
    # altair loads slowly, and views loads altair
    import altair as alt

    from metawidgets.views import marks, theme
    from metawidgets.views.images import ground

    groups = sorted(set(config["groups"]))
    of = [groups.index(g) for g in config["groups"]] or [0] * len(config["names"])
    look = marks.class_channels(groups, width=_SIDE, title="group") if config["groups"] else {}

    places = arrays["places"].astype(float)
    known = np.isfinite(places).all(1)
    low, high = (places[known].min(0), places[known].max(0)) if known.any() else (np.zeros(2), np.ones(2))
    middle, half = (low + high) / 2, 0.56 * max(float((high - low).max()), 1e-9)
    x, y = (alt.Axis(title=f"principal axis {i + 1}", labels=False, ticks=False, grid=False) for i in range(2))
    at = {
        "x": alt.X("x:Q", axis=x, scale=alt.Scale(domain=[middle[0] - half, middle[0] + half], nice=False)),
        "y": alt.Y("y:Q", axis=y, scale=alt.Scale(domain=[middle[1] - half, middle[1] + half], nice=False)),
    }
    tasks = [
        {"x": float(places[i, 0]), "y": float(places[i, 1]), "class": of[i], "task": i}
        for i in np.flatnonzero(known).tolist()
    ]
    base = alt.Chart(marks.inline(tasks), width=_SIDE, height=_SIDE)
    chosen = base.transform_filter(alt.FieldOneOfPredicate(field="task", oneOf=list(pair)))
    tasks_map = alt.layer(
        chosen.mark_line(color=theme.INK, strokeWidth=1).encode(**at),
        marks.points(base, filled=True).encode(**at, **look),
        chosen.mark_point(size=320, color=theme.INK, filled=False, opacity=1).encode(**at),
    )

    n = len(rows)
    values = arrays[measured][np.ix_(rows, rows)].astype(float)
    off = values[~np.eye(n, dtype=bool) & np.isfinite(values)]
    least, most = (float(off.min()), float(off.max())) if len(off) else (0.0, 1.0)
    part = np.clip((values - least) / ((most - least) or 1), 0, 1)
    part = 0.06 + 0.9 * (1 - part if measured == "distance" else part)
    part[np.eye(n, dtype=bool) | ~np.isfinite(values)] = 0
    shades = np.round(255 - (255 - _DARK) * part[..., None]).astype(np.uint8)
    fine = max(1, round(2 * _SIDE / n))  # an integer number of pixels for each cell, so that its edges are sharp
    cell = alt.Scale(domain=[0, n], nice=False)
    down = alt.Scale(domain=[n, 0], nice=False)
    layers = [ground(np.kron(shades, np.ones((fine, fine, 1), np.uint8)), _SIDE, _SIDE)]
    if config["groups"] and n <= _SIGNED:
        signs = [{"y": i + 0.5, "class": of[task]} for i, task in enumerate(rows)]
        sign = alt.Chart(marks.inline(signs)).mark_point(filled=True, size=40, opacity=1)
        layers.append(sign.encode(x=alt.value(-8), y=alt.Y("y:Q", scale=down, axis=None), **look))
    place = {int(task): i for i, task in enumerate(rows)}
    frame = (
        [{"x": place[b], "x2": place[b] + 1, "y": place[a], "y2": place[a] + 1} for a, b in [pair] if pair]
        if pair
        else []
    )
    layers.append(
        alt.Chart(marks.inline(frame))
        .mark_rect(fill=None, stroke=theme.FRAME, strokeWidth=2.5)
        .encode(x=alt.X("x:Q", scale=cell, axis=None), x2="x2:Q", y=alt.Y("y:Q", scale=down, axis=None), y2="y2:Q")
    )
    span = f"{measured}, {least:.3g} to {most:.3g}; dark: {'near' if measured == 'distance' else 'alike'}"
    matrix = alt.layer(*layers).properties(title=alt.TitleParams(text=span, fontWeight="normal", fontSize=12))
    title = headed(words[0], words[1:], 2 * _SIDE)
    return alt.hconcat(tasks_map, matrix, spacing=40).properties(title=title)
