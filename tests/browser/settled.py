"""Playwright's actions wait until the page has drawn what follows from them, so that a test can read the page in its next line.

A click returns when its event is handled. A fold fills itself in a later task, a component redraws in the next frame, and what gets
its width in that frame draws one frame later. A busy machine puts these after the test's next line.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from playwright.sync_api import Error, Keyboard, Locator, Mouse, Page

_DRAWN = """() => new Promise((done) => {
  let frames = 3;
  const next = () => (frames-- ? requestAnimationFrame(next) : setTimeout(done));
  setTimeout(next);
  setTimeout(done, 2000); // a page out of sight has no frames
})"""

_ACTIONS: dict[type, str] = {
    Locator: "blur check clear click dblclick dispatch_event drag_to fill focus hover press press_sequentially"
    " scroll_into_view_if_needed select_option set_checked uncheck",
    Keyboard: "down insert_text press type up",
    Mouse: "click dblclick down move up wheel",
    Page: "emulate_media set_viewport_size wait_for_timeout",
}


_hasty = False


@contextmanager
def hasty() -> Iterator[None]:
    """Let actions follow each other without a wait, for tests of a hand that is faster than the page."""
    global _hasty
    _hasty = True
    try:
        yield
    finally:
        _hasty = False


def _page(actor: Any) -> Page:
    return actor if isinstance(actor, Page) else actor.page


def _settled(action: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(action)
    def act(self: Any, *args: Any, **options: Any) -> Any:
        found = action(self, *args, **options)
        if _hasty:
            return found
        with suppress(Error):  # the action closed the page or left it
            _page(self).evaluate(_DRAWN)
        return found

    return act


def _with_page(getter: Callable[[Page], Any]) -> property:
    def get(self: Page) -> Any:
        found = getter(self)
        found.page = self  # Playwright's keyboard and mouse do not name their page
        return found

    return property(get)


def settle_after_actions() -> None:
    """Make every action of Playwright in this process wait for three frames of its page."""
    for name in ("keyboard", "mouse"):
        setattr(Page, name, _with_page(getattr(Page, name).fget))
    for kind, names in _ACTIONS.items():
        for name in names.split():
            setattr(kind, name, _settled(getattr(kind, name)))
