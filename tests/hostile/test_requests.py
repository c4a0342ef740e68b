"""Requests of a page to every action of every component, with arbitrary values: each is harmless, and gets an answer or one message."""

import inspect
import json
import logging
import math
from collections.abc import Iterator
from typing import Any

import pytest

from metawidgets import widgets
from tests.widgets.examples import EXAMPLES, LIVE

HARM: dict[str, Any] = {
    "nan": math.nan,
    "infinity": -math.inf,
    "huge": 10**400,
    "negative": -1,
    "part": 0.5,
    "true": True,
    "null": None,
    "empty": "",
    "markup": "</script><img src=x onerror=alert(1)>",
    "long": "ab" * 5000,
    "reversed": "a\u202eb\n\0",
    "climbing": "../../etc/passwd",
    "list": [1, "a", None],
    "many": list(range(5000)),
    "lists": [[[[[]]]]],
    "table": {"a": math.nan},
    "tables": [{"key": {"key": []}}] * 3,
}
ACTIONS = sorted((cls.__name__, action) for cls in widgets.ALL for action in cls.actions)


@pytest.fixture
def component(request: pytest.FixtureRequest) -> Iterator[Any]:
    name = request.param
    made: Any = (LIVE.get(name) or EXAMPLES[name])()
    yield made
    for ended in ("background", "_background"):
        if (found := getattr(made, ended, None)) is not None:
            found.stop()
    made.close()


def places(cls: Any, action: str) -> list[str]:
    """Draw parameters of an action, and sometimes names that it does not have."""
    taken = [
        p.name for p in inspect.signature(getattr(cls, f"do_{action}")).parameters.values() if p.kind != p.VAR_KEYWORD
    ]
    settings = ["n_way", "k_shot", "n_query", "seed", "index", "dataset", "split"]
    return [name for name in taken if name not in ("self", "buffers")] + ["self", "buffers", "__class__", *settings]


@pytest.mark.parametrize(("component", "action"), ACTIONS, indirect=["component"])
def test_every_request_is_answered_in_a_sentence(component: Any, action: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, "metawidgets")
    if action not in component.able:
        pytest.skip("which this one cannot do")
    usual = (
        {"key": component.document["classes"][0]["key"], "side": "support", "name": "a.png"}
        if hasattr(component, "document")
        else {}
    )
    number = 0
    for place in places(type(component), action):
        for value in HARM.values():
            number += 1
            params = {k: v for k, v in usual.items() if k in places(type(component), action)} | {place: value}
            for buffers in ([], [b"no picture"]):
                component._on_request(component, {"id": number, "action": action, "params": params}, buffers)
            assert component.replied == number
            sentence = component.error
            assert sentence == "" or sentence.endswith("."), sentence
            assert len(sentence) < 2100, sentence
            assert not caplog.records, f"{place}={value!r:.50}: {caplog.records[0].exc_text}"
    json.dumps(component.to_dict(), allow_nan=True)
    assert component.summary()


NO_REQUESTS: list[Any] = [
    *(None, [], "x", 5, {}, {"id": "x"}, {"id": -1, "action": "close"}, {"id": True, "action": ["more"]}),
    *({"action": {}}, {"action": "open", "params": []}, {"action": "__init__", "params": {}}),
    {"action": "more", "params": "x"},
]


@pytest.mark.parametrize("component", sorted({name for name, _ in ACTIONS}), indirect=True)
def test_what_is_no_request_is_refused(
    component: Any, caplog: pytest.LogCaptureFixture, subtests: pytest.Subtests
) -> None:
    for content in NO_REQUESTS:
        with subtests.test(content=content):
            component.error = ""
            component._on_request(component, content, None)
            assert component.error.endswith(".")
            assert not caplog.records
