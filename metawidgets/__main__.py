"""`metawidgets` and `python -m metawidgets`: the command line, which Ctrl-C leaves with code 130 at whatever moment it comes."""

import os
import signal
import sys
import threading
from types import FrameType
from typing import Any

__all__ = ["main"]

_AGAIN = 0.02  # seconds after which a Ctrl-C that came during an import is looked at again


def main() -> None:
    """Run the command line of this Python, whichever is first on the path."""
    ours = threading.current_thread() is threading.main_thread() and (
        signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    if ours:
        signal.signal(signal.SIGINT, _interrupted)
        if hasattr(signal, "SIGALRM"):
            signal.signal(signal.SIGALRM, _interrupted)
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
            if hasattr(signal, "SIGALRM"):
                signal.setitimer(signal.ITIMER_REAL, 0)
                signal.signal(signal.SIGALRM, signal.SIG_DFL)


def _interrupted(number: int, frame: FrameType | None) -> None:
    """Torch's C++ aborts the process where an exception breaks off its import, so Ctrl-C waits until an import is over.

    Some are in the midst of the work (the first optimizer imports much), where files and kernels are open that must be closed.
    """
    outer = frame
    while outer is not None:
        if outer.f_code.co_filename == "<frozen importlib._bootstrap>":
            if not hasattr(signal, "setitimer"):
                os._exit(130)
            signal.setitimer(signal.ITIMER_REAL, _AGAIN)
            return
        outer = outer.f_back
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
