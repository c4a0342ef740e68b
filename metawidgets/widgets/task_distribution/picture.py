"""The picture of a task distribution: the places of the tasks, and the learners' losses by shift."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np

from metawidgets.views import marks, theme
from metawidgets.widgets.base.card import headed

__all__ = ["distribution_chart"]

_SIDE = 280  # pixels


def distribution_chart(arrays: Mapping[str, np.ndarray], config: Mapping[str, Any], shift: int) -> Any:
    """Return the chart: on the left the tasks of meta-training and of one shift, on the right the mean adapted loss by shift."""
    sides = {"meta-training": arrays["places"][0], "meta-testing": arrays["places"][shift + 1]}
    tasks = [{"x": float(x), "y": float(y), "tasks": side} for side, places in sides.items() for x, y in places]
    x, y = (
        alt.X("x:Q", title=config["axes"][0], scale=alt.Scale(zero=False)),
        alt.Y("y:Q", title=config["axes"][1], scale=alt.Scale(zero=False)),
    )
    legend = alt.Legend(title=None, orient="bottom")
    placed = alt.Chart(marks.inline(tasks), width=_SIDE, height=220).mark_point(filled=True, size=45, opacity=0.85)
    colour = alt.Scale(domain=list(sides), range=list(theme.CLASS_COLOURS[:2]))
    shape = alt.Scale(domain=list(sides), range=["circle", "diamond"])
    panels: list[Any] = [
        placed.encode(
            x, y, alt.Color("tasks:N", scale=colour, legend=legend), alt.Shape("tasks:N", scale=shape, legend=legend)
        )
    ]
    losses = [
        {"shift": s, "loss": float(arrays[f"losses.{i}"][s + 1, :, -1].mean()), "learner": i}
        for i in range(len(config["learners"]))
        for s in range(len(config["shifts"]))
    ]
    losses = [row for row in losses if np.isfinite(row["loss"])]
    title = f"Tasks of {config['dataset']}, {config['size']}: {config['shifts'][shift]}"
    if losses:
        x = alt.X("shift:Q", title="shift", axis=alt.Axis(tickMinStep=1, grid=False))
        y = alt.Y("loss:Q", title=f"loss after adaptation ({config['unit']})")
        look = marks.class_channels(config["learners"], width=_SIDE, field="learner", title="learner")
        base = alt.Chart(marks.inline(losses), width=_SIDE, height=220)
        now = base.transform_filter(f"datum.shift == {shift}").mark_rule(color=theme.MUTED, strokeWidth=1)
        layers = [
            now.encode(x),
            base.mark_line().encode(x, y, look["color"]),
            base.mark_point(filled=True, size=60, opacity=1).encode(x, y, **look),
        ]
        panels.append(alt.layer(*layers))
    chart = alt.hconcat(*panels, spacing=30).resolve_scale(color="independent", shape="independent")
    return chart.properties(title=headed(title, [], _SIDE * len(panels)))
