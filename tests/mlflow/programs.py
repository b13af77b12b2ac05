"""MLflow's programs, from an environment of its own that has what our models need, and no more."""

from pathlib import Path
from typing import Final

from tests.environments import environment

VERSION: Final = "3.17.2"
LOCK: Final = Path(__file__).with_name("requirements.lock")

SETTINGS: Final = {
    # With its job workers, mlflow starts a process for each kind of job beside the server.
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
}


def mlflow_program(name: str) -> str:
    """Return a program of mlflow's environment, which is made when it is not there."""
    return str(environment(f"mlflow-{VERSION}", LOCK) / "bin" / name)
