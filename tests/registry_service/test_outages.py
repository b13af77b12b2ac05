"""Stores that cannot be used while the service runs: the caller is told, and so is the log."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.registry_service.running import OURS, Caller, RunningRegistry, start_registry

# Starts the service with the blobs' folder on a disk of its own, in a name space of its own.
ON_A_SMALL_DISK = """
import os, subprocess, sys
data = sys.argv[sys.argv.index("--data") + 1]
os.makedirs(f"{data}/blobs")
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "none", f"{data}/blobs"], check=True)
os.execv(sys.executable, [sys.executable, "-m", "registry_service", *sys.argv[1:]])
"""


@contextmanager
def on_a_small_disk(data: Path) -> Iterator[RunningRegistry]:
    """Run a registry whose bytes lie on a disk of 3 MiB."""
    shared = ("unshare", "--user", "--map-root-user", "--mount")
    if subprocess.run([*shared, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no name spaces: a disk of a test's own cannot be mounted")
    code = f"import os, sys; os.execvp('unshare', {[*shared, sys.executable]!r} + sys.argv[1:])"
    registry = start_registry(data, ("-c", code, "-c", ON_A_SMALL_DISK))
    yield registry
    registry.stop()


def put(ours: Caller, content: bytes) -> tuple[int, str | None]:
    """Bring bytes; return the status of the answer and its code."""
    status, answer = ours("PUT", f"/blobs/{hashlib.sha256(content).hexdigest()}", content)
    return status, answer.get("code")


@pytest.mark.parametrize("size", [100, 5_000_000])
def test_a_full_disk_keeps_no_half_files(tmp_path: Path, size: int) -> None:
    """Bytes that find no room are answered with 507, and what was written of them goes."""
    with on_a_small_disk(tmp_path) as registry:
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
