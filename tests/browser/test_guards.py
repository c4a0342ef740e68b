"""Tests of the guards: a page that makes a request or reports an error must fail its test."""

import pytest

from metawidgets.reports.pages.export import CSP
from tests.browser.conftest import Guard

PAGE = '<!DOCTYPE html><html data-mw-ready="0"><head>{head}</head><body>{body}</body></html>'


@pytest.fixture
def guarded(browser, tmp_path):
    """Return a function that opens one of our pages with its own guard, and returns the guard unchecked."""

    def open_(body: str, head: str = "") -> Guard:
        path = tmp_path / "page.html"
        path.write_text(PAGE.format(head=head, body=body))
        context = browser.new_context()
        guard = Guard(allowed=(path.as_uri(),))
        guard.watch(context)
        page = context.new_page()
        page.goto(path.as_uri())
        page.wait_for_timeout(300)
        context.close()
        return guard

    return open_


@pytest.mark.parametrize(
    "body",
    [
        '<img src="http://127.0.0.1:9/x.png">',
        '<script>fetch("https://example.com/data")</script>',
        '<script>new Image().src = "//example.com/x.gif"</script>',
        '<link rel="stylesheet" href="file:///etc/hostname">',
    ],
)
def test_every_request_is_counted(guarded, body):
    guard = guarded(body)
    assert len(guard.requests) == 1
    with pytest.raises(AssertionError, match="asked the network"):
        guard.check()


@pytest.mark.parametrize(
    "body",
    [
        "<script>console.error('no')</script>",
        "<script>throw new Error('no')</script>",
        "<script>Promise.reject(Error('no'))</script>",
    ],
)
def test_every_complaint_is_heard(guarded, body):
    guard = guarded(body)
    with pytest.raises(AssertionError, match="reported"):
        guard.check()


def test_a_page_that_is_quiet_passes(guarded):
    guarded("<p>quiet</p><img src='data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA='>").check()


@pytest.mark.parametrize(
    "body", ['<script>fetch("https://example.com/data").catch(() => {})</script>', "<script>eval('1')</script>"]
)
def test_the_page_policy_stops_network_and_eval(guarded, body):
    guard = guarded(body, head=f'<meta http-equiv="Content-Security-Policy" content="{CSP}">')
    assert guard.requests == []
    assert "Content Security Policy" in guard.complaints[0]
