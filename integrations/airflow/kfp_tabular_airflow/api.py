"""KFP's REST API v2beta1: what a task asks of it, and what a trigger does."""

import json
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final, Self

import httpx

from kfp_tabular_airflow.errors import (
    ConflictError,
    UnexpectedAnswerError,
    UnreachableError,
    refusal,
)
from kfp_tabular_airflow.runs import Run
from kfp_tabular_airflow.server import Server

SUCCESS: Final = 200
PREFIX: Final = "/apis/v2beta1"
WHAT: Final = "Kubeflow Pipelines"


class Kfp:
    """One KFP, for tasks. Every failure is one of `kfp_tabular_airflow.errors`."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._client = server.client()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._client.close()

    def check(self) -> None:
        """See whether KFP answers."""
        self._ask("see how it is", "GET", "/healthz")

    def experiment_id(self, name: str) -> str:
        """Return the id of an experiment, which is created where there is none."""
        if found := self._find_experiment(name):
            return found
        body = _given(display_name=name, namespace=self.server.namespace)
        try:
            made = self._ask(f"create experiment {name}", "POST", "/experiments", body=body)
        except ConflictError:
            # Another task created it in between.
            if found := self._find_experiment(name):
                return found
            raise
        return str(made["experiment_id"])

    def find_run(self, experiment_id: str, name: str) -> Run | None:
        """Return the newest run of this name in an experiment; None if there is none."""
        query = {
            "experiment_id": experiment_id,
            "filter": _named(name),
            "page_size": "1",
            "sort_by": "created_at desc",
        }
        found = self._ask("list the runs", "GET", "/runs", query=query).get("runs")
        return Run.read(found[0]) if found else None

    def start_run(self, body: Mapping[str, Any]) -> Run:
        """Start a run of a pipeline."""
        return Run.read(self._ask("start the run", "POST", "/runs", body=body))

    def run(self, run_id: str) -> Run:
        """Look at a run."""
        return Run.read(self._ask(f"show run {run_id}", "GET", f"/runs/{run_id}"))

    def terminate(self, run_id: str) -> None:
        """End a run."""
        self._ask(f"end run {run_id}", "POST", f"/runs/{run_id}:terminate")

    def _find_experiment(self, name: str) -> str | None:
        query = _given(filter=_named(name), namespace=self.server.namespace)
        found = self._ask(f"find experiment {name}", "GET", "/experiments", query=query)
        experiments = found.get("experiments")
        return str(experiments[0]["experiment_id"]) if experiments else None

    def _ask(
        self,
        action: str,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        headers = self.server.headers()
        try:
            answer = self._client.request(
                method, PREFIX + path, params=query, json=body, headers=headers
            )
        except httpx.HTTPError as error:
            raise UnreachableError(WHAT, self.server.url, error) from error
        return content_of(answer, action, WHAT, self.server.url)


class AsyncKfp:
    """One KFP, for triggers, which share a thread and must not wait."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._client = server.async_client()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    async def run(self, run_id: str) -> Run:
        """Look at a run."""
        return Run.read(await self._ask(f"show run {run_id}", "GET", f"/runs/{run_id}"))

    async def terminate(self, run_id: str) -> None:
        """End a run."""
        await self._ask(f"end run {run_id}", "POST", f"/runs/{run_id}:terminate")

    async def _ask(self, action: str, method: str, path: str) -> dict[str, Any]:
        try:
            answer = await self._client.request(
                method, PREFIX + path, headers=self.server.headers()
            )
        except httpx.HTTPError as error:
            raise UnreachableError(WHAT, self.server.url, error) from error
        return content_of(answer, action, WHAT, self.server.url)


def content_of(answer: httpx.Response, action: str, what: str, url: str) -> dict[str, Any]:
    """Return the JSON of an answer.

    Args:
        answer: The answer.
        action: What was asked for, such as "start the run".
        what: What it should be that answers.
        url: Its address.

    Raises:
        RefusedError: It has another status than hoped for.
        UnexpectedAnswerError: It is no JSON object.
    """
    try:
        content = answer.json()
    except ValueError:
        content = None
    if answer.status_code != SUCCESS:
        raise refusal(action, url, answer.status_code, content or answer.text)
    if not isinstance(content, dict):
        raise UnexpectedAnswerError(what, url)
    return content


def _named(name: str) -> str:
    predicate = {"operation": "EQUALS", "key": "display_name", "stringValue": name}
    return json.dumps({"predicates": [predicate]})


def _given(**fields: str | None) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value is not None}
