"""What the client makes of servers that misbehave, or are no registries."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from components.shared.errors import RegistryError, RegistryRefusalError
from components.shared.registry.client import RegistryClient

ALIAS = {"alias": "champion", "version": {"id": "1", "name": "1"}, "updatedAt": "0"}
Answer = Callable[[int], tuple[int, str]]


@contextmanager
def server(answer: Answer) -> Iterator[tuple[str, list[str]]]:
    """A server whose n-th answer is `answer(n)`; yields its URL and the requests it got."""
    requests: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def respond(self) -> None:
            requests.append(self.command)
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, text = answer(len(requests))
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = do_PUT = respond  # noqa: N815 - http.server looks for these names

        def log_message(self, *arguments: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}", requests
        http.shutdown()


def _busy_once(attempt: int) -> tuple[int, str]:
    busy = {"code": "storage_unavailable", "message": "later"}
    return (503, json.dumps(busy)) if attempt == 1 else (200, json.dumps({"items": [ALIAS]}))


def test_a_busy_registry_is_asked_again() -> None:
    """Reading is repeated until it succeeds."""
    with server(_busy_once) as (url, requests):
        assert [alias.name for alias in RegistryClient(url).aliases("churn")] == ["champion"]
        assert requests == ["GET", "GET"]


def test_a_rollback_is_sent_once() -> None:
    """A second rollback would go back two steps: a busy registry is not asked again."""
    with server(_busy_once) as (url, requests):
        with pytest.raises(RegistryRefusalError) as caught:
            RegistryClient(url).rollback("churn", "champion")
        assert caught.value.status == 503
        assert requests == ["POST"]


@pytest.mark.parametrize("page", ["<html>hello</html>", "[]"])
def test_a_page_is_no_registry(page: str) -> None:
    """A web page where the registry should be is named, not parsed."""
    with server(lambda _: (200, page)) as (url, _), pytest.raises(RegistryError) as caught:
        RegistryClient(url).list_models()
    assert f"{url} is no registry" in str(caught.value)


def test_a_foreign_404_is_not_absence() -> None:
    """A server without this API does not pass for a registry without this model."""
    with (
        server(lambda _: (404, "<html>nothing here</html>")) as (url, _),
        pytest.raises(RegistryRefusalError, match="unexpected answer"),
    ):
        RegistryClient(url).find("churn")


def test_a_token_that_is_missing_is_no_absence() -> None:
    """401 is told with the registry's own words."""
    refusal = json.dumps({"code": "unauthenticated", "message": "a token is needed"})
    with (
        server(lambda _: (401, refusal)) as (url, _),
        pytest.raises(RegistryRefusalError, match="a token is needed"),
    ):
        RegistryClient(url).find("churn")
