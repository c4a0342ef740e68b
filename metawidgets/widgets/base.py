"""What every component shares: arrays as one buffer, errors that can be seen, and a life outside the notebook."""

import base64
import inspect
import logging
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Self
from weakref import WeakSet

import anywidget
import numpy as np
import traitlets as t
from jaxtyping import Shaped

from metawidgets.errors import ComponentError, MetawidgetsError, did_you_mean
from metawidgets.plain_json import check_depth
from metawidgets.widgets.browser_code import joined_css, joined_js
from metawidgets.widgets.packing import packed, unpacked
from metawidgets.widgets.selection import Selection

__all__ = ["Component"]

_LOG = logging.getLogger("metawidgets")
# Traits that a constructor takes, for from_dict and ipywidgets, and no error proposes.
_INTERNAL = {"able", "arrays", "buffer", "config", "error", "progress", "replied", "runtime", "tabbable", "tooltip"}
_FORMAT = "metawidgets.component/1"


def _to_reference(value: Any, _owner: Any) -> str | None:
    return None if value is None else f"anywidget:{value.model_id}"


class Component(anywidget.AnyWidget):
    """Base of the canvas components.

    A subclass `Thing` in `thing.py` has its ES module in `thing.js` beside it (and, if it wants, `thing.css`). The shared files
    are joined in front at class definition, since anywidget takes one module per component. It fills `arrays`, `buffer` and
    `config` once, in its constructor, with everything the browser needs for all steps; it defines `png()` and `summary()` from
    these alone, so that a component restored by `from_dict` can still draw and describe itself. Further traits that a saved
    component must keep are tagged `saved=True`.

    What only Python can do it names in `actions` and, as far as this object can do it (it may have been restored without its
    learner), in `able`; the browser asks through `mwPython` in `python.js`, one request at a time.

    Raises:
        TypeError: for a keyword that the component does not have, naming the nearest.
    """

    buffer = t.Bytes(help="all arrays, C-contiguous, one after another").tag(sync=True)
    arrays = t.Dict(help="name -> {dtype, shape, offset in buffer}").tag(sync=True)
    config = t.Dict(help="small JSON: labels, units, texts").tag(sync=True)
    step = t.Int(0, help="the recorded state shown; 0 is before adaptation").tag(sync=True)
    selection = t.Instance(Selection, allow_none=True).tag(sync=True, to_json=_to_reference)
    error = t.Unicode("", help="what went wrong last, shown in the component's status line").tag(sync=True)
    able = t.List(t.Unicode(), help="actions that Python can do for this component now").tag(sync=True)
    replied = t.Int(0, help="number of the last request that Python is done with").tag(sync=True)
    progress = t.Dict(help="{text, part} of work in the background, part from 0 to 1; {} for none").tag(sync=True)

    actions: ClassVar[tuple[str, ...]] = ()  # what the browser may ask for: each `name` is a method `do_name(**params)`
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
        """Call `end()` when this component is closed, the last one given first."""
        vars(self).setdefault("_ends", []).append(end)

    def close(self) -> None:
        """Take it off the page and end what was made for it: background work, layout, and a selection that nobody else holds.
        A kernel keeps every component until it is closed."""
        shared = vars(self).get("_trait_values", {}).get("selection")
        super().close()
        _OPEN.discard(self)
        for end in reversed(vars(self).pop("_ends", [])):
            end()
        if shared in _OWNED:  # the one who made it may have gone before
            _close_unless_held(shared)

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
        buffer, table = packed(arrays)
        with self.hold_sync():
            self.arrays, self.buffer, self.config = table, buffer, config

    def unpack(self) -> dict[str, Shaped[np.ndarray, "..."]]:
        """The arrays as they were sent: read-only views into the buffer."""
        return unpacked(self.buffer, self.arrays)

    # -- errors ----------------------------------------------------------------------------------------------------------

    @contextmanager
    def showing_errors(self) -> Iterator[None]:
        """Put an exception of the block into the status line, and let it pass on to the log."""
        try:
            yield
        except Exception as exc:
            self.error = _in_words(exc)
            raise
        else:
            self.error = ""

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """State arriving from the browser. An observer that fails here has no cell to print in: its error is shown instead."""
        with self.showing_errors():
            super().set_state(sync_data)

    # -- requests -----------------------------------------------------------------------------------------------------------

    def _on_request(self, _widget: Any, content: Any, buffers: Sequence[Any] | None) -> None:
        """A message of the browser: {id, action, params}. Whatever comes of it, it is answered, and an error is shown."""
        try:
            with self.showing_errors():
                if not isinstance(content, dict) or not isinstance(content.get("params") or {}, dict):
                    raise MetawidgetsError("a message of the page is no request; reload the page.")
                action = content.get("action")
                if action not in self.actions or action not in self.able:
                    raise MetawidgetsError(f"{type(self).__name__} cannot do {action!r} here.")
                params = dict(content.get("params") or {})
                do = getattr(self, f"do_{action}")
                try:
                    if {"self", "buffers"} & set(params):
                        raise TypeError
                    params |= {"buffers": list(buffers)} if buffers else {}
                    inspect.signature(do).bind(**params)
                except TypeError:
                    raise MetawidgetsError(f"this is no way to ask for {action!r}; reload the page.") from None
                self.progress = {}
                do(**params)
        except MetawidgetsError:
            pass  # a mistake of the user's, who has read of it
        except Exception:
            _LOG.exception("%s failed at a request of the browser", type(self).__name__)
        finally:
            number = content.get("id") if isinstance(content, dict) else None
            if isinstance(number, int) and 0 <= number < 2**53:
                self.replied = number

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
            "state": {name: getattr(self, name) for name in self._saved()},
        }

    @classmethod
    def _saved(cls) -> list[str]:
        """The traits of a component's own that `to_dict` keeps: those tagged `saved=True`."""
        return sorted(cls.class_trait_names(sync=True, saved=True))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, selection: Selection | None = None) -> Self:
        """The inverse of `to_dict`; `selection` joins the restored component to others.

        Raises:
            ComponentError: if the dictionary has an unknown key, lacks one, belongs to another component, or holds values that
                no component has.
        """
        if not isinstance(data, Mapping) or not isinstance(data.get("state", {}), Mapping):
            raise ComponentError(
                f"this is no saved {cls.__name__}; give a dictionary made by {cls.__name__}.to_dict()."
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
                else f"it is {data['component']!r} in {data['format']!r}"
            )
            raise ComponentError(
                f"this is no saved {cls.__name__}: {what}; give a dictionary made by {cls.__name__}.to_dict()."
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
        except Exception as error:  # whatever its traits and those who observe them say
            raise ComponentError(
                f"this is no saved {cls.__name__} ({_in_words(error)}); give a dictionary made by {cls.__name__}.to_dict()."
            ) from None
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


_OPEN: "WeakSet[Component]" = WeakSet()
_OWNED: WeakSet[Selection] = WeakSet()  # made for a component, and not by its caller


def _close_unless_held(selection: Selection) -> None:
    if not any(component.selection is selection for component in list(_OPEN)):
        selection.close()


def _in_words(error: Exception) -> str:
    """One line for the status line; an error of ours is a sentence already."""
    text = str(error)
    if isinstance(error, MetawidgetsError) and text:
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
