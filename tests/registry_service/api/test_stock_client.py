"""The unmodified `model-registry` client against a running service."""

import json
import subprocess
import sys

from tests.registry_service.api.test_registration import registration
from tests.registry_service.running import Caller, upload

# In a process of its own: the client patches the event loop of the whole process.
READ = """
import json, sys, warnings
warnings.simplefilter("ignore")
from urllib.parse import urlparse
from model_registry import ModelRegistry
url, name = sys.argv[1:]
client = ModelRegistry("http://127.0.0.1", urlparse(url).port, author="ada", is_secure=False)
model = client.get_registered_model(name)
version = client.get_model_version(name, "1")
artifact = client.get_model_artifact(name, "1")
listed = [item.name for item in client.get_registered_models().page_size(2)]
artifacts = client.async_runner(client._api.get_model_version_artifacts(version.id))
print(json.dumps({
    "model": [model.name, model.description, model.owner],
    "version": [version.name, version.author, version.custom_properties],
    "artifact": [artifact.name, artifact.uri, artifact.model_format_name,
                 artifact.model_source_id, artifact.custom_properties["digest"]],
    "listed": listed.count(name),
    "metrics": {item.name: item.value for item in artifacts if type(item).__name__ == "Metric"},
    "parameters": sorted(i.name for i in artifacts if type(i).__name__ == "Parameter"),
    "datasets": [[i.name, i.digest] for i in artifacts if type(i).__name__ == "DataSet"],
    "newest_first": [v.name for v in client.get_model_versions(name).order_by_id().descending()],
    "missing": client.get_registered_model(name + "-missing"),
}))
"""

WRITE = """
import json, sys, warnings
warnings.simplefilter("ignore")
from urllib.parse import urlparse
from model_registry import ModelRegistry
from model_registry.exceptions import StoreError
url, name = sys.argv[1:]
client = ModelRegistry("http://127.0.0.1", urlparse(url).port, author="ada", is_secure=False)
register = dict(uri="s3://bucket/model", model_format_name="onnx", model_format_version="1",
                version="v1", metadata={"accuracy": 0.5, "rows": 3, "ok": True, "note": "x"})
client.register_model(name, **register)
try:
    client.register_model(name, **register)
    twice = "accepted"
except StoreError:
    twice = "refused"
model = client.get_registered_model(name)
model.description = "changed"
client.update(model)
version = client.get_model_version(name, "v1")
version.custom_properties["rows"] = 4
client.update(version)
artifact = client.get_model_artifact(name, "v1")
artifact.uri = "s3://bucket/other"
client.update(artifact)
print(json.dumps({
    "twice": twice,
    "description": client.get_registered_model(name).description,
    "properties": client.get_model_version(name, "v1").custom_properties,
    "uri": client.get_model_artifact(name, "v1").uri,
}))
"""


def run(script: str, *arguments: str) -> dict[str, object]:
    """Run a script and return what it printed."""
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    answer: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return answer


def test_the_stock_client_reads_what_was_registered(
    ours: Caller, registry_url: str, unique: str
) -> None:
    """Model, version, model artifact, metrics, parameters and datasets are all visible to it."""
    entry = {"path": "model.joblib", **upload(ours, unique.encode())}
    _, made = ours("POST", "/register", registration(unique, [entry]), Idempotency_Key=unique)
    assert run(READ, registry_url, unique) == {
        "model": [unique, "who leaves", "team"],
        "version": ["1", "ada", {"framework": "sklearn", "rows": 7}],
        "artifact": [unique, f"registry://{unique}/1", "sklearn", "run-1", made["digest"]],
        "listed": 1,
        "metrics": {"roc_auc": 0.91, "log_loss": 0.3},
        "parameters": ["learning_rate", "loss", "max_depth", "warm"],
        "datasets": [["train", "d1"]],
        "newest_first": ["1"],
        "missing": None,
    }


def test_the_stock_client_registers_and_updates(
    ours: Caller, registry_url: str, unique: str
) -> None:
    """What it writes it reads back, and our API shows it with a number."""
    assert run(WRITE, registry_url, unique) == {
        "twice": "refused",
        "description": "changed",
        "properties": {"accuracy": 0.5, "rows": 4, "ok": True, "note": "x"},
        "uri": "s3://bucket/other",
    }
    _, shown = ours("GET", f"/models/{unique}/versions/latest")
    assert (shown["version"]["name"], shown["version"]["number"]) == ("v1", 1)
