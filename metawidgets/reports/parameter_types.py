"""Types of parameters: made from an annotation, a default and a comment, described in words, and used to read text.

A comment may begin with the numbers or the words that are allowed; the rest is the parameter's help::

    n_way: int = 5  # 2..60 classes in an episode
    split: str = "test"  # train | validation | test: which of the classes
    shots: list[int] = [1, 5]  # 1..100 support items of each class

A range includes both ends; `1..` and `..1` are open on one side. For a list, both rules are about the entries. papermill's own
inspection finds such lines, while it does not see `Literal["train", "test"]` or `int | None`: write `Optional[int]`.
"""

import ast
import re
from collections.abc import Iterable
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import Field, PydanticSchemaGenerationError, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from metawidgets.errors import ParameterError
from metawidgets.files.plain_json import parsed
from metawidgets.reports.parameters_cell import COMPUTED, Assignment

__all__ = ["described", "field_of", "members", "text_as"]

_SIMPLE: dict[str, Any] = {"int": int, "float": float, "bool": bool, "str": str, "dict": dict, "list": list, "Any": Any}
_SIMPLE |= {"Dict": dict, "List": list}
_NAMES = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "a text",
    dict: "a JSON object",
    list: "a JSON list",
    Any: "any value",
}
_NUMBER = r"-?[\d_]*\.?\d+(?:[eE][-+]?\d+)?"
_RANGE = re.compile(rf"({_NUMBER})?\s*\.\.\s*({_NUMBER})?(?:\s+|$)")
_CHOICES = re.compile(r"([\w.+-]+(?:\s*\|\s*[\w.+-]+)+)\s*(?::\s*|$)")


def field_of(given: Assignment) -> tuple[Any, FieldInfo]:
    """Return the type of a parameter and pydantic's `FieldInfo` for it.

    Without an annotation that is known here, the default gives the type. A default of `None` is allowed whatever the type.

    Raises:
        ParameterError: if an annotated parameter is not a number but its comment has a range.
    """
    declared = None if given.annotation is None else _annotation(given.annotation)
    kind = _of_value(given.default) if declared is None else declared
    if given.default is None and kind is not Any:
        kind = kind | None
    default = None if given.default is COMPUTED else given.default
    ruled, low, high, text = _rules(given.name, kind, given.comment, strict=declared is not None)
    field: Any = Field(default=default, alias=given.name, ge=low, le=high, description=text.strip())
    if declared is None and not _fits(default, ruled, low, high):  # the comment only looks like a rule
        ruled, field = kind, Field(default=default, alias=given.name, description=given.comment)
    return ruled, field


def members(annotation: Any) -> tuple[Any, ...]:
    """Return the types of a union, or the type itself if it is none."""
    several = get_origin(annotation) in (UnionType, Union)  # Literal[...] | None is a typing.Union
    return get_args(annotation) if several else (annotation,)


def described(field: FieldInfo) -> str:
    """Return in words what a parameter takes, such as "a whole number from 2 to 60 or none"."""
    parts = [_described(member) for member in members(field.annotation)]
    parts[0] += _bounds(field.metadata)
    return " or ".join(parts)


def text_as(annotation: Any, text: str) -> Any:
    """Return `text` as a value of a type, or unchanged if that is not possible.

    A list is read from JSON, or from entries separated by commas. Of a union, the first member that fits is taken.
    """
    kinds = members(annotation)
    if (NoneType in kinds or Any in kinds) and text.lower() in ("none", "null", ""):
        return None if text or NoneType in kinds else text
    for member in kinds:
        if get_origin(member) is Literal:
            options = {str(option): option for option in get_args(member)}
            if text in options:
                return options[text]
        if member in (bool, Any) and text.lower() in ("true", "false"):
            return text.lower() == "true"
        if member in (int, float):
            try:
                return member(text)
            except ValueError:
                continue
        if member in (dict, list, Any):
            return json_or_text(text)
        if _entry(member):
            return _list_from(_entry(member), text)
    return text


def json_or_text(text: str) -> Any:
    """Return the value of a JSON text, or the text itself if it is not JSON."""
    try:
        return parsed(text)
    except ValueError:
        return text


def _annotation(node: ast.expr) -> Any:
    """Return the type that an annotation names; `None` if it is not one of those that are checked."""
    match node:
        case ast.Constant(value=None):
            return NoneType
        case ast.Constant(value=str(text)):
            try:
                return _annotation(ast.parse(text, mode="eval").body)
            except SyntaxError:
                return None
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _union([_annotation(left), _annotation(right)])
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return _SIMPLE.get(name)
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=inner):
            entries = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            match name:
                case "Literal":
                    return _literal(inner)
                case "Optional":
                    return _union([_annotation(inner), NoneType])
                case "Union":
                    return _union([_annotation(each) for each in entries])
                case "dict" | "Dict":
                    return dict
                case "list" | "List":
                    entry = _annotation(inner)
                    simple = entry in (int, float, bool, str) or get_origin(entry) is Literal
                    return list[entry] if simple else list
    return None


def _union(kinds: list[Any]) -> Any:
    return None if None in kinds else Union[tuple(kinds)]  # noqa: UP007 - the members are known at run time only


def _literal(options: ast.expr) -> Any:
    try:
        found = ast.literal_eval(options)  # Literal takes a tuple as its options
        plain = all(
            isinstance(each, str | int | bool | None) for each in (found if isinstance(found, tuple) else [found])
        )
        return Literal[found] if plain else None
    except (ValueError, TypeError):
        return None


def _of_value(value: Any) -> Any:
    """Return the type of a default. `None`, and a default that the cell computes, allow every value."""
    if value is None or value is COMPUTED:
        return Any
    if isinstance(value, list):
        kinds = {type(each) for each in value}
        simple = len(kinds) == 1 and kinds <= {int, float, bool, str}
        return list[kinds.pop()] if simple else list
    return type(value)


def _rules(name: str, kind: Any, comment: str, *, strict: bool) -> tuple[Any, Any, Any, str]:
    """Return the type with the comment's choices, its range, and the rest of the comment.

    Args:
        strict: whether a range on something that is not a number is an error, or a part of the help.
    """
    chosen = _CHOICES.match(comment)
    if chosen:
        limited = _limited(kind, re.split(r"\s*\|\s*", chosen[1]))
        return (limited, None, None, comment[chosen.end() :]) if limited else (kind, None, None, comment)
    found = _RANGE.match(comment)
    if not found or not any(found.groups()):
        return kind, None, None, comment
    kinds = members(kind)
    if not {int, float} & {_entry(each) or each for each in kinds}:
        if strict:
            raise ParameterError(f"{name!r} has the range {found[0].strip()!r} but is not a number; remove the range.")
        return kind, None, None, comment
    low, high = (None if text is None else ast.literal_eval(text) for text in found.groups())
    rest = comment[found.end() :]
    if any(_entry(each) for each in kinds):
        if len(kinds) > 1:
            raise ParameterError(f"{name!r} has a range, but may be a list or something else; remove one of these.")
        return list[Annotated[_entry(kind), Field(ge=low, le=high)]], None, None, rest
    return kind, low, high, rest


def _limited(kind: Any, words: list[str]) -> Any:
    """Return a type that allows only these words; `None` if the type is not one of texts or whole numbers."""
    others = [each for each in members(kind) if each is not NoneType]
    if len(others) != 1:
        return None
    entry = _entry(others[0]) or others[0]
    if entry not in (str, int):
        return None
    try:
        options = Literal[tuple(map(entry, words))]
    except ValueError:
        return None
    limited: Any = list[options] if _entry(others[0]) else options
    return limited | None if NoneType in members(kind) else limited


def _fits(value: Any, kind: Any, low: Any, high: Any) -> bool:
    """Return whether a default keeps to the type, the choices and the range that its comment seems to give."""
    ruled: Any = Annotated[kind, Field(ge=low, le=high)]
    try:
        TypeAdapter(ruled).validate_python(value, strict=True)
    except (ValidationError, TypeError, PydanticSchemaGenerationError):
        return False
    return True


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


def _list_from(entry: Any, text: str) -> Any:
    """Read a JSON list, or entries separated by commas. An empty text is an empty list."""
    if text.strip().startswith("["):
        return json_or_text(text)
    kind = get_args(entry)[0] if get_origin(entry) is Annotated else entry
    return [text_as(kind, word.strip()) for word in text.split(",")] if text.strip() else []
