"""What every component in `widgets.ALL` keeps to, without a browser."""

import io
import json
import re
from pathlib import Path

import pytest
from PIL import Image

from metawidgets import widgets
from metawidgets.widgets import Component
from tests.widgets.examples import EXAMPLES

SHARED = Path(widgets.__file__).parent / "shared"


@pytest.fixture(params=widgets.ALL, ids=lambda cls: cls.__name__)
def component(request):
    return EXAMPLES[request.param.__name__]()


def test_every_component_is_listed_once_and_has_an_example():
    assert [cls.__name__ for cls in widgets.ALL] == sorted({cls.__name__ for cls in widgets.ALL})
    assert set(EXAMPLES) == {cls.__name__ for cls in widgets.ALL}
    assert {cls.__name__ for cls in widgets.ALL} <= set(widgets.__all__)


def test_saved_as_json_and_restored_alike(component):
    restored = type(component).from_dict(json.loads(json.dumps(component.to_dict())))
    assert restored.to_dict() == component.to_dict()
    assert restored.summary() == component.summary()
    assert Image.open(io.BytesIO(restored.png())).size == Image.open(io.BytesIO(component.png())).size


def test_readers_without_scripts_get_an_image_and_a_text(component):
    data, _ = component._repr_mimebundle_()
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "image/png", "text/plain"}
    picture = Image.open(io.BytesIO(component.png()))
    assert picture.format == "PNG"
    assert min(picture.size) >= 200
    assert len(set(picture.convert("RGB").tobytes())) > 8  # not an empty sheet
    assert len(component.png()) < 300_000
    assert len(data["text/plain"]) > 20
    assert "object at 0x" not in data["text/plain"]


def test_an_unknown_keyword_is_refused(component):
    with pytest.raises(TypeError, match="has no keyword 'stepp'; did you mean 'step'"):
        Component.__init__(component, stepp=1)


def test_its_module_is_one_without_imports_and_within_budget(component):
    module = str(component._esm)
    assert len(re.findall(r"^export default", module, re.MULTILINE)) == 1
    assert not re.search(
        r"^\s*import\s|\bimport\(|\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|https?://(?!www\.w3\.org)",
        module,
        re.M,
    )
    assert len(module) < 90_000
    assert component.css_class in component._dom_classes


def test_no_file_of_browser_code_is_over_300_lines():
    long = {path.name: n for path in SHARED.parent.rglob("*.js") if (n := len(path.read_text().splitlines())) > 300}
    assert long == {}
