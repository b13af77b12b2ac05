"""What a real DVC has pushed to a real MinIO is read back, by the files that it wrote."""

import os
import shutil
import subprocess
from pathlib import Path

import polars as pl
import pytest

from components.fingerprint_source.fingerprint import fingerprint_source
from components.ingest_table.ingest import ingest_table
from components.shared.errors import InputError, SourceChangedError
from tests.environments import environment
from tests.minio_server import Minio

TABLE = "a,b\n1,x\n2,y\n"
STAGE = """
stages:
  split:
    cmd: mkdir -p parts && head -2 table.csv > parts/train.csv && cp table.csv parts/test.csv
    deps: [table.csv]
    outs: [parts]
"""


@pytest.fixture(scope="module")
def checkout(minio: Minio, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose table, and what a stage made of it, DVC has pushed to a bucket."""
    programs = environment("dvc", Path(__file__).with_name("requirements-dvc.lock")) / "bin"
    folder = tmp_path_factory.mktemp("checkout")
    minio.client().make_bucket("dvc")
    (folder / "table.csv").write_text(TABLE)
    (folder / "dvc.yaml").write_text(STAGE)
    settings = {"DVC_NO_ANALYTICS": "1", **minio.environment()}
    for arguments in (
        "init --no-scm -q",
        "remote add -d store s3://dvc/tables",
        f"remote modify store endpointurl {minio.endpoint}",
        "add -q table.csv",
        "repro -q",
        "push -q",
    ):
        subprocess.run(
            [programs / "dvc", *arguments.split()],
            cwd=folder,
            check=True,
            env={**os.environ, **settings},
            timeout=120,
        )
    return folder


@pytest.fixture(autouse=True)
def store(minio: Minio, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment names the store."""
    for name, value in minio.environment().items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def pushed(checkout: Path, tmp_path: Path) -> Path:
    """A clone of the checkout, without its cache and its tables."""
    clone = tmp_path / "clone"
    without = shutil.ignore_patterns("cache", "tmp", "table.csv", "parts")
    shutil.copytree(checkout, clone, ignore=without)
    return clone


def rows(source: str, folder: Path, fingerprint: str | None = None) -> list[tuple[int, str]]:
    """Read a source and return its rows."""
    ingest_table(source, folder / "table.parquet", fingerprint=fingerprint)
    return pl.read_parquet(folder / "table.parquet").rows()


def test_a_tracked_file_is_read_from_its_remote(pushed: Path, tmp_path: Path) -> None:
    """`table.csv.dvc` stands for the table that was pushed; its MD5 is the fingerprint."""
    source = str(pushed / "table.csv.dvc")
    told = fingerprint_source(source).source
    assert rows(source, tmp_path, told) == [(1, "x"), (2, "y")]


def test_a_tracked_file_is_read_from_the_cache(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the checkout has the table itself, no store is asked."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert rows(str(checkout / "table.csv.dvc"), tmp_path) == [(1, "x"), (2, "y")]


def test_a_file_of_a_tracked_folder_is_read(pushed: Path, tmp_path: Path) -> None:
    """An entry of `dvc.lock` that is a folder gives the file that is named behind the #."""
    assert rows(f"{pushed / 'dvc.lock'}#parts/train.csv", tmp_path) == [(1, "x")]


def test_a_cluster_without_a_checkout_names_the_remote(
    pushed: Path, minio: Minio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of DVC in a bucket is read with the remote that the environment names."""
    minio.client().fput_object("dvc", "main/table.csv.dvc", str(pushed / "table.csv.dvc"))
    source = "s3://dvc/main/table.csv.dvc"
    with pytest.raises(InputError, match="no remote is known: set DVC_REMOTE_URL"):
        rows(source, tmp_path)
    monkeypatch.setenv("DVC_REMOTE_URL", "s3://dvc/tables")
    assert rows(source, tmp_path) == [(1, "x"), (2, "y")]


def test_another_table_than_promised_is_refused(pushed: Path, tmp_path: Path) -> None:
    """A file of DVC that was changed after its fingerprint was taken ends the run."""
    pointer = pushed / "table.csv.dvc"
    told = fingerprint_source(str(pointer)).source
    known = pointer.read_text()
    pointer.write_text(known.replace(known.split("md5: ")[1][:4], "ffff", 1))
    with pytest.raises(SourceChangedError):
        rows(str(pointer), tmp_path, told)


def test_a_damaged_object_is_refused(pushed: Path, minio: Minio, tmp_path: Path) -> None:
    """What lies in the remote under an MD5 that is not its own is not read."""
    remote = tmp_path / "remote"
    for item in minio.client().list_objects("dvc", "tables/", recursive=True):
        file = remote / item.object_name.removeprefix("tables/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("a,b\n9,z\n")
    (pushed / ".dvc" / "config").write_text(
        f"[core]\n    remote = local\n['remote \"local\"']\n    url = {remote}\n"
    )
    with pytest.raises(InputError, match="it is damaged there"):
        rows(str(pushed / "table.csv.dvc"), tmp_path)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("dvc.lock", r"stands for parts\. Name what is meant behind a #"),
        ("dvc.lock#parts", "stands for a folder: name one of its files"),
        ("dvc.lock#parts/no.csv", "stands for a folder: name one of its files"),
        ("table.csv.dvc#more", r"stands for table\.csv"),
        ("no.csv.dvc", r"There is no file .*no\.csv\.dvc"),
        ("broken.dvc", "is no file of DVC"),
        ("list.dvc", "is no file of DVC"),
        ("escaping.dvc", "is no file of DVC"),
        ("deep.dvc", "is no file of DVC"),
        ("large.dvc", "files of DVC are small ones"),
        ("two.dvc", r"stands for a\.csv, b\.csv\. Name what is meant behind a #"),
    ],
)
def test_what_names_no_table_is_told(pushed: Path, tmp_path: Path, name: str, said: str) -> None:
    """A file of DVC that stands for no table, or for several, is refused with what it has."""
    (pushed / "broken.dvc").write_text("outs: [")
    (pushed / "list.dvc").write_text("- 1\n")
    escaping = "outs: [{md5: ../../../../../../etc/passwd, path: t.csv, hash: md5}]"
    (pushed / "escaping.dvc").write_text(escaping)
    (pushed / "deep.dvc").write_text("a: " + "[" * 20_000)
    (pushed / "large.dvc").write_text("# " + "x" * 2_000_000)
    two = "".join(f"- {{md5: {'a' * 32}, path: {name}.csv}}\n" for name in "ab")
    (pushed / "two.dvc").write_text(f"outs:\n{two}")
    with pytest.raises(InputError, match=said):
        rows(str(pushed / name), tmp_path)
