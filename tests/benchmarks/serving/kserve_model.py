"""KServe's Python server with a model of ours: `python kserve_model.py FOLDER PORT`.

Run in an environment that has KServe, and nothing of this package but what is in the folder.
"""

import sys
from pathlib import Path
from typing import Any

import pandas as pd
from kserve import Model, ModelServer
from loading import load


class Tabular(Model):  # type: ignore[misc]
    """Predicts records."""

    def __init__(self, folder: Path) -> None:
        super().__init__("model")
        self._pipeline = load(folder)
        self.ready = True

    def predict(
        self, payload: dict[str, Any], headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Return the probabilities of records."""
        del headers
        frame = pd.DataFrame.from_records(payload["instances"])
        return {"predictions": self._pipeline.predict_proba(frame).tolist()}


if __name__ == "__main__":
    ModelServer(http_port=int(sys.argv[2]), enable_grpc=False, workers=1).start(
        [Tabular(Path(sys.argv[1]))]
    )
