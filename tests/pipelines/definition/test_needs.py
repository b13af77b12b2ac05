"""What the steps of a pipeline ask of the cluster."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from kfp import compiler, dsl

from components.shared import trust
from components.shared.needs import HOUR
from components.shared.registry.client import TOKEN_VARIABLE
from pipelines.definition import catalog
from pipelines.definition import needs as cluster
from pipelines.definition.needs import equip
from pipelines.local.running import run_locally
from tests.pipelines.equipped_steps import equipped_steps
from tests.pipelines.local.test_running import RecordingObserver
from tests.pipelines.two_steps import check_rows

OPENING = ("parse_source(", "read_curated_schema(")
"""Calls by which a component opens an address."""


@pytest.fixture(name="documents", scope="module")
def compiled_documents(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The pipeline and the platform part of the compiled YAML of two equipped steps."""
    path = tmp_path_factory.mktemp("compiled") / "pipeline.yaml"
    compiler.Compiler().compile(equipped_steps, str(path))
    return list(yaml.safe_load_all(path.read_text("utf-8")))


@pytest.fixture(name="ingest")
def settings_of_ingest(documents: list[dict[str, Any]]) -> dict[str, Any]:
    """The Kubernetes settings of the step that ingests."""
    executors = documents[1]["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    settings: dict[str, Any] = executors["exec-ingest-table"]
    return settings


def test_requests_and_limits_are_in_the_yaml(documents: list[dict[str, Any]]) -> None:
    """The compiled YAML says how much of a node each step asks for and may take."""
    container = documents[0]["deploymentSpec"]["executors"]["exec-ingest-table"]["container"]
    resources = container["resources"]
    assert resources["resourceMemoryRequest"] == "512Mi"
    assert resources["resourceMemoryLimit"] == "2Gi"
    assert resources["resourceCpuRequest"] == "250m"
    assert resources["resourceCpuLimit"] == "2"


def test_steps_that_speak_to_others_are_retried(documents: list[dict[str, Any]]) -> None:
    """A step that needs the store or the registry is tried again, with growing pauses."""
    tasks = documents[0]["root"]["dag"]["tasks"]
    retry = tasks["ingest-table"]["retryPolicy"]
    assert (retry["maxRetryCount"], retry["backoffFactor"]) == (1, 2.0)
    assert "retryPolicy" not in tasks["check-rows"]


def test_retries_outlast_the_attempts(documents: list[dict[str, Any]]) -> None:
    """The longest back-off, into which Argo counts the attempts, leaves time for all of them."""
    retry = documents[0]["root"]["dag"]["tasks"]["ingest-table"]["retryPolicy"]
    attempts = retry["maxRetryCount"] + 1
    assert int(retry["backoffMaxDuration"][:-1]) >= attempts * 2 * HOUR


def test_each_attempt_has_a_time_out(ingest: dict[str, Any]) -> None:
    """A step that hangs is ended."""
    assert ingest["activeDeadlineSeconds"] == str(2 * HOUR)


def test_credentials_are_named_and_not_written(ingest: dict[str, Any]) -> None:
    """Credentials of stores, databases, registries come from a Secret that may be absent."""
    secrets = ingest["secretAsEnv"]
    assert {secret["secretName"] for secret in secrets} == {"kfp-tabular"}
    assert all(secret["optional"] for secret in secrets)
    assert {key["envVar"] for secret in secrets for key in secret["keyToEnv"]} == {
        *cluster.STORE_CREDENTIALS,
        *cluster.DATABASE_CREDENTIALS,
        *cluster.LINEAGE_CREDENTIALS,
        TOKEN_VARIABLE,
    }


def test_each_step_knows_its_run_and_may_tell_the_registry(ingest: dict[str, Any]) -> None:
    """Run and pipeline are named to a step, and a registry that need not be there."""
    (field,) = ingest["fieldPathAsEnv"]
    assert field == {
        "name": "KFP_TABULAR_RUN_ID",
        "fieldPath": "metadata.labels['pipeline/runid']",
    }
    urls = [
        each
        for each in ingest["configMapAsEnv"]
        if any(key["envVar"] == "REGISTRY_URL" for key in each["keyToEnv"])
    ]
    assert [each["optional"] for each in urls] == [True]


def test_each_step_that_reads_an_address_has_the_store() -> None:
    """What a step reads from a store, table or schema, it has the credentials for."""
    compiled = yaml.safe_load_all(catalog.pipeline_yaml("training").read_text("utf-8"))
    executors = list(compiled)[1]["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    readers = {
        name
        for name, settings in executors.items()
        if any(
            key["envVar"] == "AWS_ACCESS_KEY_ID"
            for secret in settings.get("secretAsEnv", [])
            for key in secret["keyToEnv"]
        )
    }
    opening = {
        f"exec-{name.replace('_', '-')}"
        for name in catalog.component_names()
        for module in (catalog.ROOT / "components" / name).glob("*.py")
        if any(opens in module.read_text("utf-8") for opens in OPENING)
    }
    assert readers == opening & executors.keys()


def test_authorities_of_ones_own_are_mounted_where_they_are_looked_for(
    ingest: dict[str, Any],
) -> None:
    """Certificate authorities come from a ConfigMap that need not exist."""
    volume = ingest["configMapAsVolume"][0]
    assert (volume["configMapName"], volume["optional"]) == ("kfp-tabular-ca", True)
    assert volume["mountPath"] == str(trust.MOUNTED)


def test_steps_never_run_as_root(ingest: dict[str, Any]) -> None:
    """The kubelet is told to refuse an image that would run as root."""
    assert ingest["securityContext"] == {"runAsNonRoot": True}


def test_steps_may_have_nodes_of_their_own(ingest: dict[str, Any]) -> None:
    """Steps choose Linux nodes and tolerate the taint that keeps others off."""
    assert ingest["nodeSelector"]["labels"] == {"kubernetes.io/os": "linux"}
    assert ingest["tolerations"] == [
        {"key": "kfp-tabular", "operator": "Exists", "effect": "NoSchedule"}
    ]


def test_a_step_of_no_component_says_its_needs_itself() -> None:
    """Nothing is assumed of a step that no folder of components speaks for."""

    def silent() -> None:
        equip(check_rows(rows=3, failure="none"))

    with pytest.raises(LookupError, match="check_rows is no component"):
        dsl.pipeline(silent)


def test_a_local_run_does_not_wait_to_retry(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    """On this machine an equipped step runs once, and nothing warns of what has no effect."""
    observer = RecordingObserver()
    run_locally(equipped_steps, {"rows": 3}, tmp_path, observer)
    assert [step for step, succeeded, _ in observer.ended if succeeded] == [
        "ingest_table",
        "check_rows",
    ]
    assert not [each for each in recwarn if "have no effect" in str(each.message)]


def test_equipping_changes_no_compiled_pipeline_by_running_it(tmp_path: Path) -> None:
    """After a local run the pipeline still compiles with its retries and resources."""
    run_locally(equipped_steps, {"rows": 3}, tmp_path, RecordingObserver())
    task = equipped_steps.pipeline_spec.root.dag.tasks["ingest-table"]
    assert task.retry_policy.max_retry_count == 1


def test_each_tracker_has_its_own_credentials_alone() -> None:
    """The step that speaks to one tracker is not given the key of another."""
    compiled = yaml.safe_load_all(catalog.pipeline_yaml("training").read_text("utf-8"))
    executors = list(compiled)[1]["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    given = {
        name: {key["envVar"] for each in settings["secretAsEnv"] for key in each["keyToEnv"]}
        for name, settings in executors.items()
    }
    keys = {"WANDB_API_KEY", "MLFLOW_TRACKING_TOKEN"}
    assert given["exec-log-to-wandb"] & keys == {"WANDB_API_KEY"}
    assert given["exec-log-to-mlflow"] & keys == {"MLFLOW_TRACKING_TOKEN"}
    assert not given["exec-train-model"] & keys
