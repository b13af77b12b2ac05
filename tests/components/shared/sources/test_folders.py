"""Folders of Parquet files as one table."""

from pathlib import Path

import polars as pl
import pytest

from components.fingerprint_source.fingerprint import fingerprint_source
from components.ingest_table.ingest import ingest_table
from components.shared.errors import InputError, SourceChangedError


@pytest.fixture(name="folder")
def log_of_two_days(tmp_path: Path) -> Path:
    """A folder as a prediction log has it, with a file that was not written to its end."""
    folder = tmp_path / "version=1"
    for day, rows in (("02", [3, 4]), ("01", [1, 2])):
        (folder / f"date=2026-04-{day}").mkdir(parents=True)
        pl.DataFrame({"x": rows}).write_parquet(folder / f"date=2026-04-{day}" / "part.parquet")
    (folder / "date=2026-04-02" / "more.parquet.partial").write_text("half")
    return folder


def test_files_are_read_in_the_order_of_their_names(folder: Path, tmp_path: Path) -> None:
    """All files below the folder are one table; a partial one is none of them."""
    told = ingest_table(f"{folder}/", tmp_path / "table")
    assert told.rows == 4
    assert pl.read_parquet(tmp_path / "table")["x"].to_list() == [1, 2, 3, 4]


def test_a_column_that_a_file_lacks_is_null_there(folder: Path, tmp_path: Path) -> None:
    """Files of two versions of a table make one."""
    pl.DataFrame({"x": [5], "y": ["new"]}).write_parquet(folder / "z.parquet")
    ingest_table(f"{folder}/", tmp_path / "table")
    assert pl.read_parquet(tmp_path / "table")["y"].to_list() == [None] * 4 + ["new"]


def test_a_further_file_is_another_content(folder: Path, tmp_path: Path) -> None:
    """What was promised is held against what is there."""
    promised = fingerprint_source(f"{folder}/").source
    assert fingerprint_source(f"{folder}/").source == promised
    pl.DataFrame({"x": [5]}).write_parquet(folder / "later.parquet")
    with pytest.raises(SourceChangedError):
        ingest_table(f"{folder}/", tmp_path / "table", fingerprint=promised)


def test_a_folder_without_parquet_files_is_a_mistake(tmp_path: Path) -> None:
    """So is one that is not there; both are named."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"empty/ holds no file that ends in \.parquet"):
        ingest_table(f"{tmp_path}/empty/", tmp_path / "table")
    with pytest.raises(InputError, match=r"no folder .*absent/"):
        ingest_table(f"{tmp_path}/absent/", tmp_path / "table")
