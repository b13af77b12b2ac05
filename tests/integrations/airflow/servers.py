"""Servers that the DAGs of these tests meet: KFPs of every kind, and a source that comes late."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from tests.pipelines.fake_kfp import FakeKfp
from tests.pipelines.fake_kfp_handler import RefusalError

STEPS: Final = ["ingest_table", "train_model"]
FIRST_RUN: Final = "00000000-0000-4000-8000-000000000002"
"""The id of the first run of every fake KFP."""
TOKEN: Final = "token-0123456789abcdef"
TABLE: Final = "x,damaged\n" + "1,no\n2,yes\n" * 60


class FailingOnce(FakeKfp):
    """A KFP whose first run alone comes to what it is told."""

    def create_run(self, query: dict[str, str], body: bytes) -> Any:
        """Start a run; those to come succeed."""
        made = super().create_run(query, body)
        self.outcomes = {}
        return made


class LosingAnswer(FakeKfp):
    """A KFP that starts a run while a proxy before it gives up."""

    def create_run(self, query: dict[str, str], body: bytes) -> Any:
        """Start a run, and tell nobody."""
        super().create_run(query, body)
        raise RefusalError(504, "upstream request timeout")


def kfps_of_every_kind() -> dict[str, FakeKfp]:
    """Return a KFP for each way that a run may go."""
    return {
        "succeeds": FakeKfp(STEPS, token=TOKEN),
        "fails_once": FailingOnce(STEPS, {"train_model": "FAILED"}),
        "fails": FakeKfp(STEPS, {"train_model": "FAILED"}),
        "is_lost_once": FakeKfp(STEPS, faults=[("GET .*/runs/", 503)]),
        "is_terminated": FakeKfp(STEPS, ends_after=2),
        "is_refused": FakeKfp(STEPS),
        "answer_is_lost": LosingAnswer(STEPS),
        "takes_too_long": FakeKfp(STEPS, {"train_model": "STUCK"}),
    }


@dataclass
class Source:
    """A server of one table, which is away for the first requests.

    Attributes:
        away: How many requests are answered with 503.
        url: Address of the table.
    """

    away: int
    url: str = ""
    seen: list[str] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator["Source"]:
        """Serve on a free port of the loopback."""
        source = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self.do_GET()

            def do_GET(self) -> None:
                source.seen.append(self.command)
                content = TABLE.encode()
                self.send_response(503 if len(source.seen) <= source.away else 200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(content)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            self.url = f"http://127.0.0.1:{server.server_port}/table.csv"
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            try:
                yield self
            finally:
                server.shutdown()
