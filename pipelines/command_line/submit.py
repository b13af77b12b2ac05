"""`kfp-tabular submit <pipeline>`: start a run on a cluster, and wait for it if told so."""
# mypy: disable-error-code="import-untyped"

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import click
from rich.console import Console
from rich.markup import escape

from pipelines.cluster.address import Address, address_options
from pipelines.command_line.options import given_arguments
from pipelines.command_line.pipeline_commands import (
    PipelineCommands,
    overridden_package,
    override_options,
)
from pipelines.definition import catalog
from pipelines.definition.arguments import filled_in, reachable_from_cluster
from pipelines.definition.packages import PipelinePackage

if TYPE_CHECKING:
    from pipelines.cluster.connection import Connection

PAUSE_SECONDS: Final = 2.0

REMARKS: Final = """
Without --host, kubectl forwards a port to KFP in the namespace kubeflow. In a multi-user Kubeflow:

\b
  export KFP_TOKEN=$(kubectl -n my-profile create token default-editor \\
      --audience pipelines.kubeflow.org)
  export KFP_HOST=https://kubeflow.example.com/pipeline KFP_NAMESPACE=my-profile
"""


def submit_group() -> click.Group:
    """Make the group of commands that submit a pipeline."""
    return PipelineCommands(
        "submit", "Run a pipeline on Kubeflow Pipelines.", _options, _submit, REMARKS
    )


def poll_option() -> click.Option:
    """Make the option of how often a run that is waited for is looked at."""
    return click.Option(
        ["--poll"],
        type=click.FloatRange(min=0.01),
        default=PAUSE_SECONDS,
        show_default=True,
        help="Seconds between two looks at the run.",
    )


def waiting_options() -> list[click.Option]:
    """Make the options of commands that can wait for a run."""
    return [
        click.Option(
            ["--wait"], is_flag=True, help="Show the steps as they happen, until the run ends."
        ),
        poll_option(),
        click.Option(["--json", "as_json"], is_flag=True, help="Print the outcome as JSON."),
    ]


def _options() -> list[click.Option]:
    name = click.Option(["--run-name"], help="Name of the run; by default one with the time in it.")
    return [name, *override_options(), *address_options(), *waiting_options()]


def _submit(name: str, values: dict[str, Any]) -> None:
    from pipelines.cluster.connection import connected
    from pipelines.cluster.needed_objects import look_for_objects
    from pipelines.command_line.following import follow, show_started

    address = Address.taken_from(values)
    package = overridden_package(catalog.pipeline_yaml(name), values)
    experiment, service_account = values.pop("experiment"), values.pop("service_account")
    wait, pause, as_json = values.pop("wait"), values.pop("poll"), values.pop("as_json")
    run_name = values.pop("run_name") or f"{name} {datetime.now(UTC):%Y-%m-%d %H:%M:%S}"
    interface = catalog.interface(name)
    arguments = filled_in(interface, given_arguments(values))
    reachable_from_cluster(name, interface, arguments)
    console = Console(file=sys.stderr if as_json else sys.stdout)
    console.print(f"[bold]{name}[/] {escape(interface.headline(arguments))}")
    with connected(address) as connection:
        if not address.host:
            look_for_objects(package, connection.pod_namespace, service_account)
        run_id = _start(connection, package, arguments, run_name, experiment, service_account)
        show_started(connection, run_id, console)
        follow(connection, run_id, console, wait=wait, pause_seconds=pause, as_json=as_json)


def _start(
    connection: "Connection",
    package: PipelinePackage,
    arguments: Mapping[str, Any],
    run_name: str,
    experiment: str,
    service_account: str | None,
) -> str:
    import kfp_server_api

    run = kfp_server_api.V2beta1Run(
        display_name=run_name,
        experiment_id=connection.experiment_id(experiment),
        pipeline_spec=package.body(),
        runtime_config=kfp_server_api.V2beta1RuntimeConfig(parameters=dict(arguments)),
        service_account=service_account,
    )
    made = connection.call("start the run", connection.runs.run_service_create_run, run)
    return str(made.run_id)
