"""A coverage-guided fuzzer for each parser of untrusted bytes.

    python -m tests.fuzz                          # list the targets
    python -m tests.fuzz picture --seconds 180    # fuzz one target

A target takes any bytes and may raise only `MetawidgetsError`. This needs atheris (libFuzzer for Python), which has wheels
for Linux; `test_fuzz.py` runs each target briefly if atheris is installed.
"""
