"""A picture of a task distribution for readers without scripts: where the tasks lie, and the learners' losses as it moves."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np

from metawidgets.views import theme
from metawidgets.views.render import png

__all__ = ["draw_tasks"]


def draw_tasks(arrays: Mapping[str, np.ndarray], config: Mapping[str, Any], shift: int) -> bytes:
    """Tasks of meta-training and of one shift on the left; on the right the mean adapted loss by shift, where measured."""
    sides = {"meta-training": arrays["places"][0], "meta-testing": arrays["places"][shift + 1]}
    rows = [{"x": float(x), "y": float(y), "tasks": side} for side, places in sides.items() for x, y in places]
    x, y = (alt.X("x:Q", title=config["axes"][0]), alt.Y("y:Q", title=config["axes"][1]))
    scale = alt.Scale(domain=list(sides), range=list(theme.CLASS_COLOURS[:2]))
    shape = alt.Scale(domain=list(sides), range=["circle", "diamond"])
    tasks = (
        alt.Chart(alt.Data(values=rows), width=260, height=220, title=f"Tasks, {config['shifts'][shift]}")
        .mark_point(filled=True, size=45, opacity=0.85)
        .encode(
            x.scale(zero=False),
            y.scale(zero=False),
            alt.Color("tasks:N", scale=scale, legend=alt.Legend(title=None, orient="bottom")),
            alt.Shape("tasks:N", scale=shape),
        )
    )
    rows = [
        {"shift": s, "loss": float(arrays[f"losses.{i}"][s + 1, :, -1].mean()), "learner": name}
        for i, name in enumerate(config["learners"])
        for s in range(len(config["shifts"]))
    ]
    rows = [row for row in rows if np.isfinite(row["loss"])]
    if not rows:
        return png(tasks.configure(**theme.config()))
    base = alt.Chart(alt.Data(values=rows), width=260, height=220, title="Loss after adaptation as the tasks move away")
    lines = base.mark_line(point=True).encode(
        alt.X("shift:Q", title="shift", axis=alt.Axis(tickMinStep=1)),
        alt.Y("loss:Q", title=config["unit"]),
        alt.Color("learner:N", legend=alt.Legend(title=None, orient="bottom")),
    )
    return png(alt.hconcat(tasks, lines).resolve_scale(color="independent").configure(**theme.config()))
