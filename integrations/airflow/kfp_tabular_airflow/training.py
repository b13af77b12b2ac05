"""A DAG that trains, evaluates and deploys a model of a table, without a cluster."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from airflow.sdk import DAG, Context, Param, RetryDecision, RetryPolicy, task

from kfp_tabular_airflow import stages

MISTAKE: Final = "\nerror: "
"""How the message of a stage begins where the user has to act, below the line of Airflow's own."""


@dataclass(frozen=True, kw_only=True)
class Training:
    """What is trained, and how.

    Attributes:
        source: The table: a path or an address that the workers can read.
        target: Column to predict.
        model_name: Name of the model in the registry.
        registry_url: The registry; None: `REGISTRY_URL` of the workers' environment.
        metric: Metric of the gate; `auto` by the task.
        floor: What it must reach; None: surely better than a constant prediction.
        margin: How much better than the champion it must surely be.
        settings: Further settings, by the names of the training pipeline's inputs.
    """

    source: str
    target: str
    model_name: str
    registry_url: str | None = None
    metric: str = "auto"
    floor: float | None = None
    margin: float = 0.0
    settings: Mapping[str, Any] = field(default_factory=dict)


class MistakesAreFinal(RetryPolicy):
    """Does not try again what the user has to mend: the table or a setting."""

    def evaluate(
        self,
        exception: BaseException,
        try_number: int,
        max_tries: int,
        context: Context | None = None,
    ) -> RetryDecision:
        """Decide by how the message of a stage begins."""
        if MISTAKE in str(exception):
            return RetryDecision.fail("the table or a setting has to be mended")
        return RetryDecision.default()


def ml_training_dag(
    dag_id: str, training: Training, *, python: str, work_dir: str, **options: Any
) -> DAG:
    """Make the DAG train → evaluate → gate → deploy, or keep_champion.

    It runs daily, one run at a time, no missed ones, and each task once more five minutes after it
    failed. Source, target and name of the model are params: a run that is started by hand may have
    others.

    Args:
        dag_id: Name of the DAG.
        training: What is trained, and how.
        python: Absolute path of the Python that kfp-tabular is installed for, on every worker.
        work_dir: Folder that all workers share; each run has a folder of its own in it.
        options: Of the DAG, instead of those above, such as `schedule` or `default_args`.
    """
    defaults: dict[str, Any] = {
        "schedule": "@daily",
        "start_date": datetime(2026, 1, 1, tzinfo=UTC),
        "catchup": False,
        "max_active_runs": 1,
        "tags": ["kfp-tabular"],
        "params": {
            name: Param(getattr(training, name), type="string", minLength=1)
            for name in ("source", "target", "model_name")
        },
    }
    tries = {"retries": 1, "retry_delay": timedelta(minutes=5)}
    given = {**tries, **options.pop("default_args", {})}
    registry = {
        "model_name": "{{ params.model_name }}",
        "url": training.registry_url,
        "metric": training.metric,
        "floor": training.floor,
        "margin": training.margin,
    }
    with DAG(dag_id, default_args=given, **{**defaults, **options}) as dag:
        trained = _stage(stages.train, python)(
            source="{{ params.source }}",
            target="{{ params.target }}",
            folder=f"{work_dir.rstrip('/')}/{{{{ dag.dag_id }}}}/{{{{ run_id }}}}",
            settings=dict(training.settings),
            metric=training.metric,
        )
        evaluated = _stage(stages.evaluate, python)(trained=trained, registry=registry)
        deployed = _stage(stages.deploy, python)(
            trained=trained, registry=registry, run_id="{{ dag.dag_id }}/{{ run_id }}"
        )
        gate(evaluated) >> [deployed, keep_champion(evaluated)]
    return dag


@task.branch
def gate(evaluated: Mapping[str, Any]) -> str:
    """Choose what follows: the model is deployed if the gate approves of it."""
    return "deploy" if evaluated["approved"] else "keep_champion"


@task
def keep_champion(evaluated: Mapping[str, Any]) -> list[str]:
    """Say why nothing is deployed; the reasons are the result."""
    reasons = [str(reason) for reason in evaluated["reasons"]]
    print("refused: no version was registered", *reasons, sep="\n· ")
    return reasons


def _stage(function: Callable[..., dict[str, Any]], python: str) -> Callable[..., Any]:
    decorated: Callable[..., Any] = task.external_python(
        python=python, expect_airflow=False, retry_policy=MistakesAreFinal()
    )(function)
    return decorated
