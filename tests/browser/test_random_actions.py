"""Random actions on every component: mouse, keys, drops, resizes, themes, kernels that end, and saved states.

By default each component gets 100 actions; METAWIDGETS_ACTIONS=1000 is the long run. METAWIDGETS_SEED=3 repeats a failure. If
something fails, the last actions are printed.
"""

import io
import json
import os
import random
from collections import deque

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from metawidgets import widgets
from tests.browser.live import LivePage
from tests.browser.settled import hasty
from tests.widgets.examples import EXAMPLES, LIVE

ACTIONS = int(os.environ.get("METAWIDGETS_ACTIONS", "100"))
SEED = int(os.environ.get("METAWIDGETS_SEED", "0"))
KEYS = [
    *("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown", "Enter", "Escape", " "),
    *("Tab", "Shift+Tab", "Delete", "Backspace", "Control+z", "Control+Shift+z", "Control+y", "Shift+ArrowLeft"),
    *("Alt+ArrowUp", "Alt+ArrowDown", "+", "-", "0", "1", "2", *"abdelnopqrsuwxyz"),
]
FREE = "button:not(:disabled), select:not(:disabled), input:not(:disabled), [tabindex]"


def picture(rng: random.Random) -> bytes:
    """Return a file that a person might drop: an image of some format and size, or another file."""
    kind = rng.choice(["PNG", "JPEG", "GIF", "BMP", "garbage", "empty"])
    if kind == "garbage":
        return rng.randbytes(200)
    if kind == "empty":
        return b""
    size = rng.choice([(1, 1), (28, 28), (300, 20), (90, 120)])
    out = io.BytesIO()
    Image.fromarray(np.frombuffer(rng.randbytes(size[0] * size[1]), np.uint8).reshape(size)).save(out, kind)
    return out.getvalue()


class Hands:
    """A user who does random actions, with a list of the last ones."""

    def __init__(self, live: LivePage, rng: random.Random) -> None:
        self.rng, self.done = rng, deque(maxlen=30)
        self.take(live)

    def take(self, live: LivePage) -> None:
        self.live, self.page = live, live.page
        live.page.on("dialog", lambda dialog: dialog.dismiss())
        live.page.on(
            "filechooser",
            lambda chooser: chooser.set_files(
                [{"name": "<b>x</b>.png", "mimeType": "image/png", "buffer": picture(self.rng)}]
            ),
        )

    def act(self) -> None:
        names = ["move", "click", "drag", "key", "key", "control", "control", "control", "wheel", "resize", "theme"]
        name = self.rng.choice([*names, "drop", "step", "tab"])
        self.done.append(name)
        with hasty():
            getattr(self, name)()

    def somewhere(self) -> tuple[float, float]:
        """Return a random place that is in both the component and the window."""
        box = self.live.view.bounding_box() or {"x": 0, "y": 0, "width": 100, "height": 100}
        window = self.page.viewport_size or {"width": 1000, "height": 800}
        x = box["x"] + self.rng.random() * box["width"]
        y = box["y"] + self.rng.random() * box["height"]
        if not 0 < y < window["height"]:
            self.page.evaluate("(y) => window.scrollBy(0, y)", y - window["height"] / 2)
            y = window["height"] / 2
        return x, y

    def move(self) -> None:
        self.page.mouse.move(*self.somewhere())

    def click(self) -> None:
        self.page.mouse.click(*self.somewhere(), click_count=self.rng.choice([1, 1, 1, 2]))

    def drag(self) -> None:
        self.move()
        self.page.mouse.down()
        for _ in range(self.rng.randrange(1, 5)):
            self.move()
        self.page.mouse.up()

    def key(self) -> None:
        key = self.rng.choice(KEYS)
        self.done[-1] = f"key {key!r}"
        self.page.keyboard.press(key)

    def tab(self) -> None:
        for _ in range(self.rng.randrange(1, 8)):
            self.page.keyboard.press("Tab")

    def wheel(self) -> None:
        self.move()
        self.page.mouse.wheel(0, self.rng.choice([-300, -50, 50, 300]))

    def resize(self) -> None:
        self.page.set_viewport_size({"width": self.rng.choice([320, 400, 640, 1000, 1400]), "height": 800})

    def theme(self) -> None:
        self.page.emulate_media(color_scheme=self.rng.choice(["light", "dark"]))

    def step(self) -> None:
        self.live.component.step = self.rng.randrange(0, 12)
        self.live.pump()

    def control(self) -> None:
        """Use a random control in the way of its kind."""
        found = self.live.view.locator(FREE)
        if not (n := found.count()):
            return
        what = found.nth(self.rng.randrange(n)).evaluate(
            """(node, part) => {
                node.scrollIntoView({ block: "nearest" });
                node.focus();
                const put = (name, value) => {
                    node[name] = value;
                    for (const type of ["input", "change"]) node.dispatchEvent(new Event(type, { bubbles: true }));
                };
                if (node.tagName === "SELECT") put("selectedIndex", Math.floor(part * node.options.length));
                else if (node.type === "file") return "file";
                else if (node.type === "range") put("value", Number(node.min) + part * (node.max - node.min));
                else if (node.type === "number") put("value", [-1, 0, 0.01, 1, 2, 7, 1e9, ""][Math.floor(part * 8)]);
                else if (node.tagName === "BUTTON" || node.type === "checkbox" || node.type === "radio") node.click();
                else if (node.tagName === "INPUT") put("value", "<img src=x onerror=alert(1)>".slice(0, 30 * part));
                return node.getAttribute("aria-label") || node.textContent.slice(0, 40) || node.tagName;
            }""",
            self.rng.random(),
        )
        self.done[-1] = f"control {what!r}"

    def drop(self) -> None:
        """Drop a file on the component."""
        self.page.evaluate(
            """([x, y, bytes]) => {
                const data = new DataTransfer();
                data.items.add(new File([new Uint8Array(bytes)], "</script><b>dropped</b>.png", { type: "image/png" }));
                const deepest = (root) => {
                    const found = root.elementFromPoint(x, y);
                    return found?.shadowRoot ? deepest(found.shadowRoot) ?? found : found;
                };
                const target = deepest(document) ?? document.body;
                const how = { dataTransfer: data, bubbles: true, composed: true, cancelable: true, clientX: x, clientY: y };
                for (const type of ["dragenter", "dragover", "drop"]) target.dispatchEvent(new DragEvent(type, how));
            }""",
            [*self.somewhere(), list(picture(self.rng))],
        )


@pytest.mark.parametrize("name", sorted(EXAMPLES))
@pytest.mark.timeout(1200)
def test_random_actions_leave_no_error_and_a_state_that_can_be_restored(name, open_live):
    rng = random.Random(f"{name} {SEED}")
    make = LIVE.get(name, EXAMPLES[name])
    hands = Hands(open_live(make()), rng)
    restarts = set(rng.sample(range(ACTIONS // 3, ACTIONS), k=max(1, ACTIONS // 300)))
    for i in range(ACTIONS):
        try:
            hands.act()
            if i in restarts:
                hands.done.append("kernel stopped")
                hands.live.stop_kernel()
            if i % 25 == 24 or i == ACTIONS - 1:
                check(hands)
            if i - 12 in restarts:  # after some actions without a kernel, open the notebook again
                hands.done.append("restored")
                saved = json.loads(json.dumps(hands.live.component.to_dict()))
                hands.page.close()
                hands.take(open_live(make() if rng.random() < 0.5 else getattr(widgets, name).from_dict(saved)))
        except BaseException as error:
            error.add_note(f"action {i} of {name}, seed {SEED}; the last: {list(hands.done)}")
            raise


def check(hands: Hands) -> None:
    """Assert that the page has no errors and still responds, and that the saved state equals the state in the page."""
    live, component = hands.live, hands.live.component
    live.settle()
    guard = live.guard
    assert guard is not None
    guard.check()
    assert live.page.title() == type(component).__name__
    expect(live.page.locator("img[src=x], .mw b:text('dropped')")).to_have_count(0)
    saved = json.loads(json.dumps(component.to_dict()))
    restored = type(component).from_dict(saved)
    assert restored.to_dict() == saved
    assert restored.summary() == component.summary()
    assert Image.open(io.BytesIO(component.png())).format == "PNG"
    shown = live.view.locator(".mw-status").inner_text()
    assert "Traceback" not in shown
    assert not any(word in shown for word in ("KeyError", "IndexError", "AttributeError", "RuntimeError"))
