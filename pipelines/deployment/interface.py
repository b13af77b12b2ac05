"""What commands and runners know of the deployment pipeline."""

from typing import Final

import click

from components.shared.deployments.plans import ALL, MODES, check_name
from components.shared.deployments.recording import who
from components.shared.parameters import given
from pipelines.definition.input_types import Checked
from pipelines.definition.interface import Arguments, Interface
from pipelines.deployment.summary import summarise
from pipelines.errors import UsageError

CLUSTERS_ALONE: Final = ("serving_namespace", "gateway")


def _headline(arguments: Arguments) -> str:
    share = int(arguments.get("canary_percent", ALL))
    canary = f" to {share} of 100 requests" if share < ALL else ""
    return f"of {arguments['model']}{canary}"


def _check(arguments: Arguments) -> None:
    """Refuse what one mode alone has, and another would not look at."""
    if arguments.get("mode") == "local":
        for name in CLUSTERS_ALONE:
            if given(str(arguments.get(name, ""))):
                option = name.replace("_", "-")
                raise UsageError(f"--{option} is for a cluster: --mode deployment, or kserve")
    elif given(str(arguments.get("mode", ""))) and int(arguments.get("port", 0)):
        raise UsageError("--port is for --mode local: in a cluster a deployment has a name")


def _check_name(name: str) -> None:
    if given(name):
        check_name(name)


INTERFACE: Final = Interface(
    headline=_headline,
    summarise=summarise,
    examples={
        "run": (
            "--model churn@champion",
            "--model churn@7 --canary-percent 10",
            "--model churn@champion --mode deployment --serving-namespace team-a",
        ),
        "submit": (
            "--model churn@champion --wait",
            "--model churn@champion --mode kserve --canary-percent 10 --wait",
        ),
        "schedule": ('--cron "0 7 * * *" --model churn@champion',),
    },
    groups={
        "Model": ("model", "latency_limit"),
        "Deployment": ("mode", "name", "canary_percent", "port", "wait_seconds"),
        "Cluster": (
            *("serving_namespace", "gateway", "image", "replicas", "most_replicas"),
            *("cpu", "most_cpu", "memory"),
        ),
        "Registry": ("alias", "by", "reason"),
    },
    types={
        "mode": click.Choice(["auto", *MODES]),
        "name": Checked(_check_name),
        "canary_percent": click.IntRange(0, ALL),
        "latency_limit": click.FloatRange(min=0, min_open=True),
        "replicas": click.IntRange(1),
        "most_replicas": click.IntRange(1),
        "port": click.IntRange(0, 65535),
        "wait_seconds": click.IntRange(10),
    },
    filled_in={"by": lambda arguments: who() or None},
    check=_check,
    remarks={
        "check_deployment": "{model_name} version {version}, {latency_median_ms:.1f} ms a row",
        "deploy_model": "{address}",
        "record_deployment": "{action}",
    },
)
