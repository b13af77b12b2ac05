"""Tables are ingested from a real S3 store."""

import io
import json
from pathlib import Path

import polars as pl
import pytest
from minio import Minio as Client
from minio.commonconfig import ENABLED
from minio.versioningconfig import VersioningConfig

from components.fingerprint_source.fingerprint import fingerprint_source
from components.ingest_table.ingest import ingest_table
from components.shared.errors import InputError, SourceChangedError, SourceUnavailableError
from tests.minio_server import Minio
from tests.registry_service.running import free_port

CSV = b"a,b\n1,x\n2,y\n"
VARIABLES = (
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL",
    "S3_ENDPOINT_URL",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
)


@pytest.fixture(scope="module")
def store(minio: Minio) -> Client:
    """Fill a private and a public bucket."""
    address = minio.endpoint.removeprefix("http://")
    client = Client(address, access_key=minio.access_key, secret_key=minio.secret_key, secure=False)
    for bucket in ("private", "public"):
        client.make_bucket(bucket)
        for key in ("t.csv", "folder with space/t 1+2.csv"):
            client.put_object(bucket, key, io.BytesIO(CSV), len(CSV))
    readable = {
        "Effect": "Allow",
        "Principal": {"AWS": ["*"]},
        "Action": ["s3:GetObject"],
        "Resource": ["arn:aws:s3:::public/*"],
    }
    policy = {"Version": "2012-10-17", "Statement": [readable]}
    client.set_bucket_policy("public", json.dumps(policy))
    return client


@pytest.fixture
def environment(minio: Minio, store: Client, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Set the environment of a user who may read everything, and let it be changed."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in minio.environment().items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.mark.parametrize(
    "source", ["s3://private/t.csv", "s3://private/folder with space/t 1+2.csv"]
)
def test_object_is_ingested(environment: pytest.MonkeyPatch, tmp_path: Path, source: str) -> None:
    """An object is read with the credentials of the environment, whatever is in its key."""
    result = ingest_table(source, tmp_path / "table")
    assert (result.rows, result.source) == (2, source)
    assert pl.read_parquet(tmp_path / "table")["b"].to_list() == ["x", "y"]


def test_public_object_needs_no_credentials(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without keys in the environment, an object is read anonymously."""
    environment.delenv("AWS_ACCESS_KEY_ID")
    environment.delenv("AWS_SECRET_ACCESS_KEY")
    assert ingest_table("s3://public/t.csv", tmp_path / "table").rows == 2


@pytest.mark.parametrize(
    ("source", "changes", "message"),
    [
        ("s3://missing/t.csv", {}, r"no bucket 'missing' at http://127"),
        ("s3://private/missing.csv", {}, r"no object s3://private/missing\.csv"),
        (
            "s3://private/t.csv",
            {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
            r"denied to anonymous readers: set AWS_ACCESS_KEY_ID",
        ),
        ("s3://private/t.csv", {"AWS_ACCESS_KEY_ID": "nobody"}, r"\(InvalidAccessKeyId\)"),
        ("s3://private/t.csv", {"AWS_SECRET_ACCESS_KEY": "wrong"}, r"\(SignatureDoesNotMatch\)"),
        ("s3://private/t.csv", {"AWS_SECRET_ACCESS_KEY": ""}, r"set AWS_SECRET_ACCESS_KEY too"),
        ("s3://Not_A_Bucket/t.csv", {}, r"no valid address of an object"),
        ("s3://private", {}, r"write s3://bucket/key"),
    ],
)
def test_what_cannot_be_read_is_named(
    environment: pytest.MonkeyPatch,
    tmp_path: Path,
    source: str,
    changes: dict[str, str],
    message: str,
) -> None:
    """A missing bucket, a missing object and a denied access are three different errors."""
    for name, value in changes.items():
        environment.setenv(name, value)
    with pytest.raises(InputError, match=message) as caught:
        ingest_table(source, tmp_path / "table")
    assert "test-secret-key" not in str(caught.value)
    assert not (tmp_path / "table").exists()


def test_store_that_is_down_is_not_taken_for_a_missing_object(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A store that nobody can reach is told as that, after retries."""
    environment.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    environment.setenv("KFP_TABULAR_WAIT_SECONDS", "0.2")
    with pytest.raises(SourceUnavailableError, match=r"could not be downloaded from http://127"):
        ingest_table("s3://private/t.csv", tmp_path / "table")


def test_an_object_is_told_by_what_the_store_says_of_it(
    environment: pytest.MonkeyPatch, store: Client, tmp_path: Path
) -> None:
    """Other bytes have another fingerprint; the same ones keep it, and are read under it."""
    store.put_object("private", "f.csv", io.BytesIO(CSV), len(CSV))
    told = fingerprint_source("s3://private/f.csv").source
    store.put_object("private", "f.csv", io.BytesIO(CSV), len(CSV))
    assert fingerprint_source("s3://private/f.csv").source == told
    assert ingest_table("s3://private/f.csv", tmp_path / "table", fingerprint=told).rows == 2
    store.put_object("private", "f.csv", io.BytesIO(CSV[::-1]), len(CSV))
    assert fingerprint_source("s3://private/f.csv").source != told
    with pytest.raises(SourceChangedError, match=r"s3://private/f\.csv has changed"):
        ingest_table("s3://private/f.csv", tmp_path / "changed", fingerprint=told)
    assert not (tmp_path / "changed").exists()


def test_an_empty_object_has_a_fingerprint(environment: pytest.MonkeyPatch, store: Client) -> None:
    """It is for the ingestion to say that it is empty."""
    store.put_object("private", "empty.csv", io.BytesIO(b""), 0)
    assert json.loads(fingerprint_source("s3://private/empty.csv").source)["size"] == 0


def test_a_version_is_part_of_the_fingerprint(
    environment: pytest.MonkeyPatch, store: Client
) -> None:
    """Where a bucket keeps versions, each upload is another one."""
    store.make_bucket("versioned")
    store.set_bucket_versioning("versioned", VersioningConfig(ENABLED))
    told = set()
    for _ in range(2):
        put = store.put_object("versioned", "t.csv", io.BytesIO(CSV), len(CSV))
        fingerprint = fingerprint_source("s3://versioned/t.csv").source
        assert json.loads(fingerprint)["version"] == put.version_id
        told.add(fingerprint)
    assert len(told) == 2


def test_parquet_files_below_a_prefix_are_one_table(
    environment: pytest.MonkeyPatch, store: Client, tmp_path: Path
) -> None:
    """A prefix that ends in / stands for all the files below it, and changes with them."""
    for day in (2, 1):
        file = io.BytesIO()
        pl.DataFrame({"x": [day]}).write_parquet(file)
        content = file.getvalue()
        store.put_object("private", f"log/date={day}/a.parquet", io.BytesIO(content), len(content))
    promised = fingerprint_source("s3://private/log/").source
    ingest_table("s3://private/log/", tmp_path / "table", fingerprint=promised)
    assert pl.read_parquet(tmp_path / "table")["x"].to_list() == [1, 2]
    store.put_object("private", "log/date=3/a.parquet", io.BytesIO(b"PAR1"), 4)
    with pytest.raises(SourceChangedError):
        ingest_table("s3://private/log/", tmp_path / "table", fingerprint=promised)
