"""ServiceAccount tokens, reviewed by an API server that speaks the real protocol."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from registry_service.access import kubernetes
from registry_service.access.kubernetes import TokenReview
from registry_service.errors import StorageError

KNOWN = {"good": ("system:serviceaccount:kubeflow:pipeline-runner", ["registry"])}


class ApiServer(ThreadingHTTPServer):
    """Answers TokenReviews as `authentication.k8s.io/v1` describes them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Reviewer)
        self.asked: list[dict[str, Any]] = []
        self.broken = False
        self.nonsense = False
        self.seconds = 0.0


class Reviewer(BaseHTTPRequestHandler):
    """Reviews one token."""

    server: ApiServer

    def do_POST(self) -> None:
        """Answer a TokenReview."""
        review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        time.sleep(self.server.seconds)
        self.server.asked.append(review)
        path = "/apis/authentication.k8s.io/v1/tokenreviews"
        allowed = self.headers["Authorization"] == "Bearer own-token" and self.path == path
        username, audiences = KNOWN.get(review["spec"]["token"], ("", []))
        meant = [name for name in review["spec"]["audiences"] if name in audiences]
        review["status"] = (
            {"authenticated": True, "user": {"username": username}, "audiences": meant}
            if meant
            else {"authenticated": False, "error": "unknown token"}
        )
        body = b"<html>" if self.server.nonsense else json.dumps(review).encode()
        self.send_response(500 if self.server.broken else 201 if allowed else 403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def api_server() -> Iterator[ApiServer]:
    """A running API server."""
    with ApiServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def review(api_server: ApiServer, folder: Path, audience: str = "registry") -> TokenReview:
    """A review by that server."""
    own = folder / "token"
    own.write_text("own-token\n")
    return TokenReview(f"http://127.0.0.1:{api_server.server_port}", audience, None, own)


def subject(tokens: TokenReview, token: str) -> str | None:
    """Return whose a token is."""
    return asyncio.run(tokens.subject(token))


def test_a_good_token_has_a_subject(api_server: ApiServer, tmp_path: Path) -> None:
    """The user name of Kubernetes is the subject; the answer is remembered for a while."""
    tokens = review(api_server, tmp_path)
    for _ in range(3):
        assert subject(tokens, "good") == "system:serviceaccount:kubeflow:pipeline-runner"
    assert len(api_server.asked) == 1
    assert api_server.asked[0]["kind"] == "TokenReview"


def test_a_bad_token_has_none(api_server: ApiServer, tmp_path: Path) -> None:
    """An unknown token, or one for another audience, is nobody's."""
    assert subject(review(api_server, tmp_path), "bad") is None
    assert subject(review(api_server, tmp_path, "elsewhere"), "good") is None


def test_an_outage_is_no_refusal(api_server: ApiServer, tmp_path: Path) -> None:
    """When the API server fails, the caller learns of an outage, not of a bad token."""
    api_server.broken = True
    with pytest.raises(StorageError):
        subject(review(api_server, tmp_path), "good")
    gone = TokenReview("http://127.0.0.1:1", "registry", None, tmp_path / "token")
    with pytest.raises(StorageError):
        subject(gone, "good")


def test_an_answer_that_is_no_review_is_an_outage(api_server: ApiServer, tmp_path: Path) -> None:
    """What does not speak the protocol has refused nobody."""
    api_server.nonsense = True
    with pytest.raises(StorageError, match="reviews no tokens"):
        subject(review(api_server, tmp_path), "good")


def test_without_a_token_of_its_own_the_service_says_so(
    api_server: ApiServer, tmp_path: Path
) -> None:
    """A missing file of the service's own token is an outage that names the file."""
    tokens = review(api_server, tmp_path)
    (tmp_path / "token").unlink()
    with pytest.raises(StorageError, match=f"{tmp_path}/token: No such file"):
        subject(tokens, "good")


def test_slow_reviews_keep_nobody_waiting_for_ever(
    api_server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond what is reviewed at a time, a token waits so long and is then told of an outage."""
    monkeypatch.setattr(kubernetes, "REVIEW_SECONDS", 0.7)
    api_server.seconds = 0.5
    tokens = review(api_server, tmp_path)

    async def crowd() -> list[str | BaseException | None]:
        several = [tokens.subject(f"bad-{number}") for number in range(kubernetes.REVIEWS + 2)]
        return await asyncio.gather(*several, return_exceptions=True)

    outcomes = asyncio.run(crowd())
    assert outcomes.count(None) == kubernetes.REVIEWS
    assert [type(outcome) for outcome in outcomes if outcome] == [StorageError] * 2
