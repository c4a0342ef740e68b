"""The contract of components, run over `widgets.ALL` without a browser."""

import base64
import io
import json
import re

import pytest
from PIL import Image

from metawidgets import widgets
from metawidgets.widgets import Component
from metawidgets.widgets.base.component import _INTERNAL
from tests.widgets.examples import EXAMPLES, LIVE


@pytest.fixture(params=widgets.ALL, ids=lambda cls: cls.__name__)
def component(request):
    return EXAMPLES[request.param.__name__]()


def test_every_component_is_listed_once_and_has_an_example():
    assert [cls.__name__ for cls in widgets.ALL] == sorted({cls.__name__ for cls in widgets.ALL})
    assert set(EXAMPLES) == {cls.__name__ for cls in widgets.ALL}, (
        "EXAMPLES in tests/widgets/examples.py differs from ALL"
    )
    assert {cls.__name__ for cls in widgets.ALL} <= set(widgets.__all__)


@pytest.mark.parametrize("cls", widgets.ALL, ids=lambda cls: cls.__name__)
def test_every_trait_of_its_own_is_saved(cls):
    kept = {*Component.class_trait_names(), *_INTERNAL, *cls.class_trait_names(saved=True)}
    lost = [name for name in cls.class_trait_names(sync=True) if name not in kept and not name.startswith("_")]
    assert lost == [], f"a saved {cls.__name__} would lose {lost}: tag them saved=True"


@pytest.mark.parametrize("cls", [cls for cls in widgets.ALL if cls.actions], ids=lambda cls: cls.__name__)
def test_an_example_can_do_every_action(cls):
    """The tests with random actions and hostile requests only cover actions that an example can do."""
    example = (LIVE.get(cls.__name__) or EXAMPLES[cls.__name__])()
    unable = sorted(set(cls.actions) - set(example.able))
    example.close()
    assert unable == [], (
        f"no example of {cls.__name__} can do {unable}: name them in `able`, which the constructor sets, or add an example "
        "that has what they need to LIVE in tests/widgets/examples.py"
    )


def test_saved_as_json_and_restored_alike(component):
    restored = type(component).from_dict(json.loads(json.dumps(component.to_dict())))
    assert restored.to_dict() == component.to_dict()
    assert restored.summary() == component.summary()


def test_readers_without_scripts_get_an_image_and_a_text(component):
    restored = type(component).from_dict(component.to_dict())  # the picture needs only the saved state
    data, _ = restored._repr_mimebundle_()
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "image/png", "text/plain"}
    png = base64.b64decode(data["image/png"])
    picture = Image.open(io.BytesIO(png))
    assert picture.format == "PNG"
    assert min(picture.size) >= 200
    assert len(set(picture.convert("RGB").tobytes())) > 8  # the picture is not empty
    assert len(png) < 300_000
    assert len(data["text/plain"]) > 20
    assert "object at 0x" not in data["text/plain"]


def test_an_unknown_keyword_is_refused(component):
    with pytest.raises(TypeError, match="has no keyword 'stepp'; did you mean 'step'"):
        Component.__init__(component, stepp=1)


def test_its_module_is_one_without_imports_and_within_budget(component):
    module = str(component._esm)
    assert len(re.findall(r"^export default|\bas default\b", module, re.MULTILINE)) == 1
    assert not re.search(
        r"^\s*import\s|\bimport\(|\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|https?://(?!www\.w3\.org)",
        module,
        re.M,
    )
    assert len(module) < 110_000  # the largest ones contain an inner loop, or a whole episode builder
    assert component.css_class in component._dom_classes
