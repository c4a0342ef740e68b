"""Plans saved in an output, complete and damaged."""

import json

import pytest

from metawidgets.sweeps.saved_plans import saved_plans
from tests.sweeps.made import key_of

WHOLE = {"report": "tiny", "varying": ["n"], "jobs": [[key_of(1), {"n": 1}], [key_of(2), {"n": 2}]], "settings": {}}


def test_an_output_without_plans(store):
    assert saved_plans(store) == []


def test_a_plan_is_read_with_its_name(store):
    store.write("plans/tiny-0123456789ab.json", json.dumps(WHOLE).encode())
    (plan,) = saved_plans(store)
    assert (plan.name, plan.path) == ("tiny-0123456789ab", "plans/tiny-0123456789ab.json")
    assert list(zip(plan.keys, plan.values, strict=True)) == [(key_of(1), {"n": 1}), (key_of(2), {"n": 2})]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        json.dumps(WHOLE).encode()[:-1],
        b"[]",
        b"7",
        b"null",
        b"[" * 10_000,
        b"\xff\xfe",
        json.dumps({**WHOLE, "jobs": 3}).encode(),
        json.dumps({**WHOLE, "jobs": [[key_of(1)]]}).encode(),
        json.dumps({**WHOLE, "jobs": [[3, {}]]}).encode(),
        json.dumps({**WHOLE, "jobs": [[key_of(1), 3]]}).encode(),
        json.dumps({"jobs": []}).encode(),
    ],
)
def test_a_damaged_plan_is_left_out(store, text):
    store.write("plans/whole-1.json", json.dumps(WHOLE).encode())
    store.write("plans/damaged-2.json", text)
    assert [plan.name for plan in saved_plans(store)] == ["whole-1"]


def test_other_files_there_are_no_plans(store):
    store.write("plans/.whole-1.json.x.part", json.dumps(WHOLE).encode())
    store.write("plans/notes.txt", b"mine")
    store.write("plans/below/deep-1.json", json.dumps(WHOLE).encode())
    assert saved_plans(store) == []
