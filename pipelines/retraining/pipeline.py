"""The retraining pipeline."""

from typing import Final, List

from kfp import dsl
from kfp.dsl import PipelineTask

from components.conclude_retraining.component import conclude_retraining
from components.plan_retraining.component import plan_retraining
from components.plan_retraining.settings import NAMES as SETTINGS
from components.shared.image import PREDICTOR_IMAGE
from pipelines.definition.needs import equip
from pipelines.definition.nesting import number_groups_apart
from pipelines.deployment.pipeline import deployment
from pipelines.monitoring.pipeline import monitoring
from pipelines.training.pipeline import training

TRAINING: Final = {
    "source": "training_source",
    "query": "training_query",
    "format": "training_format",
    "retraining_key": "key",
    **{name: name for name in ("model_name", "arguments", "trigger", *SETTINGS)},
}
"""Inputs of the training by the outputs of `plan_retraining` that fill them in."""


def _concluded(plan: PipelineTask, deploy: bool, **training: object) -> PipelineTask:
    """Say what came of a run, which another one may have changed by now."""
    task = conclude_retraining(plan=plan.outputs["plan"], deploy=deploy, **training)
    return equip(task).set_caching_options(False)


@dsl.pipeline(name="retraining")
def retraining(
    model: str,
    source: str,
    labels: str = "",
    key: List[str] = [],
    query: str = "",
    format: str = "auto",
    column_types: str = "",
    missing_values: List[str] = [],
    monitored_metric: str = "auto",
    alpha: float = 0.005,
    least_moved: float = 0.02,
    least_rows: int = 100,
    monitoring_seed: int = 42,
    force: bool = False,
    max_age: str = "",
    train_on: str = "",
    settings: str = "{}",
    promote: bool = True,
    git_commit: str = "unknown",
    deploy: bool = False,
    mode: str = "auto",
    name: str = "",
    alias: str = "deployed",
    canary_percent: int = 100,
    latency_limit: float = 100.0,
    serving_namespace: str = "",
    replicas: int = 2,
    most_replicas: int = 6,
    cpu: str = "250m",
    most_cpu: str = "1",
    memory: str = "256Mi",
    gateway: str = "",
    image: str = PREDICTOR_IMAGE,
    port: int = 0,
    wait_seconds: int = 300,
    by: str = "",
):
    """Watch a registered model, and train it again where it has to be; a better one takes over.

    Where a window of rows has moved, the metric on its labels has dropped, the version is too old,
    or somebody wants it, the model is trained on the new table as the version was, and held
    against the champion. One that is surely better becomes the champion and, if that is wanted, is
    deployed. Another run on the same table with the same settings makes no second version.

    Args:
        model: Registered model to watch, as name@version, where the version is a name, a number or
            an alias such as champion.
        source: The window, rows as the model is given them, and the table to train on unless
            train_on is another: local path, file://, s3:// or http(s):// URL of CSV, Parquet or
            JSON Lines, what DVC tracks (table.csv.dvc), a Delta table (delta+s3://…?version=3),
            postgresql://host/database?table=schema.table, dataset://name@version of a registered
            data set, or a folder of Parquet files with / at its end, as a prediction log.
        labels: Labels of rows of the window, with the key and the model's target: an address as
            that of the window; empty: those that the window has itself, if it has the target.
        key: JSON list of columns whose values tell rows apart, by which labels are joined; none
            where the window has its labels itself.
        query: What to ask a database (SELECT …), instead of a table; empty: none.
        format: auto (by the ending of the source), csv (TSV too), parquet or jsonl.
        column_types: Types of columns that have the last word, such as
            zip=string,when=datetime:%d/%m/%Y,amount=number; empty: in the window as the values
            show, in the training as the version was trained.
        missing_values: JSON list of texts for a missing value, besides the usual ones; none: in the
            training those that the version was trained with.
        monitored_metric: Metric that is watched where there are labels: auto is roc_auc,
            balanced_accuracy or r2 by the task.
        alpha: Chance that a window in which nothing moved raises an alarm of drift.
        least_moved: Share of the rows that must have moved in a column: what is less is a trifle.
        least_rows: Number of rows below which nothing is said of them.
        monitoring_seed: Seed of the samples and bootstraps of monitoring; that of the training is
            the version's.
        force: Train whatever monitoring finds.
        max_age: Number of days after which a version is trained again; empty: it gets as old as it
            likes.
        train_on: The table to train on, with the target: an address as that of the window, such as
            dataset://name@latest; empty: the window.
        settings: JSON object of inputs of the training pipeline that are to be other than those
            that the version was trained with, such as {"estimator": "lightgbm"}.
        promote: Make a better model the champion.
        git_commit: Commit of the code that defined the run, for the lineage; with -dirty and a
            digest of the difference where the code was another.
        deploy: Deploy a new version that became registered.
        mode: local (a process of this machine), deployment (a Deployment of Kubernetes) or kserve
            (an InferenceService); auto: deployment in a cluster, else local.
        name: Name of the deployment; empty: made of that of the model.
        alias: The alias that follows the deployment.
        canary_percent: How many of a hundred requests the version gets, the others going to the one
            that serves; 100: all; 0: it runs, and gets none.
        latency_limit: Most milliseconds that a request of one row may take, the median of 100.
        serving_namespace: Namespace of the cluster; empty: that of the run, or of the context of
            kubectl.
        replicas: Servers in a cluster, at the least.
        most_replicas: Servers in a cluster, under load.
        cpu: Cores that each of them asks for.
        most_cpu: Cores that each of them never exceeds.
        memory: Memory that each of them asks for, and never exceeds.
        gateway: Gateway of the cluster that leads to it, as namespace/name; empty: none.
        image: Image of the servers in a cluster.
        port: Port on this machine; 0: the one that it has, or a free one.
        wait_seconds: How long the version may take to get ready.
        by: Who deploys; empty: not known, but for what the registry's audit log says.
    """
    number_groups_apart()
    watch = monitoring(
        model=model,
        source=source,
        labels=labels,
        key=key,
        query=query,
        format=format,
        column_types=column_types,
        missing_values=missing_values,
        metric=monitored_metric,
        alpha=alpha,
        least_moved=least_moved,
        least_rows=least_rows,
        seed=monitoring_seed,
    )
    plan = plan_retraining(
        registered=watch.outputs["registered"],
        drifted=watch.outputs["drifted"],
        performance_dropped=watch.outputs["performance_dropped"],
        reasons=watch.outputs["reasons"],
        table_digest=watch.outputs["table_digest"],
        source=watch.outputs["pinned_source"],
        query=query,
        format=format,
        column_types=column_types,
        missing_values=missing_values,
        train_on=train_on,
        force=force,
        max_age=max_age,
        settings=settings,
        promote=promote,
        has_target=watch.outputs["has_target"],
    )
    equip(plan).set_caching_options(False)
    serving = {
        "mode": mode,
        "name": name,
        "alias": alias,
        "canary_percent": canary_percent,
        "latency_limit": latency_limit,
        "serving_namespace": serving_namespace,
        "replicas": replicas,
        "most_replicas": most_replicas,
        "cpu": cpu,
        "most_cpu": most_cpu,
        "memory": memory,
        "gateway": gateway,
        "image": image,
        "port": port,
        "wait_seconds": wait_seconds,
        "by": by,
        "reason": plan.outputs["trigger"],
    }
    with dsl.If(plan.outputs["retrain"] == True, name="due"):
        train = training(
            **{name: plan.outputs[output] for name, output in TRAINING.items()},
            promote=promote,
            git_commit=git_commit,
        )
        trained = _concluded(
            plan,
            deploy,
            approved=train.outputs["approved"],
            model_digest=train.outputs["model_digest"],
        )
        with dsl.If(trained.outputs["Output"] != "", name="roll-out"):
            deployment(model=trained.outputs["Output"], **serving)
    with dsl.Else(name="not-due"):
        left = _concluded(plan, deploy)
        with dsl.If(left.outputs["Output"] != "", name="roll-out-left"):
            deployment(model=left.outputs["Output"], **serving)
