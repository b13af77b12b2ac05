"""What a command does with a run that it started or was told of: show it, wait, sum it up."""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from components.shared.reports.number_text import number
from pipelines.cluster.connection import Connection
from pipelines.cluster.errors import (
    NotThereError,
    OrphanedRunError,
    RunFailedError,
    StepCannotStartError,
    WatchBrokenError,
)
from pipelines.cluster.failures import raise_failure
from pipelines.cluster.logs import read_log
from pipelines.cluster.outputs import run_outputs
from pipelines.cluster.steps import (
    CACHED,
    SKIPPED,
    duration,
    errors_of,
    state_of,
    steps_of,
    was_terminated,
)
from pipelines.cluster.watching import RunWatch
from pipelines.command_line.open_runs import close_run
from pipelines.command_line.tables import colored, table_console
from pipelines.command_line.version_of_run import VersionOfRun, version_of_run
from pipelines.command_line.version_page import how_to_see
from pipelines.definition import catalog
from pipelines.definition.packages import PipelinePackage
from pipelines.errors import INTERRUPTED, PipelineError

REGISTERING: Final = "register_model"


def show_started(connection: Connection, run_id: str, console: Console) -> None:
    """Print where a run that was just started can be seen."""
    console.print(f"  · run {run_id}", highlight=False)
    console.print(f"  · {connection.run_page(run_id)}", highlight=False, soft_wrap=True)


def follow(
    connection: Connection,
    run_id: str,
    console: Console,
    *,
    wait: bool,
    pause_seconds: float,
    as_json: bool,
) -> None:
    """Wait for a run if told so, and print what came of it.

    Ctrl-C ends the waiting, not the run.

    Raises:
        PipelineError: The run failed, cannot go on, or can no longer be seen.
    """
    again = f"kfp-tabular runs show {run_id}{connection.address.options()}"
    if not wait:
        if as_json:
            click.echo(json.dumps(described(connection, connection.run(run_id)), indent=2))
        else:
            console.print(f"\nlook at it with:\n  {again} --wait", highlight=False, soft_wrap=True)
        return
    logs: Mapping[str, str] = {}
    try:
        with RunWatch(connection, run_id, console) as watch:
            logs = watch.logs
            run = watch.until_the_end(pause_seconds)
    except KeyboardInterrupt:
        end = again.replace("runs show", "runs terminate")
        console.print(
            f"\nno longer waiting; the run goes on. Look at it again with:\n  {again} --wait\n"
            f"or end it with:\n  {end}",
            highlight=False,
            soft_wrap=True,
        )
        sys.exit(INTERRUPTED)
    except (NotThereError, OrphanedRunError):
        raise
    except StepCannotStartError as error:
        end = again.replace("runs show", "runs terminate")
        remark = f"The run goes on trying; end it with: {end}"
        raise StepCannotStartError(f"{error}\n  {remark}") from error
    except PipelineError as error:
        raise WatchBrokenError(
            f"the run goes on, but cannot be watched any more: {error}\n"
            f"  Look at it again with: {again} --wait"
        ) from error
    try:
        raise_failure(connection, run, logs, f"see its steps: {again}")
    except RunFailedError as error:
        close_run(run_id, "KILLED" if was_terminated(run) else "FAILED", str(error))
        raise
    sys.exit(_show_outcome(connection, run, logs, console, as_json))


def described(connection: Connection, run: Any) -> dict[str, Any]:
    """Return a run and its steps as JSON can hold them."""
    now = datetime.now(UTC)
    return {
        "run_id": run.run_id,
        "name": run.display_name,
        "state": run.state,
        "terminated": was_terminated(run),
        "created_at": run.created_at and run.created_at.isoformat(),
        "seconds": duration(run),
        "page": connection.run_page(run.run_id),
        "errors": list(errors_of(run)),
        "steps": [
            {
                "step": step.name,
                "state": step.state,
                "seconds": round(step.seconds(now), 1),
                "pod": step.pod,
                "errors": list(step.messages),
            }
            for step in steps_of(run)
        ],
    }


def show_steps(connection: Connection, run: Any, console: Console) -> None:
    """Print a run, and a table of its steps."""
    told = described(connection, run)
    seconds = f", {told['seconds']:.0f} s" if told["seconds"] is not None else ""
    console.print(f"[bold]{told['name']}[/]  {colored(state_of(run))}{seconds}", highlight=False)
    console.print(f"  {told['page']}", highlight=False, soft_wrap=True)
    table = Table(box=None, padding=(0, 2, 0, 2))
    for heading in ("step", "state", "seconds", "pod"):
        table.add_column(heading, justify="right" if heading == "seconds" else "left")
    for step in told["steps"]:
        table.add_row(
            step["step"], colored(step["state"]), f"{step['seconds']:.1f}", step["pod"] or ""
        )
    table_console().print(table)
    for error in told["errors"]:
        console.print(f"  {error}", markup=False, highlight=False)


def logs_of(connection: Connection, run: Any, known: Mapping[str, str]) -> dict[str, str]:
    """Return the logs of the steps of a run that ended."""
    return {
        step.name: known.get(step.name) or read_log(connection, run, step.pod)
        for step in steps_of(run)
    }


def _show_outcome(
    connection: Connection, run: Any, known: Mapping[str, str], console: Console, as_json: bool
) -> int:
    """Print what came of a run that ended well; return the exit code that says it."""
    package = PipelinePackage.of_run(run)
    outputs, summary, missing, found = None, None, "", VersionOfRun()
    if package:
        logs = logs_of(connection, run, known)
        outputs = run_outputs(connection, package, logs)
        interface = catalog.known_interface(package.name)
        summary = interface.summarise(outputs) if interface else None
        missing = "" if summary else _what_is_missing(connection, run, logs)
        if not outputs.registered and _has_registered(run):
            found = version_of_run(run.run_id)
    version = (outputs.registered if outputs else None) or found.registered
    if as_json:
        told = described(connection, run) | {"registered": version}
        told["summary"] = json.loads(summary.as_json()) if summary else None
        told["missing"] = [text for text in (missing, found.said) if text]
        click.echo(json.dumps(told, indent=2, default=str))
        return summary.exit_code if summary else 0
    if summary:
        summary.show(console)
    else:
        console.print(f"\n{_little_known(package, run, version, found)}", soft_wrap=True)
        for name, value in found.metrics.items():
            console.print(f"  {escape(name)}  {number(value)}", highlight=False)
        if missing:
            console.print(f"  {missing}", markup=False, highlight=False, soft_wrap=True)
    _show_places(connection, run, version, console)
    return summary.exit_code if summary else 0


def _has_registered(run: Any) -> bool:
    return any(step.name == REGISTERING and step.state != SKIPPED for step in steps_of(run))


def _little_known(
    package: PipelinePackage | None,
    run: Any,
    version: Mapping[str, Any] | None,
    found: VersionOfRun,
) -> str:
    """Return what is known of a run without a summary: whether it registered, and what."""
    if version:
        name, number_ = escape(version["model_name"]), escape(version["version"])
        return f"[bold green]registered[/] {name} {number_}"
    if package is None or REGISTERING not in package.steps:
        return "what its steps made is not to be had from here"
    if _has_registered(run):
        return f"a version was registered; {escape(found.said)}"
    return "[bold yellow]no version was registered[/]"


def _what_is_missing(connection: Connection, run: Any, logs: Mapping[str, str]) -> str:
    """Return why there is no summary of a run."""
    ran = [step.name for step in steps_of(run) if step.state not in (SKIPPED, CACHED)]
    if gone := [step for step in ran if not logs.get(step)]:
        return (
            f"there is no summary: the logs of {', '.join(gone)} are not to be had (any more), "
            "neither from their pods, which Argo deletes an hour after a run's end, nor from its "
            "archive in the object store"
        )
    return f"there is no summary: {connection.host} does not give the artifacts of its steps"


def _show_places(
    connection: Connection, run: Any, version: Mapping[str, Any] | None, console: Console
) -> None:
    page = connection.run_page(run.run_id)
    console.print(f"\n  run      {page}", highlight=False, soft_wrap=True)
    if version:
        where = escape(how_to_see(version["registry_url"], version))
        console.print(f"  version  {where}", highlight=False, soft_wrap=True)
