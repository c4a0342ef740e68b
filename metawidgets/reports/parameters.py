"""The parameters of a notebook: values are checked before a kernel starts.

papermill only warns about unknown parameters, does not check types, and turns `-p smoke true` into the text "true". So the
notebook's `parameters` cell is parsed here, without running it, into a strict pydantic model.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import yaml
from nbformat import NotebookNode
from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic.fields import FieldInfo

from metawidgets.errors import ParameterError, did_you_mean
from metawidgets.files.plain_json import parsed, plain_value
from metawidgets.reports.parameter_types import described, field_of, json_or_text, members, text_as
from metawidgets.reports.parameters_cell import COMPUTED, assignments, parameters_cell

__all__ = ["Parameters"]

_LARGEST = 10 << 20  # bytes of a file of parameters


class Parameters:
    """The parameters that a notebook declares.

    Args:
        fields: pydantic's field of each parameter, by name.
        model: a model that has a field with an alias for each of them.
        computed: the source of each default that only a run of the cell can tell, by name.
        undeclared: names of the parameters whose type comes from their default.
    """

    def __init__(
        self,
        fields: Mapping[str, FieldInfo],
        model: type[BaseModel],
        computed: Mapping[str, str],
        undeclared: Iterable[str],
    ) -> None:
        self.fields, self.model, self._computed, self._undeclared = fields, model, computed, set(undeclared)

    @classmethod
    def of(cls, notebook: NotebookNode | str) -> Self:
        """Read the parameters of a notebook, or those of a cell's source.

        Raises:
            ParameterError: if several cells are tagged `parameters`, the cell is not Python, or a default does not have its
                declared type and range.
        """
        given = assignments(notebook if isinstance(notebook, str) else parameters_cell(notebook))
        try:
            # A field needs a name that pydantic has no use for: a parameter may be called `copy` or `schema`.
            fields: Any = {f"p{i}": field_of(each) for i, each in enumerate(given)}
            strict = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, protected_namespaces=())
            model = create_model("Parameters", __config__=strict, **fields)
        except ParameterError:
            raise
        except Exception as error:  # errors of Python and pydantic, for invalid annotations and ranges
            raise ParameterError(
                f"the parameters cell has an invalid declaration ({type(error).__name__}); "
                "write only lines like 'n_way: int = 5'."
            ) from None
        computed = {each.name: each.source for each in given if each.default is COMPUTED}
        undeclared = [each.name for each in given if each.annotation is None]
        found = cls({str(field.alias): field for field in model.model_fields.values()}, model, computed, undeclared)
        found._check_defaults()
        return found

    @property
    def defaults(self) -> dict[str, Any]:
        """The defaults, without those that only a run of the cell can tell."""
        return {name: field.default for name, field in self.fields.items() if name not in self._computed}

    def check(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Check `values` and return all parameters, with the known defaults of those that are not given.

        Numbers of numpy and paths are ordinary values.

        Raises:
            ParameterError: with one sentence for each value that is unknown, of the wrong type, or out of range.
        """
        try:
            given = {name: plain_value(value) for name, value in values.items()}
            found = self.model.model_validate({**self.defaults, **given})
        except ValidationError as errors:
            names = dict.fromkeys(str(e["loc"][0]) for e in errors.errors())  # a union reports once for each member
            raise ParameterError(" ".join(self._sentence(name, values[name]) for name in names)) from None
        return found.model_dump(by_alias=True, exclude_unset=True)

    def from_words(self, words: Iterable[str], before: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return values from a command line's `name=value` words, each read as its parameter's declared type.

        A dictionary takes JSON, or one entry at a time: `dataset_options.n_classes=200`. A list takes JSON, or its entries
        separated by commas: `shots=1,2,5`.

        Args:
            before: values that the words change or add to.

        Raises:
            ParameterError: if a word does not have the form `name=value`, or its name is unknown.
        """
        values = dict(before or {})
        for word in words:
            name, equals, text = word.partition("=")
            if not equals:
                raise ParameterError(f"{word!r} is not a parameter; write name=value, for example n_way=5.")
            name, dot, key = name.strip().partition(".")
            field = self._field(name)
            if dot:
                if dict not in members(field.annotation):
                    raise ParameterError(f"{name} is {described(field)}; it has no entry {key!r} to set.")
                entries = values.get(name, field.default)
                values[name] = {**(entries if isinstance(entries, dict) else {}), key: json_or_text(text)}
            else:
                values[name] = text_as(field.annotation, text)
        return values

    def from_file(self, path: str | Path) -> dict[str, Any]:
        """Return the values of a YAML or JSON file. A text is read as its parameter's declared type, as on a command line.

        Raises:
            ParameterError: if the file cannot be read or does not hold a mapping from names to values.
        """
        try:
            with Path(path).open("rb") as file:
                data = file.read(_LARGEST + 1)
            if len(data) > _LARGEST:
                raise ParameterError(f"{path} has more than {_LARGEST:,} bytes; give a smaller file of parameters.")
            found = (
                parsed(data) if Path(path).suffix == ".json" else yaml.load(data, Loader=_PlainLoader)
            )  # a safe loader
        except OSError as error:
            raise ParameterError(f"cannot read the parameters {path} ({error.strerror}); check the path.") from None
        except (ValueError, RecursionError, yaml.YAMLError) as error:
            reason = " ".join(str(error).split())
            raise ParameterError(f"{path} is neither YAML nor JSON ({reason}); correct it there.") from None
        if not isinstance(found, dict):
            kind = type(found).__name__
            raise ParameterError(f"{path} holds a {kind}, not parameters; write one line like 'n_way: 5' for each.")
        values = {str(name): value for name, value in found.items()}
        for name, value in values.items():
            if isinstance(value, str):
                values[name] = text_as(self._field(name).annotation, value)
        return values

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Return `(name, accepted values, default, help)` of every parameter, for a command line or a form."""
        return [
            (name, described(field), self._computed.get(name) or json.dumps(field.default), field.description or "")
            for name, field in self.fields.items()
        ]

    def _check_defaults(self) -> None:
        try:
            self.model.model_validate(self.defaults)
        except ValidationError as errors:
            name = str(errors.errors()[0]["loc"][0])
            field = self.fields[name]
            raise ParameterError(
                f"the parameters cell gives {name!r} the default {field.default!r} but declares {described(field)}."
            ) from None

    def _field(self, name: str) -> FieldInfo:
        if name not in self.fields:
            raise ParameterError(self._unknown(name))
        return self.fields[name]

    def _unknown(self, name: str) -> str:
        if not self.fields:
            return f"there is no parameter {name!r}: the notebook has none; tag a cell that assigns it 'parameters'."
        return f"there is no parameter {name!r}; {did_you_mean(name, self.fields)}"

    def _sentence(self, name: str, value: Any) -> str:
        if name not in self.fields:
            return self._unknown(name)
        field = self.fields[name]
        example = "" if name in self._computed else f", for example {name}={field.default!r}"
        cure = " The notebook's own line says so; change it there." if name in self._undeclared else ""
        return f"{name}={value!r} cannot be used; it takes {described(field)}{example}.{cure}"


class _PlainLoader(yaml.SafeLoader):
    """YAML's safe loader, with dates as texts: a parameter is a JSON value."""

    yaml_implicit_resolvers: dict[str, Sequence[Any]] = {  # noqa: RUF012 - as in the base class
        first: [rule for rule in rules if rule[0] != "tag:yaml.org,2002:timestamp"]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
