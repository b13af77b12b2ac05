"""Predictions of shards, put together."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from components.join_predictions.join import join_predictions
from components.list_shards.list import list_shards
from components.predict_table.predict import predict_table
from components.shared.errors import InputError
from components.shared.predictions.files import PARQUET_KEY
from tests.components.model_folders import Trained

Shards = list[tuple[Path, dict[str, Any]]]


@pytest.fixture(name="shards")
def predicted_shards(tmp_path: Path, binary_model: Trained) -> Shards:
    """Predictions of three shards, the last one first."""
    made = []
    for shard in list_shards(binary_model.test, 3):
        path = tmp_path / f"from {shard['first']}"
        done = predict_table(
            *(binary_model.model, binary_model.test, path),
            keep=["*"],
            model_name="birds@3",
            first=shard["first"],
            rows=shard["rows"],
        )
        # As KFP keeps the metadata of artifacts: its numbers are floats.
        told = {n: float(v) if type(v) is int else v for n, v in done.metadata().items()}
        made.append((path, told))
    return made[::-1]


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_shards_make_what_one_step_makes(
    tmp_path: Path, binary_model: Trained, shards: Shards, kind: str
) -> None:
    """The same file, byte for byte in what it says and in its rows, whatever their order."""
    whole, joined = tmp_path / "whole", tmp_path / f"joined.{kind}"
    done = predict_table(
        *(binary_model.model, binary_model.test, whole), keep=["*"], model_name="birds@3"
    )
    assert join_predictions(shards, tmp_path / "out", destination=str(joined)) == done
    if kind == "parquet":
        assert pl.read_parquet(joined).equals(pl.read_parquet(whole))
        told = [pl.read_parquet_metadata(each)[PARQUET_KEY] for each in (joined, whole)]
        assert json.loads(told[0]) == json.loads(told[1])
    else:
        assert joined.read_text() == pl.read_parquet(whole).write_csv()


def test_a_shard_that_is_missing_or_another_is_refused(
    tmp_path: Path, binary_model: Trained, shards: Shards
) -> None:
    """What would be no table of predictions is not written."""
    out = tmp_path / "out"
    for other in (shards[1:], shards[::2], shards[:2], [*shards, shards[0]], [*shards, shards[2]]):
        with pytest.raises(InputError, match="There is no shard whose predictions begin with"):
            join_predictions(other, out)
    path, told = shards[0]
    with pytest.raises(InputError, match="not predictions of one table by one model"):
        join_predictions([(path, told | {"model": "other"}), *shards[1:]], out)
    assert not out.exists()


def test_rows_that_a_table_does_not_have_are_refused(tmp_path: Path, binary_model: Trained) -> None:
    """A shard of another table is no shard of this one."""
    for first, rows in ((10**6, 1), (0, 10**6), (-1, 2)):
        with pytest.raises(InputError, match=r"give a part of it"):
            predict_table(
                *(binary_model.model, binary_model.test, tmp_path / "p"), first=first, rows=rows
            )
