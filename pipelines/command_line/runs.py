"""`kfp-tabular runs`: list, show and end the runs of a cluster."""

import json
import sys
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from pipelines.cluster.address import Address, address_options
from pipelines.command_line.submit import waiting_options


def runs_group() -> click.Group:
    """Make the group of commands about runs."""
    run_id = click.Argument(["run_id"])
    limit = click.Option(
        ["--limit"],
        type=click.IntRange(1, 200),
        default=20,
        show_default=True,
        help="How many runs to list, the newest first.",
    )
    experiment = click.Option(["--experiment"], help="Only the runs of this experiment.")
    as_json = click.Option(["--json", "as_json"], is_flag=True, help="Print JSON.")
    group = click.Group("runs", help="Look at the runs of Kubeflow Pipelines, and end them.")
    for name, options, action, text in (
        ("list", [limit, experiment, as_json], _list, "List the newest runs."),
        ("show", [run_id, *waiting_options()], _show, "Show a run and its steps."),
        ("terminate", [run_id], _terminate, "End a run that goes on."),
    ):
        params: list[click.Parameter] = [*options, *address_options()]
        group.add_command(click.Command(name, params=params, callback=action, help=text))
    return group


def _list(limit: int, experiment: str | None, as_json: bool, **values: Any) -> None:
    from pipelines.cluster.connection import connected
    from pipelines.cluster.following import colored, described, table_console
    from pipelines.cluster.steps import duration

    with connected(Address.taken_from(values)) as connection:
        found = connection.call(
            "list the runs",
            connection.runs.run_service_list_runs,
            experiment_id=connection.experiment_id(experiment) if experiment else None,
            namespace=None if experiment else connection.namespace,
            page_size=limit,
            sort_by="created_at desc",
        )
        runs = found.runs or []
        if as_json:
            click.echo(json.dumps([described(connection, run) for run in runs], indent=2))
            return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("run", "name", "state", "created", "seconds"):
        table.add_column(heading, no_wrap=heading != "name")
    for run in runs:
        seconds = duration(run)
        table.add_row(
            run.run_id,
            run.display_name,
            colored(run.state),
            f"{run.created_at:%Y-%m-%d %H:%M:%S}" if run.created_at else "",
            "" if seconds is None else f"{seconds:.0f}",
        )
    table_console().print(table if runs else "there are no runs")


def _show(run_id: str, wait: bool, poll: float, as_json: bool, **values: Any) -> None:
    from pipelines.cluster.connection import connected
    from pipelines.cluster.following import follow, show_steps

    console = Console(file=sys.stderr if as_json else sys.stdout)
    with connected(Address.taken_from(values)) as connection:
        if wait or as_json:
            follow(connection, run_id, console, wait=wait, pause_seconds=poll, as_json=as_json)
        else:
            show_steps(connection, connection.run(run_id), console)


def _terminate(run_id: str, **values: Any) -> None:
    from pipelines.cluster.connection import connected

    address = Address.taken_from(values)
    with connected(address) as connection:
        end = connection.runs.run_service_terminate_run
        connection.call(f"end run {run_id}", end, run_id)
    click.echo(f"run {run_id} is being ended")
    click.echo(f"  kfp-tabular runs show {run_id}{address.options()}")
