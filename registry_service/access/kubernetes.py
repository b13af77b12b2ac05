"""ServiceAccount tokens, reviewed by the Kubernetes API server."""

import asyncio
import hashlib
import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import urllib3
from pydantic import BaseModel, Field, ValidationError

from registry_service.errors import StorageError

REMEMBER_SECONDS = 60
MAX_REMEMBERED = 10_000
TIMEOUT = urllib3.Timeout(connect=2, read=5)
# Tokens that are reviewed at a time, and how long one waits for its turn and its review.
REVIEWS = 8
REVIEW_SECONDS = 10


class _User(BaseModel):
    username: str | None = None


class _Status(BaseModel):
    authenticated: bool = False
    audiences: list[str] = Field(default_factory=list)
    user: _User = _User()


class _Reviewed(BaseModel):
    status: _Status = _Status()


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
        # Workers of their own: whoever shows a token that is known does not wait for these.
        self._reviewers = ThreadPoolExecutor(REVIEWS, "token-review")
        self._known: dict[bytes, tuple[float, str | None]] = {}

    async def subject(self, token: str) -> str | None:
        """Return the user name that Kubernetes gives to a token, None when it refuses it.

        Raises:
            StorageError: The API server does not answer as it should.
        """
        key = hashlib.sha256(token.encode()).digest()
        now = time.monotonic()
        known = self._known.get(key)
        if known is not None and known[0] > now:
            return known[1]
        loop = asyncio.get_running_loop()
        try:
            subject = await asyncio.wait_for(
                loop.run_in_executor(self._reviewers, self._review, token), REVIEW_SECONDS
            )
        except TimeoutError as error:
            raise StorageError(
                f"the Kubernetes API server did not review the token within {REVIEW_SECONDS} s"
            ) from error
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
        try:
            # Kubernetes renews this file: it is read each time.
            own = self._token_file.read_text().strip()
        except OSError as error:
            raise StorageError(
                "tokens cannot be reviewed, the registry has none of its own: "
                f"{self._token_file}: {error.strerror}"
            ) from error
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {own}"}
        try:
            response = self._pool.request(
                "POST", self._url, body=json.dumps(review), headers=headers
            )
        except urllib3.exceptions.HTTPError as error:
            raise StorageError("the Kubernetes API server does not answer") from error
        if response.status not in (200, 201):
            raise StorageError(f"the Kubernetes API server refused to review: {response.status}")
        try:
            status = _Reviewed.model_validate_json(response.data).status
        except ValidationError as error:
            raise StorageError(f"what answers at {self._url} reviews no tokens") from error
        meant = status.authenticated and self._audience in status.audiences
        return status.user.username if meant else None
