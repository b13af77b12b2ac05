"""Versions of real Delta tables are read, from a folder and from a real MinIO."""

import sys
from pathlib import Path

import polars as pl
import pytest

from components.fingerprint_source.fingerprint import fingerprint_source
from components.ingest_table.ingest import ingest_table
from components.shared.errors import InputError, SourceChangedError, SourceUnavailableError
from tests.minio_server import Minio

FIRST = pl.DataFrame({"a": [1, 2], "b": ["x", "y"]})
SECOND = pl.DataFrame({"a": [3], "b": ["z"]})


def rows(source: str, folder: Path, fingerprint: str | None = None) -> list[tuple[int, str]]:
    """Read a source and return its rows, sorted: a Delta table promises no order."""
    ingest_table(source, folder / "table.parquet", fingerprint=fingerprint)
    return sorted(pl.read_parquet(folder / "table.parquet").rows())


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A Delta table with two versions."""
    folder = tmp_path / "delta"
    FIRST.write_delta(folder)
    SECOND.write_delta(folder, mode="append")
    return folder


def test_the_newest_version_is_read_or_the_one_that_is_named(table: Path, tmp_path: Path) -> None:
    """Without a version it is the newest; with one, what the table was then."""
    assert rows(f"delta+file://{table}", tmp_path) == [(1, "x"), (2, "y"), (3, "z")]
    assert rows(f"delta+file://{table}?version=0", tmp_path) == FIRST.rows()


def test_a_fingerprint_holds_on_to_its_version(table: Path, tmp_path: Path) -> None:
    """What is appended after the fingerprint was taken is not read, and another table refused."""
    source = f"delta+file://{table}"
    told = fingerprint_source(source).source
    SECOND.write_delta(table, mode="append")
    assert fingerprint_source(source).source != told
    assert len(rows(source, tmp_path, told)) == 3
    other = tmp_path / "other"
    FIRST.write_delta(other)
    SECOND.write_delta(other, mode="append")
    with pytest.raises(SourceChangedError):
        rows(f"delta+file://{other}", tmp_path, told)


def test_a_table_in_a_bucket_is_read(
    minio: Minio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store and its credentials are those of other objects."""
    minio.client().make_bucket("delta")
    for name, value in minio.environment().items():
        monkeypatch.setenv(name, value)
    options = {"aws_endpoint": minio.endpoint, "aws_allow_http": "true"}
    FIRST.write_delta("s3://delta/tables/first", storage_options=options)
    source = "delta+s3://delta/tables/first"
    assert rows(source, tmp_path, fingerprint_source(source).source) == FIRST.rows()
    with pytest.raises(InputError, match="There is no Delta table delta\\+s3://delta/tables/no"):
        rows("delta+s3://delta/tables/no", tmp_path)
    with pytest.raises(SourceUnavailableError, match="could not be read"):
        rows("delta+s3://no-such-bucket/first", tmp_path)


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        ("?version=7", "Is there such a version"),
        ("?version=new", "only the number of a version"),
        ("?at=1", "only the number of a version"),
        ("/no", "There is no Delta table"),
    ],
)
def test_what_is_not_there_is_told(table: Path, tmp_path: Path, ending: str, said: str) -> None:
    """A version or a table that there is not is an error with what to write."""
    with pytest.raises(InputError, match=said):
        rows(f"delta+file://{table}{ending}", tmp_path)


def test_the_extra_is_named(table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the package that reads them is not installed, its extra is named."""
    monkeypatch.setitem(sys.modules, "deltalake.exceptions", None)
    with pytest.raises(InputError, match=r"kfp-tabular\[delta\]"):
        rows(f"delta+file://{table}", tmp_path)
