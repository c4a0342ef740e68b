"""One copy of Vega for all charts of a kernel, from vl-convert's bundle: no network, and 0.9 MB once instead of in every chart."""

from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets as t

from metawidgets.widgets.browser_code import joined_css, joined_js

__all__ = ["VegaRuntime"]


class VegaRuntime(anywidget.AnyWidget):
    """Draws every `ChartView`: its module exports `draw({model, el, signal})`, which a chart reaches by reference.

    Vega itself travels as text in `source` and is parsed when the first chart is drawn: anywidget drops a model that takes more
    than two seconds to initialise, and parsing 0.9 MB on a busy machine may.
    """

    source = t.Unicode(help="Vega, Vega-Lite and vega-embed as one ES module that exports vegaEmbed").tag(sync=True)

    _esm = joined_js(Path(__file__).with_name("vega_runtime.js"))
    _css = joined_css(Path(__file__).with_name("vega_runtime.css"))

    _shared: ClassVar["VegaRuntime | None"] = None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(source=_bundle(), **kwargs)

    @classmethod
    def shared(cls) -> "VegaRuntime":
        """The kernel's runtime, made at first use, and again if it was closed."""
        shared = cls._shared
        if shared is None or shared.comm is None:
            shared = cls._shared = cls()
        return shared


@cache
def _bundle() -> str:
    import vl_convert  # 1 s and 100 MB of JavaScript engine: only who shows a live chart pays

    # The newest Vega-Lite of the bundle's; charts name theirs by major version, which the dependencies hold together.
    return vl_convert.javascript_bundle("export { vegaEmbed };", vl_version=vl_convert.get_vegalite_versions()[-1])
