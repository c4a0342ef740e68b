"""How a chart moves over the steps of a trace: rows that carry every step, and the slider that picks one.

One row a mark, with a list over steps in each field that moves, and `datum.field[step]` to read it: a slider then
re-evaluates a formula instead of filtering a table of steps times marks, and the specification stays a few kilobytes.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np

from metawidgets.errors import TraceError
from metawidgets.traces import AXES, Trace
from metawidgets.views.titles import subtitle_lines, title_lines

__all__ = ["BUDGET", "Steps", "compact", "per_step"]

BUDGET = 40_000  # numbers that a chart with a slider may carry, about 200 KB of JSON

_COUNTED = {
    "inner_step": "inner-loop step",
    "write": "memory write",
    "context_example": "support example",
}


class Steps:
    """The steps that a chart shows: those behind a slider, or a single one.

    A slider over more numbers than `BUDGET` moves by several steps at a time, and the subtitle says so.

    Args:
        trace: the trace to be drawn.
        step: `None` for the slider (a Vega parameter named `step` that starts at the last state), an int for a still.
        load: numbers that a single step puts into the chart.

    Raises:
        TraceError: if the trace has no such step, or two steps are already too much for a slider.
    """

    def __init__(self, trace: Trace, step: int | None, load: int = 0) -> None:
        self.last = last = len(trace) - 1
        if step is not None and (
            isinstance(step, bool) or not isinstance(step, int | np.integer) or not 0 <= step <= last
        ):
            raise TraceError(
                f"step={step!r} is not one of this trace's steps 0 to {last}; give one, or None for a slider."
            )
        if step is None and last > 0 and 2 * load > BUDGET:
            raise TraceError(
                f"each step would put {load:,} numbers into the chart, too many for a slider within {BUDGET:,}; "
                "give step=<int> for a still, or use the component InnerLoopSlider."
            )
        self.what = AXES[trace.axis]
        self.one = _COUNTED[trace.axis]
        self.counted = self.one + ("" if last == 1 else "s")
        self.stride = _stride(last, max(1, BUDGET // load - 1) if load else last)
        # A trace of a single state leaves nothing to slide over.
        self.fixed = (int(step) if step is not None else 0) if step is not None or last == 0 else None

    @property
    def shown(self) -> range:
        """The steps that the chart carries: the still's, or those that the slider can reach, the last always among them."""
        if self.fixed is not None:
            return range(self.fixed, self.fixed + 1)
        return range(self.last % self.stride, self.last + 1, self.stride)

    def rows(
        self, still: Mapping[str, Sequence[Any]], moving: Mapping[str, np.ndarray] | None = None
    ) -> list[dict[str, Any]]:
        """Rows for a chart's data, one per mark.

        Args:
            still: field -> one value per row.
            moving: field -> `(step, row)` or `(step, row, part)`; a row holds a list over steps (per part), but a bare
                value where no step differs.
        """
        fields: dict[str, Sequence[Any]] = {name: [compact(v) for v in values] for name, values in still.items()}
        for name, values in (moving or {}).items():
            kept = values[list(self.shown)]
            fields[name] = [self._over_steps(kept[:, i]) for i in range(kept.shape[1])]
        return [dict(zip(fields, row, strict=True)) for row in zip(*fields.values(), strict=True)]

    def _over_steps(self, values: np.ndarray) -> Any:
        if values.ndim > 1:
            return [self._over_steps(values[:, j]) for j in range(values.shape[1])]
        return compact(values[0]) if _constant(values) else [compact(v) for v in values]

    def calculate(self, chart: alt.Chart, **fields: str) -> alt.Chart:
        """Give `chart` the fields named on the left, each the value at the current step of the field on the right."""
        return chart.transform_calculate(**{new: self._now(old) for new, old in fields.items()})

    def _now(self, field: str) -> str:
        if self.fixed is not None:
            return f"datum.{field}"
        return f"isArray(datum.{field}) ? datum.{field}[{self._index}] : datum.{field}"

    @property
    def _index(self) -> str:
        first = self.shown.start
        return "step" if self.stride == 1 else f"max(0, floor((step - {first}) / {self.stride}))"

    def is_now(self, field: str) -> str:
        """The expression that holds for rows whose `field` is the current step."""
        return f"datum.{field} == {'step' if self.fixed is None else self.fixed}"

    def when(self, t: int) -> str:
        """The step in words, to begin a title: "Before any of 5 inner-loop steps", "After 2 of 5 inner-loop steps"."""
        if self.last == 0:
            return "At once"
        if self.last == 1:
            return f"{'After' if t else 'Before'} the {self.one}"
        return f"After {t} of {self.last} {self.counted}" if t else f"Before any of {self.last} {self.counted}"

    def title(self, texts: Sequence[str], subtitle: str, width: float) -> alt.TitleParams:
        """A title that follows the step, over a subtitle that says how to read the chart; both broken to `width` pixels.

        Args:
            texts: one title per step of the trace.
        """
        (broken,) = self._broken([texts], width)
        text = broken[0] if self.fixed is not None else alt.ExprRef(expr=f"{json.dumps(broken)}[{self._index}]")
        return self._titled(text, subtitle, width)

    def title_of_choice(
        self, texts: Sequence[Sequence[str]], choice: str, subtitle: str, width: float
    ) -> alt.TitleParams:
        """The same of a chart with something to choose beside the step.

        Args:
            texts: for every value of the parameter `choice`, 0 and up, one title per step.
        """
        return self._titled(self.of_choice(self._broken(texts, width), choice), subtitle, width)

    def of_choice(self, values: Sequence[Sequence[Any]], choice: str) -> alt.ExprRef:
        """The expression for what stands at the value of `choice` and at the current step, among `shown` ones."""
        index = "0" if self.fixed is not None else self._index
        return alt.ExprRef(expr=f"{json.dumps(values)}[{choice}][{index}]")

    def _broken(self, texts: Sequence[Sequence[str]], width: float) -> list[list[list[str]]]:
        """Lines of equal number: the chart must not jump."""
        broken = [[title_lines(of[t], width) for t in self.shown] for of in texts]
        lines = max(len(part) for of in broken for part in of)
        return [[part + [""] * (lines - len(part)) for part in of] for of in broken]

    def _titled(self, text: Any, subtitle: str, width: float) -> alt.TitleParams:
        if self.fixed is None and self.stride > 1:
            subtitle += f" The slider moves by {self.stride} steps."
        return alt.TitleParams(text=text, subtitle=subtitle_lines(subtitle, width))

    def course(self, texts: Sequence[str]) -> str:
        """For a description: the text of a still's step, or those of the first and last step.

        Args:
            texts: one per step of the trace, without a full stop.
        """
        if self.fixed is not None:
            return f"{texts[self.fixed]}."
        return f"{texts[0]}. {texts[-1]}."

    def slide(self, chart: Any) -> Any:
        """Add the slider, if this is not a still."""
        if self.fixed is not None:
            return chart
        slider = alt.binding_range(min=self.shown.start, max=self.last, step=self.stride, name=f"{self.what} ")
        return chart.add_params(alt.param(name="step", value=self.last, bind=slider))


def per_step(*arrays: np.ndarray) -> int:
    """Numbers that each step adds to a chart of these `(step, ...)` arrays; those that never move add none."""
    return sum(a[0].size for a in arrays if not _constant(a))


def compact(value: Any) -> Any:
    """A value as short JSON: four significant digits, whole numbers without a point, NaN and infinities as null."""
    if isinstance(value, list | tuple):
        return [compact(v) for v in value]
    if isinstance(value, float | np.floating):
        if not math.isfinite(value):
            return None
        short = float(f"{value:.4g}")
        return int(short) if short.is_integer() else short
    if isinstance(value, np.bool_ | np.integer):
        return value.item()
    return value


def _constant(values: np.ndarray) -> bool:
    """Whether no step differs from the first (NaN being equal to NaN)."""
    return bool(np.array_equal(values, np.broadcast_to(values[:1], values.shape), equal_nan=values.dtype.kind == "f"))


def _stride(last: int, intervals: int) -> int:
    """The smallest stride that takes `last` steps in so many intervals; a little larger if it then meets step 0."""
    if last <= intervals:
        return 1
    least = math.ceil(last / intervals)
    return next((s for s in range(least, 2 * least + 1) if last % s == 0), least)
