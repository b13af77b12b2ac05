"""The server as a process."""

import http.client
import json
import math
import re
import socket
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import polars as pl
import pytest

from predictor.examples import FILE
from tests.predictor.changing import with_file
from tests.predictor.running import RunningPredictor, ended, running_predictor

Examples = dict[str, list[Any]]


def _connection(running: RunningPredictor) -> socket.socket:
    at = urlsplit(running.url)
    return socket.create_connection((str(at.hostname), at.port or 0), timeout=20)


def test_it_predicts_what_the_pipeline_does(running: RunningPredictor, examples: Examples) -> None:
    """Over HTTP the same numbers come out as where the model was trained."""
    status, told = running.call("POST", "/predict", {"rows": examples["rows"]})
    assert status == 200
    assert told["predictions"] == examples["predictions"]
    assert told["probabilities"] == [pytest.approx(each) for each in examples["probabilities"]]


def test_an_explanation_adds_up_to_the_prediction(
    running: RunningPredictor, examples: Examples
) -> None:
    """Base and contributions of the columns are the log-odds of what is predicted."""
    status, told = running.call("POST", "/predict", {"rows": examples["rows"][:1], "explain": True})
    assert status == 200
    (explained,) = told["explanations"]
    assert explained["unit"] == "log-odds"
    log_odds = explained["base"] + sum(explained["contributions"].values())
    assert 1 / (1 + math.exp(-log_odds)) == pytest.approx(told["probabilities"][0][1], abs=1e-9)


def test_a_text_that_is_no_number_is_named(running: RunningPredictor, examples: Examples) -> None:
    """One wrong value among many rows is refused, where a batch job counts it as missing."""
    rows = [dict(row) for row in examples["rows"] * 10]
    rows[7]["speed_knots"] = "fast"
    status, told = running.call("POST", "/predict", rows)
    assert (status, told["column"], told["row"]) == (422, "speed_knots", 8)


def test_a_head_without_an_end_is_refused(running: RunningPredictor) -> None:
    """Headers are bounded before anything is known of the request."""
    with _connection(running) as strange:
        strange.sendall(b"GET /v2 HTTP/1.1\r\n" + b"x: y\r\n" * 20_000)
        assert strange.recv(100).split()[1] in (b"431", b"400")


def test_an_endless_body_is_refused(running: RunningPredictor) -> None:
    """A body in chunks of which nobody knows the end is read up to its bound."""
    with _connection(running) as strange:
        head = b"POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        strange.sendall(head + b"transfer-encoding: chunked\r\n\r\n")
        chunk = b"%x\r\n" % (1 << 20) + b" " * (1 << 20) + b"\r\n"
        with pytest.raises(ConnectionError):
            strange.sendall(chunk * 100)
    assert running.call("GET", "/v2/health/ready")[0] == 200


def test_a_body_that_is_too_large_is_answered_to_who_sends_before_he_listens(
    running: RunningPredictor,
) -> None:
    """Python's own client writes all of its 9 MB, and then reads what is said of it."""
    at = urlsplit(running.url)
    connection = http.client.HTTPConnection(str(at.hostname), at.port, timeout=20)
    connection.request("POST", "/predict", b" " * 9_000_000, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["code"]) == (413, "too_large")
    connection.close()


def test_a_long_value_is_not_echoed(running: RunningPredictor, examples: Examples) -> None:
    """A megabyte that is no date is refused in a line."""
    row = {**examples["rows"][0], "flight_date": "x" * 1_000_000}
    status, told = running.call("POST", "/predict", [row])
    assert (status, told["column"], told["row"]) == (422, "flight_date", 1)
    assert len(told["error"]) < 400


def test_a_slow_body_holds_nothing(folder: Path, examples: Examples) -> None:
    """Who sends a byte and no more is answered 408 and disconnected; others are served."""
    limits = {"PREDICTOR_REQUEST_SECONDS": "0.5"}
    with running_predictor("--folder", str(folder), environment=limits) as running:
        slow = [_connection(running) for _ in range(50)]
        for each in slow:
            head = b"POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n"
            each.sendall(head + b"content-type: application/json\r\n\r\n[")
        assert running.call("POST", "/predict", examples["rows"])[0] == 200
        for each in slow:
            assert each.recv(1_000).split()[1] == b"408"
            assert each.recv(1) == b""
            each.close()


def test_requests_that_run_are_finished_when_it_is_asked_to_stop(
    folder: Path, examples: Examples, tmp_path: Path
) -> None:
    """SIGTERM loses no request that was begun, and none of the rows that wait for the log."""
    log = {"PREDICTION_LOG": str(tmp_path), "PREDICTION_LOG_SECONDS": "3600"}
    with running_predictor("--folder", str(folder), environment=log) as running:
        at = urlsplit(running.url)
        connection = http.client.HTTPConnection(str(at.hostname), at.port, timeout=20)
        body = json.dumps(examples["rows"][1:]).encode()
        connection.putrequest("POST", "/predict")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body[:10])
        time.sleep(0.2)
        running.process.terminate()
        time.sleep(0.2)
        connection.send(body[10:])
        predictions = json.loads(connection.getresponse().read())["predictions"]
        assert predictions == examples["predictions"][1:]
        assert running.process.wait(20) == 0
    assert len(_logged(tmp_path)) == len(examples["rows"]) - 1


def test_rows_that_were_told_to_be_written_outlive_the_process(
    folder: Path, examples: Examples, tmp_path: Path
) -> None:
    """Whatever `written` counted when the server was killed is in files that can be read."""
    log = {"PREDICTION_LOG": str(tmp_path), "PREDICTION_LOG_SECONDS": "0.01"}
    with running_predictor("--folder", str(folder), environment=log) as running:
        written = 0
        for _ in range(50):
            running.call("POST", "/predict", examples["rows"][1:])
            written = _written(running)
        running.process.kill()
        running.process.wait(20)
    assert 0 < written <= len(_logged(tmp_path)) <= 50 * len(examples["rows"])


def _written(running: RunningPredictor) -> int:
    page = running.call("GET", "/metrics")[1].decode()
    found = re.search(r'^predictor_log_rows_total{outcome="written"} (.+)$', page, re.MULTILINE)
    assert found
    return int(float(found[1]))


def _logged(folder: Path) -> pl.DataFrame:
    return pl.read_parquet(folder / "predictions" / "**" / "*.parquet")


def test_a_version_that_does_not_reproduce_its_examples_never_listens(
    folder: Path, examples: Examples, tmp_path: Path
) -> None:
    """It ends with one message that names version, example and remedy."""
    other = json.loads(json.dumps(examples))
    other["probabilities"][3][0] += 2e-9
    changed = with_file(folder, tmp_path / "strikes", FILE, json.dumps(other))
    code, said = ended("--folder", str(changed))
    assert code == 1
    assert said.count("error:") == 1
    assert "example 4" in said
    assert "Traceback" not in said


def test_a_port_that_is_taken_is_named(running: RunningPredictor, folder: Path) -> None:
    """It ends before a model is loaded."""
    taken = running.url.rpartition(":")[2]
    code, said = ended("--folder", str(folder), "--port", taken)
    assert code == 2
    assert f"port {taken}" in said
