"""`metawidgets` and `python -m metawidgets`: the command line, which Ctrl-C leaves with code 130 at whatever moment it comes."""

import os
import signal
import sys
import threading
from contextlib import suppress
from types import FrameType
from typing import Any

__all__ = ["main"]


def main() -> None:
    """Run the command line of this Python, whichever is first on the path."""
    ours = threading.current_thread() is threading.main_thread() and (
        signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    if ours:
        signal.signal(signal.SIGINT, _interrupted)
    after: Any = signal.default_int_handler
    try:
        from metawidgets.cli import main as run

        run()
    except KeyboardInterrupt:  # before the command line could see to it
        after = signal.SIG_IGN
        sys.exit(130)
    except SystemExit as end:
        if end.code == 130:  # it is on its way out already; a second Ctrl-C would make a traceback of that
            after = signal.SIG_IGN
        raise
    finally:
        if ours:
            signal.signal(signal.SIGINT, after)


def _interrupted(number: int, frame: FrameType | None) -> None:
    """Torch's C++ aborts the process where an exception breaks off its import, so that one is left without: nothing is open yet."""
    outer = frame
    while outer is not None:
        if outer.f_code.co_filename == "<frozen importlib._bootstrap>":
            with suppress(Exception):
                sys.stdout.flush()
            os._exit(130)
        outer = outer.f_back
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
