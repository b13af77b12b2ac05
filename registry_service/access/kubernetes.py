"""ServiceAccount tokens, reviewed by the Kubernetes API server."""

import hashlib
import json
import threading
import time
from pathlib import Path

import urllib3

from registry_service.errors import StorageError

REMEMBER_SECONDS = 60
MAX_REMEMBERED = 10_000
TIMEOUT = urllib3.Timeout(connect=2, read=5)


class TokenReview:
    """Asks `authentication.k8s.io/v1` whose a token is, and remembers the answer for a minute.

    The token must be meant for the registry's audience: one that leaked elsewhere is no use here.
    """

    def __init__(self, url: str, audience: str, ca_file: Path | None, token_file: Path) -> None:
        self._url = url.rstrip("/") + "/apis/authentication.k8s.io/v1/tokenreviews"
        self._audience = audience
        self._token_file = token_file
        self._pool = urllib3.PoolManager(
            ca_certs=str(ca_file) if ca_file else None, timeout=TIMEOUT, retries=False
        )
        self._lock = threading.Lock()
        self._known: dict[bytes, tuple[float, str | None]] = {}

    def subject(self, token: str) -> str | None:
        """Return the user name that Kubernetes gives to a token, None when it refuses it.

        Raises:
            StorageError: The API server does not answer as it should.
        """
        key = hashlib.sha256(token.encode()).digest()
        now = time.monotonic()
        with self._lock:
            known = self._known.get(key)
        if known is not None and known[0] > now:
            return known[1]
        subject = self._review(token)
        with self._lock:
            if len(self._known) >= MAX_REMEMBERED:
                self._known.clear()
            self._known[key] = (now + REMEMBER_SECONDS, subject)
        return subject

    def _review(self, token: str) -> str | None:
        review = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenReview",
            "spec": {"token": token, "audiences": [self._audience]},
        }
        # Kubernetes renews this file: it is read each time.
        own = self._token_file.read_text().strip()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {own}"}
        try:
            response = self._pool.request(
                "POST", self._url, body=json.dumps(review), headers=headers
            )
        except urllib3.exceptions.HTTPError as error:
            raise StorageError("the Kubernetes API server does not answer") from error
        if response.status not in (200, 201):
            raise StorageError(f"the Kubernetes API server refused to review: {response.status}")
        status = json.loads(response.data).get("status", {})
        if not status.get("authenticated") or self._audience not in status.get("audiences", []):
            return None
        subject: str | None = status.get("user", {}).get("username")
        return subject
