"""`kfp-tabular serve`."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
import urllib3

from components.shared.registry.client import RegistryClient
from tests.components.train_model.test_train import train
from tests.components.training_tables import bird_strikes
from tests.pipelines.conftest import CommandLine
from tests.registry_service.running import free_port

SECONDS = 60


def test_something_must_be_named(command_line: CommandLine) -> None:
    """Neither a version nor a folder, and both, are mistakes."""
    for arguments in ([], ["churn", "--folder", "."]):
        done = command_line("serve", *arguments)
        assert done.exit_code == 2
        assert "say what to serve" in done.errors


def test_a_folder_that_is_no_model_is_named(command_line: CommandLine, tmp_path: Path) -> None:
    """It ends with one message, and nothing listens."""
    done = command_line("serve", "--folder", str(tmp_path), "--port", "0")
    assert done.exit_code == 2
    assert f"{tmp_path} is not a model" in done.errors
    assert "Traceback" not in done.errors


def test_a_setting_that_cannot_be_is_named(command_line: CommandLine, tmp_path: Path) -> None:
    """The message names the variable."""
    done = command_line("serve", "--folder", str(tmp_path), PREDICTOR_MAX_ROWS="many")
    assert done.exit_code == 2
    assert "PREDICTOR_MAX_ROWS" in done.errors


def test_a_folder_or_a_version_is_not_followed(command_line: CommandLine, tmp_path: Path) -> None:
    """Neither of them moves."""
    done = command_line("serve", "--folder", str(tmp_path), "--follow")
    assert done.exit_code == 2
    assert "a folder is not followed" in done.errors


@pytest.fixture(name="versions", scope="module")
def two_versions(tmp_path_factory: pytest.TempPathFactory, registry_url: str) -> list[str]:
    """Two versions of `followed`, of which the first is the champion."""
    folder = tmp_path_factory.mktemp("followed")
    table = bird_strikes(folder / "train.parquet", rows=1_000)
    names = []
    with RegistryClient(registry_url) as registry:
        for trees in (2, 3):
            train(table, "damaged", hyperparameters=f'{{"max_iter": {trees}}}')
            registration = {"model": {"name": "followed"}, "version": {}}
            names.append(registry.register(registration, folder / "model", f"{trees}").version)
        registry.promote("followed", "champion", names[0])
    return names


def test_a_version_by_its_name_is_not_followed(
    command_line: CommandLine, registry_url: str, versions: list[str]
) -> None:
    """The message says what is."""
    done = command_line("serve", f"followed@{versions[0]}", "--follow", "--url", registry_url)
    assert done.exit_code == 2
    assert "follow an alias" in done.errors


def test_an_alias_is_followed_without_a_failed_request(
    registry_url: str, versions: list[str]
) -> None:
    """While requests go on, each is answered by the one version or by the other."""
    port = free_port()
    command = [sys.executable, "-m", "pipelines", "serve", "followed@champion", "--follow"]
    command += ["--url", registry_url, "--port", str(port)]
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command) as process, RegistryClient(registry_url) as registry:
        try:
            example = _example(url)
            seen: list[str] = []
            deadline = time.monotonic() + SECONDS
            while versions[1] not in seen and time.monotonic() < deadline:
                if len(seen) == 20:
                    registry.promote("followed", "champion", versions[1])
                answer = urllib3.request("POST", f"{url}/predict", json=example, retries=False)
                assert answer.status == 200, answer.data
                seen.append(answer.json()["version"])
            assert [*dict.fromkeys(seen)] == versions
        finally:
            process.terminate()
        assert process.wait(SECONDS) == 0


def _example(url: str) -> object:
    """Return a request that a server takes, when it is ready."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            document = urllib3.request("GET", f"{url}/openapi.json", retries=False).json()
        except urllib3.exceptions.HTTPError:
            time.sleep(0.05)
        else:
            body = document["paths"]["/predict"]["post"]["requestBody"]["content"]
            return body["application/json"]["example"]
    raise AssertionError("the server was not ready in time")
