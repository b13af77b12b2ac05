"""Hashes of rows depend on values alone."""

import datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from components.shared.tables.row_hash import row_hashes

FRAME = pl.DataFrame(
    {
        "i": [1, -7, None],
        "f": [0.5, None, 1e300],
        "s": ["a", "ä long text", None],
        "b": [True, None, False],
        "d": [datetime.date(1969, 2, 3), datetime.date(2024, 2, 29), None],
        "t": [None, datetime.datetime(2024, 2, 29, 12, 0, 0, 1), datetime.datetime(1900, 1, 1)],
    }
)


def hashes(tmp_path: Path, frame: pl.DataFrame, seed: int = 42) -> list[int]:
    """Hash all columns of a frame."""
    frame.write_parquet(tmp_path / "table", row_group_size=2)
    return [int(number) for number in row_hashes(tmp_path / "table", frame.columns, seed)]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["i"], [2526086831675373922, 3822662387407026012, 5438501357391199638]),
        (["f"], [16987425207874492180, 8308527733433909579, 14656734052998213766]),
        (["s"], [5510061315554399196, 2694411113853484712, 3351231295390686526]),
        (["b"], [8812226196752783319, 13260322355964725614, 12571327268594068656]),
        (["d"], [14048979714636412344, 18164903056170747594, 879239893116060806]),
        (["t"], [11899897327835961588, 13173460944459078782, 5448638269438389559]),
        (
            ["i", "f", "s", "b", "d", "t"],
            [5399548659362437580, 15986845020208751635, 8709288701828335122],
        ),
    ],
)
def test_hashes_are_those_written_down(
    tmp_path: Path, columns: list[str], expected: list[int]
) -> None:
    """Another version of a library must not change a hash."""
    assert hashes(tmp_path, FRAME.select(columns)) == expected


def test_numbers_hash_as_documented(tmp_path: Path) -> None:
    """A number's hash can be computed from SplitMix64's finaliser alone, but for the name's."""

    def finalise(number: int) -> int:
        number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        number = (number ^ (number >> 27)) * 0x94D049BB133111EB % 2**64
        return number ^ (number >> 31)

    name = finalise(10913408648738220127)
    bits = int(np.float64(2.5).view(np.uint64))
    expected = finalise((finalise(42) + finalise((bits + name) % 2**64)) % 2**64)
    assert hashes(tmp_path, pl.DataFrame({"i": [2.5]})) == [expected]


@pytest.mark.parametrize(
    "same",
    [
        FRAME.with_columns(pl.col("i").cast(pl.Float32), pl.col("s").cast(pl.Categorical)),
        FRAME.with_columns(pl.col("d").cast(pl.Datetime("ms")), pl.col("b").cast(pl.Int8)),
        FRAME.with_columns(pl.col("f").fill_null(float("nan"))),
        FRAME.select(reversed(FRAME.columns)),
    ],
)
def test_types_and_order_of_columns_do_not_matter(tmp_path: Path, same: pl.DataFrame) -> None:
    """How a value is typed, and where its column stands, does not change a hash."""
    assert hashes(tmp_path, same) == hashes(tmp_path, FRAME)


def test_zero_has_no_sign(tmp_path: Path) -> None:
    """0.0 and -0.0 are one number."""
    first, second = hashes(tmp_path, pl.DataFrame({"f": [0.0, -0.0]}))
    assert first == second


def test_hash_depends_on_seed_name_and_value(tmp_path: Path) -> None:
    """Another seed, column name or value makes another hash."""
    base = hashes(tmp_path, FRAME)
    assert not set(base) & set(hashes(tmp_path, FRAME, seed=43))
    assert not set(base) & set(hashes(tmp_path, FRAME.rename({"i": "j"})))
    assert len(set(hashes(tmp_path, pl.DataFrame({"a": [1, 2], "b": [2, 1]})))) == 2


def test_hashes_are_spread_evenly(tmp_path: Path) -> None:
    """Each tenth of the range gets its tenth of the rows, even of plain numbers in order."""
    found = np.array(hashes(tmp_path, pl.DataFrame({"n": range(100_000)})), dtype=np.uint64)
    counts, _ = np.histogram(found.astype(np.float64) / 2.0**64, bins=10, range=(0, 1))
    assert abs(counts - 10_000).max() < 4 * (100_000 * 0.1 * 0.9) ** 0.5
