"""A scheduler with TLS, set up as in docs/sweeps.md: a sweep runs with its certificates, and is refused with a message without them."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.sweeps.places import PATIENCE, Place
from tests.sweeps.test_faults_scheduler import free_port, is_open, sentence, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(os.name != "posix" or not shutil.which("openssl"), reason="makes its certificate with openssl"),
]


@pytest.fixture
def certified(place: Place) -> dict[str, str]:
    """Return Dask's settings for one certificate that all sides use and trust, as environment variables."""
    key, certificate = place.folder / "key.pem", place.folder / "cert.pem"
    words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    subprocess.run(["openssl", *words, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    tls = {"CA_FILE": certificate}
    for side in ("SCHEDULER", "WORKER", "CLIENT"):
        tls |= {f"{side}__KEY": key, f"{side}__CERT": certificate}
    settings = {f"DASK_DISTRIBUTED__COMM__TLS__{name}": str(path) for name, path in tls.items()}
    return settings | {"DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "True"}


def test_a_sweep_over_tls(place: Place, certified: dict[str, str]) -> None:
    address = f"127.0.0.1:{free_port()}"
    quiet = ("--no-dashboard", "--host", "tls://127.0.0.1")
    place.start("-m", "dask", "scheduler", "--host", f"tls://{address}", "--no-dashboard", "--no-show", **certified)
    until(lambda: is_open(int(address.partition(":")[2])), "a scheduler that listens")
    place.start("-m", "dask", "worker", f"tls://{address}", "--nthreads", "1", "--no-nanny", *quiet, **certified)
    settings = place.settings(repeats=2)
    stranger = place.sweep(settings, "--scheduler", f"tls://{address}")
    _, said = stranger.communicate(timeout=PATIENCE)
    assert stranger.returncode == 1, said
    assert "needs certificates" in sentence(said)
    sweep = place.sweep(settings, "--scheduler", f"tls://{address}", **certified)
    out, said = sweep.communicate(timeout=PATIENCE)
    assert sweep.returncode == 0, said
    assert "2 reports in" in out
    assert [status["state"] for status in place.statuses().values()] == ["completed"] * 2
    assert all(
        b"PRIVATE KEY" not in file.read_bytes() for file in Path(place.folder, "out").rglob("*") if file.is_file()
    )
