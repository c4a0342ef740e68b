"""Pictures of a chart without a browser or a network, by vl-convert's own copy of Vega."""

import base64
import io
import json
from functools import cache
from typing import Any
from xml.sax.saxutils import quoteattr

import altair as alt
from PIL import Image

from metawidgets.errors import ExportError

__all__ = ["MIME", "mimebundle", "png", "summary", "svg"]

# Altair's own type lacks "+json", by which nbformat tells JSON from text: papermill refuses to save it.
MIME = f"application/vnd.vegalite.v{alt.SCHEMA_VERSION.lstrip('v').split('.')[0]}+json"


def png(chart: alt.TopLevelMixin, scale: float = 2.0) -> bytes:
    """The chart as PNG; a slider stands at its initial value.

    Args:
        scale: pixels per chart pixel; 2 suits screens and slides.

    Raises:
        ExportError: if the chart cannot be drawn.
    """
    # vl-convert writes four channels, hardly compressed: the same picture takes a quarter of the bytes.
    picture = io.BytesIO()
    Image.open(io.BytesIO(_draw("png", chart, scale=scale))).convert("RGB").save(picture, format="PNG", optimize=True)
    return picture.getvalue()


def svg(chart: alt.TopLevelMixin) -> str:
    """The chart as SVG with live text, named by its summary for screen readers.

    Raises:
        ExportError: if the chart cannot be drawn.
    """
    return _draw("svg", chart).replace("<svg ", f'<svg role="img" aria-label={quoteattr(summary(chart))} ', 1)


def summary(chart: alt.TopLevelMixin) -> str:
    """What the chart shows, in words: its description, or at least its title."""
    spec = chart.to_dict()
    title = spec.get("title", "")
    text = spec.get("description") or (title.get("text") if isinstance(title, dict) else title)
    if isinstance(text, list):
        text = " ".join(text)
    return text if isinstance(text, str) and text else "A chart."


def mimebundle(chart: alt.TopLevelMixin, scale: float = 2.0) -> dict[str, Any]:
    """A notebook output that shows everywhere: a PNG and words, beside the specification for whoever can run it.

    Raises:
        ExportError: if the chart cannot be drawn.
    """
    picture = base64.b64encode(png(chart, scale)).decode()
    return {"image/png": picture, "text/plain": summary(chart), MIME: chart.to_dict()}


def _draw(kind: str, chart: alt.TopLevelMixin, **options: Any) -> Any:
    import vl_convert  # it maps 100 MB of JavaScript engine: only who draws pays

    try:
        convert = getattr(vl_convert, f"vegalite_to_{kind}")
        return convert(json.dumps(chart.to_dict()), vl_version=_vegalite_version(), **options)
    except ValueError as error:
        raise ExportError(f"the chart cannot be drawn as {kind}: {str(error).splitlines()[0]}") from error


@cache
def _vegalite_version() -> str:
    """The newest Vega-Lite of vl-convert's that shares its major version with Altair's schema."""
    import vl_convert

    major = alt.SCHEMA_VERSION.lstrip("v").split(".")[0]
    fitting = [v for v in vl_convert.get_vegalite_versions() if v.split(".")[0] == major]
    if not fitting:
        raise ExportError(
            f"vl-convert has no Vega-Lite {major}, which this Altair writes; install vl-convert-python>=1.9."
        )
    return max(fitting, key=lambda v: [int(n) for n in v.split(".")])
