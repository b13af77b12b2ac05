"""The runs of a schedule: KFP kills the one that goes on when its schedule is deleted."""
# mypy: disable-error-code="import-untyped"

import json
import time
from typing import Any

from pipelines.cluster.connection import Connection
from pipelines.cluster.errors import NotThereError, OrphanedRunError, RefusedError
from pipelines.cluster.steps import FINAL

NEWEST = 20
"""How many runs of a schedule are looked at: it has one at a time, and the newest goes on."""


def run_in_progress(connection: Connection, schedule_id: str) -> Any | None:
    """Return the run of a schedule that goes on, if one does.

    Raises:
        NotThereError: There is no such schedule.
    """
    look = connection.recurring_runs.recurring_run_service_get_recurring_run
    connection.call(f"look at schedule {schedule_id}", look, schedule_id)
    predicate = {
        "operation": "EQUALS",
        "key": "recurring_run_id",
        "stringValue": schedule_id,
    }
    found = connection.call(
        f"list the runs of schedule {schedule_id}",
        connection.runs.run_service_list_runs,
        filter=json.dumps({"predicates": [predicate]}),
        namespace=connection.namespace,
        page_size=NEWEST,
        sort_by="created_at desc",
    )
    return next((run for run in found.runs or [] if run.state not in FINAL), None)


def pause(connection: Connection, schedule_id: str) -> None:
    """Let a schedule start no more runs."""
    stop = connection.recurring_runs.recurring_run_service_disable_recurring_run
    connection.call(f"pause schedule {schedule_id}", stop, schedule_id)


def delete(connection: Connection, schedule_id: str) -> None:
    """Delete a schedule, and with it the workflow of the run that goes on."""
    delete_ = connection.recurring_runs.recurring_run_service_delete_recurring_run
    connection.call(f"delete schedule {schedule_id}", delete_, schedule_id)


def end(connection: Connection, run_id: str) -> None:
    """End a run.

    Raises:
        OrphanedRunError: Its workflow is gone with its schedule.
    """
    stop = connection.runs.run_service_terminate_run
    try:
        connection.call(f"end run {run_id}", stop, run_id)
    except RefusedError:
        refuse_orphan(connection, connection.run(run_id))
        raise


def wait_for_end(connection: Connection, run_id: str, pause_seconds: float) -> None:
    """Wait until a run has ended."""
    while connection.run(run_id).state not in FINAL:
        time.sleep(pause_seconds)


def refuse_orphan(connection: Connection, run: Any) -> None:
    """Tell apart a run that goes on from one of which nothing is left but what KFP says.

    Raises:
        OrphanedRunError: Its schedule was deleted while it went on.
    """
    schedule_id = run.recurring_run_id
    if not schedule_id or run.state in FINAL:
        return
    look = connection.recurring_runs.recurring_run_service_get_recurring_run
    try:
        connection.call(f"look at schedule {schedule_id}", look, schedule_id)
    except NotThereError as error:
        page = connection.run_page(run.run_id)
        raise OrphanedRunError(run.run_id, schedule_id, str(run.state), page) from error
