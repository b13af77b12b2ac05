"""Submitting a pipeline to a cluster."""

import json
from pathlib import Path

import pytest
from kfp import Client

from pipelines.definition import catalog
from tests.pipelines.conftest import TABLE, TRAINING_STEPS, WATCHED, CommandLine
from tests.pipelines.fake_kfp import FakeKfp


def test_the_run_is_what_was_asked_for(submit: CommandLine, kfp: FakeKfp) -> None:
    """Pipeline, arguments and experiment are sent; what was left out is left to the pipeline."""
    done = submit("--promote", "--test-size", "0.3", "--experiment", "churn", "--git-commit", "abc")
    run = kfp.bodies[-1]
    assert done.exit_code == 0
    sent = run["runtime_config"]["parameters"]
    asked = {
        "source": "s3://tables/churn.parquet",
        "target": "churned",
        "model_name": "churn",
        "promote": True,
        "test_size": 0.3,
    }
    # What a version that comes of it is made again by.
    assert json.loads(sent.pop("arguments")) == asked
    assert sent == {**asked, "git_commit": "abc"}
    assert run["pipeline_spec"]["pipeline_spec"]["pipelineInfo"]["name"] == "training"
    assert kfp.experiments[run["experiment_id"]].display_name == "churn"


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_the_sdk_sends_the_same(submit: CommandLine, kfp: FakeKfp) -> None:
    """The pipeline and its arguments reach KFP as its own SDK sends them."""
    submit("--git-commit", "abc", "--run-name", "nightly")
    ours = kfp.bodies[-1]
    Client(host=kfp.url, namespace="").create_run_from_pipeline_package(
        str(catalog.pipeline_yaml("training")),
        arguments=ours["runtime_config"]["parameters"],
        run_name="nightly",
    )
    assert kfp.bodies[-1] == ours


def test_an_experiment_is_used_again(submit: CommandLine, kfp: FakeKfp) -> None:
    """A second run goes into the experiment of the first."""
    submit()
    submit()
    assert len(kfp.experiments) == 1


def test_an_experiment_that_another_creates_meanwhile(submit: CommandLine, kfp: FakeKfp) -> None:
    """A 409 on the creation of the experiment ends in one error that says so."""
    kfp.faults = [("POST .*/experiments", 409)]
    done = submit()
    assert done.exit_code == 1
    assert "experiment Default (HTTP 409)" in done.errors


def test_without_waiting_the_way_to_the_run_is_told(submit: CommandLine, kfp: FakeKfp) -> None:
    """The page of the run and the command that looks at it are printed."""
    done = submit()
    run_id = next(iter(kfp.runs))
    assert f"{kfp.url}/#/runs/details/{run_id}" in done.output
    assert f"kfp-tabular runs show {run_id} --host {kfp.url} --wait" in done.output


def test_waiting_shows_each_step(submit: CommandLine, kfp: FakeKfp) -> None:
    """Every step is told as it begins and as it ends, with its time on the cluster."""
    done = submit(*WATCHED)
    assert done.exit_code == 0
    for step in TRAINING_STEPS:
        assert f"… {step}" in done.output
        assert f"✓ {step:<22}    7.5 s" in done.output


def test_a_step_from_the_cache_says_so(submit: CommandLine, kfp: FakeKfp) -> None:
    """A step whose outputs KFP had is not shown as if it had run."""
    kfp.outcomes["split_table"] = "CACHED"
    done = submit(*WATCHED)
    assert "✓ split_table               7.5 s   from the cache" in done.output


def test_a_refused_model_is_no_failure(submit: CommandLine, kfp: FakeKfp) -> None:
    """A run whose gate let nothing through succeeds, and says that nothing was registered."""
    kfp.outcomes["register_model"] = "SKIPPED"
    done = submit(*WATCHED)
    assert done.exit_code == 0
    assert "no version was registered" in done.output


def test_a_token_is_sent_and_not_shown(
    submit: CommandLine, kfp: FakeKfp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token comes from the environment or a file, and is never printed."""
    kfp.token = "s3cr3t"
    (tmp_path / "token").write_text("s3cr3t\n")
    from_file = submit("--token-file", str(tmp_path / "token"))
    monkeypatch.setenv("KFP_TOKEN", "s3cr3t")
    from_environment = submit()
    assert (from_file.exit_code, from_environment.exit_code) == (0, 0)
    assert "s3cr3t" not in from_file.output + from_environment.output


def test_a_profile_of_many_users(submit: CommandLine, kfp: FakeKfp) -> None:
    """In a multi-user Kubeflow the experiment is made in the profile's namespace."""
    kfp.multi_user = True
    done = submit("--namespace", "team-a")
    assert done.exit_code == 0
    assert next(iter(kfp.experiments.values())).namespace == "team-a"


USAGE = {
    "an unknown option": (("--sorce", "x"), "--source"),
    "a number that is none": (("--test-size", "many"), "--test-size"),
    "a file of this machine": (("--source", "churn.csv"), "--source churn.csv is a file"),
    "a schema of this machine": (("--curated-schema", "s.json"), "--curated-schema s.json is"),
    "an unknown metric": (("--metric", "auc"), "roc_auc"),
    "an unknown step": (("--set-resource", "train_mode.memory=8Gi"), "train_model"),
}


@pytest.mark.parametrize(("options", "named"), USAGE.values(), ids=USAGE.keys())
def test_a_mistake_is_told_before_anything_is_sent(
    options: tuple[str, ...], named: str, kfp: FakeKfp, submit: CommandLine
) -> None:
    """What cannot be right ends with exit code 2, and KFP is not even asked."""
    done = submit(*options)
    assert done.exit_code == 2
    assert named in done.errors
    assert kfp.seen == []


def test_a_host_without_a_scheme(command_line: CommandLine) -> None:
    """An address that is no URL is answered with one that is."""
    done = command_line("submit", "training", *TABLE, "--host", "localhost:8080")
    assert done.exit_code == 2
    assert "http://localhost:8080" in done.errors


def test_a_missing_input_is_named(on_cluster: CommandLine, kfp: FakeKfp) -> None:
    """An input without a default that was not given is asked for by name."""
    done = on_cluster("submit", "training", "--target", "churned")
    assert done.exit_code == 2
    assert "--source" in done.errors
    assert kfp.seen == []


def test_overrides_are_in_what_is_sent(submit: CommandLine, kfp: FakeKfp) -> None:
    """Resources, node selectors and tolerations change the submitted pipeline, not the file."""
    before = catalog.pipeline_yaml("training").read_bytes()
    submit(
        *("--set-resource", "train_model.memory=16Gi", "--node-selector", "disktype=ssd"),
        *("--toleration", "dedicated=ml:NoSchedule"),
    )
    sent = kfp.bodies[-1]["pipeline_spec"]
    executors = sent["pipeline_spec"]["deploymentSpec"]["executors"]
    settings = sent["platform_spec"]["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    resources = executors["exec-train-model"]["container"]["resources"]
    assert resources["resourceMemoryRequest"] == resources["resourceMemoryLimit"] == "16Gi"
    assert settings["exec-ingest-table"]["nodeSelector"]["labels"]["disktype"] == "ssd"
    assert {"key": "dedicated", "operator": "Equal", "value": "ml", "effect": "NoSchedule"} in (
        settings["exec-ingest-table"]["tolerations"]
    )
    assert catalog.pipeline_yaml("training").read_bytes() == before
