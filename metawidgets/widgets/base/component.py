"""The base class of the components: arrays sent as one buffer, visible errors, saving and restoring."""

import base64
import inspect
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, Self
from weakref import WeakSet

import anywidget
import numpy as np
import traitlets as t
from jaxtyping import Shaped

from metawidgets.errors import ComponentError, MetawidgetsError, did_you_mean
from metawidgets.files.plain_json import check_depth
from metawidgets.widgets.base.bundles import bundle_of
from metawidgets.widgets.base.messages import error_text, request_number, requested_call
from metawidgets.widgets.base.packing import packed, unpacked
from metawidgets.widgets.base.selection import Selection
from metawidgets.widgets.base.still import captioned

__all__ = ["Component"]

_LOG = logging.getLogger("metawidgets")
# Traits that the constructor accepts (from_dict and ipywidgets need them) but that no error message suggests.
_INTERNAL = {"able", "arrays", "buffer", "config", "error", "progress", "replied", "runtime", "tabbable", "tooltip"}
_FORMAT = "metawidgets.component/1"
_PACKAGE = "metawidgets.widgets."


def _package_of(cls: type) -> str:
    """Return the name of a component's package. Its bundle has the same name.

    Raises:
        TypeError: for a class outside this package, which has to set its own browser code.
    """
    if not cls.__module__.startswith(_PACKAGE):
        raise TypeError(f"{cls.__name__} has no browser code; set its `_esm` to an ES module, as text or a path.")
    return cls.__module__.removeprefix(_PACKAGE).partition(".")[0]


def _to_reference(value: Any, _owner: Any) -> str | None:
    return None if value is None else f"anywidget:{value.model_id}"


class Component(anywidget.AnyWidget):
    """Base class of the components.

    A component of this package lives in `metawidgets/widgets/<name>/component.py`, and its browser code is the bundle
    `metawidgets/widgets/static/<name>.js`, built from `js/<name>/`. A component of your own sets `_esm`, as with anywidget, and
    `css_class` if its style needs one.

    A component fills `arrays`, `buffer` and `config` once, in its constructor, with everything the browser needs for all steps.
    It defines `png()` and `summary()` from these alone, so that a component restored by `from_dict` can still draw and describe
    itself. Further traits that a saved component must keep are tagged `saved=True`.

    `actions` names the requests that only Python can fulfil. `able` names those that this object can fulfil now: a component
    that was restored without its learner can fulfil fewer. The browser sends one request at a time (`js/shared/python`).

    Raises:
        TypeError: for a keyword that the component does not have (the error suggests the nearest), and when a subclass is
            defined without browser code or without the method of one of its actions.
    """

    buffer = t.Bytes(help="all arrays, C-contiguous, one after another").tag(sync=True)
    arrays = t.Dict(help="name -> {dtype, shape, offset in buffer}").tag(sync=True)
    config = t.Dict(help="small JSON: labels, units, texts").tag(sync=True)
    step = t.Int(0, help="the recorded state shown; 0 is before adaptation").tag(sync=True)
    selection = t.Instance(Selection, allow_none=True).tag(sync=True, to_json=_to_reference)
    error = t.Unicode("", help="the last error, shown in the component's status line").tag(sync=True)
    able = t.List(t.Unicode(), help="actions that Python can do for this component now").tag(sync=True)
    replied = t.Int(0, help="number of the last request that Python has finished").tag(sync=True)
    progress = t.Dict(help="{text, part} of work in the background, part from 0 to 1; {} for none").tag(sync=True)

    actions: ClassVar[tuple[str, ...]] = ()  # requests that the browser may send: `name` calls `do_name(**params)`
    css_class: ClassVar[str] = "mw-component"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # A subclass may inherit its browser code. This includes the subclass that traitlets makes for each instance.
        if not hasattr(cls, "_esm"):
            name = _package_of(cls)
            cls._esm, cls.css_class = bundle_of(name), f"mw-{name.replace('_', '-')}"
        for action in cls.actions:
            if not hasattr(cls, f"do_{action}"):
                raise TypeError(
                    f"{cls.__name__} has no do_{action}; write the method, or take {action!r} out of `actions`."
                )
        super().__init_subclass__(**kwargs)

    def __init__(self, **kwargs: Any) -> None:
        known = self._keywords()
        for name in kwargs:
            if name not in known | _INTERNAL:
                raise TypeError(f"{type(self).__name__} has no keyword {name!r}; {did_you_mean(name, known)}")
        if kwargs.get("selection", ...) is None:
            del kwargs["selection"]
        super().__init__(**kwargs)
        if kwargs.get("layout") is not self.layout:
            self.at_close(self.layout.close)
        _OPEN.add(self)
        self.add_class(self.css_class)
        if self.actions:
            self.on_msg(self._on_request)

    @t.default("selection")
    def _own_selection(self) -> Selection:
        return self._owned(Selection())

    def _owned(self, selection: Selection) -> Selection:
        _OWNED.add(selection)
        self.at_close(lambda: _close_unless_held(selection))
        return selection

    def at_close(self, end: Callable[[], Any]) -> None:
        """Call `end()` when this component is closed. Functions given later are called first."""
        vars(self).setdefault("_ends", []).append(end)

    def close(self) -> None:
        """Remove the component from the page and free what belongs to it: background work, its layout, and its selection unless
        another component shares it. A kernel keeps every component until it is closed."""
        shared = vars(self).get("_trait_values", {}).get("selection")
        super().close()
        _OPEN.discard(self)
        for end in reversed(vars(self).pop("_ends", [])):
            end()
        if shared in _OWNED:  # the component that made it may be closed already
            _close_unless_held(shared)

    @classmethod
    def _keywords(cls) -> set[str]:
        """Return the keywords that a caller may give: the constructor's and the public traits."""
        parameters = inspect.signature(cls.__init__).parameters.values()
        named = {p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)} - {"self"}
        traits = {name for name in cls.class_trait_names(sync=True) if not name.startswith("_")}
        return named | {"layout"} | (traits - _INTERNAL)

    # -- arrays ----------------------------------------------------------------------------------------------------------

    def pack(self, arrays: Mapping[str, Shaped[np.ndarray, "..."]], **config: Any) -> None:
        """Send `arrays` as one buffer, together with `config`, in one message.

        64-bit numbers are sent as 32-bit ones, booleans as bytes. The new data replace those sent before.

        Raises:
            TypeError: for an array of a type that the browser does not have.
            OverflowError: for integers that do not fit into 32 bits.
        """
        buffer, table = packed(arrays)
        with self.hold_sync():
            self.arrays, self.buffer, self.config = table, buffer, config

    def unpack(self) -> dict[str, Shaped[np.ndarray, "..."]]:
        """Return the arrays as they were sent: read-only views into the buffer."""
        return unpacked(self.buffer, self.arrays)

    # -- errors ----------------------------------------------------------------------------------------------------------

    @contextmanager
    def showing_errors(self) -> Iterator[None]:
        """Show an exception of the block in the status line and re-raise it. Clear the status line if there is none."""
        try:
            yield
        except Exception as exc:
            self.error = error_text(exc)
            raise
        else:
            self.error = ""

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take state from the browser. An observer that fails has no cell to print to, so the component shows its error."""
        with self.showing_errors():
            super().set_state(sync_data)

    # -- requests -----------------------------------------------------------------------------------------------------------

    def _on_request(self, _widget: Any, content: Any, buffers: Sequence[Any] | None) -> None:
        """Handle a request `{id, action, params}` of the browser. Always reply, and show an error if there is one."""
        try:
            with self.showing_errors():
                methods = {name: getattr(self, f"do_{name}") for name in self.actions if name in self.able}
                call = requested_call(content, buffers, methods, type(self).__name__)
                self.progress = {}
                call()
        except MetawidgetsError:
            pass  # a mistake of the user, shown in the status line
        except Exception:
            _LOG.exception("%s failed to handle a request of the browser", type(self).__name__)
        finally:
            if (number := request_number(content)) is not None:
                self.replied = number

    # -- outside the notebook ---------------------------------------------------------------------------------------------

    def png(self) -> bytes:
        """Return a PNG of the component's current state, for places that run no JavaScript, such as GitHub."""
        raise NotImplementedError

    def summary(self) -> str:
        """Return the component's current state as plain text, for readers without images."""
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """Return everything that is needed to show the component again, as JSON-serialisable values."""
        selection: Any = self.selection
        return {
            "format": _FORMAT,
            "component": type(self).__name__,
            "buffer": base64.b64encode(self.buffer).decode(),
            "arrays": self.arrays,
            "config": self.config,
            "step": self.step,
            "selected": selection.selected if selection else "",
            "state": {name: getattr(self, name) for name in self._saved()},
        }

    @classmethod
    def _saved(cls) -> list[str]:
        """Return the names of the component's traits that `to_dict` keeps: those tagged `saved=True`."""
        return sorted(cls.class_trait_names(sync=True, saved=True))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, selection: Selection | None = None) -> Self:
        """Restore a component from `to_dict`. Give `selection` to share it with other components.

        Raises:
            ComponentError: if the dictionary has an unknown key, lacks a key, belongs to another component, or holds
                invalid values.
        """
        if not isinstance(data, Mapping) or not isinstance(data.get("state", {}), Mapping):
            raise ComponentError(
                f"this is not a saved {cls.__name__}; give a dictionary made by {cls.__name__}.to_dict()."
            )
        keys = {"format", "component", "buffer", "arrays", "config", "step", "selected", "state"}
        for key in data:
            if key not in keys:
                raise ComponentError(f"a saved {cls.__name__} has no key {key!r}; {did_you_mean(key, keys)}")
        missing = keys - set(data)
        for name in data.get("state", {}):
            if name not in cls._saved():
                raise ComponentError(
                    f"a saved {cls.__name__} has no state {name!r}; {did_you_mean(name, cls._saved())}"
                )
        if missing or data["format"] != _FORMAT or data["component"] != cls.__name__:
            what = (
                f"it lacks {', '.join(sorted(missing))}"
                if missing
                else f"its component is {data['component']!r} and its format {data['format']!r}"
            )
            raise ComponentError(
                f"this is not a saved {cls.__name__}: {what}; give a dictionary made by {cls.__name__}.to_dict()."
            )
        try:
            buffer = base64.b64decode(data["buffer"], validate=True)
            unpacked(buffer, data["arrays"])
            check_depth([data["config"], data["state"]])
            component = cls.__new__(cls)
            Component.__init__(
                component,
                buffer=buffer,
                arrays=data["arrays"],
                config=data["config"],
                step=data["step"],
                selection=selection or component._owned(Selection(data["selected"])),
                **data["state"],
            )
        except MetawidgetsError:
            raise
        except Exception as error:  # its traits and their observers may raise anything
            raise ComponentError(
                f"this is not a saved {cls.__name__} ({error_text(error)}); give a dictionary made by {cls.__name__}.to_dict()."
            ) from None
        return component

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Return the live view, and an image and a text for places that run no scripts (a mail, GitHub, a terminal)."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        data["image/png"] = base64.b64encode(captioned(self.png(), type(self).__name__)).decode()
        data["text/plain"] = self.summary()
        return data, metadata


_OPEN: "WeakSet[Component]" = WeakSet()
_OWNED: WeakSet[Selection] = WeakSet()  # selections that a component made, not its caller


def _close_unless_held(selection: Selection) -> None:
    if not any(component.selection is selection for component in list(_OPEN)):
        selection.close()
