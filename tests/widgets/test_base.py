"""The base of all components: packing, errors, keywords, saving, and the output for readers without scripts."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from metawidgets.widgets import Component, EpisodeBuilder, EpisodeView, Selection
from metawidgets.widgets.base.bundles import bundle_of
from metawidgets.widgets.base.packed_episode import pack_episode, unpack_episode
from tests.widgets.examples import points, sheet


class Plain(Component):
    """The smallest possible component."""

    _esm = "export default { render() {} }"
    css_class = "mw-plain"

    def __init__(self, *, gain: float = 1.0, **kwargs):
        super().__init__(**kwargs)
        self.pack({}, gain=gain)

    def png(self) -> bytes:
        return b"\x89PNG"

    def summary(self) -> str:
        return f"gain {self.config['gain']}"


@pytest.mark.parametrize(
    ("array", "wire"),
    [
        (np.arange(5, dtype=np.uint8), "uint8"),
        (np.array([[-1, 2], [3, 4]]), "int32"),
        (np.array([0.5, np.nan, np.inf]), "float32"),
        (np.array([[[1.5]]], np.float16), "float32"),
        (np.array([True, False, True]), "uint8"),
        (np.zeros((3, 0, 2), np.float32), "float32"),
        (np.asfortranarray(np.arange(6.0).reshape(2, 3)), "float32"),
        (np.arange(4, dtype=">i2"), "int16"),
    ],
)
def test_arrays_come_back_as_they_were_sent(array, wire):
    component = Plain()
    component.pack({"before": np.zeros(3, np.uint8), "it": array, "after": np.array([7])})
    entry = component.arrays["it"]
    assert entry["dtype"] == wire
    assert entry["offset"] % 8 == 0  # so that the browser can view float32 without a copy
    assert component.unpack()["it"].shape == array.shape
    np.testing.assert_array_equal(component.unpack()["it"], array)
    np.testing.assert_array_equal(component.unpack()["after"], [7])


def test_numbers_that_the_browser_would_bend_are_refused():
    with pytest.raises(OverflowError, match=r"'big' holds 4294967296, which does not fit into int32"):
        Plain().pack({"big": np.array([1 << 32])})
    with pytest.raises(TypeError, match=r"'z' is complex128"):
        Plain().pack({"z": np.zeros(2, complex)})
    with pytest.raises(TypeError, match=r"'names' is <U3"):
        Plain().pack({"names": np.array(["abc"])})


def test_arrays_and_their_table_travel_in_one_message(monkeypatch):
    component = Plain()
    sent = []
    monkeypatch.setattr(component, "_send", lambda message, buffers=None: sent.append((message, buffers)))
    component.pack({"x": np.arange(3)}, unit="nat")
    (message, buffers), *rest = sent
    assert rest == []
    assert set(message["state"]) == {"arrays", "config"}
    assert message["buffer_paths"] == [["buffer"]]
    assert bytes(buffers[0]) == component.buffer


def test_an_unknown_keyword_names_the_nearest():
    with pytest.raises(
        TypeError, match=r"Plain has no keyword 'gian'; did you mean 'gain'\? Known: gain, layout, selection, step\."
    ):
        Plain(gian=2)
    with pytest.raises(TypeError, match="did you mean 'selection'"):
        EpisodeView(sheet(), selections=Selection())


def test_a_failing_observer_is_shown_when_the_browser_caused_it_and_raised_when_python_did():
    component = Plain()

    def fail(change):
        raise ValueError(f"no step {change['new']}")

    component.observe(fail, "step")
    with pytest.raises(ValueError, match="no step 3"):
        component.step = 3
    assert component.error == ""
    with pytest.raises(ValueError, match="no step 4"):  # also raised again, so that it is logged
        component.set_state({"step": 4})
    assert component.error == "ValueError: no step 4"
    component.unobserve(fail, "step")
    component.set_state({"step": 5})
    assert component.error == ""


def test_selection_is_shared_by_reference_and_own_otherwise():
    selection = Selection("tiles/class0/q1")
    assert selection.pinned
    one, two, other = Plain(selection=selection), Plain(selection=selection), Plain(selection=None)
    assert one.get_state("selection") == two.get_state("selection") == {"selection": f"anywidget:{selection.model_id}"}
    assert other.selection is not selection
    assert other.selection is not None


def test_saved_and_restored():
    component = EpisodeView(sheet(), step=0, selection=Selection("tiles/class0/q1"))
    saved = json.loads(json.dumps(component.to_dict()))
    restored = EpisodeView.from_dict(saved)
    assert restored.to_dict() == component.to_dict()
    assert restored.to_dict()["selected"] == "tiles/class0/q1"
    np.testing.assert_array_equal(restored.episode.query_x, sheet().query_x)
    shared = Selection()
    assert EpisodeView.from_dict(saved, selection=shared).selection is shared


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda d: d | {"stepp": 1}, "a saved Plain has no key 'stepp'; did you mean 'step'"),
        (lambda d: {k: v for k, v in d.items() if k != "buffer"}, "it lacks buffer"),
        (
            lambda d: d | {"component": "EpisodeView"},
            "its component is 'EpisodeView' and its format 'metawidgets.component/1'",
        ),
        (lambda d: d | {"format": "metawidgets.component/9"}, "'metawidgets.component/9'"),
    ],
)
def test_a_foreign_dictionary_is_refused(spoil, message):
    with pytest.raises(TypeError, match=message):
        Plain.from_dict(spoil(Plain().to_dict()))


def test_a_component_from_elsewhere_brings_its_own_browser_code():
    assert Plain()._esm == "export default { render() {} }"
    with pytest.raises(TypeError, match="Bare has no browser code; set its `_esm`"):

        class Bare(Component):
            pass


def test_an_action_has_its_method():
    with pytest.raises(TypeError, match="Idle has no do_more; write the method, or take 'more' out of `actions`"):

        class Idle(Plain):
            actions = ("more",)


def test_a_bundle_that_was_never_built_is_named_with_the_way_to_build_it():
    with pytest.raises(
        FileNotFoundError, match=r"nowhere.js was never built; run 'make js', which builds it from js/nowhere/index.ts"
    ):
        bundle_of("nowhere")


def test_a_subclass_of_a_component_inherits_its_browser_code():
    class Mine(EpisodeView):
        pass

    assert str(Mine(sheet())._esm) == str(EpisodeView._esm)
    assert Mine(sheet()).css_class == "mw-episode-view"


def test_components_load_neither_torch_nor_altair():
    code = "import sys, metawidgets.widgets; sys.exit(bool({'torch', 'altair', 'vl_convert'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_feature_names_reach_the_browser_and_come_back():
    named = replace(points(), feature_names=("petal length", "petal width"))
    arrays, plain = pack_episode(named)
    assert plain["feature_names"] == ["petal length", "petal width"]
    assert unpack_episode(arrays, plain).feature_names == named.feature_names
    assert unpack_episode(arrays, {k: v for k, v in plain.items() if k != "feature_names"}).feature_names == ()
    assert EpisodeView(named).config["episode"]["feature_names"] == plain["feature_names"]
    assert EpisodeBuilder(named).episode.feature_names == named.feature_names
