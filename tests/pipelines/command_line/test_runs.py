"""Listing, showing and ending the runs of a cluster."""

import json

import pytest

from components.shared.registry.client import RegistryClient
from tests.pipelines.conftest import WATCHED, CommandLine
from tests.pipelines.fake_kfp import FakeKfp


def test_runs_are_listed_the_newest_first(
    submit: CommandLine, on_cluster: CommandLine, kfp: FakeKfp
) -> None:
    """The table has a line for each run, with its name and state."""
    submit("--run-name", "first")
    submit("--run-name", "second")
    lines = on_cluster("runs", "list").output.splitlines()
    assert [line.split()[:3] for line in lines[1:3]] == [
        [run_id, name, "RUNNING"]
        for run_id, name in zip(reversed(kfp.runs), ("second", "first"), strict=True)
    ]


def test_runs_of_one_experiment(submit: CommandLine, on_cluster: CommandLine, kfp: FakeKfp) -> None:
    """A list can be of one experiment."""
    submit("--experiment", "churn", "--run-name", "ours")
    submit("--run-name", "theirs")
    found = json.loads(on_cluster("runs", "list", "--experiment", "churn", "--json").output)
    assert [run["name"] for run in found] == ["ours"]


def test_no_runs(on_cluster: CommandLine) -> None:
    """An empty list says so."""
    assert "there are no runs" in on_cluster("runs", "list").output


def test_a_run_is_shown_with_its_steps(
    submit: CommandLine, on_cluster: CommandLine, kfp: FakeKfp
) -> None:
    """The steps that began are shown with their states, seconds and pods."""
    kfp.outcomes[kfp.steps[0]] = "CACHED"
    submit()
    run_id = next(iter(kfp.runs))
    kfp.runs[run_id].stage = 2
    shown = on_cluster("runs", "show", run_id).output
    assert [line.split() for line in shown.splitlines()[3:5]] == [
        [kfp.steps[0], "CACHED", "7.5"],
        [kfp.steps[1], "RUNNING", *shown.splitlines()[4].split()[2:]],
    ]
    assert f"{kfp.url}/#/runs/details/{run_id}" in shown


def test_a_run_as_json(submit: CommandLine, on_cluster: CommandLine, kfp: FakeKfp) -> None:
    """`--json` prints the run and its steps for a script."""
    submit()
    run_id = next(iter(kfp.runs))
    told = json.loads(on_cluster("runs", "show", run_id, "--json").output)
    assert told["run_id"] == run_id
    assert told["state"] == "RUNNING"
    assert [step["step"] for step in told["steps"]] == kfp.steps[:1]


def test_a_run_can_be_watched_again(
    submit: CommandLine, on_cluster: CommandLine, kfp: FakeKfp
) -> None:
    """`runs show --wait` follows a run that was submitted without waiting."""
    submit()
    done = on_cluster("runs", "show", next(iter(kfp.runs)), "--wait", "--poll", "0.01")
    assert done.exit_code == 0
    assert "✓ register_model" in done.output


def test_an_unknown_run(on_cluster: CommandLine, kfp: FakeKfp) -> None:
    """A run that does not exist is a usage error that names the list."""
    for command in (("show", "gone"), ("show", "gone", "--wait"), ("terminate", "gone")):
        done = on_cluster("runs", *command)
        assert done.exit_code == 2
        assert f"there is no run gone at {kfp.url}" in done.errors
        assert f"kfp-tabular runs list --host {kfp.url}" in done.errors


def test_a_run_is_terminated(submit: CommandLine, on_cluster: CommandLine, kfp: FakeKfp) -> None:
    """A terminated run ends, and whoever watches it is told with exit code 1."""
    submit()
    run_id = next(iter(kfp.runs))
    assert on_cluster("runs", "terminate", run_id).exit_code == 0
    watched = on_cluster("runs", "show", run_id, "--wait", "--poll", "0.01")
    assert watched.exit_code == 1
    assert f"error: run {run_id} was terminated, with kfp-tabular runs" in watched.errors


def test_a_terminated_run_is_listed_as_such(
    submit: CommandLine, on_cluster: CommandLine, kfp: FakeKfp
) -> None:
    """Tables do not say FAILED, as KFP does; for scripts both are told."""
    kfp.ends_after = 2
    submit(*WATCHED)
    run_id = next(iter(kfp.runs))
    assert f"{run_id}  training" in (listed := on_cluster("runs", "list").output)
    assert "TERMINATED" in listed
    assert "TERMINATED" in on_cluster("runs", "show", run_id).output
    told = on_cluster("runs", "show", run_id, "--json").json()
    assert (told["state"], told["terminated"]) == ("FAILED", True)


def test_a_run_that_is_terminated_elsewhere(submit: CommandLine, kfp: FakeKfp) -> None:
    """KFP says FAILED of the run and of the step that it stopped, and neither has failed."""
    kfp.outcomes[kfp.steps[1]] = "STUCK"
    kfp.ends_after = 4
    done = submit(*WATCHED)
    assert done.exit_code == 1
    assert f"was terminated during {kfp.steps[1]}, with kfp-tabular runs" in done.errors
    assert "neither the API nor its log say why" not in done.errors


def test_a_run_whose_step_could_not_say_why_is_closed(
    submit: CommandLine,
    on_cluster: CommandLine,
    kfp: FakeKfp,
    registry_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever waits for a run that failed tells the registry, if that has it as going on."""
    monkeypatch.setenv("REGISTRY_URL", registry_url)
    kfp.outcomes[kfp.steps[1]] = "FAILED"
    submit()
    run_id = next(iter(kfp.runs))
    with RegistryClient(registry_url) as registry:
        registry.join_run("training", run_id, place="cluster", at=kfp.steps[1])
        assert on_cluster("runs", "show", run_id, *WATCHED).exit_code == 1
        assert registry.find_run(run_id) is None
