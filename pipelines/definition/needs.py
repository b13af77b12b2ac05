"""Give the steps of a pipeline what their components need of the cluster that they run in.

Local runs ignore all of it but the environment.
"""

from collections.abc import Mapping
from typing import Final

from kfp import kubernetes
from kfp.dsl import PipelineTask
from kfp.dsl.pipeline_context import Pipeline

from components.shared import patience, trust
from components.shared.deployments.endpoints import TOKEN_VARIABLE as TOKEN_OF_SERVERS
from components.shared.models.threads import ENVIRONMENT
from components.shared.needs import Needs, Tracker
from components.shared.registry.client import TOKEN_VARIABLE, URL_VARIABLE
from components.shared.step_run import PIPELINE_VARIABLE, RUN_VARIABLE
from pipelines.definition import catalog

CONFIG_MAP: Final = "kfp-tabular"
SECRET: Final = "kfp-tabular"  # noqa: S105 - the name of an object
STORE_SETTINGS: Final = ("AWS_ENDPOINT_URL", "AWS_REGION")
STORE_CREDENTIALS: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
DATABASE_SETTINGS: Final = ("PGSSLMODE",)
DVC_SETTINGS: Final = ("DVC_REMOTE_URL",)
DATABASE_CREDENTIALS: Final = ("PGUSER", "PGPASSWORD")

TRACKING_SETTINGS: Final[Mapping[Tracker, tuple[str, ...]]] = {
    "mlflow": (
        *("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME", "MLFLOW_TRACKING_SERVER_CERT_PATH"),
        *("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "MLFLOW_HTTP_REQUEST_TIMEOUT"),
    ),
    "wandb": ("WANDB_BASE_URL", "WANDB_ENTITY", "WANDB_PROJECT"),
}
TRACKING_CREDENTIALS: Final[Mapping[Tracker, tuple[str, ...]]] = {
    "mlflow": (*("MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"),),
    "wandb": ("WANDB_API_KEY",),
}

LINEAGE_SETTINGS: Final = ("OPENLINEAGE_URL", "OPENLINEAGE_NAMESPACE")
LINEAGE_CREDENTIALS: Final = ("OPENLINEAGE_API_KEY",)

ALERT_SETTINGS: Final = ("ALERT_URL",)
ALERT_CREDENTIALS: Final = ("ALERT_KEY",)

NODE_SELECTOR: Final = {"kubernetes.io/os": "linux"}
TAINT: Final = "kfp-tabular"
"""Nodes with this taint (`kubectl taint nodes NODE kfp-tabular=:NoSchedule`) are kept for steps."""

FIRST_PAUSE: Final = "10s"
PAUSE_FACTOR: Final = 2.0


def equip(task: PipelineTask, needs: Needs | None = None) -> PipelineTask:
    """Give a step of a pipeline what it needs.

    Args:
        task: The step.
        needs: What it needs; None for what the component of its name in `components/` says.

    Raises:
        LookupError: There is no component of this name.
    """
    needs = needs or _needs_of(task)
    for name, value in ENVIRONMENT.items():
        task.set_env_variable(name, value)
    _tell_its_run(task)
    task.set_cpu_request(needs.cpu.request).set_cpu_limit(needs.cpu.limit)
    task.set_memory_request(needs.memory.request).set_memory_limit(needs.memory.limit)
    kubernetes.set_timeout(task, needs.seconds)
    # With what KFP sets itself, a step may run where the restricted pod security standard holds.
    kubernetes.set_security_context(task, run_as_non_root=True)
    for label, value in NODE_SELECTOR.items():
        kubernetes.add_node_selector(task, label, value)
    kubernetes.add_toleration(task, key=TAINT, operator="Exists", effect="NoSchedule")
    if needs.retries:
        _retry(task, needs)
    # Who reads sources asks a registry only for data sets, and others tell it of their run.
    _reach_registry(task, optional=needs.store or not needs.registry)
    if needs.store:
        _reach_store(task)
    if needs.tracking:
        _reach_tracking(task, needs.tracking)
    if needs.serving:
        token = {TOKEN_OF_SERVERS: TOKEN_OF_SERVERS}
        kubernetes.use_secret_as_env(task, SECRET, token, optional=True)
    settings = {name: name for name in (patience.VARIABLE, *LINEAGE_SETTINGS)}
    kubernetes.use_config_map_as_env(task, CONFIG_MAP, settings, optional=True)
    lineage = {name: name for name in LINEAGE_CREDENTIALS}
    kubernetes.use_secret_as_env(task, SECRET, lineage, optional=True)
    # Authorities of one's own, where a server has its certificate from them.
    folder = str(trust.MOUNTED)
    kubernetes.use_config_map_as_volume(task, trust.CONFIG_MAP, folder, optional=True)
    return task


def let_alarm(task: PipelineTask) -> PipelineTask:
    """Give a step the receiver of alarms and the key that signs them, where there are such."""
    settings = {name: name for name in ALERT_SETTINGS}
    kubernetes.use_config_map_as_env(task, CONFIG_MAP, settings, optional=True)
    credentials = {name: name for name in ALERT_CREDENTIALS}
    kubernetes.use_secret_as_env(task, SECRET, credentials, optional=True)
    return task


def _tell_its_run(task: PipelineTask) -> None:
    """Tell a step which run it belongs to, for what it says of it to the registry."""
    kubernetes.use_field_path_as_env(task, RUN_VARIABLE, "metadata.labels['pipeline/runid']")
    if pipeline := Pipeline.get_default_pipeline():
        task.set_env_variable(PIPELINE_VARIABLE, pipeline.name)


def _needs_of(task: PipelineTask) -> Needs:
    name = task.component_spec.name.replace("-", "_")
    if name not in catalog.component_names():
        raise LookupError(
            f"{name} is no component in components/, which would say what its step needs: "
            "pass its `needs` to equip"
        )
    return catalog.needs(name)


def _retry(task: PipelineTask, needs: Needs) -> None:
    # Argo counts the attempts themselves into the longest time that it backs off for.
    longest = needs.seconds * (needs.retries + 1)
    task.set_retry(
        needs.retries,
        backoff_duration=FIRST_PAUSE,
        backoff_factor=PAUSE_FACTOR,
        backoff_max_duration=f"{longest}s",
    )


def _reach_registry(task: PipelineTask, *, optional: bool) -> None:
    """Let a step reach the registry: who needs it, and who only tells it of the run.

    Its URL comes from the ConfigMap `kfp-tabular`, its token from the Secret of the same name,
    which need not exist: both live in the namespace of the run, neither is in the YAML.
    """
    url = {URL_VARIABLE: URL_VARIABLE}
    kubernetes.use_config_map_as_env(task, CONFIG_MAP, url, optional=optional)
    kubernetes.use_secret_as_env(task, SECRET, {TOKEN_VARIABLE: TOKEN_VARIABLE}, optional=True)


def _reach_store(task: PipelineTask) -> None:
    """Let a step read stores and databases; without the keys it reads what anybody may."""
    settings = {name: name for name in (*STORE_SETTINGS, *DATABASE_SETTINGS, *DVC_SETTINGS)}
    kubernetes.use_config_map_as_env(task, CONFIG_MAP, settings, optional=True)
    credentials = {name: name for name in (*STORE_CREDENTIALS, *DATABASE_CREDENTIALS)}
    kubernetes.use_secret_as_env(task, SECRET, credentials, optional=True)


def _reach_tracking(task: PipelineTask, tracker: Tracker) -> None:
    """Let a step reach a tracker; without an address or a key it says that it logs nothing."""
    settings = {name: name for name in TRACKING_SETTINGS[tracker]}
    kubernetes.use_config_map_as_env(task, CONFIG_MAP, settings, optional=True)
    credentials = {name: name for name in TRACKING_CREDENTIALS[tracker]}
    kubernetes.use_secret_as_env(task, SECRET, credentials, optional=True)
