"""One copy of Vega for all charts of a kernel, from vl-convert's bundle. It needs no network, and takes 0.3 MB once instead of
0.9 MB in every chart."""

import gzip
from functools import cache
from typing import Any, ClassVar

import anywidget
import traitlets as t

from metawidgets.widgets.base.bundles import bundle_of

__all__ = ["VegaRuntime"]


class VegaRuntime(anywidget.AnyWidget):
    """The widget that draws every `ChartView`. Its module exports `draw({model, el, signal})`, which charts call by reference.

    Vega is sent compressed in `source` and parsed when the first chart is drawn. Parsing it at start could fail: anywidget drops
    a model that takes more than two seconds to initialise, and parsing 0.9 MB on a busy machine may take longer.
    """

    source = t.Bytes(help="Vega, Vega-Lite and vega-embed as one ES module that exports vegaEmbed, gzipped").tag(
        sync=True
    )

    _esm = bundle_of("vega_runtime")

    _shared: ClassVar["VegaRuntime | None"] = None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(source=_bundle(), **kwargs)

    @classmethod
    def shared(cls) -> "VegaRuntime":
        """Return the kernel's runtime. It is made at first use, and again if it was closed."""
        shared = cls._shared
        if shared is None or shared.comm is None:
            shared = cls._shared = cls()
        return shared


@cache
def _bundle() -> bytes:
    import vl_convert  # vl_convert loads slowly: 1 s and 100 MB of JavaScript engine

    # The newest Vega-Lite in the bundle. Charts name only a major version, and the dependencies keep it the same.
    source = vl_convert.javascript_bundle("export { vegaEmbed };", vl_version=vl_convert.get_vegalite_versions()[-1])
    return gzip.compress(source.encode(), mtime=0)  # without a time, so that the same data give the same page
