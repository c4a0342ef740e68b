"""The documentation builds without a warning, loads nothing from the network, and covers every public name."""

import html
import os
import re
import subprocess
import sys
import tomllib
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest
from bs4 import BeautifulSoup

import metawidgets

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if find_spec("mkdocs") is None:
        pytest.skip("the extra 'docs' is not installed")
    out = tmp_path_factory.mktemp("docs") / "site"
    # a proxy that does not exist: any network request would fail, and a warning stops the build
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    said = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(out)],
        cwd=ROOT,
        env={**os.environ, **nowhere, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    return out


def pages(built: Path) -> dict[str, BeautifulSoup]:
    found = {str(path.relative_to(built)): path for path in sorted(built.rglob("*.html"))}
    return {name: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser") for name, path in found.items()}


@pytest.mark.slow
def test_nothing_is_loaded_from_elsewhere(built):
    found = pages(built)
    assert len(found) > 25
    for name, page in found.items():
        for tag in page.find_all(["script", "link", "img", "source", "iframe"]):
            for key in ("src", "href", "srcset"):
                address = str(tag.get(key) or "")
                assert not re.match(r"(\w+:)?//", address), (name, address)
                if address and not address.startswith(("data:", "#")) and name != "404.html":
                    assert (built / name).parent.joinpath(address.split("#")[0].split("?")[0]).exists(), (name, address)
    for css in built.rglob("*.css"):
        assert not re.search(r"(url\(|@import) ?[\"']?(https?:)?//", css.read_text(encoding="utf-8")), css


@pytest.mark.slow
def test_every_link_to_a_page_arrives(built):
    found = pages(built)
    anchors = {name: {str(tag["id"]) for tag in page.find_all(id=True)} for name, page in found.items()}
    seen = 0
    for name, page in found.items():
        for tag in page.select("article a[href]"):
            address, _, anchor = str(tag["href"]).partition("#")
            if "://" in address or name == "404.html":
                continue
            target = os.path.normpath(Path(name).parent / address) if address else name
            assert (built / target).is_file(), (name, tag["href"])
            if anchor and target in anchors:
                assert html.unescape(anchor) in anchors[target], (name, tag["href"])
            seen += 1
    assert seen > 100


@pytest.mark.slow
def test_every_public_name_is_in_the_reference(built):
    """Every name in the `__all__` of a package, and of metawidgets itself, is in the reference with its docstring."""
    found = {name: page for name, page in pages(built).items() if name.startswith("api/")}
    anchors = {str(tag["id"]) for page in found.values() for tag in page.find_all(id=True)}
    for name in metawidgets.__all__:
        value = getattr(metawidgets, name)
        if isinstance(value, ModuleType):
            page = f"api/{value.__name__.removeprefix('metawidgets.')}.html"
            assert page in found
            here = {str(tag["id"]) for tag in found[page].find_all(id=True)}
            assert [each for each in value.__all__ if not any(a.endswith(f".{each}") for a in here)] == [], name
        elif name != "__version__":
            assert any(anchor.endswith(f".{name}") for anchor in anchors), name
    maml = found["api/learners.html"].get_text()
    assert "Finn, Abbeel and Levine" in maml
    assert "inner_lr" in maml


@pytest.mark.slow
def test_a_line_for_several_parameters_is_one_for_each(built):
    page = (built / "api" / "instruments.html").read_text(encoding="utf-8")
    assert page.count("of the first episode; by default the size depends on the kind of data") == 4


@pytest.mark.slow
def test_the_pages_hold_all_sections_of_the_readme(built):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^## (.*)$", readme, re.M))
    shown = {
        tag.get_text().rstrip("¶").strip() for page in pages(built).values() for tag in page.find_all(["h1", "h2"])
    }
    assert headings - shown == set()


def test_every_public_module_has_its_page():
    """Every package in the list of layers has a page, except the command line and packages without public names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "layers")
    rooms = {room for layer in layers for room in re.findall(r"\w+", layer)} - {"__main__", "cli", "sweeps"}
    source = (ROOT / "docs" / "hooks.py").read_text(encoding="utf-8")
    listed = set(re.findall(r'"([\w.]+)"', source.split("MODULES = (")[1].split("\n)")[0]))
    assert {name.partition(".")[0] for name in listed} == {room for room in rooms if not room.startswith("_")}
    assert [room for room in listed if not import_module(f"metawidgets.{room}").__all__] == []
