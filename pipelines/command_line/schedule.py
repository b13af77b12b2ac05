"""`kfp-tabular schedule <pipeline>` and `kfp-tabular schedules`: runs that come again."""
# mypy: disable-error-code="import-untyped"

import json
import sys
from typing import Any, Final

import click
from rich.table import Table

from pipelines.cluster.address import Address, address_options
from pipelines.command_line.options import given_arguments
from pipelines.command_line.pipeline_commands import (
    PipelineCommands,
    overridden_package,
    override_options,
)
from pipelines.command_line.submit import poll_option
from pipelines.definition import catalog
from pipelines.definition.arguments import filled_in, reachable_from_cluster
from pipelines.errors import UsageError

USUAL_FIELDS: Final = 5
FIELDS_WITH_SECONDS: Final = 6

REMARKS: Final = """
Which there are, and away with one:

\b
  kfp-tabular schedules list
  kfp-tabular schedules delete ID
"""


def schedule_group() -> click.Group:
    """Make the group of commands that schedule a pipeline."""
    return PipelineCommands(
        "schedule",
        "Run a pipeline on Kubeflow Pipelines again and again.",
        _options,
        _schedule,
        REMARKS,
    )


def schedules_group() -> click.Group:
    """Make the group of commands about schedules."""
    group = click.Group("schedules", help="Look at the schedules of Kubeflow Pipelines.")
    as_json = click.Option(["--json", "as_json"], is_flag=True, help="Print JSON.")
    for name, parameters, action, text in (
        ("list", [as_json], _list, "List the schedules."),
        ("delete", _deleting_options(), _delete, "Delete a schedule, not the runs that ended."),
    ):
        params: list[click.Parameter] = [*parameters, *address_options()]
        group.add_command(click.Command(name, params=params, callback=action, help=text))
    return group


def _deleting_options() -> list[click.Parameter]:
    return [
        click.Argument(["schedule_id"]),
        click.Option(
            ["--keep-running"],
            is_flag=True,
            help="Pause it, wait for its run that goes on to end, and delete it then.",
        ),
        click.Option(
            ["--end-running"], is_flag=True, help="End its run that goes on, and delete it then."
        ),
        poll_option(),
    ]


def kfp_cron(expression: str) -> str:
    """Return a cron expression as KFP reads it, with a field for the seconds in front.

    KFP takes five fields for seconds, minutes, hours, days and months, so that "0 2 * * *" would
    be two minutes past every hour: the usual five get a 0 in front.

    Raises:
        UsageError: It has neither five nor six fields and is no name such as @daily.
    """
    fields = expression.split()
    if len(fields) == USUAL_FIELDS:
        return " ".join(["0", *fields])
    if len(fields) == FIELDS_WITH_SECONDS or (len(fields) == 1 and expression.startswith("@")):
        return expression
    raise UsageError(
        f'--cron "{expression}": it should have five fields (minute hour day month weekday), such '
        'as "0 2 * * *" for two every night, or be a name such as @daily'
    )


def _options() -> list[click.Option]:
    cron = click.Option(
        ["--cron"],
        required=True,
        metavar="EXPRESSION",
        help='Five fields, such as "0 2 * * *"; six start with seconds; or @daily. In the time '
        "zone of KFP's scheduler, which is UTC unless its administrator set another.",
    )
    name = click.Option(["--schedule-name"], help="Its name; by default what its runs are about.")
    return [cron, name, *override_options(), *address_options()]


def _schedule(name: str, values: dict[str, Any]) -> None:
    import kfp_server_api

    from pipelines.cluster.connection import connected
    from pipelines.cluster.needed_objects import look_for_objects

    address = Address.taken_from(values)
    package = overridden_package(catalog.pipeline_yaml(name), values)
    experiment, service_account = values.pop("experiment"), values.pop("service_account")
    cron, schedule_name = kfp_cron(values.pop("cron")), values.pop("schedule_name")
    interface = catalog.interface(name)
    arguments = filled_in(interface, given_arguments(values))
    reachable_from_cluster(name, interface, arguments)
    with connected(address) as connection:
        if not address.host:
            look_for_objects(package, connection.pod_namespace, service_account)
        schedule = kfp_server_api.V2beta1RecurringRun(
            display_name=schedule_name or f"{name} {interface.headline(arguments)}",
            experiment_id=connection.experiment_id(experiment),
            namespace=connection.namespace,
            pipeline_spec=package.body(),
            runtime_config=kfp_server_api.V2beta1RuntimeConfig(parameters=arguments),
            service_account=service_account,
            trigger=kfp_server_api.V2beta1Trigger(
                cron_schedule=kfp_server_api.V2beta1CronSchedule(cron=cron)
            ),
            max_concurrency="1",
            no_catchup=True,
            mode=kfp_server_api.RecurringRunMode.ENABLE,
        )
        create = connection.recurring_runs.recurring_run_service_create_recurring_run
        made = connection.call(f"create the schedule {cron}", create, schedule)
    where = address.options()
    click.echo(f"scheduled {made.display_name}: {cron}, one run at a time, none made up for")
    click.echo(f"  schedule {made.recurring_run_id}")
    click.echo(f"  kfp-tabular schedules delete {made.recurring_run_id}{where}")


def _list(as_json: bool, **values: Any) -> None:
    from pipelines.cluster.connection import connected
    from pipelines.command_line.tables import table_console

    with connected(Address.taken_from(values)) as connection:
        found = connection.call(
            "list the schedules",
            connection.recurring_runs.recurring_run_service_list_recurring_runs,
            namespace=connection.namespace,
            page_size=200,
            sort_by="created_at desc",
        )
    rows = [_row(each) for each in found.recurring_runs or []]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("schedule", "name", "cron", "status"):
        table.add_column(heading, no_wrap=heading == "schedule")
    for row in rows:
        table.add_row(row["schedule_id"], row["name"], row["cron"], row["status"])
    table_console().print(table if rows else "there are no schedules")


def _delete(
    schedule_id: str, keep_running: bool, end_running: bool, poll: float, **values: Any
) -> None:
    from pipelines.cluster import schedules
    from pipelines.cluster.connection import connected

    if keep_running and end_running:
        raise UsageError("a run is either kept running or ended: leave one of the options out")
    with connected(Address.taken_from(values)) as connection:
        run = schedules.run_in_progress(connection, schedule_id)
        if run and not keep_running:
            _agree_to_end(run.run_id, schedule_id, end_running)
        if run:
            schedules.pause(connection, schedule_id)
            click.echo(f"schedule {schedule_id} is paused: no more runs start")
        # One may have begun before that.
        while run := schedules.run_in_progress(connection, schedule_id):
            if not keep_running:
                schedules.end(connection, run.run_id)
            click.echo(f"waiting for run {run.run_id} to end; Ctrl-C leaves the schedule paused")
            schedules.wait_for_end(connection, run.run_id, poll)
        schedules.delete(connection, schedule_id)
    click.echo(f"schedule {schedule_id} is deleted; runs that it started are kept")


def _agree_to_end(run_id: str, schedule_id: str, agreed: bool) -> None:
    warning = (
        f"run {run_id} of schedule {schedule_id} goes on, and KFP kills it when the schedule is "
        "deleted"
    )
    if agreed or (
        sys.stdin.isatty() and click.confirm(f"{warning}. End it, and delete the schedule?")
    ):
        return
    raise UsageError(f"{warning}\n  --keep-running waits for its end first, --end-running ends it")


def _row(schedule: Any) -> dict[str, str]:
    cron = schedule.trigger.cron_schedule if schedule.trigger else None
    return {
        "schedule_id": schedule.recurring_run_id,
        "name": schedule.display_name,
        "cron": cron.cron if cron else "",
        "status": str(schedule.status),
    }
