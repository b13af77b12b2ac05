"""What `POST /predict` answers."""

import asyncio
import json
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from predictor.prediction import MOST_WAITING
from predictor.scorer import Explanation, Row, Scores
from tests.predictor.calling import (
    CHUNK_ROWS,
    DIGEST,
    ROW,
    AgeScorer,
    acall,
    application,
    call,
    description,
    predict,
    served,
)


def test_rows_are_predicted_in_their_order() -> None:
    """Each row gets a label, and a probability of every class in the order of the classes."""
    rows = [{"age": 30, "city": "Oslo"}, {"age": 75, "city": None}]
    answer = predict(application(), {"rows": rows})
    assert answer.status == 200
    assert answer.json() == {
        "model": "churn",
        "version": "1",
        "digest": DIGEST,
        "predictions": ["no", "yes"],
        "classes": ["no", "yes"],
        "probabilities": [[0.7, 0.3], [0.25, 0.75]],
    }


def test_rows_may_come_alone() -> None:
    """A list of records is the rows."""
    assert predict(application(), [ROW]).json()["predictions"] == ["no"]


def test_a_threshold_decides_from_which_probability_on() -> None:
    """The second class is predicted from the threshold on, and the probabilities stay."""
    asked = {"rows": [{"age": 30, "city": ""}, {"age": 29, "city": ""}], "threshold": 0.3}
    answer = predict(application(), asked).json()
    assert answer["predictions"] == ["yes", "no"]
    assert answer["probabilities"][0] == [0.7, 0.3]


def test_a_threshold_is_for_two_classes() -> None:
    """A model of numbers refuses it."""
    regression = served(description=replace(description(), task="regression", classes=None))
    answer = predict(application(regression), {"rows": [ROW], "threshold": 0.3})
    assert (answer.status, answer.json()["code"]) == (422, "unsupported")


def test_an_explanation_names_what_each_column_adds() -> None:
    """On wish there is one for each row."""
    answer = predict(application(), {"rows": [ROW], "explain": True}).json()
    explained = {"label": "yes", "unit": "probability", "base": 0.0}
    assert answer["explanations"] == [{**explained, "contributions": {"age": 0.41, "city": 0.0}}]


def test_columns_of_the_training_table_that_the_model_does_not_read_may_be_there() -> None:
    """The target and a dropped column are ignored."""
    row = {**ROW, "churned": "yes", "customer": "0042"}
    assert predict(application(), [row]).json()["predictions"] == ["no"]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({**ROW, "agee": 1}, "agee"),
        ({"age": 41}, "city"),
        ({**ROW, "age": "old"}, "age"),
        ({**ROW, "age": [41]}, "age"),
        ("41", None),
    ],
)
def test_a_row_that_the_model_does_not_take_is_named(row: Any, column: str | None) -> None:
    """An unknown column, a missing one and a wrong value are refused by column and row."""
    answer = predict(application(), [ROW, row])
    told = answer.json()
    assert (answer.status, told["code"]) == (422, "refused_row")
    assert (told["column"], told["row"]) == (column, 2)
    assert "row 2" in told["error"]


def test_a_refused_row_far_down_is_named_by_its_own_number() -> None:
    """Rows are scored in parts, and counted from the first of the request."""
    rows = [ROW] * CHUNK_ROWS + [ROW, {**ROW, "age": None}]
    told = predict(application(), rows).json()
    assert told["row"] == CHUNK_ROWS + 2
    assert told["error"] == f"age is None in row {CHUNK_ROWS + 2:,}."


@pytest.mark.parametrize(
    "content",
    [
        *(b"{", b"NaN", b"[]", b"7", b"", b"\xff", b'{"rows": {}}', b'{"rows": []}'),
        *(b'{"rows": [{}], "row": 1}', b'[{"age": NaN, "city": ""}]'),
        *(b'{"rows": [{}], "threshold": 2}', b'{"rows": [{}], "threshold": true}'),
        b'{"rows": [{}], "explain": 1}',
    ],
)
def test_what_is_no_request_is_refused(content: bytes) -> None:
    """A body of another form ends in one message."""
    answer = predict(application(), content)
    assert (answer.status, answer.json()["code"]) == (400, "invalid_request")


def test_a_body_must_be_said_to_be_json() -> None:
    """What a form of a web page can send is refused."""
    assert predict(application(), [ROW], content_type="text/plain").status == 415


def test_rows_and_bytes_are_bounded() -> None:
    """One row or one byte too many is refused, whether the length was told or not."""
    app = application(max_rows=2, max_bytes=1_024)
    assert predict(app, [ROW] * 3).status == 413
    assert predict(app, b" " * 1_025).status == 413
    told = predict(app, b"[", content_length="1025")
    assert (told.status, told.headers["connection"]) == (413, "close")


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b'[{"age": 1, "city": "", "age": 2}]', "age"),
        (b'[{"age" : 1, "city": "", "\\u0061ge" :2}]', "age"),
        (b'{"rows": [], "rows": [{"age": 1, "city": ""}]}', "rows"),
        (b'[{"age": 1, "city": "a \\": b", "age": 2}]', "age"),
    ],
)
def test_a_column_that_stands_twice_is_named(body: bytes, name: str) -> None:
    """Which of its values is meant cannot be known; so it is with every other field."""
    answer = predict(application(), body)
    assert (answer.status, answer.json()["code"]) == (400, "invalid_request")
    assert f"{name!r} stands twice" in answer.json()["error"]


def test_texts_that_look_like_keys_are_none() -> None:
    """A colon within a text, and a quotation mark before it, make no column of it."""
    for city in ("12:30", ':"', '": ":', '"age":'):
        assert predict(application(), [{"age": 1, "city": city}] * 2).status == 200
    deep = b'[{"age": 1, "city": ":", "x": ' + b"[" * 1_000 + b'":"' + b"]" * 1_000 + b"}]"
    assert predict(application(), deep).status in (400, 422)


def test_a_message_shows_the_beginning_of_a_long_value() -> None:
    """Who sends a document gets no document back, wherever in the request it was."""
    long = "x" * 100_000
    for content in (
        [{**ROW, long: 1}],
        {"rows": [ROW], long: 1},
        {"rows": [ROW], "explain": long},
        {"rows": [ROW], "threshold": long},
        f'[{{"{long}": 1, "{long}": ":"}}]'.encode(),
    ):
        answer = predict(application(), content)
        assert answer.status in (400, 422)
        assert len(answer.body) < 1_000
    for tensor in (
        {"name": long},
        {"name": long, "datatype": "BYTES", "shape": [1], "data": [1]},
        {"name": "age", "datatype": long},
        {"name": "age", "datatype": "INT8", "shape": [long]},
        {"name": "age", "datatype": "INT8", "shape": [1], "data": [long]},
    ):
        answer = call(application(), "POST", "/v2/models/churn/infer", {"inputs": [tensor]})
        assert answer.status in (400, 422)
        assert len(answer.body) < 1_000


class SlowExplainer(AgeScorer):
    """A fake that takes a while for each explanation."""

    def __init__(self) -> None:
        self.explained = 0

    def explain(self, rows: Sequence[Row]) -> Sequence[Explanation]:
        """Wait, and explain."""
        self.explained += len(rows)
        time.sleep(0.06)
        return super().explain(rows)


def test_an_explanation_whose_time_is_over_ends_between_two_rows() -> None:
    """What nobody waits for any more uses no processor, also where it has not begun."""
    scorer = SlowExplainer()
    app = application(served(scorer=scorer), request_seconds=0.1)
    body = json.dumps({"rows": [ROW] * 10, "explain": True}).encode()

    async def two() -> list[int]:
        calls = [acall(app, "POST", "/predict", [body]) for _ in range(2)]
        return [answer.status for answer in await asyncio.gather(*calls)]

    assert asyncio.run(two()) == [503, 503]
    assert scorer.explained <= 2


def test_explained_rows_are_bounded() -> None:
    """An explanation costs more than a prediction: there are fewer of them."""
    app = application(max_explained_rows=1)
    assert predict(app, {"rows": [ROW] * 2, "explain": True}).status == 413


def test_a_body_that_does_not_arrive_is_not_waited_for() -> None:
    """Who sends half of a body is answered when the time is over."""
    app = application(request_seconds=0.05)
    unknown = {"transfer-encoding": "chunked"}
    answer = asyncio.run(acall(app, "POST", "/predict", [b"[", None], unknown))
    assert (answer.status, answer.json()["code"]) == (408, "too_slow")
    assert answer.headers["connection"] == "close"


class HeldScorer(AgeScorer):
    """A fake that scores when it is let."""

    def __init__(self) -> None:
        self.let = threading.Event()

    def score(self, rows: Sequence[Row]) -> Scores:
        """Wait, and score."""
        self.let.wait(10)
        return super().score(rows)


def test_a_request_that_takes_too_long_ends() -> None:
    """Between two parts of its rows the clock is looked at."""
    scorer = HeldScorer()
    app = application(served(scorer=scorer), request_seconds=0.1)
    threading.Timer(0.2, scorer.let.set).start()
    answer = predict(app, [ROW] * (CHUNK_ROWS + 1))
    assert (answer.status, answer.json()["code"]) == (503, "too_late")
    assert answer.headers["retry-after"] == "1"


def test_more_than_can_be_done_is_refused_at_once() -> None:
    """Large requests that would wait for many others are told so; small ones go on."""
    scorer = HeldScorer()
    app = application(served(scorer=scorer, inline_rows=0))

    async def many() -> list[int]:
        calls = [
            asyncio.create_task(acall(app, "POST", "/predict", [b'[{"age":1,"city":""}]']))
            for _ in range(MOST_WAITING + 2)
        ]
        await asyncio.sleep(0)
        while sum(call.done() for call in calls) < 2:
            await asyncio.sleep(0.001)
        scorer.let.set()
        return [(await call).status for call in calls]

    assert sorted(asyncio.run(many())) == [200] * MOST_WAITING + [503] * 2


class FailingScorer(AgeScorer):
    """A fake that has a fault."""

    def score(self, rows: Sequence[Row]) -> Scores:
        """Fail."""
        raise KeyError("a secret of a row")


def test_a_fault_of_the_server_tells_the_caller_nothing_of_it() -> None:
    """The log has it, the answer the request's id."""
    answer = predict(application(served(scorer=FailingScorer())), [ROW], x_request_id="r-1")
    assert answer.status == 500
    assert b"secret" not in answer.body
    assert answer.headers["x-request-id"] == "r-1"
