"""A server that takes OpenLineage's events over HTTP, as Marquez and others do."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Received:
    """What was sent.

    Attributes:
        url: Address of the server.
        events: The events, in the order in which they came.
        keys: What was said for authorization with each.
    """

    url: str
    events: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)

    @property
    def states(self) -> list[str]:
        """What the events say that the run does."""
        return [event["eventType"] for event in self.events]

    def data(self, room: str) -> dict[tuple[str, str], dict[str, Any]]:
        """Return all that was said of the inputs or the outputs, by namespace and name."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for each in (each for event in self.events for each in event[room]):
            known = found.setdefault((each["namespace"], each["name"]), {})
            known |= each["facets"] | each.get("inputFacets", {}) | each.get("outputFacets", {})
        return found


@contextmanager
def receiver() -> Iterator[Received]:
    """Run a server while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            known = self.path == "/api/v1/lineage"
            if known:
                received.events.append(json.loads(body))
                received.keys.append(self.headers["Authorization"])
            self.send_response(201 if known else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        received = Received(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield received
        server.shutdown()
