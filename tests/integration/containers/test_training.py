"""The training pipeline in containers: from a table in an S3 to a version in the registry."""

import hashlib
from pathlib import Path

import pytest
import urllib3

from components.shared.registry.client import RegistryClient
from components.shared.registry.records import RegisteredVersion
from pipelines.command_line.main import main
from tests.integration.containers.conftest import SOURCE, TOKEN, ContainerRun, Servers
from tests.pipelines.conftest import TRAINING_STEPS


@pytest.fixture(name="version")
def registered_version(trained: ContainerRun, servers: Servers) -> RegisteredVersion:
    """What the registry says of the version that the run registered."""
    with RegistryClient(servers.registry_url, TOKEN) as registry:
        return registry.get("bird-strikes@champion")


def test_every_step_ran_in_a_container_and_left_its_outputs(trained: ContainerRun) -> None:
    """A container's exit code is not always told: what counts is what it wrote, as whom."""
    assert tuple(trained.containers) == TRAINING_STEPS
    outputs = list(trained.folder.glob("**/executor_output.json"))
    assert {path.parent.name.replace("-", "_") for path in outputs} == set(TRAINING_STEPS)
    assert 0 not in {path.stat().st_uid for path in outputs}


def test_the_version_in_the_registry_is_the_model_of_the_run(
    trained: ContainerRun, version: RegisteredVersion
) -> None:
    """Number, digest, metrics and source of the registered version are those of the run."""
    summary = trained.summary
    assert (version.number, version.digest) == (1, summary["registered"]["digest"])
    assert version.metrics["roc_auc"] == summary["metrics"]["roc_auc"]["value"]
    assert 0.7 < version.metrics["roc_auc"] < 0.99
    assert version.lineage["source"] == SOURCE


def test_the_bytes_in_the_store_are_the_files_of_the_model(
    trained: ContainerRun, version: RegisteredVersion, servers: Servers
) -> None:
    """Each file of the model folder, and about it, lies in the registry's bucket, bit by bit."""
    stored = set()
    for item in servers.store.list_objects("models", recursive=True):
        with servers.store.get_object("models", item.object_name) as response:
            stored.add(hashlib.sha256(response.read()).hexdigest())
    model = Path(trained.summary["files"]["model"])
    for name, digest in version.files.items():
        assert hashlib.sha256((model / name).read_bytes()).hexdigest() == digest
    assert {*version.files.values(), *version.evidence.values()} <= stored


def test_the_image_of_the_registry_has_its_pages(
    trained: ContainerRun, version: RegisteredVersion, servers: Servers
) -> None:
    """Templates and style are in it, and show the version to whoever may read it."""
    token = {"Authorization": f"Bearer {TOKEN}"}
    page = f"{servers.registry_url}/ui/find?model=bird-strikes&version=champion"
    shown = urllib3.request("GET", page, headers=token)
    assert shown.status == 200
    assert version.digest in shown.data.decode()
    style = urllib3.request("GET", f"{servers.registry_url}/ui/assets/style.css")
    assert (style.status, style.headers["Content-Type"]) == (200, "text/css; charset=utf-8")


def test_no_credential_is_left_behind(trained: ContainerRun, servers: Servers) -> None:
    """Neither the log nor any artifact of the run contains a key or a token."""
    secrets = [TOKEN.encode(), servers.environment["AWS_SECRET_ACCESS_KEY"].encode()]
    for path in filter(Path.is_file, trained.folder.glob("**/*")):
        content = path.read_bytes()
        assert not [secret for secret in secrets if secret in content], path


def test_a_failed_container_ends_the_run_with_its_own_words(
    servers: Servers,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A table that is not in the store is named, and the exit code is that of a mistake."""
    for name, value in servers.environment.items():
        monkeypatch.setenv(name, value)
    command = ["run", "training", "--source", "s3://tables/none.csv", "--target", "damaged"]
    command += ["--runner", "docker", "--docker-network", servers.network]
    with pytest.raises(SystemExit) as ended:
        main([*command, "--work-dir", str(tmp_path)])
    assert ended.value.code == 2
    assert "fingerprint_source: There is no object s3://tables/none.csv" in capsys.readouterr().err
