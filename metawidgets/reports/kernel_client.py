"""A kernel client that does not miss replies.

jupyter_client bypasses pyzmq's asynchronous socket when it sends: it uses a blocking view of the same socket. The socket's file
descriptor signals a new message only once, and a send consumes that signal. Suppose one task waits for a reply, the reply
arrives, and another task sends before the first one wakes up: then the first task waits for ever. nbclient does this when a cell
prints into an `ipywidgets.Output`: it sends the widget's outputs while it waits for the cell's reply.
"""

import asyncio
from typing import Any

import zmq
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from traitlets import Type

__all__ = ["Channel", "KernelClient"]


class Channel(AsyncZMQSocketChannel):
    """A channel that checks for messages after each send, so that waiting tasks are woken up."""

    def send(self, msg: dict[str, Any]) -> None:
        """Send a message, then check for received messages."""
        super().send(msg)
        try:
            asyncio.get_running_loop()
        except RuntimeError:  # without an event loop, no task can be waiting
            return
        self.socket.get(zmq.EVENTS)  # makes pyzmq wake the tasks that wait for a message that has arrived


class KernelClient(AsyncKernelClient):
    """A kernel client whose sending and receiving channels do not miss replies."""

    shell_channel_class = Type(Channel)
    stdin_channel_class = Type(Channel)
    control_channel_class = Type(Channel)
