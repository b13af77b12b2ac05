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
