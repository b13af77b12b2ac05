"""Run where this package is not installed: load models as MLflow does, and tell what they predict.

`python predicting.py TABLE MODEL …` prints one JSON object by the path of the model.
"""

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
import polars as pl


def main() -> None:
    """Print labels, probabilities and what the input example gives, by model."""
    told: dict[str, Any] = {"own": import_module("components").MINE}
    for path in map(Path, sys.argv[1:]):
        rows = pd.DataFrame(pl.read_parquet(path / "rows.parquet").to_dict(as_series=False))
        model = mlflow.pyfunc.load_model(str(path / "model"))
        told[path.name] = {
            "predict": list(model.predict(rows)),
            "raw": list(model.get_raw_model().predict(rows)),
            "example": list(model.predict(model.input_example)),
            "types": {
                name: str(kind)
                for name, kind in model.metadata.get_input_schema().input_types_dict().items()
            },
        }
        if model.metadata.get_params_schema() is not None:
            wish = {"predict_method": "predict_proba"}
            probable = model.predict(rows, params=wish)
            told[path.name]["probable"] = probable.to_dict(orient="split")
    told["ours"] = [name for name in sys.modules if name.startswith("components.")]
    print(json.dumps(told))


if __name__ == "__main__":
    main()
