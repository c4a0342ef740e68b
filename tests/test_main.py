"""Ctrl-C at the command line: it never interrupts an import, and always closes what is open."""

import os
import signal
import subprocess
import sys

import pytest

PROGRAM = """
import sys
from metawidgets import cli, __main__

def work():
    try:
        if "import" in sys.argv:
            import slow  # which says "at work" when it is being imported
        else:
            import time
            print("at work", flush=True)
            time.sleep(60)
        for _ in range(10**9):
            pass
    finally:
        print("closed", flush=True)

cli.main = work
__main__.main()
"""
SLOW = """
import time
print("at work", flush=True)
for _ in range(100):
    time.sleep(0.01)
print("imported", flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
@pytest.mark.parametrize("where", ["import", "sleep"])
def test_what_is_open_is_closed_and_no_import_is_broken_off(tmp_path, where):
    (tmp_path / "slow.py").write_text(SLOW)
    (tmp_path / "program.py").write_text(PROGRAM)
    process = subprocess.Popen(
        [sys.executable, "program.py", where],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "at work\n"
    for _ in range(3 if where == "import" else 1):  # pressing Ctrl-C again changes nothing
        process.send_signal(signal.SIGINT)
    said, errors = process.communicate(timeout=60)
    assert said == ("imported\nclosed\n" if where == "import" else "closed\n")
    assert errors == ""
    assert process.returncode == 130
