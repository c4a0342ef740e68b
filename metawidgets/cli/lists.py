"""`metawidgets datasets`, `metawidgets learners` and `metawidgets trained`: what there is, and the options of each."""

import inspect
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from metawidgets.cli.console import out

if TYPE_CHECKING:
    from metawidgets.learners import Learner

__all__ = ["datasets", "learners", "trained"]


def datasets() -> None:
    """List the datasets with their options: type, default and range."""
    from metawidgets.datasets import ALL

    table = Table("dataset", "option", "takes", "default", "meaning", title="Datasets", title_justify="left")
    for name, kind in ALL.items():
        table.add_row(f"[bold]{name}[/]", "", "", "", escape(kind.summary))
        for option in kind.options():
            within = f" {option.range[0]:g} to {option.range[1]:g}" if option.range else ""
            table.add_row(
                "", option.name, escape(option.type + within), escape(repr(option.default)), escape(option.help)
            )
        table.add_section()
    out.print(table)
    out.print("Use one: metawidgets train build/it.safetensors --dataset glyphs --dataset-option n_classes=300")


def learners() -> None:
    """List the learners with their options and defaults."""
    from metawidgets.learners import ALL

    table = Table("learner", "curves", "options", "what it is", title="Learners", title_justify="left", show_lines=True)
    for name, kind in ALL.items():
        paragraph = (inspect.getdoc(kind) or "").partition("\n\n")[0]
        about = " ".join(paragraph.replace("*", "").split())
        table.add_row(f"[bold]{name}[/]", "yes" if kind.takes_regression else "", _options(kind), escape(about))
    out.print(table)
    out.print(
        "Networks take options too: width, downsample, statistics and halvings for images, hidden=[40,40] for vectors."
    )
    out.print("Use one: metawidgets train build/it.safetensors --learner maml --learner-option inner_lr=0.2")


def trained() -> None:
    """List the trained learners that come with the package, with what they score on held-out classes or functions."""
    from metawidgets import trained

    table = Table("name", "learner", "size", "score", title="Trained learners", title_justify="left")
    for name in trained.names():
        card = trained.card(name)
        size = f"{trained.size(name) / 1e6:.2f} MB"
        table.add_row(
            f"[bold]{name}[/]", card["learner"], size, escape("\n".join(map(trained.sentence, card["scores"])))
        )
    out.print(table)
    out.print('Use one: metawidgets evaluate glyphs-protonet, or in Python metawidgets.load("glyphs-protonet")')


def _options(kind: "type[Learner]") -> str:
    """Options with their defaults, and what `build` takes for images instead."""
    parameters = inspect.signature(kind).parameters
    own = {name: p.default for name, p in parameters.items() if p.kind is p.KEYWORD_ONLY and p.default is not p.empty}
    lines = [f"{name}={value}" for name, value in own.items()]
    lines += [f"{name}={value} on images" for name, value in kind.image_defaults.items()]
    return escape("\n".join(lines))
