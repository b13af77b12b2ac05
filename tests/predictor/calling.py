"""An application that is called without a network, and the version that it serves there."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from components.shared.errors import RefusedValueError
from components.shared.models.description import ColumnProfile, InputColumn, ModelDescription
from predictor.app import Application
from predictor.figures import Figures
from predictor.prediction_log.log import PredictionLog
from predictor.scorer import Explanation, Row, Scores
from predictor.serving import Serving
from predictor.settings import Settings
from predictor.versions import Origin, ServedVersion
from predictor.web import Message, Scope

DIGEST = "d" * 64
CHUNK_ROWS = 1_000
HEADERS = {"content-type": "application/json", "host": "localhost"}
ROW = {"age": 41, "city": "Oslo"}


class AgeScorer:
    """A fake: the probability of yes is the age in percent, and that of an explanation too."""

    def score(self, rows: Sequence[Row]) -> Scores:
        """Return predictions of rows; an age that is no number is refused."""
        probabilities = []
        for number, row in enumerate(rows, 1):
            age = row["age"]
            if not isinstance(age, int):
                raise RefusedValueError(f"age is {age!r} in row {number:,}.", "age", number)
            probabilities.append([1 - age / 100, age / 100])
        labels = ["yes" if each[1] > 0.5 else "no" for each in probabilities]
        return Scores(labels, probabilities)

    def explain(self, rows: Sequence[Row]) -> Sequence[Explanation]:
        """Say that it is all the age."""
        return [
            Explanation("yes", "probability", 0.0, {"age": row["age"] / 100, "city": 0.0})
            for row in rows
        ]


def description() -> ModelDescription:
    """Return what `model.json` says of a model of two columns."""
    return ModelDescription(
        task="binary",
        estimator="hist_gradient_boosting",
        hyperparameters={},
        target="churned",
        classes=["no", "yes"],
        features=(InputColumn("age", "integer", False), InputColumn("city", "string", True)),
        seed=0,
        versions={},
        training_data={},
        profile={"churned": ColumnProfile("string", 0.0)},
        dropped_columns=({"name": "customer", "kind": "string", "reason": "an id"},),
    )


def served(version: str = "1", **changes: Any) -> ServedVersion:
    """Return a version that the fake scores where it is called."""
    made = ServedVersion(
        origin=Origin("churn", version, DIGEST, Path()),
        description=description(),
        scorer=AgeScorer(),
        scored_by="plan",
        inline_rows=16,
        chunk_rows=CHUNK_ROWS,
        example=ROW,
        examples=1,
        ignored=frozenset({"churned", "customer"}),
    )
    return replace(made, **changes)


def application(
    version: ServedVersion | None = None,
    *,
    prediction_log: PredictionLog | None = None,
    **settings: Any,
) -> Application:
    """Return an application that serves a version."""
    figures = Figures()
    serving = Serving(version or served(), figures)
    return Application(serving, Settings(**settings), figures, prediction_log)


@dataclass(frozen=True)
class Answered:
    """What was answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body, read."""
        return json.loads(self.body)


async def acall(
    app: Application,
    method: str,
    path: str,
    body: Sequence[bytes | None] = (b"",),
    headers: Mapping[str, str] | None = None,
) -> Answered:
    """Call an application with a body in parts; a part that is None never comes."""
    parts = list(body)
    answered: list[Message] = []

    async def receive() -> Message:
        part = parts.pop(0)
        if part is None:
            await asyncio.sleep(60)
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    async def send(message: Message) -> None:
        answered.append(message)

    given = [(k.encode(), v.encode()) for k, v in {**HEADERS, **(headers or {})}.items()]
    scope: Scope = {"type": "http", "method": method, "path": path, "headers": given}
    await app(scope, receive, send)
    start, end = answered
    named = {name.decode(): value.decode() for name, value in start["headers"]}
    return Answered(start["status"], named, end["body"])


def call(app: Application, method: str, path: str, content: Any = None, **headers: str) -> Answered:
    """Call an application with JSON, or with bytes as they are."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return asyncio.run(acall(app, method, path, [raw], named))


def predict(app: Application, content: Any, **headers: str) -> Answered:
    """Ask for predictions."""
    return call(app, "POST", "/predict", content, **headers)
