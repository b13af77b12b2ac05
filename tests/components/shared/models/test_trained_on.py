"""What a model keeps of the rows that it was trained on."""

import dataclasses
import io
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from components.shared.digests import file_digest
from components.shared.errors import DigestMismatchError, OverlapUnknownError
from components.shared.models import trained_on
from components.shared.models.description import TRAINED_ON_FILE, ModelDescription
from components.shared.models.trained_on import hashes_of_training, rows_trained_on

ROWS = 5000
FRAME = pl.DataFrame(
    {
        "id": range(ROWS),
        "shop": [f"s{n % 50}" for n in range(ROWS)],
        "y": [n % 3 / 2 for n in range(ROWS)],
    }
)


def folder_of(tmp_path: Path, train: pl.DataFrame, entity: tuple[str, ...] = ()) -> Path:
    """Return a model folder with the hashes of training rows, and no model."""
    folder = tmp_path / "model"
    folder.mkdir(exist_ok=True)
    train.write_parquet(tmp_path / "train")
    told, content = hashes_of_training(tmp_path / "train", file_digest(tmp_path / "train"), entity)
    (folder / TRAINED_ON_FILE).write_bytes(content)
    description = ModelDescription(
        task="regression",
        estimator="ridge",
        hyperparameters={},
        target="y",
        classes=None,
        features=(),
        seed=0,
        versions={},
        training_data={},
        profile={},
    )
    files = {TRAINED_ON_FILE: {"sha256": file_digest(folder / TRAINED_ON_FILE), "size": 0}}
    described = dataclasses.replace(description, trained_on=told, files=files)
    (folder / "model.json").write_text(described.to_json())
    return folder


def seen(tmp_path: Path, folder: Path, rows: pl.DataFrame) -> tuple[list[bool], list[bool]]:
    """Return which of some rows are known, and which the model was trained on."""
    rows.write_parquet(tmp_path / "rows")
    known, found = rows_trained_on(folder, tmp_path / "rows")
    return known.tolist(), found.tolist()


def test_rows_are_known_again(tmp_path: Path) -> None:
    """Of rows in another order and types, those that were trained on are told from others."""
    folder = folder_of(tmp_path, FRAME.head(4000))
    rows = FRAME.sample(fraction=1, shuffle=True, seed=1).cast({"id": pl.Float64})
    known, found = seen(tmp_path, folder, rows.select("y", "shop", "id"))
    assert all(known)
    assert found == (rows["id"] < 4000).to_list()


def test_entities_are_known_by_their_columns_alone(tmp_path: Path) -> None:
    """Other values of a row, and other columns, do not matter where there is an entity."""
    folder = folder_of(tmp_path, FRAME.filter(pl.col("shop") != "s7"), ("shop",))
    rows = FRAME.with_columns(pl.col("id") + 7, new=pl.lit(1))
    _, found = seen(tmp_path, folder, rows)
    assert found == (rows["shop"] != "s7").to_list()
    assert (folder / TRAINED_ON_FILE).stat().st_size == 128 + 4 * 49


def test_large_tables_keep_a_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stated part of the hashes is kept, and of which rows it is known follows from the row."""
    monkeypatch.setattr(trained_on, "MOST_HASHES", 1000)
    folder = folder_of(tmp_path, FRAME.head(4000))
    known, found = seen(tmp_path, folder, FRAME)
    assert 0.15 < np.mean(known) < 0.35
    assert found == [k and n < 4000 for n, k in enumerate(known)]


def test_models_of_two_tables_have_no_hash_in_common(tmp_path: Path) -> None:
    """The key is the table's own, so that files of two models do not tell of rows they share."""
    hashes = []
    for rows in (4000, 4001):
        FRAME.head(rows).write_parquet(tmp_path / "train")
        digest = file_digest(tmp_path / "train")
        _, content = hashes_of_training(tmp_path / "train", digest)
        assert hashes_of_training(tmp_path / "train", digest)[1] == content
        hashes.append(set(np.load(io.BytesIO(content)).tolist()))
    assert len(hashes[0] & hashes[1]) < 3


def test_what_cannot_be_told_is_refused(tmp_path: Path) -> None:
    """A column that is missing or holds another kind of value, or a damaged file, is named."""
    folder = folder_of(tmp_path, FRAME)
    with pytest.raises(OverlapUnknownError, match="a column 'shop'"):
        seen(tmp_path, folder, FRAME.drop("shop"))
    with pytest.raises(OverlapUnknownError, match="'id' is a text here, and was a number"):
        seen(tmp_path, folder, FRAME.cast({"id": pl.String}))
    (folder / TRAINED_ON_FILE).write_bytes(b"damaged")
    with pytest.raises(DigestMismatchError):
        seen(tmp_path, folder, FRAME)
