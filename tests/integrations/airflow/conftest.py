"""One Airflow for the session, and the DAGs that it has run."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.definition import catalog
from tests.integrations.airflow.running import Airflow, Task, connection
from tests.integrations.airflow.servers import FIRST_RUN, TABLE, TOKEN, Source, kfps_of_every_kind
from tests.pipelines.fake_kfp import FakeKfp
from tests.registry_service.api.test_registration import registration
from tests.registry_service.running import OURS, Caller, free_port


@pytest.fixture(scope="session")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Airflow:
    """An Airflow with the wheel of our distribution."""
    return Airflow.made(tmp_path_factory.mktemp("airflow"))


@dataclass(frozen=True)
class Ended:
    """What came of `airflow dags test` of every DAG but one.

    Attributes:
        outcomes: The tasks of the DAG that has a run of KFP for each way that it may go.
        kfps: The KFP behind each of them, by the way.
        example: The tasks of the example that runs on KFP.
        example_kfp: The KFP behind it.
        deployed: The tasks of the example that trains, in a registry without its model.
        refused: Those of another DAG with the same rows, from a server that is away for a moment.
        mistaken: Those of that DAG with a source that is not there.
        folder: Where the trainings have their files.
        printed: What Airflow printed.
    """

    outcomes: Mapping[str, Task]
    kfps: Mapping[str, FakeKfp]
    example: Mapping[str, Task]
    example_kfp: FakeKfp
    deployed: Mapping[str, Task]
    refused: Mapping[str, Task]
    mistaken: Mapping[str, Task]
    folder: Path
    printed: str


@pytest.fixture(scope="session")
def tested(
    airflow: Airflow, registry_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ended]:
    """The DAGs, each run by `airflow dags test`, with their servers still there."""
    body = registration("airflow-kfp", [], aliases=[], lineage={"run_id": FIRST_RUN})
    assert Caller(registry_url, OURS)("POST", "/register", body, Idempotency_Key="a")[0] == 201
    folder = tmp_path_factory.mktemp("training")
    (folder / "table.csv").write_text(TABLE)
    kfps, example_kfp = kfps_of_every_kind(), FakeKfp(["train_model"], lag=0)
    with ExitStack() as stack:
        urls = {way: stack.enter_context(kfp.running()).url for way, kfp in kfps.items()}
        urls |= {
            "is_away": f"http://127.0.0.1:{free_port()}",
            "default": stack.enter_context(example_kfp.running()).url,
        }
        late = stack.enter_context(Source(away=1).running()).url
        variables = {
            **{f"AIRFLOW_CONN_KFP_{w.upper()}": connection(u, TOKEN) for w, u in urls.items()},
            "AIRFLOW_CONN_REGISTRY": connection(registry_url),
            "KFP_TABULAR_PYTHON": sys.executable,
            "KFP_TABULAR_WAIT_SECONDS": "0",
            "REGISTRY_URL": registry_url,
            "TRAINING_PIPELINE": str(catalog.pipeline_yaml("training")),
            "TRAINING_SOURCE": str(folder / "table.csv"),
            "TRAINING_WORK_DIR": str(folder / "runs"),
        }
        model = {"model_name": "airflow"}
        runs = [
            ("kfp_outcomes", {}),
            ("kfp_training", {}),
            ("daily_training", model),
            ("quick_training", {"source": late, "target": "damaged", **model}),
            ("quick_training", {}),
        ]
        printed = airflow.test(runs, variables)
        yield Ended(
            outcomes=airflow.tasks("kfp_outcomes"),
            kfps=kfps,
            example=airflow.tasks("kfp_training"),
            example_kfp=example_kfp,
            deployed=airflow.tasks("daily_training"),
            refused=airflow.tasks("quick_training", before=1),
            mistaken=airflow.tasks("quick_training"),
            folder=folder,
            printed=printed,
        )
