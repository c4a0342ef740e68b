"""What every component shares: arrays as one buffer, errors that can be seen, and a life outside the notebook."""

import base64
import inspect
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Self

import anywidget
import numpy as np
import traitlets as t
from jaxtyping import Shaped

from metawidgets.errors import did_you_mean
from metawidgets.widgets.selection import Selection

__all__ = ["Component", "joined_css", "joined_js"]

_SHARED = Path(__file__).parent / "shared"
_JS = ("dom.js", "arrays.js", "theme.js", "draw.js", "selection.js", "player.js")
_CSS = ("base.css",)
# What the browser gets for what numpy has: JavaScript has no 64-bit integers worth the name, and a screen no float64.
_WIRE = {"int64": "int32", "uint64": "uint32", "float64": "float32", "float16": "float32", "bool": "uint8"}
_TYPED = {"uint8", "int8", "uint16", "int16", "uint32", "int32", "float32"}
# Traits that a constructor takes, for from_dict and ipywidgets, and no error proposes.
_INTERNAL = {"arrays", "buffer", "config", "error", "runtime", "tabbable", "tooltip"}
_FORMAT = "metawidgets.component/1"


def _to_reference(value: Any, _owner: Any) -> str | None:
    return None if value is None else f"anywidget:{value.model_id}"


class Component(anywidget.AnyWidget):
    """Base of the canvas components.

    A subclass `Thing` in `thing.py` has its ES module in `thing.js` beside it (and, if it wants, `thing.css`). The shared files
    are joined in front at class definition, since anywidget takes one module per component. It fills `arrays`, `buffer` and
    `config` once, in its constructor, with everything the browser needs for all steps; it defines `png()` and `summary()` from
    these alone, so that a component restored by `from_dict` can still draw and describe itself.

    Raises:
        TypeError: for a keyword that the component does not have, naming the nearest.
    """

    buffer = t.Bytes(help="all arrays, C-contiguous, one after another").tag(sync=True)
    arrays = t.Dict(help="name -> {dtype, shape, offset in buffer}").tag(sync=True)
    config = t.Dict(help="small JSON: labels, units, texts").tag(sync=True)
    step = t.Int(0, help="the recorded state shown; 0 is before adaptation").tag(sync=True)
    selection = t.Instance(Selection, allow_none=True).tag(sync=True, to_json=_to_reference)
    error = t.Unicode("", help="what went wrong last, shown in the component's status line").tag(sync=True)

    css_class: ClassVar[str] = "mw-component"
    js_parts: ClassVar[tuple[str, ...]] = ()  # further files beside thing.js, joined in front of it

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # Once a component: traitlets makes a further subclass of it for every instance, which inherits the module.
        if not hasattr(cls, "_esm"):
            own = Path(sys.modules[cls.__module__].__file__ or "").with_suffix("")
            cls._esm = joined_js(*(own.with_name(name) for name in cls.js_parts), own.with_suffix(".js"))
            cls._css = joined_css(*(path for path in [own.with_suffix(".css")] if path.exists()))
            cls.css_class = f"mw-{own.name.replace('_', '-')}"
        super().__init_subclass__(**kwargs)

    def __init__(self, **kwargs: Any) -> None:
        known = self._keywords()
        for name in kwargs:
            if name not in known | _INTERNAL:
                raise TypeError(f"{type(self).__name__} has no keyword {name!r}; {did_you_mean(name, known)}")
        if kwargs.get("selection", ...) is None:
            del kwargs["selection"]
        super().__init__(**kwargs)
        self.add_class(self.css_class)

    @t.default("selection")
    def _own_selection(self) -> Selection:
        return Selection()

    @classmethod
    def _keywords(cls) -> set[str]:
        """Keywords a caller may give: those of the constructor, and the public traits."""
        parameters = inspect.signature(cls.__init__).parameters.values()
        named = {p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)} - {"self"}
        traits = {name for name in cls.class_trait_names(sync=True) if not name.startswith("_")}
        return named | {"layout"} | (traits - _INTERNAL)

    # -- arrays ----------------------------------------------------------------------------------------------------------

    def pack(self, arrays: Mapping[str, Shaped[np.ndarray, "..."]], **config: Any) -> None:
        """Send `arrays` as one buffer, with `config` beside them, in one message.

        64-bit numbers travel as 32-bit ones, booleans as bytes. Whatever was sent before is replaced.

        Raises:
            TypeError: for an array of a type that the browser does not have.
            OverflowError: for whole numbers that 32 bits do not hold.
        """
        buffer, table = _packed(arrays)
        with self.hold_sync():
            self.arrays, self.buffer, self.config = table, buffer, config

    def unpack(self) -> dict[str, Shaped[np.ndarray, "..."]]:
        """The arrays as they were sent: read-only views into the buffer."""
        return {
            name: np.frombuffer(
                self.buffer, entry["dtype"], count=int(np.prod(entry["shape"], dtype=int)), offset=entry["offset"]
            ).reshape(entry["shape"])
            for name, entry in self.arrays.items()
        }

    # -- errors ----------------------------------------------------------------------------------------------------------

    @contextmanager
    def showing_errors(self) -> Iterator[None]:
        """Put an exception of the block into the status line, and let it pass on to the log."""
        try:
            yield
        except Exception as exc:
            self.error = f"{type(exc).__name__}: {exc}" if str(exc) else type(exc).__name__
            raise
        else:
            self.error = ""

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """State arriving from the browser. An observer that fails here has no cell to print in: its error is shown instead."""
        with self.showing_errors():
            super().set_state(sync_data)

    # -- outside the notebook ---------------------------------------------------------------------------------------------

    def png(self) -> bytes:
        """The component as it stands now, as a PNG image, for readers without scripts."""
        raise NotImplementedError

    def summary(self) -> str:
        """The component in plain text, for readers without images."""
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """All that is needed to show the component again, as JSON-able values."""
        selection: Any = self.selection
        return {
            "format": _FORMAT,
            "component": type(self).__name__,
            "buffer": base64.b64encode(self.buffer).decode(),
            "arrays": self.arrays,
            "config": self.config,
            "step": self.step,
            "selected": selection.selected if selection else "",
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, selection: Selection | None = None) -> Self:
        """The inverse of `to_dict`; `selection` joins the restored component to others.

        Raises:
            TypeError: if the dictionary has an unknown key, lacks one, or belongs to another component.
        """
        keys = {"format", "component", "buffer", "arrays", "config", "step", "selected"}
        for key in data:
            if key not in keys:
                raise TypeError(f"a saved {cls.__name__} has no key {key!r}; {did_you_mean(key, keys)}")
        missing = keys - set(data)
        if missing or data["format"] != _FORMAT or data["component"] != cls.__name__:
            what = (
                f"it lacks {', '.join(sorted(missing))}"
                if missing
                else f"it is {data['component']!r} in {data['format']!r}"
            )
            raise TypeError(
                f"this is no saved {cls.__name__}: {what}; give a dictionary made by {cls.__name__}.to_dict()."
            )
        component = cls.__new__(cls)
        Component.__init__(
            component,
            buffer=base64.b64decode(data["buffer"], validate=True),
            arrays=data["arrays"],
            config=data["config"],
            step=data["step"],
            selection=selection or Selection(data["selected"]),
        )
        return component

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The live view, with an image and a text for places that run no scripts (a mail, GitHub, a terminal)."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        data["image/png"] = base64.b64encode(self.png()).decode()
        data["text/plain"] = self.summary()
        return data, metadata


def joined_js(*own: Path) -> str:
    """The shared browser code with a component's own files behind it: one ES module."""
    return _joined([*(_SHARED / name for name in _JS), *own])


def joined_css(*own: Path) -> str:
    """The shared style sheet with a component's own behind it."""
    return _joined([*(_SHARED / name for name in _CSS), *own])


def _joined(files: list[Path]) -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def _packed(arrays: Mapping[str, np.ndarray]) -> tuple[bytes, dict[str, Any]]:
    """Lay arrays one after another, each at a multiple of 8 bytes, so that the browser can view them without a copy."""
    table: dict[str, Any] = {}
    parts: list[bytes] = []
    offset = 0
    for name, array in arrays.items():
        array = np.asarray(array)
        wire = _WIRE.get(array.dtype.name, array.dtype.name)
        if wire not in _TYPED:
            raise TypeError(
                f"array {name!r} is {array.dtype}; components send {', '.join(sorted(_TYPED | set(_WIRE)))}."
            )
        dtype = np.dtype(wire)
        limits = np.iinfo(dtype) if dtype.kind in "iu" else None
        extremes = [array.min(), array.max()] if limits and array.size else []
        for value in extremes:
            if limits and not limits.min <= value <= limits.max:
                raise OverflowError(f"array {name!r} holds {value}, which {dtype} does not; send it as float32.")
        data = np.ascontiguousarray(array, dtype=dtype.newbyteorder("<")).tobytes()
        table[name] = {"dtype": dtype.name, "shape": list(array.shape), "offset": offset}
        padding = -len(data) % 8
        parts += [data, bytes(padding)]
        offset += len(data) + padding
    return b"".join(parts), table
