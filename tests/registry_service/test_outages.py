"""Stores that cannot be used while the service runs: the caller is told, and so is the log."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from registry_service.domain import limits
from tests.registry_service.running import KUBEFLOW, OCTETS, OURS, Caller, free_port, start_registry

# Starts the service with a folder on a disk of its own, in a name space of its own.
ON_A_SMALL_DISK = """
import os, subprocess, sys
folder = os.environ["SMALL_DISK"]
os.makedirs(folder, exist_ok=True)
size = "size=" + os.environ["SMALL_DISK_SIZE"]
subprocess.run(["mount", "-t", "tmpfs", "-o", size, "none", folder], check=True)
os.execv(sys.executable, [sys.executable, "-m", "registry_service", *sys.argv[1:]])
"""


def on_a_small_disk() -> Sequence[str]:
    """Return the program of a service that has a folder on a disk of its own."""
    shared = ("unshare", "--user", "--map-root-user", "--mount")
    if subprocess.run([*shared, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no name spaces: a disk of a test's own cannot be mounted")
    code = f"import os, sys; os.execvp('unshare', {[*shared, sys.executable]!r} + sys.argv[1:])"
    return ("-c", code, "-c", ON_A_SMALL_DISK)


def put(ours: Caller, content: bytes) -> tuple[int, str | None]:
    """Bring bytes; return the status of the answer and its code."""
    status, answer = ours("PUT", f"/blobs/{hashlib.sha256(content).hexdigest()}", content, **OCTETS)
    return status, answer.get("code")


@pytest.mark.parametrize("size", [100, 5_000_000])
def test_a_full_disk_keeps_no_half_files(tmp_path: Path, size: int) -> None:
    """Bytes that find no room are answered with 507, and what was written of them goes."""
    disk = {"SMALL_DISK": str(tmp_path / "blobs"), "SMALL_DISK_SIZE": "3m"}
    registry = start_registry(tmp_path, on_a_small_disk(), **disk)
    ours = Caller(registry.url, OURS)
    # All but what no block is left for, however small.
    filling = 3 << 20
    while filling >= 1:
        status, code = put(ours, b"%d" % filling + b"x" * filling)
        assert (status, code) in ((201, None), (507, "storage_full"))
        filling = filling if status == 201 else filling // 2
    assert put(ours, b"y" * size) == (507, "storage_full")
    blobs = Path(f"/proc/{registry.process.pid}/root{tmp_path}/blobs")
    assert list((blobs / "incoming").iterdir()) == []
    assert ours("GET", "/models")[0] == 200
    registry.stop()


def test_a_disk_without_room_for_the_database_ends_the_start_in_one_line(tmp_path: Path) -> None:
    """The service says that it is full, and shows no traceback."""
    command = [sys.executable, *on_a_small_disk(), "--port", str(free_port()), "--data"]
    disk = {"SMALL_DISK": str(tmp_path), "SMALL_DISK_SIZE": "16k"}
    ended = subprocess.run(
        [*command, str(tmp_path)],
        env=os.environ | disk,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    lines = [line for line in ended.stderr.splitlines() if not line.startswith("INFO ")]
    assert (ended.returncode, len(lines)) == (1, 1)
    # Where SQLite maps a file into memory, it cannot tell a full disk from a broken one.
    assert re.fullmatch("error: the registry's database .*(no room left|disk I/O error)", lines[0])


def test_a_full_database_is_told_from_an_outage(tmp_path: Path) -> None:
    """Changes that find no room for themselves are answered with 507; what is there is read."""
    disk = {"SMALL_DISK": str(tmp_path), "SMALL_DISK_SIZE": "2m"}
    registry = start_registry(tmp_path, on_a_small_disk(), **disk)
    kubeflow = Caller(registry.url, KUBEFLOW)
    answers = []
    for number in range(60):
        model = {"name": f"m{number}", "description": "x" * limits.TEXT}
        status, answer = kubeflow("POST", "/registered_models", model)
        answers.append((status, answer.get("code")))
    assert set(answers) == {(201, None), (507, "Insufficient Storage")}
    assert kubeflow("GET", "/registered_models?pageSize=1")[0] == 200
    registry.stop()


def test_a_missing_folder_is_an_outage(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Without the folder of its bytes the service answers 503, logs why, and can be mended."""
    registry = start_registry(tmp_path)
    ours, root = Caller(registry.url, OURS), Caller(registry.url)
    shutil.rmtree(tmp_path / "blobs" / "incoming")
    assert put(ours, b"some bytes") == (503, "storage_unavailable")
    assert root("GET", "/readyz")[0] == 503
    (tmp_path / "blobs" / "incoming").mkdir()
    assert put(ours, b"some bytes") == (201, None)
    registry.stop()
    logged = capfd.readouterr().err
    assert f"PUT /api/registry/v1/blobs/{hashlib.sha256(b'some bytes').hexdigest()}: " in logged
    assert f"{tmp_path}/blobs/incoming cannot be used: No such file or directory" in logged
