"""What both generations of the unmodified client do against a running service."""

import json
from typing import Any

import pytest
from minio import Minio as Client

from tests.minio_server import Minio
from tests.registry_service.api.test_registration import registration
from tests.registry_service.running import Caller, upload
from tests.registry_service.stock_clients.environments import (
    GENERATIONS,
    V1ALPHA3,
    call,
    python_of,
)
from tests.registry_service.stock_clients.sizes import LARGE, VERSIONS

BUCKET = "stock-clients"
NAMES = [str(number) for number in range(VERSIONS)]


@pytest.fixture(scope="module")
def bucket(minio: Minio) -> Client:
    """A client of the S3, with a bucket for what the sessions upload."""
    made = minio.client()
    # The module is visited anew for each pair of stores.
    if not made.bucket_exists(BUCKET):
        made.make_bucket(BUCKET)
    return made


@pytest.fixture(scope="module", params=GENERATIONS)
def told(
    request: pytest.FixtureRequest, registry_url: str, ours: Caller, minio: Minio, bucket: Client
) -> dict[str, Any]:
    """What a session of the client saw; each session has models of its own."""
    name = f"stock-{request.param}-{registry_url.rpartition(':')[2]}"
    entry = {"path": "model.joblib", **upload(ours, name.encode())}
    _, made = ours("POST", "/register", registration(name, [entry]), Idempotency_Key=name)
    wish = {
        "url": registry_url,
        "name": name,
        "registered": name,
        "s3": {
            "endpoint": minio.endpoint,
            "bucket": BUCKET,
            "access_key": minio.access_key,
            "secret_key": minio.secret_key,
        },
    }
    session = ["-W", "ignore", "-m", "tests.registry_service.stock_clients.session"]
    output = call([str(python_of(request.param)), *session, json.dumps(wish)])
    answer: dict[str, Any] = json.loads(output.splitlines()[-1])
    return answer | {"name": name, "digest": made["digest"], "generation": request.param}


def part(told: dict[str, Any], name: str) -> dict[str, Any]:
    """Return what one part of the session saw."""
    seen: dict[str, Any] = told[name]
    assert "error" not in seen, seen["error"]
    return seen


def test_models_are_registered_found_and_updated(told: dict[str, Any]) -> None:
    """What is written is read back; twice is refused, and so is a name that is too long."""
    given = {"accuracy": 0.5, "rows": 3, "ok": True, "note": "x", "label": ""}
    assert part(told, "models") == {
        "refused": "StoreError",
        "too_long": "BadRequestException",
        "model": ["changed", {"team": "", "size": 3}, "ada"],
        "registered": given,
        "updated": given | {"rows": 4},
        "artifact": ["s3://bucket/other", "onnx", "1", {"quantised": False}],
        "missing": [None, None],
        "by_external_id": f"{told['name']}-models-outside",
        "without_properties": None,
    }


def test_what_our_api_registered_is_seen(told: dict[str, Any]) -> None:
    """Model, version, model artifact, metrics, parameters and datasets are all there."""
    name = told["name"]
    assert part(told, "registered") == {
        "model": [name, "who leaves", "team"],
        "version": ["1", "ada", {"framework": "sklearn", "rows": 7}],
        "artifact": [name, f"registry://{name}/1", "sklearn", "run-1"],
        "digest": told["digest"],
        "metrics": {"roc_auc": 0.91, "log_loss": 0.3},
        "parameters": ["learning_rate", "loss", "max_depth", "warm"],
        "datasets": [["train", "d1"]],
    }


def test_lists_have_every_order_in_both_directions(told: dict[str, Any]) -> None:
    """Page by page nothing is missed or shown twice, and a pager can begin anew."""
    assert part(told, "pages") == {
        "by_id": NAMES,
        "by_creation": NAMES,
        "by_update": NAMES,
        "after_update": NAMES[::-1],
        "after_update_descending": NAMES,
        "pages": 3,
        "restarted": [*NAMES[:4], NAMES[0]],
        "newest_model": f"{told['name']}-pages",
        "model_once": [True, True],
    }


def test_artifacts_of_every_type(told: dict[str, Any]) -> None:
    """Each is made, changed, listed and found by a filter."""
    types = ["ModelArtifact", "DocArtifact", "DataSet", "Metric", "Parameter"]
    names = ["second", "doc", "data", "auc", "rate"]
    values = ["s3://second", "https://doc", "s3://data", 0.5, 0.1]
    assert part(told, "artifacts") == {
        "made": [list(row) for row in zip(types, names, values, strict=True)],
        "changed": [[True, "changed"]] * 5,
        "listed": ["ModelArtifact", *types],
        "of_models": [f"{told['name']}-artifacts", "second"],
        "found": [["auc", 0.5]],
        "metrics": ["auc"],
        "missing": None,
    }


def test_deployments(told: dict[str, Any]) -> None:
    """Serving environments and inference services, from all sides."""
    assert part(told, "serving") == {
        "service": ["online", "DEPLOYED", "mlserver"],
        "changed": ["UNDEPLOYED", "production"],
        "found": True,
        "place": True,
        "model": True,
        "version": True,
        "in_place": ["online", "shadow"],
        "serves": ["UNKNOWN", 1],
        "listed": True,
    }


def test_uploads_to_s3(told: dict[str, Any], minio: Minio, bucket: Client) -> None:
    """The client brings the files to the store, and the registry says where they are."""
    name = f"{told['name']}-uploads"
    seen = part(told, "uploads")
    query = f"endpoint={minio.endpoint}&defaultRegion=us-east-1"
    assert seen == {"registered": name, "uri": f"s3://{BUCKET}/{name}?{query}"}
    stored = bucket.list_objects(BUCKET, prefix=name, recursive=True)
    assert {item.object_name.rpartition("/")[2]: item.size for item in stored} == {
        "small.txt": 5,
        "large.bin": LARGE,
    }


def test_experiments_and_the_history_of_metrics(told: dict[str, Any]) -> None:
    """Runs with parameters, metrics and data; nested ones; five at once; every step of a metric."""
    if told["generation"] != V1ALPHA3:
        assert "experiments" not in told
        return
    assert part(told, "experiments") == {
        "logged": [5.75, 10, 4],
        "described": ["0", "of training"],
        "data": ["s3://data", "p"],
        "logs": ["data", "loss", "rate"],
        "run": None,
        "nested": True,
        "runs": True,
        "by_id": 2,
        "experiment": True,
        "history": {
            "steps": [4, 5, 6, 7],
            "some": [5, 7],
            "page": [2, True],
            "newest_first": [7, 6, 5, 4],
            "found": True,
            "ended": ["FINISHED", "9"],
        },
        "at_once": [5, [None] * 5],
    }
