"""Files brought to an S3 by the client itself, and registered."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from model_registry import ModelRegistry
from model_registry.utils import S3Params

from tests.registry_service.stock_clients.sizes import LARGE


def use(client: ModelRegistry, wish: Mapping[str, Any]) -> dict[str, Any]:
    """Upload a folder, register it, and return where the registry says that it is."""
    store = wish["s3"]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "small.txt").write_text("small")
        Path(folder, "large.bin").write_bytes(b"x" * LARGE)
        registered = client.upload_artifact_and_register_model(
            wish["name"],
            model_files_path=folder,
            version="1",
            model_format_name="onnx",
            model_format_version="1",
            upload_params=S3Params(
                store["bucket"],
                wish["name"],
                store["endpoint"],
                store["access_key"],
                store["secret_key"],
                "us-east-1",
            ),
        )
    artifact = client.get_model_artifact(wish["name"], "1")
    return {"registered": registered.name, "uri": artifact.uri}
