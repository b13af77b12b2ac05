"""Run inside a client's environment: all that people do with it, told as one JSON object."""

import json
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlparse

from model_registry import ModelRegistry

from tests.registry_service.stock_clients import (
    artifacts,
    experiments,
    models,
    pages,
    serving,
    uploads,
)


def main() -> None:
    """Print what each part of the session saw, or the error that ended it."""
    wish: Mapping[str, Any] = json.loads(sys.argv[1])
    parts: dict[str, Callable[[Any, Mapping[str, Any]], Any]] = {
        "models": models.use,
        "registered": models.read,
        "pages": pages.use,
        "artifacts": artifacts.use,
        "serving": serving.use,
        "uploads": uploads.use,
    }
    if hasattr(ModelRegistry, "start_experiment_run"):
        parts["experiments"] = experiments.use
    told = {}
    for name, use in parts.items():
        port = urlparse(wish["url"]).port
        client = ModelRegistry("http://127.0.0.1", port, author="ada", is_secure=False)
        try:
            told[name] = use(client, {**wish, "name": f"{wish['name']}-{name}"})
        except Exception:
            told[name] = {"error": traceback.format_exc()}
    print("\n" + json.dumps(told))


if __name__ == "__main__":
    main()
