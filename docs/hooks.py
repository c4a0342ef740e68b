"""The mkdocs hook that assembles the pages from docs/, other files, and a reference page for each public module.

In a page, the line `<!-- file: README.md -->` is replaced by that file. Links between files of the repository, which work on GitHub, are
changed to point to the pages. A link to a file without a page stops the build, as every warning does.
"""

import ast
import posixpath
import re
import tomllib
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]
# File of the repository -> its page.
PAGES = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "extending.md",
    "CHANGELOG.md": "changelog.md",
    "benchmarks/RESULTS.md": "results.md",
    "CITATION.cff": "CITATION.cff",  # as it is
}
# Modules of the reference, roughly in the order in which data flows through them.
MODULES = (
    "episodes",
    "datasets",
    "learners",
    "learners.loop",
    "training",
    "training.evaluation",
    "training.checkpoints",
    "trained",
    "records",
    "analysis",
    "views",
    "widgets",
    "instruments",
    "reports",
    "errors",
    "training.control",
    "training.allocator",
    "episodes.edits",
    "files.paths",
    "files.plain_json",
    "files.zips",
)


def linked(text: str, folder: str) -> str:
    """Return the text of a file in `folder` with its links to files of the repository changed to links to pages."""

    def page(match: re.Match[str]) -> str:
        target, mark, anchor = match[1].partition("#")
        file = posixpath.normpath(posixpath.join(folder, target))
        if not file.startswith("docs/") and file not in PAGES:
            raise PluginError(f"there is no page for {file}; add one to PAGES in docs/hooks.py.")
        return f"]({PAGES.get(file, file.removeprefix('docs/'))}{mark}{anchor})"

    # The badge would be loaded from elsewhere, and notebooks have no page: they are opened in Jupyter.
    text = re.sub(r"<!-- binder -->.*?<!-- /binder -->", "", text, flags=re.S)
    text = re.sub(r"\[([^\]]+)\]\((?:\.\./)?notebooks/\w+\.ipynb\)", r"\1", text)
    text = re.sub(r"(?:\.\./)?(?:notebooks|docs)/images/", "images/", text)
    return re.sub(r"\]\((?!images/|https?:|#)([^)\s]+)\)", page, text)


def public(module: str) -> list[str]:
    """Return the names in a module's `__all__`, in order, without importing the module. `__all__` must be a literal."""
    path = ROOT.joinpath("metawidgets", *module.split("."))
    source = (path / "__init__.py" if path.is_dir() else path.with_name(f"{path.name}.py")).read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            return ast.literal_eval(node.value)  # type: ignore[union-attr]
    raise PluginError(f"metawidgets.{module} has no __all__, which the reference lists; add one.")


def reference(module: str) -> str:
    """Return a page with the public names of a module.

    Where a name is also the name of the file that defines it (`views.embedding_map`), griffe finds the file instead. Such a name is
    requested by its full path.
    """
    folder = ROOT.joinpath("metawidgets", *module.split("."))
    names = public(module)
    held = [name for name in names if (folder / f"{name}.py").is_file()]
    members = "\n".join(f"        - {name}" for name in names if name not in held)
    page = f"# metawidgets.{module}\n\n::: metawidgets.{module}\n    options:\n      show_root_heading: false\n"
    page += f"      members:\n{members}\n" if members else "      members: false\n"
    return page + "".join(f"\n::: metawidgets.{module}.{name}.{name}\n" for name in held)


def layers() -> str:
    """Return the layers of pyproject.toml as a code block, the top layer first."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    found = next(contract["layers"] for contract in contracts if contract["id"] == "layers")
    return "```text\n" + "\n".join(re.sub(r"[()]", "", layer).replace(" : ", "  ") for layer in found) + "\n```"


def on_config(config: Any) -> Any:
    config.nav[-1] = {"Reference": [f"api/{module}.md" for module in MODULES]}
    return config


def on_files(files: Files, *, config: Any) -> Files:
    for path in sorted((ROOT / "notebooks" / "images").glob("*.[ps][nv]g")):
        files.append(File.generated(config, f"images/{path.name}", abs_src_path=str(path)))
    files.append(File.generated(config, "CITATION.cff", abs_src_path=str(ROOT / "CITATION.cff")))
    for module in MODULES:
        files.append(File.generated(config, f"api/{module}.md", content=reference(module)))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    markdown = linked(markdown.replace("<!-- layers -->", layers()), "docs")

    def inserted(match: re.Match[str]) -> str:
        return linked((ROOT / match[1]).read_text(encoding="utf-8"), posixpath.dirname(match[1]))

    return re.sub(r"<!-- file: (.+?) -->", inserted, markdown)
