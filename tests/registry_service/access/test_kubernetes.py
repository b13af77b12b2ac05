"""ServiceAccount tokens, reviewed by an API server that speaks the real protocol."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from registry_service.access.kubernetes import TokenReview
from registry_service.errors import StorageError

KNOWN = {"good": ("system:serviceaccount:kubeflow:pipeline-runner", ["registry"])}


class ApiServer(ThreadingHTTPServer):
    """Answers TokenReviews as `authentication.k8s.io/v1` describes them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Reviewer)
        self.asked: list[dict[str, Any]] = []
        self.broken = False


class Reviewer(BaseHTTPRequestHandler):
    """Reviews one token."""

    server: ApiServer

    def do_POST(self) -> None:
        """Answer a TokenReview."""
        review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
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
        body = json.dumps(review).encode()
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


def test_a_good_token_has_a_subject(api_server: ApiServer, tmp_path: Path) -> None:
    """The user name of Kubernetes is the subject; the answer is remembered for a while."""
    tokens = review(api_server, tmp_path)
    for _ in range(3):
        assert tokens.subject("good") == "system:serviceaccount:kubeflow:pipeline-runner"
    assert len(api_server.asked) == 1
    assert api_server.asked[0]["kind"] == "TokenReview"


def test_a_bad_token_has_none(api_server: ApiServer, tmp_path: Path) -> None:
    """An unknown token, or one for another audience, is nobody's."""
    assert review(api_server, tmp_path).subject("bad") is None
    assert review(api_server, tmp_path, "elsewhere").subject("good") is None


def test_an_outage_is_no_refusal(api_server: ApiServer, tmp_path: Path) -> None:
    """When the API server fails, the caller learns of an outage, not of a bad token."""
    api_server.broken = True
    with pytest.raises(StorageError):
        review(api_server, tmp_path).subject("good")
    gone = TokenReview("http://127.0.0.1:1", "registry", None, tmp_path / "token")
    with pytest.raises(StorageError):
        gone.subject("good")
