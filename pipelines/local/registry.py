"""A registry on this machine for as long as a run needs it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_server
from typing import Final

import urllib3
from urllib3.exceptions import HTTPError

from pipelines.errors import RegistryStartError

HOST: Final = "127.0.0.1"
START_SECONDS: Final = 120
STOP_SECONDS: Final = 10


@contextmanager
def local_registry(data: Path, log: Path) -> Iterator[str]:
    """Run the registry on a free loopback port with its files below `data`; yield its URL.

    Raises:
        RegistryStartError: It ended, or was not ready within two minutes; its log is named.
    """
    port = _free_port()
    url = f"http://{HOST}:{port}"
    command = [sys.executable, "-m", "registry_service", "--host", HOST, "--port", str(port)]
    # It ends with this process, even where that is killed: the pipe to it is closed then.
    command += ["--data", str(data), "--until-stdin-ends"]
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        log.open("ab") as output,
        subprocess.Popen(  # noqa: S603 - our own module, our own arguments
            command, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            _wait_until_ready(url, process, log)
            yield url
        finally:
            _stop(process)


def _free_port() -> int:
    with create_server((HOST, 0)) as server:
        return int(server.getsockname()[1])


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    with urllib3.PoolManager(retries=False, timeout=1) as http:
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise RegistryStartError(
                    f"the registry ended as it started (exit code {process.returncode}); its log "
                    f"is {log}"
                )
            try:
                if http.request("GET", f"{url}/readyz").status == 200:
                    return
            except HTTPError:
                pass
            time.sleep(0.05)
    raise RegistryStartError(f"the registry was not ready within {START_SECONDS} s; see {log}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
