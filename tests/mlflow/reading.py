"""Run where this package is not installed: read models from our registry as MLflow's users do.

`python reading.py URL MODEL ROWS`; the token is in MLFLOW_TRACKING_TOKEN.
"""

import json
import os
import sys
from collections.abc import Callable
from typing import Any

import mlflow
import pandas as pd
import polars as pl
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException


def main() -> None:
    """Print predictions by the address of the model, and what clients are told."""
    url, name, path = sys.argv[1:]
    mlflow.set_tracking_uri(url)
    mlflow.set_registry_uri(url)
    rows = pd.DataFrame(pl.read_parquet(path).to_dict(as_series=False))
    told: dict[str, Any] = {}
    for address in (f"models:/{name}@champion", f"models:/{name}/1", f"models:/{name}/latest"):
        told[address] = list(mlflow.pyfunc.load_model(address).predict(rows))
    client = MlflowClient()
    told["aliases"] = client.get_registered_model(name).aliases
    told["models"] = [model.name for model in client.search_registered_models()]
    told["versions"] = [v.version for v in client.search_model_versions(f"name='{name}'")]
    told["create"] = refusal(lambda: client.create_registered_model("mine"))
    os.environ["MLFLOW_TRACKING_TOKEN"] = "nobody-knows-this-token"
    told["unknown"] = refusal(lambda: client.get_registered_model(name))
    print(json.dumps(told))


def refusal(ask: Callable[[], object]) -> str:
    """Return what a client says of what it may not do."""
    try:
        return f"answered: {ask()}"
    except MlflowException as error:
        return str(error)


if __name__ == "__main__":
    main()
