"""A coverage-guided fuzzer for each parser of bytes that come from somewhere else.

    python -m tests.fuzz                          # the targets
    python -m tests.fuzz picture --seconds 180    # one of them

A target takes any bytes and may raise nothing but `MetawidgetsError`. Needs atheris (libFuzzer for Python), which has wheels
for Linux; `test_fuzz.py` runs each target for a moment where it is installed.
"""
