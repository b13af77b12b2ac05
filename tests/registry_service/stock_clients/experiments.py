"""Experiments, runs and the history of their metrics: the client's older generation alone."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import mr_openapi as generated
from model_registry import ModelRegistry

SCHEMA = json.dumps({"age": {}})


def use(client: ModelRegistry, wish: Mapping[str, Any]) -> dict[str, Any]:
    """Log runs, nested ones and ones at the same time; read them back."""
    name = wish["name"]
    with client.start_experiment_run(experiment_name=name, owner="ada") as run:
        run.log_param("rate", 5.75)
        run.log_metric("loss", 10, step=4, timestamp="0", description="of training")
        run.log_dataset("data", source_type="local", uri="s3://data", schema=SCHEMA, profile="p")
        with client.start_experiment_run(nested=True) as inner:
            inner.log_metric("loss", 20, step=1)
    logged = {kind: run.get_log(kind, key) for kind, key in KINDS.items()}
    nested = client.get_experiment_run(inner.info.id)
    runs = client.get_experiment_runs(experiment_name=name)
    return {
        "logged": [logged["params"].value, logged["metrics"].value, logged["metrics"].step],
        "described": [logged["metrics"].timestamp, logged["metrics"].description],
        "data": [logged["datasets"].uri, logged["datasets"].profile],
        "logs": sorted(item.name for item in client.get_experiment_run_logs(run_id=run.info.id)),
        "run": client.get_experiment_run(run.info.id).custom_properties,
        "nested": nested.custom_properties["kubeflow.parent_run_id"] == run.info.id,
        "runs": sorted(item.name for item in runs) == sorted([run.info.name, inner.info.name]),
        "by_id": len(list(client.get_experiment_runs(experiment_id=run.info.experiment_id))),
        "experiment": name in [item.name for item in client.get_experiments().page_size(3)],
        "history": client.async_runner(_history(client, name, run.info.id)),
        "at_once": _at_once(client, f"{name}-at-once"),
    }


KINDS = {"params": "rate", "metrics": "loss", "datasets": "data"}


async def _history(client: ModelRegistry, name: str, run_id: str) -> dict[str, Any]:
    """Post a metric again and again, through the generated part; read what it was."""
    async with client._api.get_client() as api:
        for step in range(5, 8):
            metric = generated.Metric(
                name="loss", value=1 / step, step=step, timestamp=str(step), artifactType="metric"
            )
            await api.upsert_experiment_run_artifact(run_id, generated.Artifact(metric))
        whole = await api.get_experiment_run_metric_history(run_id, name="loss")
        some = await api.get_experiment_run_metric_history(run_id, name="loss", step_ids="5,7")
        pages = await api.get_experiment_run_metric_history(run_id, page_size="2")
        both = await api.get_experiment_runs_metric_history(
            filter_query=f'experimentRunId = "{run_id}"', order_by="ID", sort_order="DESC"
        )
        experiment = await api.find_experiment(name=name)
        found = await api.get_experiment_run(run_id)
        ended = await api.update_experiment_run(
            run_id, generated.ExperimentRunUpdate(status="FINISHED", end_time_since_epoch="9")
        )
        return {
            "steps": [item.step for item in whole.items],
            "some": [item.step for item in some.items],
            "page": [pages.size, bool(pages.next_page_token)],
            "newest_first": [item.step for item in both.items],
            "found": found.experiment_id == experiment.id,
            "ended": [ended.status.value, ended.end_time_since_epoch],
        }


def _at_once(client: ModelRegistry, name: str) -> list[Any]:
    """Five threads with a run each, in one experiment."""
    client.create_experiment(name)

    def log(value: int) -> None:
        with client.start_experiment_run(experiment_name=name) as run:
            run.log_metric("loss", value)

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(log, range(5)))
    runs = list(client.get_experiment_runs(experiment_name=name))
    return [len(runs), [run.custom_properties for run in runs]]
