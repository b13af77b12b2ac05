"""Tables as they come from other programs, read as a careful person would read them."""

import datetime
import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.ingest_table.ingest import IngestedTable, ingest_table
from components.shared.errors import InputError
from components.shared.reports.notes import read_notes
from components.shared.tables.readings import table_readings

CASES = Path(__file__).parents[4] / "shared" / "cases"


def ingest(
    tmp_path: Path, content: str | bytes, name: str = "t.csv", **options: object
) -> tuple[pl.DataFrame, IngestedTable]:
    """Ingest a file of this content; return the table and what was said of it."""
    source = tmp_path / name
    source.write_bytes(content.encode() if isinstance(content, str) else content)
    ingested = ingest_table(str(source), tmp_path / "table", **options)  # type: ignore[arg-type]
    return pl.read_parquet(tmp_path / "table"), ingested


def said(ingested: IngestedTable) -> str:
    """Return all that was said of how the table was read."""
    return "\n".join(f"{each.column}: {each.message}" for each in ingested.readings.remarks)


def test_a_stray_changes_no_other_column(tmp_path: Path) -> None:
    """A text among numbers, or a date among texts, leaves each other column as it is."""
    rows = [f"{n},{n % 28 + 1:02}/01/2024,{n / 8}" for n in range(100)]
    rows[50] = "oops" + rows[50][2:]
    frame, ingested = ingest(tmp_path, "n,when,x\n" + "\n".join(rows))
    assert frame.dtypes == [pl.Int64, pl.Date, pl.Float64]
    assert frame["n"].null_count() == 1
    assert "n: 1 of 100 values counts as missing" in said(ingested)
    assert "'oops' in data row 51" in said(ingested)


def test_strays_are_said_wherever_the_table_goes(tmp_path: Path) -> None:
    """In the artifact's metadata, and in the Parquet file itself."""
    _, ingested = ingest(tmp_path, "n\n" + "1\n" * 99 + "oops\n")
    (note,) = read_notes(ingested.metadata())
    assert (note.kind, note.columns) == ("read as missing", ("n",))
    assert "'oops' in data row 100" in note.text
    assert table_readings(tmp_path / "table") == ingested.readings


VALUES = {
    "n": ["1", "2", "oops", *["3"] * 40],
    "x": ["1,5", "2,25", "1.234,5", *["0,5"] * 40],
    "when": ["31/01/2024", "01/02/2024", "?", *["02/02/2024"] * 40],
    "code": ["007", "12", "K", *["1"] * 40],
}


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_no_separator_changes_how_values_are_read(tmp_path: Path, separator: str) -> None:
    """The same texts are the same values between any separators, and in JSON Lines."""
    rows = list(zip(*VALUES.values(), strict=True))
    quoted = [separator.join(f'"{text}"' for text in row) for row in (tuple(VALUES), *rows)]
    _, delimited = ingest(tmp_path, "\n".join(quoted))
    lines = [json.dumps(dict(zip(VALUES, row, strict=True))) for row in rows]
    frame, of_json = ingest(tmp_path, "\n".join(lines), "t.jsonl")
    assert frame.dtypes == [pl.Int64, pl.Float64, pl.Date, pl.String]
    assert delimited.digest == of_json.digest
    assert delimited.readings == of_json.readings


@pytest.mark.parametrize("marker", ["-999", "-999.0"])
@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_a_numeric_marker_is_missing_in_every_format(
    tmp_path: Path, marker: str, kind: str
) -> None:
    """A number that stands for a missing value does so as whole number, as float and as text."""
    path = tmp_path / f"t.{kind}"
    frame = pl.DataFrame({"whole": [1, -999, 3], "real": [1.5, -999.0, 2.5]})
    if kind == "csv":
        frame.write_csv(path)
    elif kind == "jsonl":
        frame.write_ndjson(path)
    else:
        frame.write_parquet(path)
    ingest_table(str(path), tmp_path / "table", missing_values=[marker])
    found = pl.read_parquet(tmp_path / "table")
    assert found.null_count().row(0) == (1, 1)
    assert found.dtypes == [pl.Int64, pl.Float64]


def test_texts_in_parquet_are_read_as_well(tmp_path: Path) -> None:
    """Dates and numbers held as texts are dates and numbers; categories stay texts."""
    frame = pl.DataFrame({**VALUES, "c": pl.Series(VALUES["n"], dtype=pl.Categorical)})
    frame.write_parquet(tmp_path / "t.parquet")
    ingest_table(str(tmp_path / "t.parquet"), tmp_path / "table")
    found = pl.read_parquet(tmp_path / "table")
    assert found.dtypes == [pl.Int64, pl.Float64, pl.Date, pl.String, pl.String]


TEXTS = st.one_of(
    st.integers(-9999, 9999).map(str),
    st.decimals(-99, 99, places=2).map(str),
    st.dates(datetime.date(1990, 1, 1)).map(lambda day: f"{day:%d/%m/%Y}"),
    st.sampled_from(["NA", "", "x", "True", "007", "1,5", "1.234", "$5", "12:30"]),
)


@settings(deadline=None, max_examples=25)
@given(st.lists(TEXTS, min_size=2, max_size=30), st.lists(TEXTS, min_size=30, max_size=30))
def test_no_column_changes_how_another_is_read(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], others: list[str]
) -> None:
    """A column alone is read as it is beside any other."""
    folder = tmp_path_factory.mktemp("columns")
    alone = {"x": texts, "row": ["r"] * len(texts)}
    beside = alone | {"other": others[: len(texts)]}
    found = []
    for columns in (alone, beside):
        lines = [
            json.dumps(dict(zip(columns, row, strict=True)))
            for row in zip(*columns.values(), strict=True)
        ]
        frame, ingested = ingest(folder, "\n".join(lines), "t.jsonl")
        remarks = [each for each in ingested.readings.remarks if each.column == "x"]
        found.append((frame["x"].to_list(), frame["x"].dtype, remarks))
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("content", "columns", "message"),
    [
        ('"a\nb",c\n1,2\n', ["a\nb", "c"], ""),
        ("sep=;\na;b\n1,5;2\n", ["a", "b"], ""),
        (
            "# made by a tool\n# on Monday, with commas\na,b\n1,2\n",
            ["a", "b"],
            "line 3 has the names",
        ),
        ("Sales of 2024\n\na,b,c\n1,2,3\n", ["a", "b", "c"], "line 3 has the names"),
        ("Report,,\na,b,c\n1,2,3\n", ["a", "b", "c"], "line 2 has the names"),
        ("#chrom,pos\nchr1,5\nchr2,6\n", ["#chrom", "pos"], ""),
        (
            '"x","g"\n"one",0.5,"a"\n"two",0.7,"b"\n',
            ["row_names", "x", "g"],
            "as R writes the names",
        ),
        ('"x","g"\n"1",0.5,"a"\n"2",0.7,"b"\n', ["x", "g"], "it only counts the rows"),
        ('"","x"\n"1",0.5\n"2",0.7\n', ["x"], "it only counts the rows"),
        (",x\n0,0.5\n1,0.7\n", ["x"], "it only counts the rows"),
        ("a,b,\n1,2,\n3,4,\n", ["a", "b"], ""),
        ("a,b\n1,2,\n3,4,\n", ["a", "b"], ""),
        (" a , b \n1,2\n", ["a", "b"], ""),
        ("cafe\u0301,b\n1,2\n", ["caf\u00e9", "b"], ""),
        ("row,index\n1,2\n", ["row", "index"], ""),
        ("red,a\nblue,b\nred,b\nblue,a\nred,a\n", ["red", "a"], "looks like a row"),
        ("5.1,3.5,setosa\n4.9,3.0,setosa\n", ["5.1", "3.5", "setosa"], "looks like a row"),
        ("country,2019,2020\nFrance,1,2\n", ["country", "2019", "2020"], ""),
        ("a,b\n1,x;y;z\n2,u;v;w\n", ["a", "b"], ""),
        ("a;b\n1,5;2,5\n3,5;4,5\n", ["a", "b"], ""),
        ("a,b,,,\n1,2,,,\n3,4,,,\n", ["a", "b"], ""),
        ("x^2,b\n1,2\n3,4\n", ["x^2", "b"], ""),
        ("a,b\n1,2\n  \n3,4\n \n", ["a", "b"], ""),
        ("'a','b'\n'1','x, y'\n'3','z'\n", ["a", "b"], "fields are enclosed in '"),
        ("a, b\n1, x\n2, y\n", ["a", "b"], "blanks beside the separators"),
        ("a | b\n1 | x\n2 | y\n", ["a", "b"], "blanks beside the separators"),
        ('a, b\n1, "x, y"\n2, "z"\n', ["a", "b"], "blanks beside the separators"),
        ('a, b\n1, "x \\"y\\""\n2, "z"\n', ["a", "b"], "blanks beside the separators"),
    ],
)
def test_structure(tmp_path: Path, content: str, columns: list[str], message: str) -> None:
    """What stands above, beside and after the data is understood, and what is left out is said."""
    frame, ingested = ingest(tmp_path, content)
    assert frame.columns == columns
    assert message in said(ingested)


def test_unnamed_first_columns_with_values_are_kept(tmp_path: Path) -> None:
    """Row names that say more than the number of the row are a column."""
    frame, ingested = ingest(tmp_path, '"","x"\n"Mazda",0.5\n"Datsun",0.7\n')
    assert frame["row_names"].to_list() == ["Mazda", "Datsun"]
    assert "it is called 'row_names'" in said(ingested)


@pytest.mark.parametrize(
    ("content", "sizes"),
    [
        ('size,x\n1" pipe,5\n3" pipe,6\n', ['1" pipe', '3" pipe']),
        ('x,size\n5,1"\n6,3"\n', ['1"', '3"']),
        ('size,x\nO"Brian,5\n"a, b",6\n', ['O"Brian', "a, b"]),
        ('size,x\n"a ""b""",5\n3" pipe,6\n', ['a "b"', '3" pipe']),
        ('size,x\n "a",5\nb,6\n', [' "a"', "b"]),
        ('size,x\n"C:\\dir\\",5\n3" pipe,6\n', ["C:\\dir\\", '3" pipe']),
    ],
)
def test_quotation_marks_inside_of_fields(tmp_path: Path, content: str, sizes: list[str]) -> None:
    """They are part of the field, and that is said; no row is swallowed."""
    frame, ingested = ingest(tmp_path, content)
    assert frame["size"].to_list() == sizes
    assert "quotation marks inside of fields" in said(ingested)


@pytest.mark.parametrize("text", ['say "hi", twice', 'say "hi"', '"', 'C:\\new, "or not"'])
def test_backslashes_before_quotation_marks(tmp_path: Path, text: str) -> None:
    """They part no field, and shift no column, as programs of C and MySQL write them."""
    escaped = text.replace('"', '\\"')
    frame, ingested = ingest(tmp_path, f'x,t\n1,"{escaped}"\n2,"plain"\n')
    assert frame.rows() == [(1, text), (2, "plain")]
    assert "quotation marks after a backslash" in said(ingested)


def test_blanks_beside_separators_are_in_no_value(tmp_path: Path) -> None:
    """Where the header has them too; a blank that only some values have is theirs."""
    frame, _ = ingest(tmp_path, "a, b, c\n1, x, 5\n2, y, 6\n3, , 7\n")
    assert frame.rows() == [(1, "x", 5), (2, "y", 6), (3, None, 7)]
    frame, _ = ingest(tmp_path, "a,b\n1, x\n2,y\n")
    assert frame["b"].to_list() == [" x", "y"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("x,y\n0,32,a\n0,25,b\n", r"Line 1 has 2 names, and each record has 3 fields .*12,50"),
        ("x,y\n12,50,a\n7,25,b\n19,75,c\n", r"Line 1 has 2 names, and each record has 3 fields"),
        ("x,y\n1,'a, b'\n1,'c, d'\n", r"Line 1 has 2 names, and each record has 3 fields"),
        ("x,y\r\r\n1,2\r\r\n", r"two carriage returns"),
        ("gr\xf6sse,y\n1,2\n".encode("latin-1"), r"Line 1 is not UTF-8 .*iconv"),
        ('size,x\n"1 pipe,5\n3" pipe,6\n', r"record that begins in line 2"),
        ('size,x\n1" pipe,5\n"3,6\n', r"record that begins in line 3 .* (fields|not CSV)"),
        ("x,*\n1,2\n", r"called '\*', which stands for all columns: rename it"),
        ("1,1,5\n1,1,6\n", r"More than one column is called '1'.*first line is a row"),
        ("caf\u00e9,cafe\u0301\n1,2\n", r"More than one column is called"),
    ],
)
def test_what_cannot_be_read_has_one_message(tmp_path: Path, content: str, message: str) -> None:
    """It names the line or the column, and the remedy."""
    with pytest.raises(InputError, match=message):
        ingest(tmp_path, content)


def test_names_of_rows_are_those_of_r(tmp_path: Path) -> None:
    """Numbers in their order and any texts may be names, as long as none is there twice."""
    frame, _ = ingest(tmp_path, "x,y\n3,4,a\n5,6,b\n9,8,c\n")
    assert frame.columns == ["row_names", "x", "y"]


WORDS = ["unknown", "Not Available", "na", "NONE", "(null)", "*", ":", "n.a."]


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("values", [["1.5", "2.25"], ["2024-05-01", "2023-01-31"], ["9:30"]])
def test_words_for_what_is_not_known(tmp_path: Path, word: str, values: list[str]) -> None:
    """Among numbers, dates and times they are missing values, more than 5 % too, and are said."""
    texts = [*values * (20 // len(values)), *[word] * 8]
    frame, ingested = ingest(tmp_path, "x,k\n" + "".join(f"{each},a\n" for each in texts))
    assert frame["x"].dtype.is_numeric() or frame["x"].dtype.is_temporal()
    assert frame["x"].null_count() == 8
    assert f"{word!r} counts as missing in 8 rows" in said(ingested) or word == "(null)"


def test_words_for_what_is_not_known_are_values_among_texts(tmp_path: Path) -> None:
    """And classes of a target, be the others numbers; so are signs among signs."""
    content = "s,t,u\n" + "a,1,*\nunknown,2,+\nb,unknown,*\n" * 5
    frame, _ = ingest(tmp_path, content, target="t")
    assert frame["s"].null_count() == frame["t"].null_count() == frame["u"].null_count() == 0
    assert frame["t"].dtype == pl.String


@pytest.mark.parametrize(
    ("texts", "values", "message"),
    [
        (["1.5 kg", "3 KG", "2kgs"], [1.5, 3.0, 2.0], "'kg' at its numbers was left out"),
        (["1248 CC", "998 cc"], [1248, 998], "'cc' at its numbers"),
        (["36 months", "1 month"], [36, 1], "'month' at its numbers"),
        (["1.234,5 km", "7 km"], [1234.5, 7.0], "'km' at its numbers"),
        (["€110.5M", "€565K", "€0"], [110.5e6, 565e3, 0.0], "multiply them"),
        (["1.2k", "950", "3M"], [1200.0, 950.0, 3e6], "multiply them"),
        (["14M", "201k"], [14_000_000, 201_000], "multiply them"),
        (["Rs. 500", "Rs.1,250.75"], [500.0, 1250.75], ""),
        (["12", "14B", "3K", "7"], None, "stays text"),
        (["12 kg", "5 lb"], None, "its numbers are of 2 kinds, such as '12 kg', '5 lb'"),
        (["$3.5", "€2.5", "£7"], None, "its numbers are of 3 kinds"),
        (["33B", "12B"], None, ""),
        (["12A", "5V", "7W"], None, ""),
    ],
)
def test_measures_and_scales(
    tmp_path: Path, texts: list[str], values: list[float] | None, message: str
) -> None:
    """One measure of all numbers is left out, letters multiply, and both is said; codes stay."""
    rows = "".join(f'"{each}",a\n' for each in texts * 10)
    frame, ingested = ingest(tmp_path, f"x,k\n{rows}")
    assert frame["x"].to_list()[: len(texts)] == (values or texts)
    assert message in said(ingested)
    assert values is None or "assumed" not in said(ingested)


@pytest.mark.parametrize("marker", ["NA", "None", "Null"])
@pytest.mark.parametrize("large", [False, True])
def test_markers_that_may_be_values_are_said(
    tmp_path: Path, marker: str, large: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Among texts, where NA may be Namibia and None a category; among numbers they are not."""
    if large:
        monkeypatch.setattr("components.ingest_table.formats.LARGE_FILE", 0)
    frame, ingested = ingest(tmp_path, "x,n\n" + f"DE,1\n{marker},{marker}\nFR,2\n" * 10)
    assert frame.null_count().row(0) == (10, 10)
    assert said(ingested) == f"x: {marker!r} counts as missing in 10 rows (the first: data row 2)"


def test_mostly_words_are_texts(tmp_path: Path) -> None:
    """A column in which most values say that they are not known is none of numbers."""
    frame, _ = ingest(tmp_path, "x,k\n" + "1,a\nunknown,a\nunknown,a\n" * 5)
    assert frame["x"].dtype == pl.String


@pytest.mark.parametrize(
    ("texts", "dtype"),
    [
        (["12E03", "15E10"], pl.String),
        (["354", "3E5", "221"], pl.String),
        (["1E5", "3E2"], pl.Float64),
        (["1e5", "1.5"], pl.Float64),
        (["1e5", "1e-3"], pl.Float64),
        (["1e+05", "3"], pl.Float64),
        (["1.0E10", "3.5E2"], pl.Float64),
    ],
)
@pytest.mark.parametrize("large", [False, True])
def test_codes_with_an_e(
    tmp_path: Path,
    texts: list[str],
    dtype: type[pl.DataType],
    large: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They are no numbers unless other values have decimals, and what was assumed is said."""
    if large:
        monkeypatch.setattr("components.ingest_table.formats.LARGE_FILE", 0)
    frame, ingested = ingest(tmp_path, "x,k\n" + "".join(f"{each},a\n" for each in texts * 9))
    assert frame["x"].dtype == dtype
    assert ("may be codes with an E" in said(ingested)) == (dtype == pl.String)


def test_json_lines_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    """As CSV may."""
    frame, _ = ingest(tmp_path, b'\xef\xbb\xbf{"a": "05116"}\n{"a": "1"}\n', "t.jsonl")
    assert frame["a"].to_list() == ["05116", "1"]


def test_json_values_of_several_types_are_one_column(tmp_path: Path) -> None:
    """A number beside a text or a truth value is read as its text would be."""
    content = '{"a": true, "b": 1}\n{"a": 1, "b": "2"}\n'
    frame, _ = ingest(tmp_path, content, "t.jsonl")
    assert frame.rows() == [("true", 1), ("1", 2)]


def test_column_types_have_the_last_word(tmp_path: Path) -> None:
    """Texts, dates of any form, and numbers among junk, which is counted as strays."""
    content = "zip,when,amount\n10001,03/11/2023,5\n20002,04/11/2023,x\n30003,05/12/2023,y\n"
    types = "zip=string,when=datetime:%m/%d/%Y,amount=number"
    frame, ingested = ingest(tmp_path, content, column_types=types)
    assert frame["zip"].to_list() == ["10001", "20002", "30003"]
    assert frame["when"][0] == datetime.datetime(2023, 3, 11)
    assert frame["amount"].to_list() == [5, None, None]
    assert "amount: 2 of 3 values count as missing" in said(ingested)


def test_column_types_of_values_that_are_no_texts(tmp_path: Path) -> None:
    """Numbers of JSON Lines and Parquet can be texts too."""
    frame, _ = ingest(tmp_path, '{"zip": 10001}\n', "t.jsonl", column_types="zip=string")
    assert frame["zip"].to_list() == ["10001"]


@pytest.mark.parametrize(
    ("types", "message"),
    [
        ("zip=string,zip=integer", "'zip' is given a type twice"),
        ('{"zip": "string", " zip": "integer"}', "'zip' is given a type twice"),
        ("zap=string", r"no column 'zap' \(parameter `column_types`\).*Did you mean 'zip'"),
        ("zip=text", r"given the type 'text' .* use one of string, number"),
        ("zip", r"given the type '' .* as in zip=string"),
        ("zip=string:%Y", r"given a form, '%Y', which only dates"),
        ("zip=date:%m/%d", r"has no year"),
        ("zip=date", r"No value of the column 'zip' is of the type date"),
        ('{"zip": ', r"is not JSON"),
    ],
)
def test_wrong_column_types_are_refused(tmp_path: Path, types: str, message: str) -> None:
    """With the column, the parameter and what would be right."""
    with pytest.raises(InputError, match=message):
        ingest(tmp_path, "zip,x\n10001,5\n", column_types=types)


def test_forms_and_names_may_have_commas(tmp_path: Path) -> None:
    """A comma ends a type only where another column follows."""
    types = "when=date:%b %d, %Y,x=string"
    frame, _ = ingest(tmp_path, 'when,x\n"Mar 1, 2024",5\n', column_types=types)
    assert frame.dtypes == [pl.Date, pl.String]
    frame, _ = ingest(tmp_path, '"a,b",x\n1,5\n', column_types='{"a,b": "string"}')
    assert frame.dtypes == [pl.String, pl.Int64]


def test_types_of_a_curated_schema_are_those_read(tmp_path: Path) -> None:
    """Text always; another type unless the values are none of it, which the validation tells."""
    columns = [{"name": "zip", "type": "string"}, {"name": "x", "type": "float"}]
    schema = {"format": 1, "columns": [*columns, {"name": "z", "type": "float"}]}
    (tmp_path / "schema.json").write_text(json.dumps(schema))
    frame, _ = ingest(
        tmp_path, "zip,x,z\n10001,5,a\n2116,7,b\n", curated_schema=str(tmp_path / "schema.json")
    )
    assert frame.rows() == [("10001", 5.0, "a"), ("2116", 7.0, "b")]
    assert frame.dtypes == [pl.String, pl.Float64, pl.String]


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl"])
def test_missing_values_are_added(tmp_path: Path, name: str) -> None:
    """In texts and in numbers, whatever the format."""
    content = (
        "n,s\n-999,x\n5,none\n"
        if name == "t.csv"
        else ('{"n": -999, "s": "x"}\n{"n": 5, "s": "none"}\n')
    )
    frame, _ = ingest(tmp_path, content, name, missing_values=["-999", "none"])
    assert frame.rows() == [(None, "x"), (5, None)]


def test_large_files_are_read_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is read once, its later rows being checked by casts alone, is the same table."""
    rows = 250_000
    frame = pl.DataFrame({"n": range(rows), "x": [value / 7 for value in range(rows)]})
    dates = pl.date_range(pl.date(2000, 1, 1), pl.date(2020, 1, 1), eager=True)
    columns = {
        "plain": pl.int_range(rows, eager=True).cast(pl.String),
        "late_float": [*["1"] * (rows - 1), "1.5"],
        "late_code": [*["1"] * (rows - 1), "007"],
        "late_stray": [*["1"] * (rows - 1), "oops"],
        "late_marker": [*["1"] * (rows - 1), "?"],
        "text": ["some text"] * rows,
        "text_with_marker": [*["some text"] * (rows - 1), "?"],
        "text_with_gaps": [None, *["some text"] * (rows - 2), "NA"],
        "gaps_and_marker": [None, *["some text"] * (rows - 2), " #N/A "],
        "text_then_numbers": [*["text"] * 100_000, *["1"] * (rows - 100_000)],
        "empty": [None] * rows,
        "late_value": [*[None] * (rows - 1), "5"],
        "day": dates.sample(rows, with_replacement=True, seed=1).cast(pl.String),
        "real": frame["x"].cast(pl.String),
    }
    pl.DataFrame(columns).write_csv(tmp_path / "t.csv")
    whole = ingest_table(str(tmp_path / "t.csv"), tmp_path / "table")
    alone = []
    monkeypatch.setattr("components.ingest_table.formats.LARGE_FILE", 0)
    once = ingest_table(str(tmp_path / "t.csv"), tmp_path / "table")
    assert (once.digest, once.readings) == (whole.digest, whole.readings)
    for name, texts in columns.items():
        pl.DataFrame({name: texts, "other": ["x"] * rows}).write_csv(tmp_path / "t.csv")
        found = ingest_table(str(tmp_path / "t.csv"), tmp_path / "table")
        alone += [each for each in found.readings.remarks if each.column == name]
        assert found.readings.columns[name] == whole.readings.columns[name]
    assert alone == list(whole.readings.remarks)


@pytest.mark.skipif(
    not CASES.is_dir(), reason="the collection of tables is not beside this repository"
)
def test_collected_tables_are_read(tmp_path: Path) -> None:
    """Every table of the collection has the types of a careful reader, or is refused by name."""
    expected: dict[str, dict[str, type[pl.DataType]]] = {
        "date_dmy_twodigit_year.csv": {"when": pl.Date},
        "date_dmy_yy_y2k.csv": {"born": pl.Date},
        "version_semver_no_zero.csv": {"ver": pl.String},
        "date_year_0000_iso.csv": {"d": pl.Date},
        "date_12345_iso.csv": {"d": pl.String},
        "date_us_mdy_days_below_13.csv": {"when": pl.Date},
        "date_first_2000_empty_dmy_time.csv": {"d": pl.Datetime},
        "eu_thousands_integers_semicolon.csv": {"income": pl.Int64},
        "leading_zero_quoted_codes.csv": {"code": pl.String},
        "telco_blank_total_charges.csv": {"TotalCharges": pl.Float64},
        "dash_missing.csv": {"age": pl.Float64},
        "None_missing.csv": {"age": pl.Float64},
        "missing_padded_NA.csv": {"age": pl.Float64},
        "thousands_comma_quoted.csv": {"income": pl.Float64},
        "thousands_comma_tsv.tsv": {"income": pl.Int64},
        "decimal_comma_tab.tsv": {"income": pl.Float64},
        "french_nbsp_thousands.csv": {"income": pl.Float64},
        "percent.csv": {"rate": pl.Float64},
        "parentheses_negative.csv": {"balance": pl.Float64},
        "json_numbers_as_text.jsonl": {"x": pl.Float64},
        "date_us_mdy_padded.csv": {"when": pl.Date},
        "datetime_excel_us_ampm.csv": {"when": pl.Datetime},
        "date_zero_mysql.csv": {"when": pl.Date},
        "time_of_day.csv": {"at": pl.Datetime},
        "target_currency.csv": {"price": pl.Int64},
        "target_question_mark.csv": {"age": pl.Int64},
        "target_class_NA.csv": {"continent": pl.String},
        "stray_quote_inches.csv": {"size": pl.String},
        "quote_last_col.csv": {"size": pl.String},
        "json_bom.jsonl": {"zip": pl.String},
        "header_comment_lines.csv": {"x": pl.Float64},
        "r_rownames.csv": {"x": pl.Float64},
        "drift_feb_x_text.csv": {"x": pl.Float64, "when": pl.Date},
        "mixed_code_train.csv": {"grade": pl.String},
        "date_dmy_slash.csv": {"when": pl.Date},
        "decimal_comma_semicolon.csv": {"income": pl.Float64},
        "leading_zero_zip.csv": {"zip": pl.String},
    }
    for name, types in expected.items():
        ingest_table(str(CASES / name), tmp_path / "table", target="continent")
        frame = pl.read_parquet(tmp_path / "table")
        assert len(frame) == (2102 if "first_2000" in name else 300), name
        assert {column: frame.schema[column] for column in types} == types, name
    with pytest.raises(InputError, match=r"'\*'"):
        ingest_table(str(CASES / "name_star.csv"), tmp_path / "table")
