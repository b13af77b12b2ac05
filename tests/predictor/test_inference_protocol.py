"""The Open Inference Protocol, version 2."""

import json
import struct
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from tests.environments import environment
from tests.predictor.calling import DIGEST, Answered, application, call
from tests.predictor.running import RunningPredictor

LOCK: Final = Path(__file__).with_name("requirements-kserve.lock")
INFER: Final = "/v2/models/churn/infer"
AGE: Final = {"name": "age", "datatype": "INT64", "shape": [2], "data": [30, 75]}
CITY: Final = {"name": "city", "datatype": "BYTES", "shape": [2, 1], "data": [["Oslo"], [None]]}


def infer(content: Any, **settings: Any) -> Answered:
    """Ask for predictions of tensors."""
    return call(application(**settings), "POST", INFER, content)


def binary(inputs: list[dict[str, Any]], behind: bytes, length: str | None = None) -> Answered:
    """Send tensors whose values stand behind the JSON."""
    head = json.dumps({"inputs": inputs}).encode()
    headers = {"content_type": "application/octet-stream"}
    headers["inference_header_content_length"] = length or str(len(head))
    return call(application(), "POST", INFER, head + behind, **headers)


def test_a_tensor_for_each_column_is_predicted() -> None:
    """Predictions and probabilities come back as tensors, with the names of the classes."""
    answer = infer({"id": "mine", "inputs": [AGE, CITY]})
    assert answer.status == 200
    assert answer.json() == {
        "model_name": "churn",
        "model_version": "1",
        "id": "mine",
        "parameters": {"digest": DIGEST},
        "outputs": [
            {"name": "predictions", "datatype": "BYTES", "shape": [2], "data": ["no", "yes"]},
            {
                "name": "probabilities",
                "datatype": "FP64",
                "shape": [2, 2],
                "data": [0.7, 0.3, 0.25, 0.75],
                "parameters": {"classes": ["no", "yes"]},
            },
        ],
    }


def test_the_outputs_that_are_wished_come_back() -> None:
    """Another one is refused."""
    content = {"inputs": [AGE, CITY], "outputs": [{"name": "probabilities"}]}
    assert [each["name"] for each in infer(content).json()["outputs"]] == ["probabilities"]
    assert infer({**content, "outputs": [{"name": "logits"}]}).status == 400


def test_a_threshold_is_a_parameter() -> None:
    """It decides as in /predict."""
    content = {"inputs": [AGE, CITY], "parameters": {"threshold": 0.3}}
    assert infer(content).json()["outputs"][0]["data"] == ["yes", "yes"]


def test_bytes_behind_the_json_are_tensors() -> None:
    """Numbers are little-endian, and texts stand after their lengths."""
    age = {**AGE, "data": None, "parameters": {"binary_data_size": 16}}
    city = {**CITY, "data": None, "parameters": {"binary_data_size": 12}}
    texts = struct.pack("<I", 4) + b"Oslo" + struct.pack("<I", 0)
    answer = binary([age, city], struct.pack("<2q", 30, 75) + texts)
    assert answer.json()["outputs"][0]["data"] == ["no", "yes"]


@pytest.mark.parametrize(
    ("inputs", "behind"),
    [
        ([{**AGE, "data": None, "parameters": {"binary_data_size": 15}}, CITY], b"x" * 15),
        ([{**AGE, "data": None, "parameters": {"binary_data_size": 16}}, CITY], b"x" * 15),
        ([{**AGE, "data": None}, CITY], b""),
        ([AGE, {**CITY, "data": None, "parameters": {"binary_data_size": 3}}], b"\0\0\0"),
        ([AGE, {**CITY, "data": None, "parameters": {"binary_data_size": 5}}], b"\4\0\0\0O"),
        ([AGE, {**CITY, "data": None, "parameters": {"binary_data_size": 12}}], b"\0" * 12),
    ],
)
def test_bytes_that_are_no_tensor_are_refused(inputs: list[Any], behind: bytes) -> None:
    """Too few bytes, too many, and half a value end in one message."""
    answer = binary(inputs, behind)
    assert (answer.status, answer.json()["code"]) == (400, "invalid_request")


@pytest.mark.parametrize("length", ["-1", "x", "9" * 30])
def test_a_length_that_is_none_is_refused(length: str) -> None:
    """The header says how many bytes are JSON."""
    assert binary([AGE, CITY], b"", length).status == 400


@pytest.mark.parametrize(
    "content",
    [
        {"inputs": []},
        {"inputs": [AGE, {**CITY, "shape": [3]}]},
        {"inputs": [AGE, {**CITY, "shape": [1, 2]}]},
        {"inputs": [AGE, {**CITY, "datatype": "TEXT"}]},
        {"inputs": [AGE, AGE, CITY]},
        {"inputs": [AGE, {**CITY, "shape": [1], "data": ["Oslo"]}]},
        {"inputs": [AGE, CITY], "parameters": {"threshold": 7}},
        {"inputs": [AGE, CITY], "parameters": {"explain": True}},
        [],
    ],
)
def test_what_is_no_table_of_tensors_is_refused(content: Any) -> None:
    """The message says what a request has."""
    answer = infer(content)
    assert (answer.status, answer.json()["code"]) == (400, "invalid_request")


def test_a_value_of_another_datatype_is_named() -> None:
    """So are a column too much and one too few."""
    for inputs, column, row in (
        ([{**AGE, "data": [30, "75"]}, CITY], "age", 2),
        ([AGE], "city", 1),
        ([AGE, CITY, {**AGE, "name": "agee"}], "agee", 1),
    ):
        told = infer({"inputs": inputs}).json()
        assert (told["code"], told["column"], told["row"]) == ("refused_row", column, row)


@pytest.mark.parametrize(
    ("datatype", "value"),
    [("UINT8", 300), ("UINT8", -1), ("INT8", -129), ("UINT64", -1), ("FP16", 1e6), ("FP32", 1e39)],
)
def test_a_number_that_its_datatype_cannot_have_is_named(datatype: str, value: float) -> None:
    """In JSON nothing else bounds it."""
    told = infer({"inputs": [{**AGE, "datatype": datatype, "data": [None, value]}, CITY]}).json()
    assert (told["code"], told["column"], told["row"]) == ("refused_row", "age", 2)
    assert datatype in told["error"]


def test_a_byte_that_is_no_boolean_is_named() -> None:
    """Of BOOL there are two."""
    age = {**AGE, "datatype": "BOOL", "data": None, "parameters": {"binary_data_size": 2}}
    told = binary([age, CITY], b"\1\7").json()
    assert (told["code"], told["column"], told["row"]) == ("refused_row", "age", 2)
    assert "0x07" in told["error"]


def test_rows_of_tensors_are_bounded() -> None:
    """By their shape, before their values are looked at."""
    assert infer({"inputs": [AGE, CITY]}, max_rows=1).status == 413


def test_kserves_own_client_is_answered(
    running: RunningPredictor, examples: dict[str, list[Any]]
) -> None:
    """Health, readiness, and predictions of tensors in JSON and as bytes, by the real client."""
    rows = [dict(examples["rows"][0]) for _ in range(2)]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    python = environment("kserve-0.21.0", LOCK) / "bin" / "python"
    wish = {"url": running.url, "model": "strikes", "columns": columns}
    done = subprocess.run(
        [python, Path(__file__).with_name("using_kserve.py")],
        input=json.dumps(wish),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["live"], told["ready"], told["model_ready"]) == (True, True, True)
    assert told["other_ready"] is False
    assert told["json"] == told["binary"]
    assert told["json"]["id"] == "mine"
    assert told["json"]["outputs"]["predictions"] == [examples["predictions"][0]] * 2
    assert told["json"]["outputs"]["probabilities"][1] == pytest.approx(
        examples["probabilities"][0]
    )
    assert "lacks the column" in told["refused"]
