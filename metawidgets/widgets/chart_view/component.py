"""A component that shows an Altair chart, live and offline. All charts share one copy of Vega, so each takes its data and 1.4 KB."""

import io
import json
from collections.abc import Mapping
from typing import Any, Protocol

import traitlets as t
from PIL import Image

from metawidgets.errors import ExportError
from metawidgets.widgets.base.component import Component
from metawidgets.widgets.base.selection import Selection
from metawidgets.widgets.chart_view.vega_runtime import VegaRuntime

__all__ = ["ChartView"]


class _Chart(Protocol):
    def to_dict(self) -> dict[str, Any]: ...


class ChartView(Component):
    """An Altair chart, in the notebook and in an exported page.

    A range parameter named `step` gets the components' own slider, which keys can move and screen readers can read. It is the
    trait `step`, so `ipywidgets.jslink((chart, "step"), (slider, "step"))` makes charts move together.

    Args:
        chart: an Altair chart.
        axis: the slider's name for a step, such as "gradient step".

    Raises:
        TypeError: if `chart` is not an Altair chart.
    """

    runtime = t.Instance(VegaRuntime).tag(sync=True, to_json=lambda runtime, _: f"anywidget:{runtime.model_id}")

    def __init__(self, chart: _Chart, *, axis: str = "", **kwargs: Any) -> None:
        if not hasattr(chart, "to_dict") or isinstance(chart, type):
            raise TypeError(
                f"ChartView shows an Altair chart, not {type(chart).__name__}; give one of metawidgets.views or your own."
            )
        spec = chart.to_dict()
        if "$schema" not in spec:
            raise TypeError(
                f"ChartView shows an Altair chart, not {type(chart).__name__}, whose to_dict() has no '$schema'; "
                "give one of metawidgets.views or your own."
            )
        spec.pop("usermeta", None)  # it may hold options for vega-embed, which would override ours
        super().__init__(**{"step": _initial_step(spec), **kwargs})
        self.pack({}, spec=spec, axis=axis, title=_title(spec))

    @t.default("runtime")
    def _shared_runtime(self) -> VegaRuntime:
        return VegaRuntime.shared()

    @t.default("selection")
    def _no_selection(self) -> Selection | None:
        return None

    @property
    def spec(self) -> dict[str, Any]:
        """The Vega-Lite specification, with the slider at its current step."""
        spec = json.loads(json.dumps(self.config["spec"]))
        for param in spec.get("params", []):
            if param.get("name") == "step":
                param["value"] = self.step
        return spec

    def png(self, scale: float = 2.0) -> bytes:
        """Return a PNG of the chart at its current step.

        Raises:
            ExportError: if Vega cannot draw the chart.
        """
        import vl_convert  # vl_convert loads slowly: 1 s and 100 MB of JavaScript engine

        try:
            return _smaller(vl_convert.vegalite_to_png(json.dumps(self.spec), scale=scale))
        except ValueError as exc:
            raise ExportError(f"the chart cannot be drawn: {str(exc).splitlines()[0]}") from exc

    def summary(self) -> str:
        return self.config["spec"].get("description") or self.config["title"] or "Chart"


def _smaller(png: bytes) -> bytes:
    """Return the same picture as optimised RGB, about a fifth of the size. A page holds one for each chart."""
    out = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").save(out, "PNG", optimize=True)
    return out.getvalue()


def _title(spec: Mapping[str, Any]) -> str:
    title = spec.get("title", "")
    text = title.get("text", "") if isinstance(title, dict) else title
    if isinstance(text, dict):  # the title is an expression that follows the slider; use the fixed description
        text = spec.get("description", "")
    return " ".join(text) if isinstance(text, list) else str(text)


def _initial_step(spec: Mapping[str, Any]) -> int:
    return next((int(p.get("value", 0)) for p in spec.get("params", []) if p.get("name") == "step"), 0)
