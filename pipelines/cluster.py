"""What steps need of the cluster that they run in; local runs ignore all of it."""

from typing import Final

from kfp import kubernetes
from kfp.dsl import PipelineTask

from components.shared.registry_client import TOKEN_VARIABLE, URL_VARIABLE

CONFIG_MAP: Final = "kfp-tabular"
SECRET: Final = "kfp-tabular"  # noqa: S105 - the name of an object


def reach_registry(task: PipelineTask) -> PipelineTask:
    """Let a step reach the registry.

    Its URL comes from the ConfigMap `kfp-tabular`, its token from the Secret of the same name,
    which need not exist: both live in the namespace of the run, neither is in the YAML.
    """
    kubernetes.use_config_map_as_env(task, CONFIG_MAP, {URL_VARIABLE: URL_VARIABLE})
    kubernetes.use_secret_as_env(task, SECRET, {TOKEN_VARIABLE: TOKEN_VARIABLE}, optional=True)
    return task
