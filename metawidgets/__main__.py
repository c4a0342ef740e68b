"""Entry point of `metawidgets` and `python -m metawidgets`. Ctrl-C exits with code 130, even while modules are being imported."""

import os
import signal
import sys
import threading
from types import FrameType
from typing import Any

__all__ = ["main"]

_RETRY_AFTER = 0.02  # seconds until a Ctrl-C that came during an import is handled again


def main() -> None:
    """Run the command line, and exit with code 130 on Ctrl-C."""
    handles_sigint = threading.current_thread() is threading.main_thread() and (
        signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    if handles_sigint:
        signal.signal(signal.SIGINT, _interrupted)
        if hasattr(signal, "SIGALRM"):
            signal.signal(signal.SIGALRM, _interrupted)
    after: Any = signal.default_int_handler
    try:
        from metawidgets.cli import main as run  # inside the `try`, since a Ctrl-C may come while typer and rich load

        run()
    except KeyboardInterrupt:  # it came before the command line could handle it
        after = signal.SIG_IGN
        sys.exit(130)
    except SystemExit as end:
        if end.code == 130:  # already exiting; a second Ctrl-C would print a traceback
            after = signal.SIG_IGN
        raise
    finally:
        if handles_sigint:
            signal.signal(signal.SIGINT, after)
            if hasattr(signal, "SIGALRM"):
                signal.setitimer(signal.ITIMER_REAL, 0)
                signal.signal(signal.SIGALRM, signal.SIG_DFL)


def _interrupted(number: int, frame: FrameType | None) -> None:
    """Raise `KeyboardInterrupt`, but only after any running import has finished.

    An exception that interrupts the import of torch makes torch's C++ code abort the process. Imports also run in the middle of the
    work (creating the first optimizer imports many modules), and an abort would then leave kernels running and files half written.
    """
    outer = frame
    while outer is not None:
        if outer.f_code.co_filename == "<frozen importlib._bootstrap>":
            if not hasattr(signal, "setitimer"):
                os._exit(130)
            signal.setitimer(signal.ITIMER_REAL, _RETRY_AFTER)
            return
        outer = outer.f_back
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
