"""The servers that are measured: ours, KServe's, MLServer's and MLflow's, each with one process."""

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.registry.servers import running
from tests.environments import ROOT, environment
from tests.mlflow.programs import SETTINGS, mlflow_program
from tests.registry_service.running import free_port

HERE: Final = Path(__file__).parent
KSERVE_LOCK: Final = ROOT / "tests" / "predictor" / "requirements-kserve.lock"
MLSERVER_LOCK: Final = HERE / "requirements-mlserver.lock"

ONE_THREAD: Final = {"OMP_NUM_THREADS": "1"}
"""What the other servers are given, as OpenMP's threads wait for each other on a machine that does
something else: with two of them, KServe answered a request a second here."""

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Started:
    """A server that runs.

    Attributes:
        port: Where.
        process: Its id.
    """

    port: int
    process: int


@dataclass(frozen=True)
class Peer:
    """A server, and how it is asked for probabilities.

    Attributes:
        name: Its name.
        path: Where requests go.
        body: Makes the JSON of a request of rows.
        start: Runs it on a model folder, with what it needs in another folder.
        prepare: Makes its environment, so that starting it does not.
    """

    name: str
    path: str
    body: Callable[[Rows], Any]
    start: Callable[[Path, Path], Any]
    prepare: Callable[[], object]


@contextmanager
def _ours(model: Path, folder: Path) -> Iterator[Started]:
    python, port = _our_python(), free_port()
    command = [str(python), "-m", "predictor", "--folder", str(model), "--model", "model"]
    settings = {"PYTHONPATH": str(ROOT), "PREDICTOR_LOG_LEVEL": "warning"}
    command += ["--port", str(port)]
    with running(command, port, "/v2/health/ready", folder / "ours.log", settings) as process:
        yield Started(port, process.pid)


@contextmanager
def _ours_with_sklearn(model: Path, folder: Path) -> Iterator[Started]:
    port = free_port()
    command = [sys.executable, "-m", "predictor", "--folder", str(model), "--port", str(port)]
    settings = {"PREDICTOR_LARGE_BATCHES": "scikit-learn", "PREDICTOR_LOG_LEVEL": "warning"}
    log = folder / "sklearn.log"
    with running(command, port, "/v2/health/ready", log, settings) as process:
        yield Started(port, process.pid)


@contextmanager
def _kserve(model: Path, folder: Path) -> Iterator[Started]:
    port = free_port()
    command = [str(_kserve_python()), str(HERE / "kserve_model.py"), str(model), str(port)]
    with running(command, port, "/v1/models/model", folder / "kserve.log", ONE_THREAD) as process:
        yield Started(port, process.pid)


@contextmanager
def _mlserver(model: Path, folder: Path) -> Iterator[Started]:
    home = folder / "mlserver"
    home.mkdir()
    for name in ("mlserver_model.py", "loading.py"):
        shutil.copy(HERE / name, home)
    port = free_port()
    # In the process that reads requests: handing them to another takes longer than predicting.
    settings = {"host": "127.0.0.1", "http_port": port, "parallel_workers": 0}
    settings |= {"grpc_port": free_port(), "metrics_port": free_port()}
    (home / "settings.json").write_text(json.dumps(settings))
    named = {"name": "model", "implementation": "mlserver_model.Tabular"}
    (home / "model-settings.json").write_text(
        json.dumps({**named, "parameters": {"uri": str(model)}})
    )
    command = [str(_mlserver_program()), "start", str(home)]
    ready, log = "/v2/models/model/ready", folder / "mlserver.log"
    with running(command, port, ready, log, {**ONE_THREAD, "PYTHONPATH": str(home)}) as process:
        yield Started(port, process.pid)


@contextmanager
def _mlflow(model: Path, folder: Path) -> Iterator[Started]:
    port = free_port()
    command = [mlflow_program("mlflow"), "models", "serve", "-m", str(model), "--workers", "1"]
    command += ["--env-manager", "local", "--host", "127.0.0.1", "--port", str(port)]
    # It starts uvicorn by its name.
    path = f"{Path(command[0]).parent}{os.pathsep}{os.environ['PATH']}"
    log = folder / "mlflow.log"
    with running(
        command, port, "/health", log, {**SETTINGS, **ONE_THREAD, "PATH": path}
    ) as process:
        yield Started(port, process.pid)


def _our_python() -> Path:
    return environment("predictor", ROOT / "requirements-predictor.lock") / "bin" / "python"


def _kserve_python() -> Path:
    return environment("kserve-0.21.0", KSERVE_LOCK) / "bin" / "python"


def _mlserver_program() -> Path:
    return environment("mlserver-1.7.1", MLSERVER_LOCK) / "bin" / "mlserver"


def _tensors(rows: Rows) -> Any:
    inputs = []
    for name in rows[0]:
        values = [row[name] for row in rows]
        is_text = any(isinstance(value, str) for value in values)
        tensor = {"name": name, "shape": [len(rows)], "data": values}
        tensor["datatype"] = "BYTES" if is_text else "FP64"
        inputs.append({**tensor, "parameters": {"content_type": "str"}} if is_text else tensor)
    return {"inputs": inputs, "parameters": {"content_type": "pd"}}


OURS: Final = Peer("ours", "/predict", lambda rows: {"rows": rows}, _ours, _our_python)
OURS_WITH_SKLEARN: Final = Peer(
    "ours, scikit-learn",
    "/predict",
    lambda rows: {"rows": rows},
    _ours_with_sklearn,
    lambda: None,
)
PEERS: Final = (
    Peer(
        "KServe 0.21.0",
        "/v1/models/model:predict",
        lambda rows: {"instances": rows},
        _kserve,
        _kserve_python,
    ),
    Peer("MLServer 1.7.1", "/v2/models/model/infer", _tensors, _mlserver, _mlserver_program),
    Peer(
        "MLflow 3.17.2",
        "/invocations",
        lambda rows: {"dataframe_records": rows, "params": {"predict_method": "predict_proba"}},
        _mlflow,
        lambda: mlflow_program("mlflow"),
    ),
)
