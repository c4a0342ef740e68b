"""The kernel client misses no reply: the tests provoke the moment at which Jupyter's own client misses one."""

import asyncio
import select
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import Empty
from typing import Any

import nbformat
import pytest
import zmq
import zmq.asyncio
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.session import Session
from nbclient.output_widget import OutputWidget

from metawidgets.reports import run, run_report
from metawidgets.reports.kernel_client import Channel, KernelClient
from metawidgets.sweeps.kernels import ForkedKernels, PlainKernels
from tests.sweeps.made import notebook

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a socket's descriptor is polled")


def arrived(socket: zmq.asyncio.Socket, seconds: float) -> bool:
    """Return whether the descriptor becomes readable within that time, which is what an event loop waits for."""
    return bool(select.select([socket.FD], [], [], seconds)[0])


@contextmanager
def connected(channel_class: type[AsyncZMQSocketChannel], folder: Path) -> Iterator[tuple[Any, Callable[[], None]]]:
    """Yield a channel that has sent a request, and a function that makes the other end reply and returns when the reply has arrived."""
    session, address = Session(key=b"key"), f"ipc://{folder}/shell"
    with ExitStack() as stack:
        ours = stack.enter_context(stack.enter_context(zmq.asyncio.Context()).socket(zmq.DEALER))
        kernel = stack.enter_context(stack.enter_context(zmq.Context()).socket(zmq.ROUTER))
        ours.linger = kernel.linger = 0
        kernel.bind(address)
        ours.connect(address)
        channel = channel_class(ours, session)
        channel.send(session.msg("execute_request"))
        assert kernel.poll(10_000)
        sender, *_ = kernel.recv_multipart()

        def reply() -> None:
            session.send(kernel, "execute_reply", ident=sender)
            assert arrived(ours, 10)

        yield channel, reply


async def reply_before_a_send(channel_class: type[AsyncZMQSocketChannel], folder: Path) -> dict | None:
    """Return the message received by a task that waits on a channel, if a reply comes just before another task sends; `None` if none."""
    with connected(channel_class, folder) as (channel, reply):
        waiting = asyncio.ensure_future(channel.get_msg())
        await asyncio.sleep(0.1)  # by now the task has found no message and waits for the descriptor
        while arrived(channel.socket, 0):
            await asyncio.sleep(0.01)
        reply()  # without an await before the send, so that the loop cannot see the reply yet
        channel.send(channel.session.msg("comm_msg"))
        assert not arrived(channel.socket, 0), "the send consumed the descriptor's signal"
        done, _ = await asyncio.wait({waiting}, timeout=2)
        assert done or channel.socket._shadow_sock.EVENTS & zmq.POLLIN, (
            "the reply was neither received nor left in the socket"
        )
        waiting.cancel()
        return waiting.result() if done else None


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path: a socket's path may have only about 100 characters."""
    with tempfile.TemporaryDirectory(prefix="mw-", dir="/tmp") as short:
        yield Path(short)


def test_a_reply_that_comes_before_a_send_is_heard_of(folder):
    reply = asyncio.run(reply_before_a_send(Channel, folder))
    assert reply is not None
    assert reply["msg_type"] == "execute_reply"


def test_jupyters_own_channel_misses_it(folder):
    """If this fails, jupyter_client has fixed the bug, and `kernel_client.py` can be removed."""
    assert asyncio.run(reply_before_a_send(AsyncZMQSocketChannel, folder)) is None


def test_a_send_outside_of_an_event_loop_wakes_nobody(folder):
    """papermill waits for the kernel's info in this way. pyzmq would warn, since it still counts an abandoned wait."""
    with connected(Channel, folder) as (channel, reply):
        with pytest.raises(Empty):
            asyncio.run(channel.get_msg(timeout=0.1))
        reply()
        channel.send(channel.session.msg("kernel_info_request"))
        assert asyncio.run(channel.get_msg(timeout=10))["msg_type"] == "execute_reply"


@pytest.mark.parametrize("manager", [AsyncKernelManager, PlainKernels, ForkedKernels])
def test_every_report_has_such_a_client(manager):
    with run._kernel_config() as config:
        client = manager(config=config).client()
    assert isinstance(client, KernelClient)
    assert client.shell_channel_class is client.control_channel_class is client.stdin_channel_class is Channel


PRINTS = """import ipywidgets, time
inside = ipywidgets.Output()
with inside:
    print("in the widget", flush=True)
    time.sleep(0.5)
inside"""


@pytest.mark.parametrize("manager", [None, PlainKernels])
def test_a_report_hears_of_a_cell_that_ends_while_it_sends(tmp_path, monkeypatch, manager):
    """nbclient sends an `Output`'s contents while it waits for the cell; here it sends just after the reply has come."""
    forced = []
    send = OutputWidget.send

    def send_after_the_reply(self, *args, **kwargs):
        socket = self.kernel_client.shell_channel.socket
        came = arrived(socket, 60)
        send(self, *args, **kwargs)
        forced.append(came)

    monkeypatch.setattr(OutputWidget, "send", send_after_the_reply)
    source = notebook(tmp_path / "prints.ipynb", PRINTS, "inside.outputs[0]['text'].strip()")
    limit = 100  # nbclient looks again when the time limit is over, so the test also ends after a missed reply
    report = run_report(source, tmp_path / "out", cell_timeout=limit, kernel_manager=manager)
    assert forced == [True]
    cells = nbformat.read(report.notebook, as_version=4).cells
    assert max(cell.metadata.papermill["duration"] for cell in cells) < limit
    assert cells[-1].outputs[0].data["text/plain"] == "'in the widget'"
