"""Charts with a slider over the steps of a trace: the data rows hold all steps, and the slider picks one.

There is one row per mark. A field that changes holds a list over steps, and `datum.field[step]` reads it. The slider then
evaluates a formula instead of filtering a table of steps x marks, and the specification stays small.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np

from metawidgets.errors import TraceError
from metawidgets.records import AXES, Trace
from metawidgets.views.titles import subtitle_lines, title_lines

__all__ = ["BUDGET", "Steps", "compact", "per_step"]

BUDGET = 40_000  # largest number of values in a chart with a slider, about 200 KB of JSON

_COUNTED = {
    "inner_step": "inner-loop step",
    "write": "memory write",
    "context_example": "support example",
}


class Steps:
    """The steps that a chart shows: a single step, or the steps of a slider.

    If all steps together have more values than `BUDGET`, the slider moves by several steps at a time, and the subtitle says so.

    Args:
        trace: the trace to draw.
        step: `None` for a slider (a Vega parameter named `step` that starts at the last state), an int for a single step.
        load: number of values that one step adds to the chart.

    Raises:
        TraceError: if the trace has no such step, or already two steps exceed the budget of a slider.
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
                "give step=<int> for a single step, or use the component InnerLoopSlider."
            )
        self.what = AXES[trace.axis]
        self.one = _COUNTED[trace.axis]
        self._taken, self._of = trace.states, trace.n_steps  # the trace of a large episode records only some states
        self.counted = self.one + ("" if self._of == 1 else "s")
        self.stride = _stride(last, max(1, BUDGET // load - 1) if load else last)
        # A trace of a single state needs no slider.
        self.fixed = (int(step) if step is not None else 0) if step is not None or last == 0 else None

    @property
    def shown(self) -> range:
        """The steps in the chart: the single step, or all steps that the slider can reach, always with the last one."""
        if self.fixed is not None:
            return range(self.fixed, self.fixed + 1)
        return range(self.last % self.stride, self.last + 1, self.stride)

    def rows(
        self, still: Mapping[str, Sequence[Any]], moving: Mapping[str, np.ndarray] | None = None
    ) -> list[dict[str, Any]]:
        """Return the rows of a chart's data, one per mark.

        Args:
            still: for each field that does not change, one value per row.
            moving: for each field that changes, an array `(step, row)` or `(step, row, part)`. A row holds a list over steps (for
                each part), or a single value if all steps have the same value.
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
        """Add a field to `chart` for each keyword: the value at the current step of the field that it names."""
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
        """Return the Vega expression that is true for rows whose `field` is the current step."""
        return f"datum.{field} == {'step' if self.fixed is None else self.fixed}"

    def when(self, t: int) -> str:
        """Return the step in words, for the start of a title: "Before any of 5 inner-loop steps", "After 2 of 5 inner-loop steps"."""
        taken, of = self._taken[t], self._of
        if of == 0:
            return "Without any step"
        if of == 1:
            return f"{'After' if taken else 'Before'} the {self.one}"
        return f"After {taken} of {of} {self.counted}" if taken else f"Before any of {of} {self.counted}"

    def title(self, texts: Sequence[str], subtitle: str, width: float) -> alt.TitleParams:
        """Return a title that changes with the step, and a subtitle; both are broken into lines of `width` pixels.

        Args:
            texts: one title per step of the trace.
            subtitle: how to read the chart.
        """
        (broken,) = self._broken([texts], width)
        text = broken[0] if self.fixed is not None else alt.ExprRef(expr=f"{json.dumps(broken)}[{self._index}]")
        return self._titled(text, subtitle, width)

    def title_of_choice(
        self, texts: Sequence[Sequence[str]], choice: str, subtitle: str, width: float
    ) -> alt.TitleParams:
        """Return a title that changes with the step and with another Vega parameter.

        Args:
            texts: one title per step, for each value of the parameter `choice`, counted from 0.
        """
        return self._titled(self.of_choice(self._broken(texts, width), choice), subtitle, width)

    def of_choice(self, values: Sequence[Sequence[Any]], choice: str) -> alt.ExprRef:
        """Return the Vega expression for the entry of `values` at the value of `choice` and the current step (an index into `shown`)."""
        index = "0" if self.fixed is not None else self._index
        return alt.ExprRef(expr=f"{json.dumps(values)}[{choice}][{index}]")

    def _broken(self, texts: Sequence[Sequence[str]], width: float) -> list[list[list[str]]]:
        """Break each text into the same number of lines, so that the chart does not jump."""
        broken = [[title_lines(of[t], width) for t in self.shown] for of in texts]
        lines = max(len(part) for of in broken for part in of)
        return [[part + [""] * (lines - len(part)) for part in of] for of in broken]

    def _titled(self, text: Any, subtitle: str, width: float) -> alt.TitleParams:
        if self.fixed is None and self.stride > 1:
            subtitle += f" The slider moves by {self.stride} steps."
        return alt.TitleParams(text=text, subtitle=subtitle_lines(subtitle, width))

    def course(self, texts: Sequence[str]) -> str:
        """Return the text of the single step, or the texts of the first and the last step, for a description.

        Args:
            texts: one per step of the trace, without a full stop.
        """
        if self.fixed is not None:
            return f"{texts[self.fixed]}."
        return f"{texts[0]}. {texts[-1]}."

    def slide(self, chart: Any) -> Any:
        """Add the slider, unless the chart shows a single step."""
        if self.fixed is not None:
            return chart
        slider = alt.binding_range(min=self.shown.start, max=self.last, step=self.stride, name=f"{self.what} ")
        return chart.add_params(alt.param(name="step", value=self.last, bind=slider))


def per_step(*arrays: np.ndarray) -> int:
    """Return the number of values that each step adds to a chart of these `(step, ...)` arrays. Constant arrays add no values."""
    return sum(a[0].size for a in arrays if not _constant(a))


def compact(value: Any) -> Any:
    """Return a value for short JSON: four significant digits, whole numbers as int, NaN and infinities as `None`."""
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
    """Return True if all steps equal the first one; NaN equals NaN here."""
    return bool(np.array_equal(values, np.broadcast_to(values[:1], values.shape), equal_nan=values.dtype.kind == "f"))


def _stride(last: int, intervals: int) -> int:
    """Return the slider's stride: the smallest with at most `intervals` intervals, or one up to twice as large that reaches step 0."""
    if last <= intervals:
        return 1
    least = math.ceil(last / intervals)
    return next((s for s in range(least, 2 * least + 1) if last % s == 0), least)
