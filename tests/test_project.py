"""The project as a whole: the cost of importing it, the layers of imports, and files that must agree."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib import import_module
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml

import metawidgets
from metawidgets._renamed import NEW_NAMES
from metawidgets.reports.catalogue import course_files, read
from metawidgets.widgets import ALL

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def constraints() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {normal(name): version for name, version in pairs}


def source_of(path: Path) -> str:
    if path.suffix == ".ipynb":
        return "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "code")
    return path.read_text(encoding="utf-8")


def imported(source: str) -> set[str]:
    """Return the top-level names that a module imports."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def names_of(requirements: list[str]) -> set[str]:
    return {normal(re.split(r"[\[<>=!~; ]", r)[0]) for r in requirements} - {"metawidgets"}


def test_importing_loads_neither_torch_nor_charts():
    heavy = ["torch", "altair", "ipywidgets", "anywidget", "numpy", "papermill", "nbconvert", "sklearn"]
    code = f"import sys, metawidgets; print([m for m in {heavy} if m in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_what_a_notebook_imports_does_not_load_the_machinery_of_reports():
    """nbformat loads the grammars of JSON schema, which takes as long as loading torch; a notebook must not wait for them."""
    code = "import sys; from metawidgets.reports import METRICS; from metawidgets.reports.tables import Table; "
    code += "from metawidgets import instruments; from metawidgets.widgets import Quiz, Selection; "
    code += f"print([m for m in {['nbformat', 'jsonschema', 'papermill', 'nbconvert', 'altair', 'pydantic']} if m in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_importing_takes_less_than_a_fifth_of_a_second():
    def seconds() -> float:
        command = [sys.executable, "-X", "importtime", "-c", "import metawidgets"]
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stderr.splitlines()
        return next(int(line.split("|")[1]) / 1e6 for line in lines if line.endswith("| metawidgets"))

    assert min(seconds() for _ in range(3)) < 0.2


def test_every_public_name_is_there():
    assert sorted(set(metawidgets.__all__)) == sorted(metawidgets.__all__)
    assert set(dir(metawidgets)) >= set(metawidgets.__all__)
    missing = [name for name in metawidgets.__all__ if getattr(metawidgets, name, None) is None]
    assert missing == []
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        metawidgets.nothing  # noqa: B018 - reading it is the test


def test_imports_keep_to_the_layers():
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout


def test_no_module_is_longer_than_300_lines():
    found = tracked("metawidgets/*.py")
    assert len(found) > 20
    long = {p.name: n for p in found if (n := len(p.read_text(encoding="utf-8").splitlines())) > 300}
    assert long == {}


def test_no_module_is_named_for_what_it_does_not_say():
    assert [p for p in tracked("metawidgets") if p.stem in ("utils", "helpers", "common", "misc", "core")] == []


ROOMS = sorted(path.parent.name for path in (ROOT / "metawidgets").glob("*/__init__.py"))


def test_every_name_in_backticks_is_there() -> None:
    """Names in the documentation must be updated when a module moves or a function is renamed."""
    room = re.compile(rf"`(?:metawidgets\.|mw\.)?((?:{'|'.join(ROOMS)})(?:\.\w+)+)(?:\([^`]*\))?`")
    gone = re.compile(rf"`(?:{'|'.join(old for old in NEW_NAMES if '.' not in old)})\.[A-Z]\w*`")
    wrong = {}
    for path in tracked("metawidgets/*.py", "docs/*.md", "README.md", "CONTRIBUTING.md"):
        text = path.read_text(encoding="utf-8")
        if found := [name for name in room.findall(text) if not is_there(name)] + gone.findall(text):
            wrong[str(path.relative_to(ROOT))] = found
    assert wrong == {}


def is_there(name: str) -> bool:
    """Return whether `metawidgets.<name>` is a module or an attribute of a module."""
    found: object = metawidgets
    for part in name.split("."):
        try:
            found = getattr(found, part) if hasattr(found, part) else import_module(f"{found.__name__}.{part}")  # pyright: ignore[reportAttributeAccessIssue]
        except (ModuleNotFoundError, AttributeError):
            return False
    return True


def test_no_file_names_the_host_of_a_package_registry():
    dot = r"\."  # so that this file does not contain a host's name either
    hosts = [
        f"pypi{dot}org",
        f"pythonhosted{dot}org",
        f"npmjs{dot}",
        f"anaconda{dot}org",
        f"download{dot}pytorch",
        f"jsdelivr{dot}net",
        f"unpkg{dot}com",
    ]
    pattern = re.compile("|".join(hosts))
    found = {
        str(path.relative_to(ROOT)): match[0]
        for path in tracked()
        if path.suffix not in (".gif", ".png", ".npz", ".safetensors")
        if (match := pattern.search(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_constraints_pin_everything_that_is_asked_for():
    asked = names_of(PROJECT["dependencies"])
    for extra in PROJECT["optional-dependencies"].values():
        asked |= names_of(extra)
    assert asked - set(constraints()) == set()
    assert constraints()["torch"] == "2.13.0"
    assert not {"pip", "setuptools", "metawidgets"} & set(constraints())


def is_sweep(path: Path) -> bool:
    """Return whether a file belongs to `metawidgets.sweeps`, which has its own dependencies."""
    return "metawidgets/sweeps/" in path.as_posix()


def test_everything_imported_is_asked_for():
    """Every imported package is a declared dependency. A dependency of a dependency may disappear with its next version."""
    homes = packages_distributions()
    extras = PROJECT["optional-dependencies"]
    runtime = names_of(PROJECT["dependencies"])
    for patterns, allowed in (
        (("metawidgets/*.py", "notebooks/*.ipynb"), runtime | names_of(extras["parquet"])),
        (("metawidgets/sweeps/*.py",), runtime | names_of(extras["sweep"])),
        (("tests/*.py",), runtime | names_of(extras["dev"]) | names_of(extras["sweep"])),
    ):
        paths = [
            path for path in tracked(*patterns) if patterns[0].startswith("metawidgets/sweeps") or not is_sweep(path)
        ]
        roots = {root for path in paths for root in imported(source_of(path))}
        roots -= set(sys.stdlib_module_names) | {"metawidgets", "tests"}
        asked_for = {root for root in roots if {normal(name) for name in homes.get(root, [])} & allowed}
        assert roots - asked_for == set()
        assert len(roots) > 5


def test_binder_has_the_same_versions():
    listed = yaml.safe_load((ROOT / "binder" / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    conda = dict(d.split("=") for d in listed if isinstance(d, str) and "=" in d)
    pins = dict(d.split("==") for d in next(d["pip"] for d in listed if isinstance(d, dict)))
    pins |= {"torch": conda.pop("pytorch-cpu"), "numpy": conda.pop("numpy")}
    assert conda == {"python": PROJECT["requires-python"].removeprefix(">=")}
    assert {name: constraints()[normal(name)] for name in pins} == pins
    needed = names_of(PROJECT["dependencies"]) | names_of(PROJECT["optional-dependencies"]["lab"])
    assert needed - set(map(normal, pins)) == set()


@pytest.mark.parametrize("name", ["postBuild", "start"])
def test_binder_scripts_run_and_stop_at_errors(name):
    script = ROOT / "binder" / name
    assert os.access(script, os.X_OK)
    assert "set -euo pipefail" in script.read_text(encoding="utf-8")


def test_binder_starts_what_it_is_given_with_one_thread():
    command = [
        "bash",
        str(ROOT / "binder" / "start"),
        sys.executable,
        "-c",
        "import os; print(os.environ['OMP_NUM_THREADS'])",
    ]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "1"


def test_one_version_everywhere():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))["version"]
    assert cited == metawidgets.__version__
    assert f"## {cited}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def copied(tree: Path, *patterns: str) -> Path:
    """Return a copy of the tracked files, since hatchling writes files beside the sources."""
    for path in tracked(*patterns):
        target = tree / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return tree


def build(kind: str, tree: Path, out: Path) -> None:
    """Build a wheel or an sdist as pip does on a machine without Node, with only Python on the path."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(out)]
    subprocess.run(command, cwd=tree, capture_output=True, check=True, env={**os.environ, "PATH": str(out / "empty")})


def test_a_wheel_holds_notebooks_scripts_and_styles(tmp_path):
    tree = copied(tmp_path / "tree", "metawidgets", "notebooks", "pyproject.toml", "README.md", "LICENSE")
    build("wheel", tree, tmp_path)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        held = set(wheel.namelist())
    assert {"metawidgets/py.typed", "metawidgets/notebooks/reports/few_shot.ipynb"} <= held
    assert {f"metawidgets/notebooks/{name}" for name in course_files()} <= held
    assert not [name for name in held if name.endswith("_dark.png")]
    sources = {str(p.relative_to(ROOT)) for p in tracked("metawidgets")}
    assert sources - held == set()


@pytest.mark.slow
def test_an_installed_wheel_writes_the_course_and_knows_its_reports(tmp_path):
    tree = copied(tmp_path / "tree", "metawidgets", "notebooks", "pyproject.toml", "README.md", "LICENSE")
    build("wheel", tree, tmp_path)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        wheel.extractall(tmp_path / "installed")
    shutil.rmtree(tree)

    def said(*words: str) -> str:
        command = [sys.executable, "-m", "metawidgets", *words]
        environment = {**os.environ, "PYTHONPATH": str(tmp_path / "installed")}
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True).stdout

    assert said("course", "course").startswith("12 notebooks are in course.")
    assert (tmp_path / "course" / "00_quickstart.ipynb").is_file()
    assert "n_episodes" in said("report", "few_shot", "--list")


def test_an_sdist_holds_the_bundles_and_what_they_are_made_of(tmp_path):
    held_by_git = ("js", "metawidgets/__init__.py", "metawidgets/widgets")
    tree = copied(tmp_path / "tree", ".gitignore", "pyproject.toml", "README.md", "LICENSE", *held_by_git)
    (tree / "js" / "node_modules" / "d3").mkdir(parents=True)
    (tree / "js" / "node_modules" / "d3" / "index.js").write_text("export {};", encoding="utf-8")
    build("sdist", tree, tmp_path)
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as sdist:
        held = {name.partition("/")[2] for name in sdist.getnames()}
    assert {str(p.relative_to(ROOT)) for p in tracked(*held_by_git)} - held == set()
    assert [name for name in held if "node_modules" in name] == []


def test_each_bundle_is_committed_with_its_source():
    """A checkout without Node needs the committed bundles."""
    made = {path.parent.name for path in tracked("js/*/index.ts")}
    assert {path.stem for path in tracked("metawidgets/widgets/static")} == made
    assert {each.__module__.split(".")[2] for each in ALL} <= made


def test_make_help_names_every_target():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.search(r"^\.PHONY: (.*)$", makefile, re.M)[1].split())  # pyright: ignore[reportOptionalSubscript]
    assert {"demo", "test", "lab", "check", "format", "clean"} <= targets
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {line.split()[1] for line in said.splitlines() if line.startswith("  make")} == targets
