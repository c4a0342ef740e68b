"""A server that calls the network is detected, and a server that does not respond is stopped."""

import sys
import time

import pytest

from tests.browser.hosts.process import free_port, serving

_SERVER = """
import http.server, sys, urllib.request
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler)
{call}
server.serve_forever()
"""
_CALL = """
import threading
threading.Thread(target=lambda: urllib.request.urlopen("http://example.com/news"), daemon=True).start()
"""


def _serve(tmp_path, call, timeout=30.0):
    port = free_port()
    command = [sys.executable, "-c", _SERVER.format(call=call), str(port)]
    return serving(command, f"http://127.0.0.1:{port}/", tmp_path / "log", {}, timeout)


def test_a_server_that_asks_the_network_fails_its_test(tmp_path):
    with (
        pytest.raises(AssertionError, match=r"asked the network: b'GET http://example.com/news"),
        _serve(tmp_path, _CALL),
    ):
        time.sleep(1)


def test_a_server_that_asks_nobody_passes(tmp_path):
    with _serve(tmp_path, "") as server:
        assert server.poll() is None
    assert server.poll() is not None


def test_a_server_that_ends_says_why(tmp_path):
    with (
        pytest.raises(AssertionError, match=r"ended at once:[\s\S]*no such thing"),
        _serve(tmp_path, "raise OSError('no such thing')"),
    ):
        pass


def test_a_silent_server_is_stopped(tmp_path):
    with (
        pytest.raises(AssertionError, match="no answer from"),
        _serve(tmp_path, "import time; server.server_close(); time.sleep(60)", 2),
    ):
        pass
