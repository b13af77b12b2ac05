"""The client against a registry whose bytes lie in a real MinIO, also when that has troubles."""

import uuid
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from components.shared.digests import folder_digest
from components.shared.errors import DigestMismatchError, RegistryError, RegistryRefusalError
from components.shared.registry.client import RegistryClient
from components.shared.registry.http import RegistryHttp
from components.shared.registry.transfer import download
from tests.minio_server import Minio, running_minio
from tests.registry_service.running import OURS, Caller, RunningRegistry, start_registry

# A service for which 6 MiB are more than one request carries.
SMALL_PARTS = """
import functools, sys
from registry_service.storage import s3
s3.S3Store = functools.partial(s3.S3Store, limits=s3.Limits(6 << 20, 5 << 20))
from registry_service.__main__ import main
sys.exit(main())
"""
LARGE = 12 << 20


@pytest.fixture(scope="module")
def on_s3(minio: Minio, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRegistry]:
    """A registry whose bytes lie in a bucket of its own."""
    minio.client().make_bucket("client-on-s3")
    data = tmp_path_factory.mktemp("client-on-s3")
    running = start_registry(data, ("-c", SMALL_PARTS), **minio.settings("client-on-s3"))
    yield running
    running.stop()


@pytest.fixture
def client(on_s3: RunningRegistry) -> Iterator[RegistryClient]:
    """A client that does not wait long."""
    with RegistryClient(on_s3.url, retries=1) as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model folder with a file that needs parts, and one that does not."""
    made = tmp_path / "model"
    made.mkdir()
    (made / "weights.bin").write_bytes(uuid.uuid4().bytes * (LARGE // 16) + b"end")
    (made / "model.json").write_text(uuid.uuid4().hex)
    return made


def register(client: RegistryClient, name: str, folder: Path) -> None:
    """Register a folder as the first version of a model."""
    client.register({"model": {"name": name}}, folder, name)


def test_files_of_every_size_come_back(
    client: RegistryClient, folder: Path, unique: str, tmp_path: Path, minio: Minio
) -> None:
    """A file beyond what one request carries is cut on the way and whole afterwards."""
    register(client, unique, folder)
    back = client.get(unique).download(tmp_path / "back")
    for file in folder.iterdir():
        assert (back / file.name).read_bytes() == file.read_bytes()
    stored = minio.client().list_objects("client-on-s3", prefix="parts/", recursive=True)
    assert [item.object_name for item in stored] == []


def test_a_full_quota_is_told_in_the_words_of_the_store(
    minio: Minio, folder: Path, unique: str, tmp_path: Path
) -> None:
    """Nothing is registered, and what the store said is in the error."""
    minio.client().make_bucket(unique)
    minio.admin().bucket_quota_set(unique, 1000)
    running = start_registry(tmp_path / "data", **minio.settings(unique))
    with (
        RegistryClient(running.url, retries=1) as client,
        pytest.raises(RegistryRefusalError, match="Bucket quota exceeded"),
    ):
        register(client, unique, folder)
    with RegistryClient(running.url) as client:
        assert client.list_models() == []
    running.stop()


def test_a_damaged_byte_in_the_store_is_found_by_digest(
    client: RegistryClient, folder: Path, unique: str, tmp_path: Path, minio: Minio
) -> None:
    """The error names the file and both digests, and the damaged file is not kept."""
    register(client, unique, folder)
    content = (folder / "model.json").read_bytes()
    sha256 = client.get(unique).files["model.json"]
    damaged, name = b"?" + content[1:], f"blobs/{sha256[:2]}/{sha256}"
    minio.client().put_object("client-on-s3", name, BytesIO(damaged), len(damaged))
    with pytest.raises(DigestMismatchError, match=f"model.json.*{sha256}"):
        client.get(unique).download(tmp_path / "back")
    assert not (tmp_path / "back" / "model.json").exists()


class Late(RegistryHttp):
    """A client so slow that the first URLs it is given are no longer good."""

    late = True

    def json(self, method: str, path: str, *more: Any, **options: Any) -> dict[str, Any]:
        """Spoil the signature of the first list of files."""
        answer = super().json(method, path, *more, **options)
        if path.endswith("/files") and self.late:
            self.late = False
            for file in answer["files"]:
                file["url"] += "0"
        return answer


def test_a_url_that_expired_is_asked_for_anew(
    client: RegistryClient, folder: Path, unique: str, tmp_path: Path
) -> None:
    """A download that takes longer than its URLs are good for goes on."""
    register(client, unique, folder)
    version = client.get(unique)
    http = Late(client.url, None, 0)
    download(http, version, tmp_path)
    http.close()
    assert (tmp_path / "model.json").read_text() == (folder / "model.json").read_text()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[dict[str, str]], RunningRegistry]]:
    """Starts registries that are alive, whether or not they can use their stores; stops them."""
    started: list[RunningRegistry] = []

    def run(settings: dict[str, str]) -> RunningRegistry:
        data = tmp_path / f"data-{len(started)}"
        started.append(start_registry(data, probe="/livez", **settings))
        return started[-1]

    yield run
    for running in started:
        running.stop()


def test_an_outage_a_wrong_key_and_a_missing_bucket_are_told_apart(
    start: Callable[[dict[str, str]], RunningRegistry], unique: str, tmp_path: Path
) -> None:
    """The service runs on, is not ready, and says each time what is wrong with the store."""
    with running_minio(tmp_path / "minio") as server:
        server.client().make_bucket(unique)
        settings = server.settings(unique)
        running = start(settings)
        wrong_key = refused(start(settings | {"AWS_SECRET_ACCESS_KEY": "wrong-one"}))
        server.client().remove_bucket(unique)
        missing = refused(running)
    outage = refused(running)
    assert "the secret key is wrong" in wrong_key
    assert "there is no such bucket" in missing
    assert "does not answer" in outage


def refused(running: RunningRegistry) -> str:
    """Return what the service answers when it needs its store."""
    plan = {"files": [{"path": "a", "sha256": "0" * 64, "size": 1}]}
    for method, path, body in (("GET", "/readyz", None), ("POST", f"{OURS}/uploads", plan)):
        status, answer = Caller(running.url)(method, path, body)
        assert (status, answer["code"]) == (503, "storage_unavailable")
    message: str = answer["message"]
    return message


@pytest.fixture
def from_outside(
    on_s3: RunningRegistry, minio: Minio, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RegistryClient]:
    """A client of the same bucket that is told of a store which it has no way to."""
    settings = minio.settings("client-on-s3") | {
        "REGISTRY_S3_PUBLIC_ENDPOINT": "http://127.0.0.1:9"
    }
    running = start_registry(on_s3.data, **settings)
    with RegistryClient(running.url, retries=0) as made:
        yield made
    running.stop()


def test_files_come_through_the_registry_where_the_store_is_out_of_reach(
    client: RegistryClient,
    from_outside: RegistryClient,
    folder: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """From outside of a cluster a version is downloaded all the same, and it is said how, once."""
    name = uuid.uuid4().hex
    register(client, name, folder)
    copy = from_outside.get(name).download(tmp_path / "copy")
    assert folder_digest(copy) == folder_digest(folder)
    (said,) = caplog.messages
    assert said.startswith("http://127.0.0.1:9 cannot be reached from here")


def test_an_upload_to_a_store_out_of_reach_names_it(
    from_outside: RegistryClient, folder: Path
) -> None:
    """What cannot be brought says which address it is that does not answer."""
    with pytest.raises(RegistryError, match=r"object store at http://127\.0\.0\.1:9 cannot"):
        register(from_outside, uuid.uuid4().hex, folder)
