"""PNG, SVG and text of a chart, without a browser or a network: vl-convert contains a copy of Vega."""

import base64
import io
import json
import re
from functools import cache
from typing import Any
from xml.sax.saxutils import quoteattr

import altair as alt
from PIL import Image

from metawidgets.errors import ExportError

__all__ = ["MIME", "mimebundle", "png", "summary", "svg"]

# Altair's own MIME type has no "+json". nbformat then treats the chart as text, and papermill fails to save it.
MIME = f"application/vnd.vegalite.v{alt.SCHEMA_VERSION.lstrip('v').split('.')[0]}+json"

# Characters that XML does not allow, as JSON escapes. In a chart's data the escape has one backslash, and in its expressions two;
# four backslashes mean a real backslash in both. A single such character makes vl-convert abort the whole process, so a name in a
# file could kill the kernel. A pair of surrogates is a valid character.
_ESCAPE = r"(?<!\\)(?:\\{4})*\\{1,3}"
_NO_XML = re.compile(
    rf"({_ESCAPE}ud[89ab][0-9a-f]{{2}}\\+ud[c-f][0-9a-f]{{2}})|{_ESCAPE}(?:[bf]|u00[01][0-9a-f]|ud[89a-f][0-9a-f]{{2}}|ufff[ef])"
)


def png(chart: alt.TopLevelMixin, scale: float = 2.0) -> bytes:
    """Return a PNG of the chart. A slider has its initial value.

    Args:
        scale: pixels per chart pixel; 2 suits screens and slides.

    Raises:
        ExportError: if the chart cannot be drawn.
    """
    # vl-convert writes four channels with little compression; saved again, the picture takes a quarter of the bytes.
    picture = io.BytesIO()
    Image.open(io.BytesIO(_draw("png", chart, scale=scale))).convert("RGB").save(picture, format="PNG", optimize=True)
    return picture.getvalue()


def svg(chart: alt.TopLevelMixin) -> str:
    """Return the chart as SVG with real text, and with its summary as the label for screen readers.

    Raises:
        ExportError: if the chart cannot be drawn.
    """
    label = quoteattr(json.loads(_drawable_json(summary(chart))))
    return _draw("svg", chart).replace("<svg ", f'<svg role="img" aria-label={label} ', 1)


def summary(chart: alt.TopLevelMixin) -> str:
    """Return the chart's description, or its title if it has none."""
    spec = chart.to_dict()
    title = spec.get("title", "")
    text = spec.get("description") or (title.get("text") if isinstance(title, dict) else title)
    if isinstance(text, list):
        text = " ".join(text)
    return text if isinstance(text, str) and text else "A chart."


def mimebundle(chart: alt.TopLevelMixin, scale: float = 2.0) -> dict[str, Any]:
    """Return a notebook output that every viewer can show: a PNG and a text, and the specification for viewers that run Vega.

    Raises:
        ExportError: if the chart cannot be drawn.
    """
    picture = base64.b64encode(png(chart, scale)).decode()
    return {"image/png": picture, "text/plain": summary(chart), MIME: chart.to_dict()}


def _draw(kind: str, chart: alt.TopLevelMixin, **options: Any) -> Any:
    import vl_convert  # loads slowly: it maps 100 MB of JavaScript engine

    try:
        spec = chart.to_dict()
        if "/vega/" in spec.get("$schema", ""):
            return getattr(vl_convert, f"vega_to_{kind}")(_drawable_json(spec), **options)
        convert = getattr(vl_convert, f"vegalite_to_{kind}")
        return convert(_drawable_json(spec), vl_version=_vegalite_version(), **options)
    except ValueError as error:
        reason = " ".join(str(error).splitlines()[:2])  # the first line only says what failed
        raise ExportError(f"the chart cannot be drawn as {kind}: {reason}") from error


def _drawable_json(value: Any) -> str:
    """Return JSON in which U+FFFD replaces the characters that cannot be drawn."""
    return _NO_XML.sub(lambda found: found[1] or "\ufffd", json.dumps(value))


@cache
def _vegalite_version() -> str:
    """Return the newest Vega-Lite version in vl-convert with the major version of Altair's schema."""
    import vl_convert  # loads slowly

    major = alt.SCHEMA_VERSION.lstrip("v").split(".")[0]
    fitting = [v for v in vl_convert.get_vegalite_versions() if v.split(".")[0] == major]
    if not fitting:
        raise ExportError(
            f"vl-convert has no Vega-Lite {major}, which this Altair writes; install vl-convert-python>=1.9."
        )
    return max(fitting, key=lambda v: [int(n) for n in v.split(".")])
