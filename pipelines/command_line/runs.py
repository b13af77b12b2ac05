"""`kfp-tabular runs`: list, show and end runs, of this machine and of a cluster."""

import json
import re
import sys
from dataclasses import asdict
from datetime import datetime
from getpass import getuser
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from components.shared.reports.number_text import number
from pipelines.cluster.address import Address, address_options
from pipelines.command_line.next_steps import short
from pipelines.command_line.open_runs import close_run
from pipelines.command_line.run import work_dir_option
from pipelines.command_line.submit import waiting_options
from pipelines.command_line.tables import colored, table_console
from pipelines.errors import UsageError
from pipelines.local.history import LocalRun, find_run, newest_runs

RUN_HEADINGS = ("run", "name", "state", "created", "seconds")
RUN_OF_CLUSTER = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
"""KFP's ids of runs, which no run of this machine has."""

LOCAL_HEADINGS = ("run", "state", "started", "seconds", "outcome")


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
    on_cluster = click.Option(
        ["--cluster"],
        is_flag=True,
        help="List the runs of a cluster, not of this machine; --host does so too.",
    )
    experiment = click.Option(["--experiment"], help="Only the runs of this experiment.")
    as_json = click.Option(["--json", "as_json"], is_flag=True, help="Print JSON.")
    every = click.Option(["--all", "every"], is_flag=True, help="Show what is the same too.")
    group = click.Group(
        "runs", help="Look at runs of this machine or of Kubeflow Pipelines, and end them."
    )
    for name, options, action, text in (
        (
            "list",
            [on_cluster, limit, experiment, as_json, work_dir_option()],
            _list,
            "List the newest runs: of this machine, or with --host or --cluster of a cluster.",
        ),
        (
            "show",
            [run_id, *waiting_options(), work_dir_option()],
            _show,
            "Show a run: one of this machine by its name, any other as KFP knows it.",
        ),
        (
            "compare",
            [click.Argument(["run_ids"], nargs=-1), every, as_json, work_dir_option()],
            _compare,
            "Show runs of this machine side by side: what they were given, and what they measured.",
        ),
        (
            "terminate",
            [run_id, work_dir_option()],
            _terminate,
            "End a run of a cluster that goes on.",
        ),
    ):
        params: list[click.Parameter] = list(options)
        if name != "compare":
            params += address_options()
        group.add_command(click.Command(name, params=params, callback=action, help=text))
    return group


def _list(cluster: bool, limit: int, as_json: bool, work_dir: Path, **values: Any) -> None:
    experiment: str | None = values.pop("experiment")
    address = Address.taken_from(values)
    if cluster or experiment or address.host:
        _list_on_cluster(address, limit, experiment, as_json)
        return
    runs = newest_runs(work_dir, limit)
    if as_json:
        click.echo(json.dumps([_described(folder, run) for folder, run in runs], indent=2))
        return
    if not runs:
        click.echo(f"there are no runs below {work_dir}; --cluster lists those of a cluster")
        return
    table = _table(LOCAL_HEADINGS)
    for _, run in runs:
        started = f"{datetime.fromisoformat(run.started_at).astimezone():%Y-%m-%d %H:%M:%S}"
        seconds = "" if run.seconds is None else f"{run.seconds:.1f}"
        table.add_row(run.run_id, colored(run.state), started, seconds, escape(run.outcome))
    table_console().print(table)


def _list_on_cluster(address: Address, limit: int, experiment: str | None, as_json: bool) -> None:
    from pipelines.cluster.connection import connected
    from pipelines.cluster.steps import duration, state_of
    from pipelines.command_line.following import described

    with connected(address) as connection:
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
    table = _table(RUN_HEADINGS)
    for run in runs:
        seconds = duration(run)
        table.add_row(
            run.run_id,
            run.display_name,
            colored(state_of(run)),
            f"{run.created_at:%Y-%m-%d %H:%M:%S}" if run.created_at else "",
            "" if seconds is None else f"{seconds:.0f}",
        )
    table_console().print(table if runs else "there are no runs")


def _show(
    run_id: str, wait: bool, poll: float, as_json: bool, work_dir: Path, **values: Any
) -> None:
    if found := find_run(work_dir, run_id):
        _show_local(*found, as_json)
        return
    if not values["host"] and not RUN_OF_CLUSTER.fullmatch(run_id):
        raise UsageError(
            f"there is no run {run_id!r} below {work_dir}; see which there are with: "
            "kfp-tabular runs list (of a cluster: --cluster)"
        )
    from pipelines.cluster.connection import connected
    from pipelines.cluster.schedules import refuse_orphan
    from pipelines.command_line.following import follow, show_steps

    console = Console(file=sys.stderr if as_json else sys.stdout)
    with connected(Address.taken_from(values)) as connection:
        if wait or as_json:
            follow(connection, run_id, console, wait=wait, pause_seconds=poll, as_json=as_json)
        else:
            run = connection.run(run_id)
            show_steps(connection, run, console)
            refuse_orphan(connection, run)


def _show_local(folder: Path, run: LocalRun, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_described(folder, run), indent=2))
        return
    console = table_console()
    seconds = "" if run.seconds is None else f", {run.seconds:.1f} s"
    console.print(f"[bold]{run.run_id}[/]  {colored(run.state)}{seconds}", highlight=False)
    if run.outcome:
        console.print(f"  {escape(run.outcome)}", highlight=False, soft_wrap=True)
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 2))
    table.add_column()
    table.add_column(overflow="fold")
    for name, value in run.arguments.items():
        table.add_row(name, escape(str(value)))
    for name, value in run.metrics.items():
        table.add_row(name, number(value))
    console.print(table)
    reports = sorted(path for path in folder.iterdir() if path.suffix in (".html", ".md", ".log"))
    for path in reports:
        console.print(f"  {escape(short(str(path)))}", highlight=False, soft_wrap=True)


def _described(folder: Path, run: LocalRun) -> dict[str, Any]:
    return asdict(run) | {"seconds": run.seconds, "folder": str(folder)}


def _compare(run_ids: tuple[str, ...], every: bool, as_json: bool, work_dir: Path) -> None:
    from pipelines.command_line.run_comparison import compare_runs

    compare_runs(run_ids, work_dir, every, as_json)


def _table(headings: tuple[str, ...]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, no_wrap=heading not in ("name", "outcome"))
    return table


def _terminate(run_id: str, **values: Any) -> None:
    from pipelines.cluster.connection import connected
    from pipelines.cluster.schedules import end

    if find_run(values.pop("work_dir"), run_id):
        raise UsageError(f"{run_id} is a run of this machine: end it with Ctrl-C where it runs")
    address = Address.taken_from(values)
    with connected(address) as connection:
        end(connection, run_id)
    close_run(run_id, "KILLED", f"ended by {getuser()} with kfp-tabular runs terminate")
    click.echo(f"run {run_id} is being ended")
    click.echo(f"  kfp-tabular runs show {run_id}{address.options()}")
