"""Scheduling a pipeline on a cluster."""

import json

import pytest

from pipelines.command_line.schedule import kfp_cron
from pipelines.errors import UsageError
from tests.pipelines.conftest import TABLE, CommandLine
from tests.pipelines.fake_kfp import FakeKfp

NIGHTLY = ("schedule", "training", *TABLE, "--cron", "0 2 * * *")


def test_a_schedule_makes_up_for_nothing_and_runs_one_at_a_time(
    on_cluster: CommandLine, kfp: FakeKfp
) -> None:
    """What is sent runs at two every night, one run at a time, without catching up."""
    done = on_cluster(*NIGHTLY, "--set-resource", "train_model.cpu=2")
    sent = kfp.bodies[-1]
    assert done.exit_code == 0
    assert sent["trigger"]["cron_schedule"]["cron"] == "0 0 2 * * *"
    assert (sent["no_catchup"], sent["max_concurrency"], sent["mode"]) == (True, "1", "ENABLE")
    assert sent["runtime_config"]["parameters"]["model_name"] == "churn"
    executors = sent["pipeline_spec"]["pipeline_spec"]["deploymentSpec"]["executors"]
    assert executors["exec-train-model"]["container"]["resources"]["resourceCpuLimit"] == "2"


def test_schedules_are_listed_and_deleted(on_cluster: CommandLine, kfp: FakeKfp) -> None:
    """A schedule is in the list until it is deleted."""
    on_cluster(*NIGHTLY, "--schedule-name", "nightly")
    (row,) = json.loads(on_cluster("schedules", "list", "--json").output)
    assert (row["name"], row["cron"], row["status"]) == ("nightly", "0 0 2 * * *", "ENABLED")
    assert "nightly" in on_cluster("schedules", "list").output
    assert on_cluster("schedules", "delete", row["schedule_id"]).exit_code == 0
    assert "there are no schedules" in on_cluster("schedules", "list").output


def test_an_unknown_schedule(on_cluster: CommandLine) -> None:
    """A schedule that does not exist is a usage error that names the list."""
    done = on_cluster("schedules", "delete", "gone")
    assert done.exit_code == 2
    assert "there is no schedule gone" in done.errors
    assert "kfp-tabular schedules list" in done.errors


@pytest.fixture(name="going")
def schedule_with_a_run_that_goes_on(on_cluster: CommandLine, kfp: FakeKfp) -> tuple[str, str]:
    """A schedule and its run: the ids of both."""
    on_cluster(*NIGHTLY)
    schedule_id = next(iter(kfp.schedules))
    return schedule_id, kfp.fire(schedule_id)


def test_a_run_that_goes_on_is_not_killed_unasked(
    on_cluster: CommandLine, kfp: FakeKfp, going: tuple[str, str]
) -> None:
    """KFP would kill it with its schedule: a script has to say what is to become of it."""
    done = on_cluster("schedules", "delete", going[0])
    assert done.exit_code == 2
    assert f"run {going[1]} of schedule {going[0]} goes on" in done.errors
    assert "--keep-running waits for its end first, --end-running ends it" in done.errors
    assert kfp.schedules[going[0]].status == "ENABLED"
    assert kfp.runs[going[1]].orphaned_at is None


def test_a_run_that_goes_on_is_waited_for(
    on_cluster: CommandLine, kfp: FakeKfp, going: tuple[str, str]
) -> None:
    """The schedule starts no more runs meanwhile, and is deleted after the end of its run."""
    done = on_cluster("schedules", "delete", going[0], "--keep-running", "--poll", "0.01")
    assert done.exit_code == 0
    assert "is paused" in done.output
    assert f"POST /apis/v2beta1/recurringruns/{going[0]}:disable" in kfp.seen
    assert not kfp.schedules
    shown = on_cluster("runs", "show", going[1], "--wait", "--poll", "0.01")
    assert (shown.exit_code, kfp.runs[going[1]].orphaned_at) == (0, None)


def test_a_run_that_goes_on_is_ended(
    on_cluster: CommandLine, kfp: FakeKfp, going: tuple[str, str]
) -> None:
    """It is terminated, and the schedule deleted when KFP knows that it ended."""
    done = on_cluster("schedules", "delete", going[0], "--end-running", "--poll", "0.01")
    assert (done.exit_code, kfp.schedules) == (0, {})
    watched = on_cluster("runs", "show", going[1], "--wait", "--poll", "0.01")
    assert f"run {going[1]} was terminated" in watched.errors


def test_both_options_at_once(on_cluster: CommandLine, going: tuple[str, str]) -> None:
    """A run cannot be kept and ended."""
    done = on_cluster("schedules", "delete", going[0], "--end-running", "--keep-running")
    assert done.exit_code == 2


COMMANDS = {
    "show": ("show",),
    "wait": ("show", "--wait", "--poll", "0.01"),
    "terminate": ("terminate",),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=list(COMMANDS))
def test_a_run_whose_schedule_was_deleted_elsewhere(
    on_cluster: CommandLine, kfp: FakeKfp, going: tuple[str, str], command: tuple[str, ...]
) -> None:
    """Of a run that KFP calls RUNNING for ever it is said what happened, whatever is asked."""
    kfp.delete_schedule({}, b"", going[0])
    done = on_cluster("runs", command[0], going[1], *command[1:])
    assert done.exit_code == 1
    assert f"error: run {going[1]} was killed: its schedule {going[0]} was deleted" in done.errors
    assert f"{kfp.url}/#/runs/details/{going[1]}" in done.errors


@pytest.mark.parametrize(
    ("usual", "kfps"),
    [
        ("0 2 * * *", "0 0 2 * * *"),
        ("*/15 8-18 * * 1-5", "0 */15 8-18 * * 1-5"),
        ("30 0 2 * * *", "30 0 2 * * *"),
        ("@daily", "@daily"),
    ],
)
def test_five_fields_get_seconds(usual: str, kfps: str) -> None:
    """KFP reads the first field as seconds: the usual five fields get it in front."""
    assert kfp_cron(usual) == kfps


@pytest.mark.parametrize("expression", ["", "daily", "0 2 * *", "0 0 0 2 * * *"])
def test_what_is_no_cron_expression(expression: str) -> None:
    """An expression of another form is refused with one that is right."""
    with pytest.raises(UsageError, match="0 2"):
        kfp_cron(expression)


def test_a_schedule_that_kfp_refuses(on_cluster: CommandLine, kfp: FakeKfp) -> None:
    """What only KFP can tell is wrong ends in its own words."""
    kfp.faults = [("POST .*/recurringruns", 400)]
    done = on_cluster(*NIGHTLY)
    assert done.exit_code == 1
    assert "could not create the schedule 0 0 2 * * * (HTTP 400)" in done.errors
