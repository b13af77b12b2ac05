"""A service that is asked to stop."""

import hashlib
import http.client
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from tests.registry_service.running import START_SECONDS, RunningRegistry

CONTENT = b"half of it" * 100_000


def test_a_running_upload_is_finished_first(start: Callable[[], RunningRegistry]) -> None:
    """SIGTERM in the middle of an upload: the upload is answered, then the service ends."""
    registry = start()
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    connection = http.client.HTTPConnection(urlsplit(registry.url).netloc, timeout=START_SECONDS)
    connection.putrequest("PUT", f"/api/registry/v1/blobs/{sha256}")
    connection.putheader("Content-Type", "application/octet-stream")
    connection.putheader("Content-Length", str(len(CONTENT)))
    connection.endheaders()
    half = len(CONTENT) // 2
    connection.send(CONTENT[:half])
    while not any((registry.data / "blobs/incoming").iterdir()):
        time.sleep(0.01)
    registry.process.terminate()
    time.sleep(0.5)
    assert registry.process.poll() is None
    connection.send(CONTENT[half:])
    assert connection.getresponse().status == 201
    connection.close()
    registry.process.wait(timeout=START_SECONDS)
    assert (registry.data / "blobs" / sha256[:2] / sha256).read_bytes() == CONTENT
