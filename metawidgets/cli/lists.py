"""`metawidgets datasets` and `metawidgets learners`: what there is, and the options of each."""

import inspect
from typing import Any

from rich.table import Table

from metawidgets.cli.console import out

__all__ = ["datasets", "learners"]


def datasets() -> None:
    """List the datasets with their options: type, default and range."""
    from metawidgets.datasets import ALL

    table = Table("dataset", "option", "takes", "default", "meaning", title="Datasets", title_justify="left")
    for name, kind in ALL.items():
        table.add_row(f"[bold]{name}[/]", "", "", "", kind.summary)
        for option in kind.options():
            within = f" {option.range[0]:g} to {option.range[1]:g}" if option.range else ""
            table.add_row("", option.name, option.type + within, repr(option.default), option.help)
        table.add_section()
    out.print(table)
    out.print("Use one: metawidgets train build/it.safetensors --dataset glyphs --dataset-option n_classes=300")


def learners() -> None:
    """List the learners with their options and defaults."""
    from metawidgets.learners import ALL

    table = Table("learner", "option", "default", "what it does", title="Learners", title_justify="left")
    for name, kind in ALL.items():
        table.add_row(f"[bold]{name}[/]", "", "", (inspect.getdoc(kind) or "").partition("\n")[0])
        for option, parameter in inspect.signature(kind).parameters.items():
            if parameter.kind is parameter.KEYWORD_ONLY:
                table.add_row("", option, _default(parameter.default), "")
        table.add_section()
    out.print(table)
    out.print(
        "Networks: images take width, downsample (pool, stride) and statistics (support_stats, running, groupnorm, "
        "transductive); vectors take hidden, such as hidden=[40,40]."
    )


def _default(value: Any) -> str:
    return "" if value is inspect.Parameter.empty else repr(value)
