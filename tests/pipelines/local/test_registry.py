"""A registry on this machine ends with the command that started it."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
import urllib3

PROGRAM = """
import sys, time
from pathlib import Path
from pipelines.local.registry import local_registry
with local_registry(Path("registry"), Path("log")) as url:
    print(url, flush=True)
    time.sleep(60)
"""
SECONDS = 60


@pytest.mark.parametrize("signal", ["kill", "terminate"])
def test_it_ends_when_the_command_is_killed(tmp_path: Path, signal: str) -> None:
    """No registry is left behind, however the command ended."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as command:
        assert command.stdout is not None
        url = command.stdout.readline().strip()
        assert urllib3.request("GET", f"{url}/readyz").status == 200
        getattr(command, signal)()
    assert _gone(url)


def _gone(url: str) -> bool:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            urllib3.request("GET", f"{url}/livez", retries=0)
        except urllib3.exceptions.MaxRetryError:
            return True
        time.sleep(0.05)
    return False
