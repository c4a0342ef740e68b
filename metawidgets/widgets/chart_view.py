"""An Altair chart, live and offline: about 1.4 KB beside its data, since all charts share one copy of Vega."""

import io
import json
from collections.abc import Mapping
from typing import Any, Protocol

import traitlets as t
from PIL import Image

from metawidgets.errors import ExportError
from metawidgets.widgets.base import Component
from metawidgets.widgets.selection import Selection
from metawidgets.widgets.vega_runtime import VegaRuntime

__all__ = ["ChartView"]


class _Chart(Protocol):
    def to_dict(self) -> dict[str, Any]: ...


class ChartView(Component):
    """Show a chart, in the notebook and in an exported page.

    A range parameter named `step` gets the components' own slider, which keys can move and screen readers can read; it is the
    `step` trait here, so that `ipywidgets.jslink((chart, "step"), (slider, "step"))` makes charts move together.

    Args:
        chart: an Altair chart.
        axis: what a step is, in words, for the slider ("gradient step").

    Raises:
        TypeError: if `chart` is no chart.
    """

    runtime = t.Instance(VegaRuntime).tag(sync=True, to_json=lambda runtime, _: f"anywidget:{runtime.model_id}")

    _esm = """export default {
  async render({ model, el, signal, host }) {
    const { exports } = await host.getWidget(model.get("runtime"));
    await exports.draw({ model, el, signal });
  },
};"""
    css_class = "mw-chart-view"

    def __init__(self, chart: _Chart, *, axis: str = "", **kwargs: Any) -> None:
        if not hasattr(chart, "to_dict") or isinstance(chart, type):
            raise TypeError(
                f"ChartView shows an Altair chart, not {type(chart).__name__}; give one of metawidgets.views or your own."
            )
        spec = chart.to_dict()
        if "$schema" not in spec:
            raise TypeError(
                f"ChartView shows an Altair chart, and {type(chart).__name__} is none: its to_dict() has no '$schema'."
            )
        spec.pop("usermeta", None)  # it may hold options for vega-embed, which are ours to set
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
        """The Vega-Lite specification, with the slider where it stands."""
        spec = json.loads(json.dumps(self.config["spec"]))
        for param in spec.get("params", []):
            if param.get("name") == "step":
                param["value"] = self.step
        return spec

    def png(self, scale: float = 2.0) -> bytes:
        """The chart at its present step.

        Raises:
            ExportError: if Vega cannot draw it.
        """
        import vl_convert

        try:
            return _smaller(vl_convert.vegalite_to_png(json.dumps(self.spec), scale=scale))
        except ValueError as exc:
            raise ExportError(f"the chart cannot be drawn: {str(exc).splitlines()[0]}") from exc

    def summary(self) -> str:
        return self.config["spec"].get("description") or self.config["title"] or "Chart"


def _smaller(png: bytes) -> bytes:
    """The same picture in about a fifth of the bytes: a page carries one for each chart."""
    out = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").save(out, "PNG", optimize=True)
    return out.getvalue()


def _title(spec: Mapping[str, Any]) -> str:
    title = spec.get("title", "")
    text = title.get("text", "") if isinstance(title, dict) else title
    if isinstance(text, dict):  # an expression: the views' titles follow the slider, and their description does not
        text = spec.get("description", "")
    return " ".join(text) if isinstance(text, list) else str(text)


def _initial_step(spec: Mapping[str, Any]) -> int:
    return next((int(p.get("value", 0)) for p in spec.get("params", []) if p.get("name") == "step"), 0)
