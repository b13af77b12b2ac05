"""Requests of all kinds, made from our own OpenAPI description, against a running service."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.registry_service.api.test_registration import registration
from tests.registry_service.running import OURS, Caller, start_registry, upload

# For each operation, of requests of the right form and of a wrong one. They are the same in
# every run, unless a number is asked for: then they are others each time, to find more.
ASKED_FOR = os.environ.get("KFP_TABULAR_FUZZ_EXAMPLES")
EXAMPLES = int(ASKED_FOR or "6")
OPERATIONS = 100
# What half of the requests name in their path, so that they find something.
KNOWN = {"name": "fuzzed", "ref": "1", "alias": "champion", "version": "1"}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture
def filled_registry(stores: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """The URL of a registry with one of each resource: an id of 1 names something of every kind."""
    running = start_registry(tmp_path / "registry", **stores)
    try:
        fill(running.url)
        yield running.url
    finally:
        running.stop()


def fill(url: str) -> None:
    """Make one of each resource, and three versions."""
    ours, old = Caller(url, OURS), Caller(url, "/api/model_registry/v1alpha3")
    served = {"registeredModelId": "1", "servingEnvironmentId": "1", "name": "fuzzed"}
    for number in range(3):
        entry = {"path": "model.joblib", **upload(ours, f"fuzzed {number}".encode())}
        body = registration("fuzzed", [entry], aliases=["champion", "challenger"])
        status, made = ours("POST", "/register", body, Idempotency_Key=f"fuzzed-{number}")
        assert status == 201, made
    for path, resource in (
        ("/serving_environments", {"name": "fuzzed"}),
        ("/inference_services", served),
        ("/experiments", {"name": "fuzzed"}),
        ("/experiment_runs", {"experimentId": "1", "name": "fuzzed"}),
    ):
        status, made = old("POST", path, resource)
        assert status in (200, 201), made


def modes_of(operation: APIOperation[Any, Any, Any, Any]) -> list[GenerationMode]:
    """Return of which forms requests can be: no text in a path and no bytes are wrong."""
    typed = any(body.media_type == "application/json" for body in operation.body)
    return list(GenerationMode) if typed or operation.query else [GenerationMode.POSITIVE]


def test_every_request_has_an_answer_that_is_described(filled_registry: str) -> None:
    """No input makes the service fail, and every answer is one that its description names."""
    schema = schemathesis.openapi.from_url(f"{filled_registry}/openapi.json")
    answers: Counter[int] = Counter()
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    for operation in operations:
        for mode in modes_of(operation):

            @given(case=operation.as_strategy(generation_mode=mode), known=st.booleans())
            @settings(
                max_examples=EXAMPLES,
                deadline=None,
                database=None,
                derandomize=ASKED_FOR is None,
                phases=(Phase.explicit, Phase.generate),
                suppress_health_check=list(HealthCheck),
            )
            def ask(case: schemathesis.Case[Any], known: bool) -> None:
                if known and case.path_parameters:
                    case.path_parameters = {
                        name: KNOWN.get(name, "1") for name in case.path_parameters
                    }
                response = case.call()
                answers[response.status_code] += 1
                case.validate_response(response, checks=CHECKS)

            ask()
    print(f"{len(operations)} operations, {sum(answers.values())} requests: {dict(answers)}")
    assert len(operations) >= OPERATIONS
    assert {200, 400, 404} <= answers.keys()
