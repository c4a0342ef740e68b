"""`metawidgets datasets`, `metawidgets learners` and `metawidgets trained`: lists with one line per name, or details of one."""

import inspect
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from metawidgets.cli.console import AsJSON, out, print_json
from metawidgets.errors import ParameterError, did_you_mean

if TYPE_CHECKING:
    from metawidgets.datasets import Dataset
    from metawidgets.learners import Learner

__all__ = ["datasets", "learners", "trained"]

_Kind = TypeVar("_Kind")
_WIDTH = 80


def datasets(
    name: Annotated[str | None, typer.Argument(help="Show the options of this dataset.")] = None,
    as_json: AsJSON = False,
) -> None:
    """List the datasets, or show the options of one: type, range, default and meaning.

    Example: `metawidgets datasets glyphs`
    """
    from metawidgets.datasets import ALL  # numpy loads slowly

    kinds = _chosen(ALL, name, "dataset")
    if as_json:
        print_json({each: {"summary": kind.summary, "options": _fields(kind)} for each, kind in kinds.items()})
    elif name:
        _say(f"{name}: {kinds[name].summary}.")
        _say_options(
            (f["name"], f"{f['type']}, {_within(f)}default {f['default']!r}", f["help"]) for f in _fields(kinds[name])
        )
        _say(f"\nUse it: metawidgets train it.safetensors -d {name} -D NAME=VALUE")
    else:
        _say_table([], [(each, kind.summary) for each, kind in kinds.items()])
        _say("\nShow the options of one: metawidgets datasets glyphs")


def learners(
    name: Annotated[str | None, typer.Argument(help="Show the options of this learner.")] = None,
    as_json: AsJSON = False,
) -> None:
    """List the learners, or describe one: its method, its paper, and its options with their defaults.

    Example: `metawidgets learners maml`
    """
    from metawidgets.learners import ALL  # torch loads slowly

    kinds = _chosen(ALL, name, "learner")
    if as_json:
        print_json(
            {
                each: {
                    "title": kind.title,
                    "family": kind.family,
                    "regression": kind.takes_regression,
                    "about": _about(kind),
                    **_options(kind),
                }
                for each, kind in kinds.items()
            }
        )
    elif name:
        _say(f"{name}: {_about(kinds[name])}")
        options = _options(kinds[name])
        meanings, on_images = _meanings(kinds[name], options["options"]), options["on_images"]
        _say_options(
            (
                option,
                f"default {value!r}" + (f", {on_images[option]!r} on images" if option in on_images else ""),
                meanings.get(option, ""),
            )
            for option, value in options["options"].items()
        )
        more = ", ".join(f"{key}={value}" for key, value in on_images.items() if key not in options["options"])
        _say(
            "\nIts network also has options: width, downsample, statistics and halvings for images"
            + (f" (by default {more})" if more else "")
            + ", hidden=[40,40] for vectors."
        )
        _say(f"Use it: metawidgets train it.safetensors -l {name} -L NAME=VALUE")
    else:
        rows = [
            (each, kind.title, kind.family or "", "yes" if kind.takes_regression else "")
            for each, kind in kinds.items()
        ]
        _say_table(["learner", "method", "family", "curves"], rows)
        _say("\nShow the paper and the options of one: metawidgets learners maml")


def trained(as_json: AsJSON = False) -> None:
    """List the trained learners that come with the package, with their scores on held-out classes or functions."""
    # torch loads slowly
    from metawidgets import trained
    from metawidgets.learners import ALL

    titles = {kind.__name__: kind.title for kind in ALL.values()}
    cards = {name: trained.card(name) for name in trained.names()}
    if as_json:
        print_json(
            {
                name: {
                    "learner": card["learner"],
                    "hyper": card["hyper"],
                    "bytes": trained.size(name),
                    "scores": card["scores"],
                }
                for name, card in cards.items()
            }
        )
        return
    of_classes, of_functions = [], []
    for name, card in cards.items():
        title = titles.get(card["learner"], card["learner"])
        title, size = (
            f"{'First-order ' if card['hyper'].get('first_order') else ''}{title}",
            f"{trained.size(name) / 1e6:.2f}",
        )
        if card["scores"][0]["metric"] == "accuracy":
            of_classes.append((name, title, _accuracy(card, 1), _accuracy(card, 5), size))
        else:
            last = card["scores"][-1]
            error = f"{last['mean']:.3g} at {last['k_shot']} examples"
            of_functions.append((name, title, error, size))
    _say_table(["name", "learner, 5-way accuracy", "1-shot", "5-shot", "MB"], of_classes)
    _say("")
    _say_table(["name", "learner", "mean squared error", "MB"], of_functions)
    _say("\nUse one: metawidgets evaluate glyphs-protonet")
    _say('In Python: metawidgets.load("glyphs-protonet")')


def _chosen(kinds: Mapping[str, _Kind], name: str | None, what: str) -> Mapping[str, _Kind]:
    """Return all entries, or only the entry of this name.

    Raises:
        ParameterError: if there is no entry of this name.
    """
    if name is None:
        return kinds
    if name not in kinds:
        raise ParameterError(f"there is no {what} {name!r}; {did_you_mean(name, kinds)}")
    return {name: kinds[name]}


def _fields(kind: "type[Dataset]") -> list[dict[str, Any]]:
    return [
        {"name": o.name, "type": o.type, "range": o.range, "default": o.default, "help": o.help} for o in kind.options()
    ]


def _within(field: Mapping[str, Any]) -> str:
    return "{:g} to {:g}, ".format(*field["range"]) if field["range"] else ""


def _about(kind: "type[Learner]") -> str:
    """Return the first paragraph of a learner's docstring, which describes its method and names its paper."""
    return " ".join((inspect.getdoc(kind) or "").partition("\n\n")[0].replace("*", "").replace("`", "").split())


def _meanings(kind: "type[Learner]", options: Iterable[str]) -> dict[str, str]:
    """Return the description of each option from a learner's docstring, each as one line of text."""
    section = (inspect.getdoc(kind) or "").partition("Args:\n")[2].partition("\n\n")[0]
    _, *parts = re.split(rf"(?:^|\s)({'|'.join(['network', 'encoder', *options])}): ", section)
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return {name: " ".join(re.sub("[`*]", "", text).split()) for name, text in pairs}


def _options(kind: "type[Learner]") -> dict[str, dict[str, Any]]:
    """Return a learner's options with their defaults, and the other defaults that `build` uses for images."""
    parameters = inspect.signature(kind).parameters
    own = {name: p.default for name, p in parameters.items() if p.kind is p.KEYWORD_ONLY and p.default is not p.empty}
    return {"options": own, "on_images": dict(kind.image_defaults)}


def _accuracy(card: Mapping[str, Any], k_shot: int) -> str:
    means = [s["mean"] for s in card["scores"] if (s["n_way"], s["k_shot"]) == (5, k_shot)]
    return f"{100 * means[0]:.1f} %" if means else ""


def _say(text: str) -> None:
    """Print text, and wrap lines that are too long."""
    for line in text.split("\n"):
        for part in textwrap.wrap(line, _WIDTH, subsequent_indent="  ", break_on_hyphens=False) or [""]:
            out.print(part, markup=False)


def _say_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print aligned columns, and wrap the last column if a line would be too long."""
    widths = [max(map(len, column)) for column in zip(*([headers] if headers else []), *rows, strict=True)]
    indent = sum(widths[:-1]) + 2 * (len(widths) - 1)
    for row in [*([headers] if headers else []), *rows]:
        start = "".join(f"{cell:<{width}}  " for cell, width in zip(row[:-1], widths[:-1], strict=True))
        first, *more = textwrap.wrap(row[-1], max(20, _WIDTH - indent)) or [""]
        for line in [start + first, *(" " * indent + part for part in more)]:
            out.print(line.rstrip(), markup=False)


def _say_options(options: Any) -> None:
    """Print each option with its allowed values, and its meaning below."""
    for name, allowed, meaning in options:
        _say(f"\n  {name}  ({allowed})" if meaning else f"  {name}  ({allowed})")
        for part in textwrap.wrap(meaning, _WIDTH - 6):
            out.print("      " + part, markup=False)
