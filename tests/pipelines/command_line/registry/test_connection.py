"""Which registry the commands of `kfp-tabular registry` speak to."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from components.shared.registry.client import RegistryClient
from tests.pipelines.conftest import CommandLine
from tests.registry_service.running import free_port, start_registry

TOKEN = "a token of a test"
ACCESS = {
    "tokens": [{"token": TOKEN, "subject": "ci"}],
    "grants": [{"subject": "ci", "role": "writer"}],
}


def _register_churn(url: str, folder: Path) -> None:
    folder.mkdir()
    (folder / "model.joblib").write_text("churn")
    with RegistryClient(url) as client:
        client.register({"model": {"name": "churn"}}, folder, "churn")


@pytest.fixture(name="served")
def served_registry(tmp_path: Path) -> Iterator[str]:
    """`kfp-tabular registry serve` beside the registry that a run left behind."""
    (tmp_path / ".kfp-tabular" / "registry").mkdir(parents=True)
    port = str(free_port())
    environment = {k: v for k, v in os.environ.items() if not k.startswith("REGISTRY_")}
    with (
        (tmp_path / "said").open("wb") as said,
        subprocess.Popen(
            [sys.executable, "-m", "pipelines", "registry", "serve", "--port", port],
            cwd=tmp_path,
            env=environment,
            stderr=said,
        ) as process,
    ):
        url = f"http://127.0.0.1:{port}"
        urllib3.request("GET", f"{url}/readyz", retries=urllib3.Retry(60, backoff_factor=0.01))
        yield url
        process.terminate()


def test_what_was_served_is_found_without_a_url(
    command_line: CommandLine, served: str, tmp_path: Path
) -> None:
    """`serve` and the commands without a URL share the data of `kfp-tabular run`."""
    _register_churn(served, tmp_path / "model")
    done = command_line("registry", "list", "--json")
    assert [model["name"] for model in json.loads(done.output)] == ["churn"]
    assert "registry on this machine" in done.errors


def test_what_is_served_can_be_looked_at(served: str, tmp_path: Path) -> None:
    """`serve` says where its pages are, and there they are."""
    said = (tmp_path / "said").read_text("utf-8")
    assert f"pages for people: {served}/ui/\n" in said
    assert urllib3.request("GET", f"{served}/ui/").status == 200


def test_the_work_folder_is_taken_from_the_environment(
    command_line: CommandLine, tmp_path: Path
) -> None:
    """A registry that a run keeps elsewhere is found by KFP_TABULAR_WORK_DIR."""
    (tmp_path / "work" / "registry").mkdir(parents=True)
    done = command_line("registry", "list", KFP_TABULAR_WORK_DIR="work")
    assert (done.exit_code, done.output) == (0, "there are no models\n")
    assert "work/registry" in done.errors


def test_the_environment_names_the_registry_and_its_token(
    command_line: CommandLine, tmp_path: Path
) -> None:
    """Without the token the error names its variable, with it the command works."""
    access = tmp_path / "access.json"
    access.write_text(json.dumps(ACCESS))
    registry = start_registry(tmp_path / "data", REGISTRY_ACCESS_FILE=str(access))
    try:
        refused = command_line("registry", "list", REGISTRY_URL=registry.url)
        done = command_line("registry", "list", REGISTRY_URL=registry.url, REGISTRY_TOKEN=TOKEN)
    finally:
        registry.stop()
    assert (done.exit_code, done.output) == (0, "there are no models\n")
    assert refused.exit_code == 2
    assert "REGISTRY_TOKEN" in refused.errors


def test_a_registry_that_is_down_is_named(command_line: CommandLine) -> None:
    """That is not the user's mistake: exit code 1."""
    done = command_line("registry", "list", "--url", "http://127.0.0.1:9")
    assert done.exit_code == 1
    assert "http://127.0.0.1:9 cannot be reached" in done.errors


def test_no_registry_at_all_is_said(command_line: CommandLine) -> None:
    """Without a URL and without a registry on this machine, the error names both ways."""
    done = command_line("registry", "list")
    assert done.exit_code == 2
    assert "--url" in done.errors
    assert "kfp-tabular run" in done.errors
