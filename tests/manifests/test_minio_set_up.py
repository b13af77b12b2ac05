"""Component `minio`: its set-up, against a real MinIO."""

import importlib.util
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType

import pytest
from minio import Minio
from minio.error import S3Error

from tests.manifests.rendering import MANIFESTS
from tests.minio_server import Minio as Server
from tests.minio_server import running_minio
from tests.registry_service.running import free_port

KEYS = {"first": ("first-key", "first-secret"), "second": ("second-key", "second-secret")}


def _load() -> ModuleType:
    """Load the script that the Job runs."""
    path = MANIFESTS / "components" / "minio" / "set_up.py"
    specification = importlib.util.spec_from_file_location("set_up", path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def _environment(server: Server) -> dict[str, str]:
    """Return what the Job is given."""
    return {
        "MINIO_ENDPOINT": server.endpoint.removeprefix("http://"),
        "MINIO_ROOT_USER": server.access_key,
        "MINIO_ROOT_PASSWORD": server.secret_key,
        "REGISTRY_BUCKET": "first",
        "REGISTRY_ACCESS_KEY": KEYS["first"][0],
        "REGISTRY_SECRET_KEY": KEYS["first"][1],
        "TABLES_BUCKET": "second",
        "TABLES_ACCESS_KEY": KEYS["second"][0],
        "TABLES_SECRET_KEY": KEYS["second"][1],
    }


@pytest.fixture
def set_up(minio: Server, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, in the environment of the Job."""
    for name, value in _environment(minio).items():
        monkeypatch.setenv(name, value)
    return _load()


def _client(server: Server, bucket: str) -> Minio:
    access_key, secret_key = KEYS[bucket]
    endpoint = server.endpoint.removeprefix("http://")
    return Minio(endpoint, access_key=access_key, secret_key=secret_key, secure=False)


def test_each_account_has_its_bucket_and_no_other(set_up: ModuleType, minio: Server) -> None:
    """An account reads and writes its own bucket, and is refused the other one."""
    assert set_up.main() == 0
    for own, foreign in (("first", "second"), ("second", "first")):
        client = _client(minio, own)
        client.put_object(
            bucket_name=own,
            object_name="a",
            data=(MANIFESTS / "README.md").open("rb"),
            length=(MANIFESTS / "README.md").stat().st_size,
        )
        assert [found.object_name for found in client.list_objects(bucket_name=own)] == ["a"]
        client.remove_object(bucket_name=own, object_name="a")
        with pytest.raises(S3Error, match="AccessDenied"):
            list(client.list_objects(bucket_name=foreign))
        with pytest.raises(S3Error, match="AccessDenied"):
            client.make_bucket(bucket_name=f"{own}-more")


def test_it_may_run_again(set_up: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """A second run finds everything there, and changes nothing."""
    assert set_up.main() == 0
    first = capsys.readouterr().out
    assert set_up.main() == 0
    assert capsys.readouterr().out == first
    assert "bucket first is there" in first


def test_a_new_secret_takes_the_place_of_the_old(
    set_up: ModuleType, minio: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a change of an account's key, only the new one is good."""
    assert set_up.main() == 0
    monkeypatch.setenv("TABLES_SECRET_KEY", "second-secret-renewed")
    assert set_up.main() == 0
    with pytest.raises(S3Error, match="SignatureDoesNotMatch"):
        list(_client(minio, "second").list_objects(bucket_name="second"))


def test_wrong_credentials_end_in_one_line(
    set_up: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A refusal names MinIO and its reason, fails the Job, and shows no secret."""
    monkeypatch.setenv("MINIO_ROOT_PASSWORD", "not-the-password")
    assert set_up.main() == 1
    error = capsys.readouterr().err
    assert error.startswith("error: MinIO at 127.0.0.1:")
    assert "not-the-password" not in error


def test_it_waits_for_a_minio_that_starts_later(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where nobody answers yet, it tries again and says so once, rather than fail the Job."""
    port = free_port()
    with ExitStack() as stack:
        attempts = []

        def start_it(_: float) -> None:
            attempts.append(1)
            if len(attempts) == 2:
                stack.enter_context(running_minio(tmp_path, port))

        _load().wait_for(f"127.0.0.1:{port}", pause=start_it)
    assert len(attempts) == 2
    assert capsys.readouterr().out.count("waiting for MinIO at 127.0.0.1:") == 1


def test_the_job_gives_it_what_it_reads(minio: Server) -> None:
    """The Job's variables and the Secret's documented keys are those that the script reads."""
    text = (MANIFESTS / "components" / "minio" / "set-up.yaml").read_text("utf-8")
    secret = (MANIFESTS / "README.md").read_text("utf-8")
    for name in _environment(minio):
        assert f"name: {name}\n" in text or f"`{name}`" in secret
