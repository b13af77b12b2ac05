"""Tables of every format are ingested, and what is no table is named."""

import datetime
import gzip
import zipfile
from pathlib import Path

import polars as pl
import pytest

from components.ingest_table.ingest import IngestedTable, ingest_table
from components.shared.errors import InputError

PLAIN = b"a,b\n1,x\n2,y\n"


def ingest(tmp_path: Path, name: str, content: bytes, **options: str) -> pl.DataFrame:
    """Ingest a file of this name and content, and read what came of it."""
    source, table = tmp_path / name, tmp_path / "table"
    source.write_bytes(content)
    ingest_table(str(source), table, **options)
    return pl.read_parquet(table)


def test_csv_keeps_order_and_finds_types(tmp_path: Path) -> None:
    """Types follow from the values, missing ones are null, rows keep their order."""
    content = (
        b"i,f,b,s,d,t,n\n"
        b"3,1.5,true,x,2024-02-29,2024-02-29T12:00:00,\n"
        b'NA,,False,"NA",,,\n'
        b'1,2,true,"a, ""b""\nc",2024-03-01,2024-02-29T12:00:00.5,\n'
    )
    frame = ingest(tmp_path, "t.csv", content)
    assert dict(frame.schema) == {
        "i": pl.Int64,
        "f": pl.Float64,
        "b": pl.Boolean,
        "s": pl.String,
        "d": pl.Date,
        "t": pl.Datetime("us"),
        "n": pl.String,
    }
    assert frame["i"].to_list() == [3, None, 1]
    assert frame["s"].to_list() == ["x", None, 'a, "b"\nc']
    assert frame["d"].to_list() == [datetime.date(2024, 2, 29), None, datetime.date(2024, 3, 1)]


@pytest.mark.parametrize(
    ("later", "dtype"),
    [
        (b"1.5", pl.Float64),
        (b"7", pl.Int64),
        (b"007", pl.String),
        (b"12345678901234567890", pl.String),
    ],
)
def test_csv_type_follows_from_all_rows(
    tmp_path: Path, later: bytes, dtype: type[pl.DataType]
) -> None:
    """A value at the very end counts as much as the first."""
    content = b"a,d,b\n" + b"1,2024-01-01,true\n" * 15_000 + later + b",2024-01-02,false\n"
    frame = ingest(tmp_path, "t.csv", content)
    assert frame.schema["a"] == dtype
    assert frame["a"].cast(pl.String)[-1] == later.decode()
    assert frame.dtypes[1:] == [pl.Date, pl.Boolean]


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (b"5", pl.Int64),
        (b"31.12.2024", pl.Date),
        (b"2024-01-01 10:00:00", pl.Datetime),
        (b"True", pl.Boolean),
    ],
)
def test_csv_column_that_begins_empty_gets_its_type(
    tmp_path: Path, value: bytes, dtype: type[pl.DataType]
) -> None:
    """A column is not text because its first values are missing."""
    content = b"a,b\n" + b"1,\n" * 15_000 + b"2," + value + b"\n"
    assert ingest(tmp_path, "t.csv", content).schema["b"] == dtype


@pytest.mark.parametrize("token", ["NA", '"nan"', "null", "#N/A", "<NA>", ""])
@pytest.mark.parametrize("rows", [1, 300_000])
def test_missing_values_are_found_anywhere(tmp_path: Path, token: str, rows: int) -> None:
    """What stands for a missing value is one, in any column and however far down."""
    content = b"a,s,z\n" + b"1,x,u\n" * rows + f"{token},{token},u\n".encode()
    frame = ingest(tmp_path, "t.csv", content)
    assert frame.dtypes == [pl.Int64, pl.String, pl.String]
    assert frame.row(-1) == (None, None, "u")
    assert frame["a"].null_count() == frame["s"].null_count() == 1


@pytest.mark.parametrize(
    "content", [PLAIN, b"\xef\xbb\xbf" + PLAIN, PLAIN.replace(b"\n", b"\r\n"), PLAIN[:-1]]
)
def test_csv_of_other_editors_is_the_same_table(tmp_path: Path, content: bytes) -> None:
    """Byte order mark, line ends and the last line's end do not matter."""
    assert ingest(tmp_path, "t.csv", content).rows() == [(1, "x"), (2, "y")]


@pytest.mark.parametrize("separator", [b"\t", b";", b"|"])
def test_other_separators_are_found(tmp_path: Path, separator: bytes) -> None:
    """Tabs, semicolons and bars separate too."""
    content = PLAIN.replace(b",", separator)
    assert ingest(tmp_path, "t.tsv", content).columns == ["a", "b"]


def test_decimal_commas_are_numbers_between_semicolons(tmp_path: Path) -> None:
    """What has a comma before its decimals is a number, unless another value of it is none."""
    frame = ingest(tmp_path, "t.csv", b"a;b;c;d\n1,5;1.234,50;1,5;1.2.3\n-2;3,0;x;4\n")
    assert frame.rows() == [(1.5, 1234.5, "1,5", "1.2.3"), (-2.0, 3.0, "x", "4")]


def test_decimal_commas_are_numbers_whatever_separates_fields(tmp_path: Path) -> None:
    """A column is read by its own values, between tabs and in quotation marks too."""
    for content in (b'a,b\n"1,5",1\n"2,5",2\n', b"a\tb\n1,5\t1\n2,5\t2\n"):
        assert ingest(tmp_path, "t.csv", content).rows() == [(1.5, 1), (2.5, 2)]


@pytest.mark.parametrize(
    "content", [b"a,b\n1,x\n\n2,\n\n", b"a,b\n\n1,x\n,\n2,\n", b'a,b\r\n1,"x"\r\n\r\n2,""\r\n']
)
def test_blank_lines_are_no_rows(tmp_path: Path, content: bytes) -> None:
    """Blank lines, and lines of separators alone, are left out."""
    assert ingest(tmp_path, "t.csv", content).rows() == [(1, "x"), (2, None)]


def test_whole_numbers_beyond_64_bits_stay_text(tmp_path: Path) -> None:
    """No digit of a long identifier is lost."""
    for first in (b"", b"1\n" * 15_000):
        frame = ingest(tmp_path, "t.csv", b"id\n" + first + b"9999999999999999999\n1\n")
        assert frame["id"].to_list()[-2:] == ["9999999999999999999", "1"]


def test_unsigned_numbers_beyond_63_bits_become_text(tmp_path: Path) -> None:
    """Hashes as identifiers are kept to the last digit; counts stay numbers."""
    unsigned = {"id": [2**64 - 1, None], "count": [7, 2**63 - 1]}
    pl.DataFrame(unsigned, dict.fromkeys(unsigned, pl.UInt64)).write_parquet(tmp_path / "t.pq")
    ingest_table(str(tmp_path / "t.pq"), tmp_path / "table")
    rows = pl.read_parquet(tmp_path / "table").rows()
    assert rows == [("18446744073709551615", 7), (None, 2**63 - 1)]


def test_quotation_marks_in_a_name_are_the_name(tmp_path: Path) -> None:
    """Doubled quotation marks in the header stand for one."""
    assert ingest(tmp_path, "t.csv", b'"a ""b""",c\n1,2\n').columns == ['a "b"', "c"]


def test_json_lines_keep_late_keys_and_find_dates(tmp_path: Path) -> None:
    """A key that only a late row has is a column; ISO dates are dates; offsets become UTC."""
    early = b'{"a":1,"d":"2024-02-29","t":"2024-02-29T12:00:00+02:00","s":"12"}\n'
    frame = ingest(tmp_path, "t.jsonl", early * 15_000 + b'\n{"a":1.5,"late":"x"}\n')
    assert frame.columns == ["a", "d", "t", "s", "late"]
    assert frame.dtypes == [pl.Float64, pl.Date, pl.Datetime("us"), pl.Int64, pl.String]
    assert frame["t"][0] == datetime.datetime(2024, 2, 29, 10)
    assert frame["late"][-1] == "x"


def test_parquet_types_become_canonical(tmp_path: Path) -> None:
    """Small integers, categories, decimals, NaN and time zones take their one form."""
    frame = pl.DataFrame(
        {
            "i": pl.Series([1, 2], dtype=pl.UInt8),
            "c": pl.Series(["x", "y"], dtype=pl.Categorical),
            "f": pl.Series([1.5, float("nan")], dtype=pl.Float32),
            "t": pl.Series([datetime.datetime(2024, 1, 1)] * 2).dt.replace_time_zone("Asia/Tokyo"),
        }
    )
    frame.write_parquet(tmp_path / "in.parquet")
    ingest_table(str(tmp_path / "in.parquet"), tmp_path / "table")
    found = pl.read_parquet(tmp_path / "table")
    assert found.dtypes == [pl.Int64, pl.String, pl.Float64, pl.Datetime("us")]
    assert found["f"].to_list() == [1.5, None]
    assert found["t"][0] == datetime.datetime(2023, 12, 31, 15)


def test_every_format_gives_one_digest(tmp_path: Path) -> None:
    """CSV, gzip, Parquet and JSON Lines of one table are the same table."""
    frame = pl.DataFrame(
        {
            "i": [1, None],
            "f": [0.1, 2.0],
            "s": ["ä", "x,y"],
            "d": [datetime.date(2024, 1, 1), None],
        }
    )
    frame.write_csv(tmp_path / "t.csv")
    frame.write_parquet(tmp_path / "t.parquet")
    frame.with_columns(pl.col("d").cast(pl.String)).write_ndjson(tmp_path / "t.jsonl")
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress((tmp_path / "t.csv").read_bytes()))
    names = ("t.csv", "t.parquet", "t.jsonl", "t.csv.gz")
    results = [ingest_table(str(tmp_path / name), tmp_path / "out") for name in names]
    assert len({result.digest for result in results}) == 1


def test_result_and_metadata_say_what_was_read(tmp_path: Path) -> None:
    """Rows, columns, format and source are told."""
    source = tmp_path / "t.csv"
    source.write_bytes(PLAIN)
    result = ingest_table(source.as_uri(), tmp_path / "new" / "table")
    assert result == IngestedTable(result.digest, 2, 2, "csv", str(source), result.readings)
    assert result.metadata()["digest"] == result.digest


def test_format_overrides_the_ending(tmp_path: Path) -> None:
    """A file without a telling name is read as what the user says it is."""
    assert ingest(tmp_path, "export", gzip.compress(PLAIN), format="csv").shape == (2, 2)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", b"", r"t\.csv: The file is empty \(0 bytes\)"),
        ("t.csv", b"a,b\n", r"t\.csv: The table has a header but no rows"),
        ("t.csv", b"\n\n", r"Line 1 is blank"),
        ("t.csv", b"a,b\n1,2\n3,4,5\n", r"Line 3 has 3 fields where the header has 2"),
        ("t.csv", b'a,b\n1,"\n"\n3\n5,6\n', r"Line 4 has 1 field where the header has 2"),
        ("t.csv", b'a,b\n"1"\n3,4\n', r"Line 2 has 1 field where the header has 2"),
        ("t.csv", b"a,b\n1,2\n\n3\n", r"Line 4 has 1 field where"),
        ("t.csv", b"a,b,a\n1,2,3\n", r"More than one column is called 'a': rename"),
        ("t.csv", b"a,,c\n1,2,3\n", r"Column 2 of 3 has no name"),
        ("t.csv", b"x,^x$\n1,2\n", r"name '\^x\$' begins with .* rename the column"),
        ("t.csv", b"a,b\n1,x\n2,caf\xe9\n", r"Line 3 is not UTF-8 \(byte 0xe9\): save"),
        ("t.csv", b"a,b\n1,x\n" * 1 + b'2,"y\n', r"record that begins in line 3 is not CSV"),
        ("t.csv", b"a,b\r1,2\r", r"carriage returns alone"),
        ("t.csv", b"PAR1....PAR1", r"but Parquet: let its name end in \.parquet"),
        ("t.csv", gzip.compress(PLAIN, mtime=0), r"The file is compressed with gzip: add \.gz"),
        ("t.csv.gz", PLAIN, r"is not compressed with gzip: remove \.gz"),
        ("t.csv.gz", gzip.compress(PLAIN, mtime=0)[:-9], r"gzip file is damaged"),
        ("t.csv", b"<!DOCTYPE html><html>", r"but an HTML page"),
        ("t.csv", b"a,b\n1,\x00\n", r"but a binary file"),
        ("t.csv", "a,b\n1,2\n".encode("utf-16"), r"but text in UTF-16: save it as UTF-8"),
        ("t.csv", b'{"a": 1}\n', r"but JSON Lines: let its name end in \.jsonl"),
        ("t.parquet", PLAIN, r"is not Parquet but CSV or other text"),
        ("t.parquet", b"PAR1" + b"x" * 100, r"Parquet file is cut off"),
        ("t.parquet", b"PAR1" + b"x" * 100 + b"PAR1", r"could not be read as Parquet"),
        ("t.jsonl", PLAIN, r"is not JSON Lines but CSV"),
        ("t.json", b'[{"a": 1}]', r"a JSON array: write one object a line"),
        ("t.jsonl", b'{"a":1}\n{"a":1\n', r"2 is not JSON \(.* at character 7\): '\{\"a\":1'"),
        ("t.jsonl", b'{"a":1}\n[1]\n', r"Line 2 is not JSON \(it is no object\)"),
        ("t.jsonl", b'{"a":1}\n{"a":NaN}\n', r"Line 2 .*NaN is no value of JSON, write null"),
        ("t.jsonl", b'{"a":{"b":1}}\n', r"Column 'a' has the type Struct.*Flatten"),
        ("t.xyz", PLAIN, r"ending of 't\.xyz' does not say what it is: set `format`"),
        ("t.xlsx", b"PK\x03\x04", r"ending of 't\.xlsx' .*; export a workbook"),
    ],
)
def test_what_is_no_table_is_named(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    """Each kind of damage has its own message, with file, line or column, and nothing is left."""
    with pytest.raises(InputError, match=message):
        ingest(tmp_path, name, content)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_zip_called_csv_is_named(tmp_path: Path) -> None:
    """An Excel workbook is a zip archive: its user is told to export it."""
    with zipfile.ZipFile(tmp_path / "t.csv", "w") as archive:
        archive.writestr("xl/workbook.xml", "")
    with pytest.raises(InputError, match="zip archive or an Excel workbook: export"):
        ingest_table(str(tmp_path / "t.csv"), tmp_path / "table")


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pl.DataFrame({"a": [[1], [2]]}), r"Column 'a' has the type List"),
        (pl.DataFrame({"a": [b"x"]}), r"Column 'a' has the type Binary"),
        (pl.DataFrame({"a": pl.Series([], dtype=pl.Int64)}), r"no rows"),
    ],
)
def test_parquet_that_is_no_table_is_named(
    tmp_path: Path, frame: pl.DataFrame, message: str
) -> None:
    """Nested, binary and empty columns are refused by name."""
    frame.write_parquet(tmp_path / "t.parquet")
    with pytest.raises(InputError, match=message):
        ingest_table(str(tmp_path / "t.parquet"), tmp_path / "table")


def test_missing_file_is_named(tmp_path: Path) -> None:
    """A wrong path is told with the folder it was looked for in."""
    with pytest.raises(InputError, match=r"no file .*none/t\.csv.*no folder .*none either"):
        ingest_table(str(tmp_path / "none" / "t.csv"), tmp_path / "table")


def test_unknown_format_is_named(tmp_path: Path) -> None:
    """A format that does not exist is answered with those that do."""
    with pytest.raises(InputError, match=r"Unknown format 'xml'.*auto, csv, parquet, jsonl"):
        ingest(tmp_path, "t.csv", PLAIN, format="xml")


def test_names_with_glob_characters_are_files(tmp_path: Path) -> None:
    """Brackets and stars in a file name are no pattern."""
    for name, content in (("t[1]*.csv", PLAIN), ("t[1]*.jsonl", b'{"a":1}\n')):
        assert not ingest(tmp_path, name, content).is_empty()
