"""The `parameters` cell of a report notebook, parsed without running it into a strict pydantic model.

papermill only warns about unknown parameters, does not check types, and turns `-p smoke true` into the text "true". So the
cell is parsed here, and values are checked before a kernel starts. The cell holds only declarations::

    n_way: int = 5  # 2..60 classes in an episode
    dataset: Literal["glyphs", "digits"] = "glyphs"  # where the items come from
    checkpoint: str | None = None  # a file that `metawidgets train` wrote
    shots: list[int] = [1, 5]  # 1..100 support items of each class

The comment of a line is the parameter's help. A range at its beginning states which numbers are allowed, including both ends;
`1..` and `..1` are open on one side. For a list, it is the range of the entries.
"""

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterable, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from nbformat import NotebookNode
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic.fields import FieldInfo

from metawidgets.errors import ParameterError, did_you_mean
from metawidgets.files.plain_json import parsed, plain_value

__all__ = ["check", "from_words", "help_rows", "model_of", "parameters_cell"]

_SIMPLE: dict[str, type] = {"int": int, "float": float, "bool": bool, "str": str, "dict": dict, "list": list}
_NAMES = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "a text",
    dict: "a JSON object",
    list: "a JSON list",
}
_LONGEST_CELL = 100_000
_NUMBER = r"-?[\d_]*\.?\d+(?:[eE][-+]?\d+)?"
_RANGE = re.compile(rf"({_NUMBER})?\s*\.\.\s*({_NUMBER})?(?:\s+|$)")


def parameters_cell(notebook: NotebookNode) -> str:
    """Return the source of the code cell tagged `parameters`.

    Raises:
        ParameterError: if no cell, or more than one, has this tag.
    """
    cells = [c for c in notebook.cells if c.cell_type == "code" and "parameters" in c.metadata.get("tags", [])]
    if len(cells) != 1:
        raise ParameterError(
            f"the notebook has {len(cells)} code cells tagged 'parameters'; a report needs exactly one."
        )
    return cells[0].source


def model_of(source: str) -> type[BaseModel]:
    """Return a model with a field for each declaration of a `parameters` cell. It refuses unknown names and wrong types.

    Raises:
        ParameterError: if the cell holds anything but `name: type = literal` (the error names the line), or if a default does
            not have its declared type and range.
    """
    if len(source) > _LONGEST_CELL:
        raise ParameterError(f"the parameters cell has {len(source):,} characters; at most {_LONGEST_CELL:,} are read.")
    try:
        tree = ast.parse(source)
        comments = _comments(source)
    except SyntaxError as error:
        raise ParameterError(f"line {error.lineno} of the parameters cell is not Python ({error.msg}).") from None
    except (ValueError, RecursionError, MemoryError, tokenize.TokenError) as error:
        raise ParameterError(f"the parameters cell cannot be read as Python ({type(error).__name__}).") from None
    try:
        return _model(tree, comments)
    except ParameterError:
        raise
    except Exception as error:  # errors of Python and pydantic, for invalid annotations and ranges
        raise ParameterError(
            f"the parameters cell has an invalid declaration ({type(error).__name__}); "
            "write only lines like 'n_way: int = 5'."
        ) from None


def _model(tree: ast.Module, comments: Mapping[int, str]) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    for line in tree.body:
        if not (isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and line.value is not None):
            raise ParameterError(
                f"line {line.lineno} of the parameters cell is {ast.unparse(line)!r}; "
                "write only lines like 'n_way: int = 5'."
            )
        name, annotation = line.target.id, _annotation(line.annotation)
        if name.startswith("_") or hasattr(BaseModel, name):
            raise ParameterError(
                f"line {line.lineno} of the parameters cell has the reserved name {name!r}; rename it."
            )
        try:
            default = ast.literal_eval(line.value)
        except (ValueError, TypeError):
            raise ParameterError(
                f"the default of {name!r} is {ast.unparse(line.value)!r}; give a literal value."
            ) from None
        fields[name] = _field(name, annotation, default, comments.get(line.end_lineno or line.lineno, ""))
    strict = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, protected_namespaces=())
    model = create_model("Parameters", __config__=strict, **fields)
    try:
        model.model_validate({name: field.default for name, field in model.model_fields.items()})
    except ValidationError as errors:
        name = str(errors.errors()[0]["loc"][0])
        field = model.model_fields[name]
        raise ParameterError(
            f"the parameters cell gives {name!r} the default {field.default!r} but declares {_expected(field)}."
        ) from None
    return model


def check(model: type[BaseModel], values: Mapping[str, Any]) -> dict[str, Any]:
    """Check `values` and return all parameters, with defaults for those that are not given; numpy numbers and paths are ordinary values.

    Raises:
        ParameterError: with one sentence for each value that is unknown, of the wrong type, or out of range.
    """
    try:
        return model.model_validate({name: plain_value(value) for name, value in values.items()}).model_dump()
    except ValidationError as errors:
        names = dict.fromkeys(str(e["loc"][0]) for e in errors.errors())  # a union reports once for each member
        raise ParameterError(" ".join(_sentence(model, name, values[name]) for name in names)) from None


def from_words(model: type[BaseModel], words: Iterable[str]) -> dict[str, Any]:
    """Return values from a command line's `name=value` words, each read as its parameter's declared type.

    A dictionary takes JSON, or one entry at a time: `dataset_options.n_classes=200`. A list takes JSON, or its entries separated
    by commas: `shots=1,2,5`.

    Raises:
        ParameterError: if a word does not have the form `name=value`, or its name is unknown.
    """
    values: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise ParameterError(f"{word!r} is not a parameter; write name=value, for example n_way=5.")
        name, dot, key = name.strip().partition(".")
        if name not in model.model_fields:
            raise ParameterError(f"there is no parameter {name!r}; {did_you_mean(name, model.model_fields)}")
        annotation = model.model_fields[name].annotation
        if dot:
            if dict not in _members(annotation):
                raise ParameterError(
                    f"{name} is {_expected(model.model_fields[name])}; it has no entry {key!r} to set."
                )
            before = values.get(name, model.model_fields[name].default)
            values[name] = {**(before if isinstance(before, dict) else {}), key: _json_or_text(text)}
        else:
            values[name] = _read(annotation, text)
    return values


def help_rows(model: type[BaseModel]) -> list[tuple[str, str, str, str]]:
    """Return `(name, accepted values, default, help)` of every parameter, for a command line or a form."""
    rows = []
    for name, field in model.model_fields.items():
        rows.append((name, _expected(field), json.dumps(field.default), field.description or ""))
    return rows


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.lstrip("# ").strip() for t in tokens if t.type == tokenize.COMMENT}


def _annotation(node: ast.expr) -> Any:
    if isinstance(node, ast.Name) and node.id in _SIMPLE:
        return _SIMPLE[node.id]
    if isinstance(node, ast.Constant) and node.value is None:
        return None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _annotation(node.left) | _annotation(node.right)
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "Literal":
        return Literal[ast.literal_eval(node.slice)]  # Literal takes a tuple as its options
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "list":
        entry = _annotation(node.slice)
        if entry in (int, float, bool, str) or get_origin(entry) is Literal:
            return list[entry]
    known = ", ".join(_SIMPLE)
    raise ParameterError(
        f"the type {ast.unparse(node)!r} is not supported; use {known}, Literal[...], a list[...] of a simple type, "
        "or one of these | None."
    )


def _field(name: str, annotation: Any, default: Any, comment: str) -> tuple[Any, FieldInfo]:
    """Return a field's annotation and pydantic's `FieldInfo`. The range of a list becomes part of the annotation."""
    low = high = None
    found = _RANGE.match(comment)
    if found and any(found.groups()):
        members = _members(annotation)
        if not {int, float} & {_entry(member) or member for member in members}:
            raise ParameterError(f"{name!r} has the range {found[0].strip()!r} but is not a number; remove the range.")
        low, high = (None if text is None else ast.literal_eval(text) for text in found.groups())
        comment = comment[found.end() :]
        if any(_entry(member) for member in members):
            if len(members) > 1:
                raise ParameterError(f"{name!r} has a range, but may be a list or something else; remove one of these.")
            annotation = list[Annotated[_entry(annotation), Field(ge=low, le=high)]]
            low = high = None
    return annotation, Field(default=default, ge=low, le=high, description=comment.strip())


def _members(annotation: Any) -> tuple[Any, ...]:
    several = get_origin(annotation) in (UnionType, Union)  # Literal[...] | None is a typing.Union
    return get_args(annotation) if several else (annotation,)


def _entry(annotation: Any) -> Any:
    """Return the type of a list's entries; `None` if the annotation is not a list or does not name that type."""
    return get_args(annotation)[0] if get_origin(annotation) is list else None


def _bounds(rules: Iterable[Any]) -> str:
    found = {key: getattr(rule, key) for rule in rules for key in ("ge", "le") if getattr(rule, key, None) is not None}
    match found.get("ge"), found.get("le"):
        case None, None:
            return ""
        case low, None:
            return f", {low} or more"
        case None, high:
            return f", {high} or less"
        case low, high:
            return f" from {low} to {high}"


def _expected(field: FieldInfo) -> str:
    parts = [_described(member) for member in _members(field.annotation)]
    parts[0] += _bounds(field.metadata)
    return " or ".join(parts)


def _described(member: Any) -> str:
    if member in (None, NoneType):
        return "none"
    if get_origin(member) is Literal:
        return "one of " + ", ".join(map(str, get_args(member)))
    if get_origin(member) is Annotated:
        kind, *fields = get_args(member)
        return _described(kind) + _bounds(rule for each in fields for rule in each.metadata)
    if _entry(member):
        return f"a list, each {_described(_entry(member))}"
    return _NAMES[member]


def _sentence(model: type[BaseModel], name: str, value: Any) -> str:
    if name not in model.model_fields:
        return f"there is no parameter {name!r}; {did_you_mean(name, model.model_fields)}"
    field = model.model_fields[name]
    return f"{name}={value!r} cannot be used; it takes {_expected(field)}, for example {name}={field.default!r}."


def _json_or_text(text: str) -> Any:
    try:
        return parsed(text)
    except ValueError:
        return text


def _read(annotation: Any, text: str) -> Any:
    """Return `text` as a value of the declared type, or unchanged if that is not possible; `check` then refuses the text."""
    members = _members(annotation)
    if NoneType in members and text.lower() in ("none", "null", ""):
        return None
    for member in members:
        if get_origin(member) is Literal:
            options = {str(option): option for option in get_args(member)}
            if text in options:
                return options[text]
        if member is bool and text.lower() in ("true", "false"):
            return text.lower() == "true"
        if member in (int, float):
            try:
                return member(text)
            except ValueError:
                continue
        if member in (dict, list):
            return _json_or_text(text)
        if _entry(member):
            return _read_list(_entry(member), text)
    return text


def _read_list(entry: Any, text: str) -> Any:
    """Read a JSON list, or entries separated by commas. An empty text is an empty list."""
    if text.strip().startswith("["):
        return _json_or_text(text)
    kind = get_args(entry)[0] if get_origin(entry) is Annotated else entry
    return [_read(kind, word.strip()) for word in text.split(",")] if text.strip() else []
