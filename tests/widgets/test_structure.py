"""The structure of `metawidgets.widgets`: one package per component, small folders, and no circular imports."""

from pathlib import Path

import grimp
import pytest

from metawidgets import widgets

ROOM = Path(widgets.__file__).parent
PACKAGES = sorted(path.parent for path in ROOM.glob("*/__init__.py"))


@pytest.fixture(scope="module")
def imports() -> dict[str, set[str]]:
    """Return, for each module of `metawidgets.widgets`, the modules that it imports, also in functions and for type checking."""
    graph = grimp.build_graph("metawidgets", exclude_type_checking_imports=False, cache_dir=None)
    modules = {name for name in graph.modules if f"{name}.".startswith("metawidgets.widgets.")}
    return {name: graph.find_modules_directly_imported_by(name) & modules for name in modules}


def circles(imports: dict[str, set[str]]) -> set[str]:
    """Return the modules that are in a circle or import one. Modules that import no remaining module are removed until none is left."""
    left = dict(imports)
    while done := {name for name, targets in left.items() if not targets & left.keys() - {name}}:
        left = {name: targets for name, targets in left.items() if name not in done}
    return set(left)


def test_circles_are_found():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == {"a", "b", "c"}
    assert circles({"a": {"b", "d"}, "b": {"d"}, "d": set()}) == set()


def test_no_module_imports_in_a_circle(imports):
    assert len(imports) > 60
    assert circles(imports) == set()


def test_no_package_imports_in_a_circle(imports):
    """`base` imports no component, and two components do not import each other."""
    package = lambda name: ".".join(name.split(".")[:3])  # noqa: E731
    found: dict[str, set[str]] = {}
    for name, targets in imports.items():
        found.setdefault(package(name), set()).update({package(target) for target in targets} - {package(name)})
    assert found["metawidgets.widgets.base"] == set()
    assert circles(found) == set()


def test_every_component_is_a_package_of_its_own():
    assert {cls.__module__ for cls in widgets.ALL} == {
        f"metawidgets.widgets.{path.name}.component" for path in PACKAGES if path.name != "base"
    }


def test_folders_are_small_and_no_file_repeats_the_name_of_its_folder():
    assert {path.name: n for path in PACKAGES if (n := len(list(path.glob("*.py")))) > 15} == {}
    assert [path.name for path in ROOM.glob("*.py")] == ["__init__.py"]
    for path in PACKAGES:
        first = path.name.split("_")[0]
        assert [file.name for file in path.glob("*.py") if file.name.startswith(f"{first}_")] == []


def test_every_package_says_what_it_exports():
    for path in PACKAGES:
        module = __import__(f"metawidgets.widgets.{path.name}", fromlist=["__all__"])
        assert module.__doc__
        assert module.__all__ == sorted(module.__all__, key=lambda name: (not name.isupper(), name))
        assert all(hasattr(module, name) for name in module.__all__)
