"""Bodies that nobody would send on purpose."""

import json
import struct
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from predictor.fetching import from_folder
from predictor.versions import ServedVersion, open_version
from tests.predictor.calling import ROW, application, call, predict

APP: Final = application(max_rows=50)
JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
NAMES: Final = st.sampled_from([*ROW, "churned", "rows", "inputs", "x"])
ROWS: Final = st.lists(st.dictionaries(NAMES, JSON, max_size=4), max_size=4)
TENSORS: Final = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "name": NAMES | JSON,
            "datatype": st.sampled_from(["BYTES", "INT64", "FP32", "BOOL", "X"]) | JSON,
            "shape": st.lists(st.integers(-1, 3), max_size=3) | JSON,
            "data": st.lists(JSON, max_size=3) | JSON,
            "parameters": st.dictionaries(
                st.just("binary_data_size"), st.integers(-1, 20) | JSON, max_size=1
            )
            | JSON,
        },
    ),
    max_size=3,
)
ANSWERS: Final = (200, 400, 413, 422)


@settings(max_examples=80, deadline=None)
@given(
    st.binary(max_size=50)
    | JSON.map(json.dumps).map(str.encode)
    | st.fixed_dictionaries({"rows": ROWS}, optional={"threshold": JSON, "explain": JSON})
    .map(json.dumps)
    .map(str.encode)
)
def test_whatever_is_sent_to_predict_is_answered(body: bytes) -> None:
    """It is a prediction, or a refusal that says why: never a fault of the server."""
    answer = call(APP, "POST", "/predict", body)
    assert answer.status in ANSWERS
    assert answer.status == 200 or answer.json()["error"]


@settings(max_examples=80, deadline=None)
@given(
    st.fixed_dictionaries(
        {"inputs": TENSORS}, optional={"outputs": JSON, "parameters": JSON, "id": JSON}
    ),
    st.binary(max_size=24) | st.integers(0, 2**32 - 1).map(lambda n: struct.pack("<I", n)),
    st.sampled_from([None, "0", "10", "1000000"]),
)
def test_whatever_is_sent_to_infer_is_answered(
    content: dict[str, Any], behind: bytes, length: str | None
) -> None:
    """Tensors that are none, and bytes that belong to none, are refused."""
    head = json.dumps(content).encode()
    answer = call(
        APP,
        "POST",
        "/v2/models/churn/infer",
        head + behind,
        content_type="application/octet-stream",
        inference_header_content_length=length or str(len(head)),
    )
    assert answer.status in ANSWERS
    assert answer.status == 200 or answer.json()["error"]


@pytest.fixture(name="version", scope="module")
def a_real_version(folder: Path) -> ServedVersion:
    """A model with a date, texts and numbers."""
    return open_version(from_folder(folder, None, None))


@settings(max_examples=80, deadline=None)
@given(values=st.lists(JSON.filter(lambda value: value == value), min_size=10, max_size=10))
def test_whatever_a_row_holds_is_answered(version: ServedVersion, values: list[Any]) -> None:
    """A real plan predicts the row, or names the column that could not have had its value."""
    row = dict(zip(version.example, values, strict=True))
    answer = predict(application(version), json.dumps([row], allow_nan=True).encode())
    assert answer.status in (200, 400, 422)
    if answer.status == 422:
        assert answer.json()["column"] in row
