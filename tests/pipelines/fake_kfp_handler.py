"""The HTTP side of the fake KFP: JSON in and out, tokens, and faults."""
# mypy: disable-error-code="import-untyped"

import json
import re
from http.server import BaseHTTPRequestHandler
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl, urlsplit

import kfp_server_api as api

WIRE: Final = api.ApiClient()
PREFIX: Final = "/apis/v2beta1"
NOT_THERE: Final = 500
"""What ml-pipeline-ui says of a pod, a log or an artifact that is not there."""


class RefusalError(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Served(Protocol):
    """What a handler serves."""

    token: str | None
    pages: dict[str, str]
    faults: list[tuple[str, int | str]]
    seen: list[str]
    bodies: list[dict[str, Any]]

    def answer(self, method: str, path: str, query: dict[str, str], body: bytes) -> Any:
        """Answer a request to the API with a model, or refuse."""

    def page(self, path: str, query: dict[str, str]) -> str | None:
        """Return what is served besides the API."""


class KfpHandler(BaseHTTPRequestHandler):
    """Serves one `kfp`, with the faults that it is told to have."""

    kfp: Served
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, *args: Any) -> None:
        """Say nothing."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = f"{self.command} {parts.path}"
        self.kfp.seen.append(asked)
        if fault := next((f for f in self.kfp.faults if re.search(f[0], asked)), None):
            self.kfp.faults.remove(fault)
            if fault[1] == "break":
                self.close_connection = True
                return
            self._send_error(int(fault[1]), "told to fail")
        elif parts.path in self.kfp.pages:
            self._send(200, self.kfp.pages[parts.path], "text/html")
        elif self.kfp.token and self.headers.get("Authorization") != f"Bearer {self.kfp.token}":
            self._send_error(401, "Request not authenticated")
        elif parts.path.startswith(PREFIX):
            self._serve_api(parts.path, query, body)
        else:
            page = self.kfp.page(parts.path, query)
            # Express calls every text a web page that is not given a type: a pod's JSON too.
            kind = "text/html; charset=utf-8" if parts.path == "/k8s/pod" else "text/plain"
            self._send(200 if page else NOT_THERE, page or f"Could not get it {query}", kind)

    def _serve_api(self, path: str, query: dict[str, str], body: bytes) -> None:
        try:
            if body and self.headers["Content-Type"] == "application/json":
                self.kfp.bodies.append(json.loads(body))
            content = self.kfp.answer(self.command, path, query, body)
        except RefusalError as refusal:
            self._send_error(refusal.status, str(refusal))
        else:
            text = json.dumps(WIRE.sanitize_for_serialization(content))
            self._send(200, text, "application/json")

    def _send_error(self, status: int, message: str) -> None:
        body = {"error": message, "code": status, "message": message, "details": []}
        self._send(status, json.dumps(body), "application/json")

    def _send(self, status: int, text: str, kind: str) -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
