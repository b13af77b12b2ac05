"""Alarms, told to a receiver."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from components.detect_drift.alert import SIGNATURE, raise_alarm
from components.detect_drift.drift import Drift

MOVED = Drift(
    model_name="churn",
    version="4",
    model_digest="d" * 64,
    rows=1000,
    status="drift",
    unreadable={"age": "is missing, and the model reads it"},
    columns=(),
    alpha=0.005,
)


@dataclass
class Receiver:
    """A server that takes alarms.

    Attributes:
        url: Where it listens.
        statuses: What it answers, one after the other, and 204 then.
        taken: Headers and body of each request.
    """

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def receiver(*statuses: int) -> Iterator[Receiver]:
    """Run a server that takes alarms."""
    found = Receiver(statuses=list(statuses))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.taken.append((dict(self.headers), body))
            self.send_response(found.statuses.pop(0) if found.statuses else 204)
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/hook/secret?token=hidden"
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(name="environment", autouse=True)
def no_receiver(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that names no receiver."""
    for name in ("ALERT_URL", "ALERT_KEY"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_an_alarm_is_a_signed_cloud_event(environment: pytest.MonkeyPatch) -> None:
    """The receiver gets one event of CloudEvents 1.0 whose signature the key checks."""
    with receiver() as found:
        environment.setenv("ALERT_URL", found.url)
        environment.setenv("ALERT_KEY", "of both")
        raise_alarm(MOVED)
    ((headers, body),) = found.taken
    event = json.loads(body)
    assert headers["Content-Type"] == "application/cloudevents+json"
    expected = hmac.new(b"of both", body, hashlib.sha256).hexdigest()
    assert headers[SIGNATURE] == f"sha256={expected}"
    assert (event["specversion"], event["subject"]) == ("1.0", "churn@4")
    assert {"id", "source", "type", "time"} <= event.keys()
    assert event["data"]["reasons"] == ["age: is missing, and the model reads it"]


def test_a_busy_receiver_is_asked_again(environment: pytest.MonkeyPatch) -> None:
    """One that answers 503 gets the same event once more."""
    with receiver(503) as found:
        environment.setenv("ALERT_URL", found.url)
        assert raise_alarm(MOVED)["notes"] == []
    (_, first), (_, second) = found.taken
    assert first == second


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/hook/secret", "nonsense"])
def test_a_receiver_that_is_away_fails_nothing_and_is_said(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str
) -> None:
    """Log and notes say that it missed the alarm, without the path, which may be a secret."""
    environment.setenv("ALERT_URL", url)
    environment.setenv("KFP_TABULAR_WAIT_SECONDS", "0")
    (note,) = raise_alarm(MOVED)["notes"]
    said = capsys.readouterr().out
    assert "did not reach" in note["text"]
    assert "did not reach" in said
    assert "secret" not in note["text"] + said


def test_a_receiver_that_refuses_is_said(environment: pytest.MonkeyPatch) -> None:
    """What it answers is told."""
    with receiver(403) as found:
        environment.setenv("ALERT_URL", found.url)
        (note,) = raise_alarm(MOVED)["notes"]
    assert "it answers 403" in note["text"]


def test_nobody_is_told_of_no_alarm(environment: pytest.MonkeyPatch) -> None:
    """A window in which nothing moved is told to nobody."""
    with receiver() as found:
        environment.setenv("ALERT_URL", found.url)
        raise_alarm(replace(MOVED, status="no drift", unreadable={}))
    assert found.taken == []
