"""The training with `--log-to-mlflow`, as a user runs it."""

import json
from pathlib import Path

from tests.components.model_folders import BIRD_STRIKES
from tests.pipelines.conftest import kfp_tabular
from tests.registry_service.running import free_port


def test_a_server_that_is_down_leaves_the_registration_standing(tmp_path: Path) -> None:
    """The run fails with one message that names step and server; the version is registered."""
    rows = BIRD_STRIKES.read_text("utf-8").splitlines(keepends=True)[:1_500]
    (tmp_path / "strikes.csv").write_text("".join(rows), "utf-8")
    server = f"http://127.0.0.1:{free_port()}"
    done = kfp_tabular(
        *("run", "training", "--source", "strikes.csv", "--target", "damaged"),
        *("--estimator", "hist_gradient_boosting"),
        *("--hyperparameters", '{"max_iter": 5}', "--log-to-mlflow"),
        folder=tmp_path,
        MLFLOW_TRACKING_URI=server,
        MLFLOW_HTTP_REQUEST_MAX_RETRIES="0",
    )
    assert done.exit_code == 1
    assert f"could not log to MLflow at {server}" in " ".join(done.errors.split())
    assert "Traceback" not in done.errors
    listed = kfp_tabular("registry", "list", "--json", folder=tmp_path).json()
    assert "strikes" in json.dumps(listed)
