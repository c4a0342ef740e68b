"""What the pages are made of: sections of the README, files beside it, and one page of reference for each public module.

A line `<!-- README: Learners -->` in a page stands for that section, `<!-- file: CHANGELOG.md -->` for a file, both with their
links turned to the pages. A link to what has no page ends the build, as every warning does.
"""

import ast
import re
import tomllib
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]
# What of the repository has a page, and where.
PAGES = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "extending.md",
    "CHANGELOG.md": "changelog.md",
    "benchmarks/RESULTS.md": "results.md",
    "CITATION.cff": "CITATION.cff",  # as it is
}
# Names that only the pages need: a link to one of the README's own sections.
SECTIONS = {"#five-lines": "index.md#five-lines", "#sweeps": "sweeps.md"}
# Modules of the reference, in the order in which data goes through them.
MODULES = (
    "episodes",
    "sampling",
    "datasets",
    "learners",
    "learners.loop",
    "training",
    "evaluation",
    "checkpoints",
    "trained",
    "traces",
    "results",
    "analysis",
    "significance",
    "contests",
    "views",
    "widgets",
    "instruments",
    "reports",
    "errors",
    "control",
    "allocator",
    "paths",
    "plain_json",
    "zips",
)


def section(title: str) -> str:
    """A section of the README with its heading; "top" is what stands above the first."""
    parts = re.split(r"^(?=## )", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.M)
    if title == "top":
        return parts[0]
    found = [part for part in parts if part.startswith(f"## {title}\n")]
    if len(found) != 1:
        raise PluginError(f"the README has {len(found)} sections {title!r}; the pages ask for one.")
    return found[0]


def linked(text: str) -> str:
    """With links to the pages instead of to the files."""

    def page(match: re.Match[str]) -> str:
        target = match[1]
        if target.startswith(("http:", "https:")):
            return match[0]
        if target.startswith("#"):
            return f"]({SECTIONS.get(target, target)})"
        if target not in PAGES:
            raise PluginError(f"there is no page of {target}; name one in docs/hooks.py.")
        return f"]({PAGES[target]})"

    text = re.sub(r"\[([^\]]+)\]\(notebooks/\w+\.ipynb\)", r"\1", text)  # a notebook is opened where it can run
    text = re.sub(r"\]\(([^)\s]+)\)", page, text)
    return text.replace("notebooks/images/", "images/")


def public(module: str) -> list[str]:
    """Names in a module's `__all__`, read without importing it; literal names only, in the order of the file."""
    path = ROOT.joinpath("metawidgets", *module.split("."))
    source = (path / "__init__.py" if path.is_dir() else path.with_name(f"{path.name}.py")).read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            return ast.literal_eval(node.value)  # type: ignore[union-attr]
    raise PluginError(f"metawidgets.{module} has no __all__; the reference shows what is in it.")


def reference(module: str) -> str:
    """A page with what a module exports. Where a name is also that of the file that holds it (`views.embedding_map`), griffe finds
    the file: what is in it is asked for by its own path."""
    folder = ROOT.joinpath("metawidgets", *module.split("."))
    names = public(module)
    held = [name for name in names if (folder / f"{name}.py").is_file()]
    members = "\n".join(f"        - {name}" for name in names if name not in held)
    page = f"# metawidgets.{module}\n\n::: metawidgets.{module}\n    options:\n      show_root_heading: false\n"
    page += f"      members:\n{members}\n" if members else "      members: false\n"
    return page + "".join(f"\n::: metawidgets.{module}.{name}.{name}\n" for name in held)


def layers() -> str:
    """The layers of pyproject.toml, the top first."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    found = next(contract["layers"] for contract in contracts if contract["id"] == "layers")
    return "```text\n" + "\n".join(re.sub(r"[()]", "", layer).replace(" : ", "  ") for layer in found) + "\n```"


def on_config(config: Any) -> Any:
    config.nav[-1] = {"Reference": [f"api/{module}.md" for module in MODULES]}
    return config


def on_files(files: Files, *, config: Any) -> Files:
    for path in sorted((ROOT / "notebooks" / "images").glob("*.png")):
        files.append(File.generated(config, f"images/{path.name}", abs_src_path=str(path)))
    files.append(File.generated(config, "CITATION.cff", abs_src_path=str(ROOT / "CITATION.cff")))
    for module in MODULES:
        files.append(File.generated(config, f"api/{module}.md", content=reference(module)))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    heads = re.match(r"<!-- README: (.+?) -->", markdown)
    markdown = re.sub(r"<!-- README: (.+?) -->", lambda m: linked(section(m[1])), markdown)
    if heads and heads[1] != "top":  # the section that begins a page names it
        markdown = markdown.removeprefix("#")
    markdown = markdown.replace("<!-- layers -->", layers())
    return re.sub(r"<!-- file: (.+?) -->", lambda m: linked((ROOT / m[1]).read_text(encoding="utf-8")), markdown)
