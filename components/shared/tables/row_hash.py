"""Hashes of rows that depend on their values alone, so that a row keeps its place in a split.

They are defined here to the last bit, on published algorithms, so that no other version of a
library can change them: on XXH3 with 64 bits (github.com/Cyan4973/xxHash, its specification) and
on the finaliser of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators,
OOPSLA 2014, with the constants of Stafford's variant 13), below called mix. They are no secret and
no protection against an adversary.

- row: mix(mix(seed) + the sum of the hashes of its values), all sums and products modulo 2^64
- row that k rows before it equal: the k-th number of SplitMix64 from there, mix(hash + k · GAMMA)
- text: XXH3 of its UTF-8, with the hash of the column's name as the seed
- number, boolean, date or time: with b the bits of its float64 (dates and times in microseconds
  since 1970), 0.0 for -0.0: (b xor b >> 32) times the hash of the column's name, made odd
- missing value, of any type: as a number with the bits of NaN, 0x7ff8000000000000
- name: XXH3 of its UTF-8, with the seed 0
"""

from collections.abc import Sequence

import polars as pl
import polars_hash  # noqa: F401 - registers the name space `nchash`

from components.shared.tables.column_types import CANONICAL, ColumnType, schema_types

NAN_BITS = 0x7FF8_0000_0000_0000
MIXING = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1))
"""Rounds of the finaliser: bits to shift by, and factor."""

GAMMA = 0x9E3779B97F4A7C15
"""By how much SplitMix64 counts on."""


def with_row_hash(lazy: pl.LazyFrame, columns: Sequence[str], seed: int, name: str) -> pl.LazyFrame:
    """Add the hash of each row over some columns, a UInt64 spread evenly over all of its values.

    It does not matter whether a column was read as integers or floats, as dates or datetimes, or
    has missing values elsewhere. The order of the columns does not matter, their names do.

    Args:
        lazy: A table.
        columns: The columns that count.
        seed: Another seed gives independent hashes; any 64-bit integer.
        name: Name of the column of hashes, none of the table's.

    Raises:
        InputError: A column is not of a table's types.
    """
    types = schema_types(lazy.select(columns).collect_schema())
    hashes = [
        _value_hash(pl.col(column), kind, of_name)
        for (column, kind), of_name in zip(types.items(), _name_hashes(columns), strict=True)
    ]
    # Not with +: of sums nested in sums, Polars takes minutes to plan those of 2,000 columns.
    total = pl.sum_horizontal(_bits(mix(seed % 2**64)), *hashes)
    return _mixed(lazy.with_columns(total.alias(name)), name)


def told_apart(hashes: pl.Series) -> pl.Series:
    """Return the hashes, those of equal rows told apart by how many came before."""
    if hashes.n_unique() == len(hashes):
        return hashes
    before = pl.int_range(pl.len(), dtype=pl.UInt64).over("hash")
    lazy = pl.LazyFrame({"hash": hashes}).with_columns(before=before)
    lazy = _mixed(
        lazy.with_columns(mixed=pl.col("hash") + pl.col("before") * _bits(GAMMA)), "mixed"
    )
    chosen = pl.when(pl.col("before") == 0).then("hash").otherwise("mixed")
    return lazy.select(chosen).collect().to_series()


def _mixed(lazy: pl.LazyFrame, name: str) -> pl.LazyFrame:
    # A step a round: within one expression, Polars would compute what stands in it twice, twice.
    for shift, factor in MIXING:
        lazy = lazy.with_columns((_folded(pl.col(name), shift) * _bits(factor)).alias(name))
    return lazy


def mix(number: int) -> int:
    """Apply SplitMix64's finaliser to a whole number of 64 bits."""
    for shift, factor in MIXING:
        number = (number ^ (number >> shift)) * factor % 2**64
    return number


def _name_hashes(columns: Sequence[str]) -> list[int]:
    names = pl.DataFrame({"name": columns}, {"name": pl.String})
    return names.select(_text_hash(pl.col("name"), 0)).to_series().to_list()


def _text_hash(texts: pl.Expr, seed: int) -> pl.Expr:
    hashes: pl.Expr = texts.nchash.xxh3_64(seed=seed)  # type: ignore[attr-defined]
    return hashes


def _value_hash(column: pl.Expr, kind: ColumnType, of_name: int) -> pl.Expr:
    factor = of_name | 1
    if kind == "string":
        missing = (NAN_BITS ^ (NAN_BITS >> 32)) * factor % 2**64
        return _text_hash(column.cast(pl.String), of_name).fill_null(_bits(missing))
    if kind in ("date", "datetime"):
        column = column.cast(CANONICAL["datetime"]).to_physical()
    numbers = column.cast(pl.Float64)
    if kind == "float":
        # Of the many NaNs, the one that stands for a missing value. (Polars may leave out the
        # addition of 0.0, which would make 0.0 of -0.0.)
        numbers = pl.when(numbers == 0.0).then(0.0).otherwise(numbers.fill_nan(float("nan")))
    numbers = numbers.fill_null(float("nan"))
    return _folded(numbers.reinterpret(dtype=pl.UInt64), 32) * _bits(factor)


def _folded(numbers: pl.Expr, shift: int) -> pl.Expr:
    """Return the numbers xor themselves shifted right, for which Polars has only division."""
    return numbers ^ (numbers // _bits(2**shift))


def _bits(number: int) -> pl.Expr:
    return pl.lit(number, dtype=pl.UInt64)
