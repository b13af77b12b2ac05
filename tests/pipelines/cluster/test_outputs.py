"""The summary of a run on a cluster, against that of the same run on this machine."""

import json
from pathlib import Path
from typing import Any

import pytest
from sklearn.datasets import load_diabetes

from components.shared.registry.client import RegistryClient
from pipelines.local.outputs import step_outputs
from pipelines.local.registry import local_registry
from tests.pipelines.conftest import WATCHED, CommandLine, Done, kfp_tabular
from tests.pipelines.fake_kfp import FakeKfp

BUCKET = "minio://mlpipeline/v2/artifacts"
REGRESSION = ("--source", "diabetes.csv", "--target", "target", "--estimator", "ridge")


@pytest.fixture(name="local", scope="module")
def a_local_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    """The folder of a training run on this machine, and what the command printed."""
    folder = tmp_path_factory.mktemp("local")
    load_diabetes(as_frame=True).frame.to_csv(folder / "diabetes.csv", index=False)
    done = kfp_tabular("run", "training", "--json", *REGRESSION, folder=folder)
    assert done.exit_code == 0, done.errors
    (run,) = (folder / ".kfp-tabular" / "runs").glob("training-*")
    return run, done


@pytest.fixture(name="same_on_cluster")
def same_run_on_the_cluster(local: tuple[Path, Done], kfp: FakeKfp) -> FakeKfp:
    """A cluster whose pods log, and whose store holds, what the steps of the local run wrote."""
    for step, outputs in step_outputs(local[0]).items():
        artifacts = {}
        for name, path in ((name, Path(uri)) for name, uri in outputs.uris.items()):
            uri = f"{BUCKET}/{step}/{name}"
            artifact = {"name": name, "uri": uri, "metadata": outputs.metadata[name]}
            artifacts[name] = {"artifacts": [artifact]}
            if path.is_file() and path.stat().st_size < 1 << 20:
                kfp.artifacts[uri] = path.read_text("utf-8", "replace")
        written = {"parameterValues": dict(outputs.parameters), "artifacts": artifacts}
        kfp.logs[step] = f"I0102 03:04:05 launcher_v2.go:650] ExecutorOutput: {json.dumps(written)}"
    return kfp


def _summary(done: Done) -> dict[str, Any]:
    assert done.exit_code == 0, done.errors
    summary: dict[str, Any] = done.json()["summary"]
    return summary


@pytest.mark.parametrize("tries_again", [False, True])
def test_the_summary_is_that_of_the_local_run(
    local: tuple[Path, Done], same_on_cluster: FakeKfp, submit: CommandLine, tries_again: bool
) -> None:
    """Rows, metrics, verdict and version are the same; files are where the cluster has them."""
    same_on_cluster.tries_again = tries_again
    summary, expected = _summary(submit(*WATCHED, "--json")), local[1].json()
    assert summary.pop("files").keys() == expected.pop("files").keys()
    assert summary == expected


def test_files_are_where_the_cluster_has_them(
    same_on_cluster: FakeKfp, submit: CommandLine
) -> None:
    """Model, schema and reports are named by their addresses in the object store."""
    files = _summary(submit(*WATCHED, "--json"))["files"]
    assert files["model"] == f"{BUCKET}/train_model/model"
    assert files["evaluation"] == f"{BUCKET}/evaluate_model/report"


def test_the_summary_is_printed_with_its_links(
    same_on_cluster: FakeKfp, submit: CommandLine
) -> None:
    """For people there are the figures, the verdict, and the addresses of run and version."""
    done = submit(*WATCHED)
    assert "442 rows × 11 columns" in done.output
    assert "registered diabetes version 1" in done.output
    assert "/ui/find?model=diabetes&version=1" in done.output
    assert "/#/runs/details/" in done.output


def test_remarks_on_steps_are_those_of_a_local_run(
    same_on_cluster: FakeKfp, submit: CommandLine
) -> None:
    """What a step's line says of its outputs is said on a cluster too."""
    output = submit(*WATCHED).output
    assert "442 rows × 11 columns" in output.split("validate_table")[0]
    assert "diabetes version 1" in output.split("register_model")[-1]


def test_cached_steps_are_known_from_those_that_read_them(
    same_on_cluster: FakeKfp, submit: CommandLine
) -> None:
    """Where evaluation came from the cache, its figures are found through the comparison."""
    for step in ("split_table", "preprocess_table", "train_model", "evaluate_model"):
        same_on_cluster.outcomes[step] = "CACHED"
        del same_on_cluster.logs[step]
    given = {
        name: {"artifacts": [{"uri": f"{BUCKET}/{step}/{name}", "metadata": metadata}]}
        for name, step, metadata in (
            ("evaluation", "evaluate_model", {}),
            ("test", "split_table", {"rows": 88}),
        )
    }
    executor_input = json.dumps({"inputs": {"artifacts": given}})
    compare = same_on_cluster.logs["compare_with_champion"]
    same_on_cluster.logs["compare_with_champion"] = (
        f"Got executor_input:\n{executor_input}\n{compare}"
    )
    summary = _summary(submit(*WATCHED, "--json"))
    assert summary["metrics"]["r2"]["value"] > 0.2
    assert summary["test_rows"] == 88
    assert summary["train_rows"] is None
    assert summary["registered"]["version"] == "1"


def test_the_summary_of_a_run_whose_pods_are_gone(
    local: tuple[Path, Done], same_on_cluster: FakeKfp, submit: CommandLine, on_cluster: CommandLine
) -> None:
    """An hour after its end, when Argo deleted its pods, all is known from their archived logs."""
    submit(*WATCHED)
    same_on_cluster.cleaned_up = True
    run_id = next(iter(same_on_cluster.runs))
    told = on_cluster("runs", "show", run_id, *WATCHED, "--json").json()
    expected = local[1].json()
    told["summary"].pop("files"), expected.pop("files")
    assert told["summary"] == expected
    assert told["missing"] == []


def test_without_artifacts_the_version_is_still_told(
    same_on_cluster: FakeKfp, submit: CommandLine
) -> None:
    """Where only ml-pipeline answers, which has no artifacts, the version is known from the log."""
    same_on_cluster.artifacts.clear()
    output = submit(*WATCHED).output
    assert "registered diabetes 1" in output
    assert f"{same_on_cluster.url} does not give the artifacts of its steps" in output


def test_without_logs_the_version_is_found_by_the_run(
    kfp: FakeKfp,
    on_cluster: CommandLine,
    submit: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """The registry knows what a run registered, and what is not to be had any more is said."""
    submit(*WATCHED)
    kfp.cleaned_up, kfp.archives = True, False
    run_id = next(iter(kfp.runs))
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.joblib").write_text("model")
    registration = {"model": {"name": "churn"}, "lineage": {"run_id": run_id}}
    with local_registry(tmp_path / "registry", tmp_path / "registry.log") as url:
        monkeypatch.setenv("REGISTRY_URL", url)
        with RegistryClient(url) as registry:
            registry.register(registration | {"metrics": {"auc": 0.5}}, tmp_path / "model", "key")
        done = on_cluster("runs", "show", run_id, *WATCHED)
        told = on_cluster("runs", "show", run_id, *WATCHED, "--json").json()
    assert "registered churn 1\n  auc  0.5" in done.output
    assert f"the logs of {', '.join(kfp.steps)} are not to be had" in done.output
    assert f"{url}/ui/find?model=churn&version=1" in done.output
    assert told["registered"]["version"] == "1"
    assert "archive" in told["missing"][0]


@pytest.mark.parametrize(
    ("url", "said"),
    [("", "into REGISTRY_URL, and a token into"), ("http://127.0.0.1:9", "127.0.0.1:9")],
)
def test_without_logs_and_registry_the_run_is_still_told(
    kfp: FakeKfp, submit: CommandLine, monkeypatch: pytest.MonkeyPatch, url: str, said: str
) -> None:
    """The states of the steps and the page of the run are left, and how to find the version."""
    monkeypatch.setenv("REGISTRY_URL", url)
    done = submit(*WATCHED)
    assert done.exit_code == 0
    assert "a version was registered; its name is not to be had" in done.output
    assert said in done.output
