"""Tables are checked, and reports say what is wrong."""

import datetime
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from components.shared.errors import InputError
from components.shared.reports.notes import read_notes
from components.shared.tables.files import write_parquet
from components.shared.tables.readings import Remark, TableReadings
from components.validate_table.validate import ValidatedTable, validate_table

FRAME = pl.DataFrame(
    {
        "age": [30, 41, None, 25],
        "size": [1.5, 2.5, 3.5, 4.5],
        "colour": ["red", "blue", "red", None],
        "day": [datetime.date(2024, 1, day) for day in (1, 2, 3, 4)],
        "y": ["yes", "no", "no", "yes"],
    }
)


def validate(
    tmp_path: Path, frame: pl.DataFrame, curated: list[dict[str, Any]] | None = None, **options: str
) -> ValidatedTable:
    """Validate a frame, against these columns of a curated schema if there are any."""
    frame.write_parquet(tmp_path / "table", row_group_size=max(2, len(frame) // 4))
    rules = None
    if curated is not None:
        rules = tmp_path / "curated"
        rules.write_text(json.dumps({"format": 1, "columns": curated}))
    return validate_table(
        tmp_path / "table",
        tmp_path / "report",
        tmp_path / "schema",
        curated_schema=rules,
        **options,
    )


def report(tmp_path: Path) -> str:
    """Return the report that was written."""
    return (tmp_path / "report").read_text()


def test_inferred_schema_has_types_ranges_categories_and_uniqueness(tmp_path: Path) -> None:
    """The schema says of each column what the table shows."""
    validated = validate(tmp_path, FRAME, target="y")
    assert (validated.task, validated.violations, validated.curated) == ("binary", 0, False)
    rules = {
        rule["name"]: rule for rule in json.loads((tmp_path / "schema").read_text())["columns"]
    }
    assert rules["age"] == {
        "name": "age",
        "type": "integer",
        "required": True,
        "nullable": True,
        "unique": True,
        "minimum": 25,
        "maximum": 41,
    }
    assert rules["colour"]["categories"] == ["blue", "red"]
    assert rules["day"]["minimum"] == "2024-01-01"
    assert not rules["size"]["nullable"]


def test_table_fulfils_its_own_schema(tmp_path: Path) -> None:
    """An inferred schema, given back as a curated one, finds nothing and is written unchanged."""
    validate(tmp_path, FRAME)
    inferred = json.loads((tmp_path / "schema").read_text())
    assert validate(tmp_path, FRAME, inferred["columns"]).violations == 0
    assert json.loads((tmp_path / "schema").read_text()) == inferred


@pytest.mark.parametrize(
    ("rule", "check", "count", "sample"),
    [
        ({"name": "age", "type": "integer", "minimum": 30}, "minimum", 1, [(4, "25")]),
        (
            {"name": "age", "type": "float", "maximum": 29.5},
            "maximum",
            2,
            [(1, "30.0"), (2, "41.0")],
        ),
        ({"name": "age", "type": "integer", "nullable": False}, "missing", 1, [(3, "missing")]),
        ({"name": "colour", "type": "string", "unique": True}, "unique", 1, [(3, "red")]),
        (
            {"name": "colour", "type": "string", "categories": ["red"]},
            "categories",
            1,
            [(2, "blue")],
        ),
        (
            {"name": "day", "type": "date", "maximum": "2024-01-03"},
            "maximum",
            1,
            [(4, "2024-01-04")],
        ),
        ({"name": "colour", "type": "integer"}, "type", 0, []),
        ({"name": "weight", "type": "float"}, "column", 0, []),
    ],
)
def test_broken_rule_is_found_with_its_rows(
    tmp_path: Path, rule: dict[str, Any], check: str, count: int, sample: list[tuple[int, str]]
) -> None:
    """Each rule finds the rows that break it, over batches and missing values."""
    (finding,) = validate(tmp_path, FRAME, [rule], mode="report").findings
    assert (finding.column, finding.check, finding.count) == (rule["name"], check, count)
    assert [(row, value) for row, value in finding.sample if check != "missing"] == [
        pair for pair in sample if check != "missing"
    ]
    assert [row for row, _ in finding.sample] == [row for row, _ in sample]


@pytest.mark.parametrize(
    "rule",
    [
        {"name": "age", "type": "float"},
        {"name": "day", "type": "datetime", "minimum": "2024-01-01T00:00:00"},
        {"name": "weight", "type": "float", "required": False},
        {"name": "age", "type": "integer", "unique": True, "nullable": True},
    ],
)
def test_wider_rule_is_kept(tmp_path: Path, rule: dict[str, Any]) -> None:
    """Integers are floats, dates are datetimes, and what is optional may be missing."""
    assert validate(tmp_path, FRAME, [rule]).violations == 0


def test_column_without_values_has_any_type(tmp_path: Path) -> None:
    """A column that happens to be empty today breaks no rule but that of missing values."""
    frame = pl.DataFrame({"x": [1, 2], "e": pl.Series([None, None], dtype=pl.String)})
    assert validate(tmp_path, frame, [{"name": "e", "type": "float", "minimum": 0}]).violations == 0


def test_many_failures_are_counted_and_sampled(tmp_path: Path) -> None:
    """The whole failure never gets into the report: ten rows of a hundred thousand do."""
    frame = pl.DataFrame({"x": range(250_000)})
    rule = {"name": "x", "type": "integer", "maximum": 49_999}
    (finding,) = validate(tmp_path, frame, [rule], mode="report").findings
    assert finding.count == 200_000
    assert finding.sample == [(row, str(row - 1)) for row in range(50_001, 50_011)]
    assert len(report(tmp_path)) < 20_000


def test_mode_fail_summarises_after_writing(tmp_path: Path) -> None:
    """The error has the first five broken rules; report and schema are there nevertheless."""
    rules: list[dict[str, Any]] = [{"name": f"c{number}", "type": "float"} for number in range(6)]
    rules.append({"name": "age", "type": "integer", "minimum": 30})
    with pytest.raises(InputError) as caught:
        validate(tmp_path, FRAME, rules)
    message = str(caught.value)
    assert "breaks 7 rules of its schema" in message
    assert "'c4': the column is not in the table" in message
    assert "'c5'" not in message
    assert "and 2 more" in message
    assert "&#39;25&#39;" in report(tmp_path) or "4: 25" in report(tmp_path)
    assert (tmp_path / "schema").is_file()


@pytest.mark.parametrize("mode", ["fail", "report"])
@pytest.mark.parametrize(
    ("target", "task", "message"),
    [
        ("z", "auto", r"no column 'z'"),
        ("e", "auto", r"no value in any of the 4 rows"),
        ("one", "auto", r"one value only, 'a'"),
        ("colour", "regression", r"not numeric"),
    ],
)
def test_wrong_target_fails_in_both_modes_after_the_report(
    tmp_path: Path, mode: str, target: str, task: str, message: str
) -> None:
    """A wrong target is raised, and the report with all other findings is there."""
    frame = FRAME.with_columns(e=pl.lit(None, dtype=pl.Float64), one=pl.lit("a"))
    with pytest.raises(InputError, match=message):
        validate(tmp_path, frame, target=target, task=task, mode=mode)
    assert "wrong target" in report(tmp_path)


def test_oddities_are_warnings_and_no_violations(tmp_path: Path) -> None:
    """What is odd is told, and fails nothing."""
    rows = 200
    frame = pl.DataFrame(
        {
            "constant": ["x"] * rows,
            "empty": pl.Series([None] * rows, dtype=pl.Float64),
            "sparse": [1.0, 2.0] + [None] * (rows - 2),
            "email": [f"{number}@example.org" for number in range(rows)],
            "infinite": [float("inf"), *range(rows - 1)],
            "plain": [number % 7 for number in range(rows)],
            "y": ["rare"] * 3 + ["no"] * (rows - 4) + [None],
        },
        strict=False,
    )
    validated = validate(tmp_path, frame, target="y")
    told = [(warning.column, warning.message) for warning in validated.warnings]
    assert validated.violations == 0
    assert [column for column, _ in told] == [
        "constant",
        "empty",
        "sparse",
        "email",
        "infinite",
        "y",
        "y",
    ]
    assert "missing in 1 row:" in told[-2][1]
    assert "'rare', has 3 rows (1.51\N{NO-BREAK SPACE}%)" in told[-1][1]
    assert [(note.kind, note.columns, note.text) for note in read_notes(validated.metadata())] == [
        ("warning", (column,), message) for column, message in told
    ]


@pytest.mark.parametrize(
    ("classes", "said"),
    [
        (["p"] * 5 + ["n"] * 5, "far from sure"),
        (["p"] * 5 + ["n"] * 95, "`class_weight`"),
        (["p"] * 30 + ["n"] * 970, "`class_weight`"),
        ([f"c{number % 30}" for number in range(900)], ""),
        (["p"] * 50 + ["n"] * 50, ""),
    ],
)
def test_a_class_is_rare_beside_the_others(tmp_path: Path, classes: list[str], said: str) -> None:
    """Of classes with equal shares none asks for weights; few rows are told as such."""
    frame = pl.DataFrame({"x": [row / 7 for row in range(len(classes))], "y": classes})
    told = [warning.message for warning in validate(tmp_path, frame, target="y").warnings]
    assert [said in message for message in told] == ([True] if said else [])


def test_equal_rows_are_counted(tmp_path: Path) -> None:
    """The share of rows that equal an earlier one is told."""
    (warning,) = validate(
        tmp_path, pl.DataFrame({"a": [1, 1, 2, 1], "b": ["x"] * 3 + ["y"]})
    ).warnings
    told = "1 row (25.0\N{NO-BREAK SPACE}%) with the values of an earlier row: "
    assert warning.message.startswith(told)


def test_column_beyond_the_curated_schema_is_a_warning(tmp_path: Path) -> None:
    """A new column is told, as nothing checks it."""
    validated = validate(
        tmp_path, FRAME.select("age", "size"), [{"name": "age", "type": "integer"}]
    )
    assert [warning.column for warning in validated.warnings] == ["size"]


def test_report_escapes_what_the_table_says(tmp_path: Path) -> None:
    """A table cannot put markup into the report."""
    frame = pl.DataFrame({"<b>x</b>": ["<script>alert(1)</script>", "y"]})
    rule = {"name": "<b>x</b>", "type": "string", "categories": ["y"]}
    validate(tmp_path, frame, [rule], mode="report")
    assert "<script>alert" not in report(tmp_path)
    assert "&lt;script&gt;alert" in report(tmp_path)


def test_unknown_mode_is_named(tmp_path: Path) -> None:
    """A mode that does not exist is answered with those that do."""
    with pytest.raises(InputError, match=r"Unknown mode 'warn'.*fail or report"):
        validate(tmp_path, FRAME, mode="warn")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", r"not JSON"),
        ("[]", r"not of format 1"),
        ('{"format": 1, "columns": []}', r'no list "columns"'),
        ('{"format": 1, "columns": [{"type": "float"}]}', r'Column 1 .* no object with a "name"'),
        ('{"format": 1, "columns": [{"name": "a", "type": "int"}]}', r"'a'.*'int': use one of int"),
        (
            '{"format": 1, "columns": [{"name": "a", "type": "float", "min": 1}]}',
            r"unknown key 'min'",
        ),
        (
            '{"format": 1, "columns": [{"name": "a", "type": "float", "minimum": "x"}]}',
            r"\"minimum\" is no number: 'x'",
        ),
        (
            '{"format": 1, "columns": [{"name": "a", "type": "date", "maximum": "soon"}]}',
            r"\"maximum\" is no date like 2024-12-31: 'soon'",
        ),
        (
            '{"format": 1, "columns": [{"name": "a", "type": "string", "minimum": 1}]}',
            r"no order to bound",
        ),
        (
            '{"format": 1, "columns": [{"name": "a", "type": "float", "nullable": "no"}]}',
            r"neither true nor false",
        ),
        (
            '{"format": 1, "columns": [{"name": "a", "type": "float", "categories": ["x"]}]}',
            r"no list of strings",
        ),
        (
            '{"format": 1, "columns": [{"name": "a", "type": "string", "categories": "xy"}]}',
            r"no list of strings",
        ),
        (
            '{"format": 1, "columns": [' + ", ".join(['{"name": "a", "type": "date"}'] * 2) + "]}",
            r"more than one rule for the column 'a'",
        ),
    ],
)
def test_wrong_curated_schema_is_named(tmp_path: Path, text: str, message: str) -> None:
    """Each mistake in a schema written by hand has its own message, which names the file."""
    FRAME.write_parquet(tmp_path / "table")
    (tmp_path / "curated").write_text(text)
    with pytest.raises(InputError, match=f"^{tmp_path / 'curated'}: .*{message}"):
        validate_table(
            tmp_path / "table",
            tmp_path / "report",
            tmp_path / "schema",
            curated_schema=tmp_path / "curated",
        )


def test_a_metric_of_another_task_is_refused(tmp_path: Path) -> None:
    """A metric that no model of this target has is told as soon as the task is known."""
    with pytest.raises(InputError, match="no metric 'r2' for a binary model"):
        validate(tmp_path, FRAME, target="y", metric="r2")


def test_sentences_are_no_identifiers(tmp_path: Path) -> None:
    """Texts that all differ are to be learnt from, names that all differ are not."""
    numbers = range(100)
    frame = pl.DataFrame(
        {
            "remark": [f"the plane was late by {n} hours" for n in numbers],
            "plane": [f"N{n}" for n in numbers],
        }
    )
    warned = [warning.column for warning in validate(tmp_path, frame).warnings]
    assert warned == ["plane"]


def test_the_report_says_how_the_table_was_read(tmp_path: Path) -> None:
    """What was lost or assumed when the table was ingested stands in the report."""
    remark = Remark("n", "strays", "1 of 20 values counts as missing", 1, "oops", 3)
    write_parquet(pl.LazyFrame({"n": [1, 2]}), tmp_path / "t", TableReadings(remarks=(remark,)))
    validate_table(tmp_path / "t", tmp_path / "report", tmp_path / "schema")
    assert "1 of 20 values counts as missing" in (tmp_path / "report").read_text("utf-8")


def test_a_missing_target_is_told_with_the_structure_of_the_file(tmp_path: Path) -> None:
    """Where the first row was taken for the names, that is why there is no such column."""
    remark = Remark("", "structure", "line 1 was taken for the names", 0, "1,2", 1)
    write_parquet(pl.LazyFrame({"1": [1, 2]}), tmp_path / "t", TableReadings(remarks=(remark,)))
    with pytest.raises(InputError, match=r"no column 'y'.* Of the file: line 1 was taken for"):
        validate_table(tmp_path / "t", tmp_path / "report", tmp_path / "schema", target="y")


def test_classes_spelt_alike_are_one_warning(tmp_path: Path) -> None:
    """Classes that differ by case or blanks are named together, in one warning."""
    frame = pl.DataFrame({"x": range(80), "y": ["yes", "Yes", "no", " no"] * 20})
    told = [w.message for w in validate(tmp_path, frame, target="y").warnings if w.column == "y"]
    (message,) = [text for text in told if "blanks or case" in text]
    assert "'Yes' and 'yes'" in message
    assert "' no' and 'no'" in message


def test_categories_spelt_alike_are_named(tmp_path: Path) -> None:
    """In other columns too, also where letters are the same in two forms of Unicode."""
    frame = pl.DataFrame(
        {"town": ["Caf\u00e9", "Cafe\u0301", "x"] * 9, "y": ["no", "yes", "no"] * 9}
    )
    told = [w.message for w in validate(tmp_path, frame, target="y").warnings if w.column == "town"]
    assert any("Caf\\xe9" in message and "Cafe\\u0301" in message for message in told)


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        (["Yes", "Y", "no", "0"], "4 classes that say yes or no"),
        (["Yes", "yes", "Y", "No"], "4 classes that say yes or no ('No', 'Y', 'Yes', 'yes')"),
        (["a", "b", "a|b", "b|c", "c"], "several labels each, such as 'a|b'"),
        (["red,blue", "red", "blue", "green,red", "green"], "several labels each"),
        (["Smith, J.", "Doe, A.", "Roe, B."], ""),
        (["low", "mid", "high"], ""),
        (["a|b", "c"], ""),
    ],
)
def test_classes_that_are_fewer_are_named(tmp_path: Path, classes: list[str], message: str) -> None:
    """Ways to say yes and no, and lists of labels, are no classes of their own."""
    frame = pl.DataFrame({"x": range(20 * len(classes)), "y": classes * 20})
    told = [w.message for w in validate(tmp_path, frame, target="y").warnings if w.column == "y"]
    found = [text for text in told if "say yes" in text or "several labels" in text]
    assert any(message in text for text in found) if message else not found


def test_numbers_of_classes_are_hinted_at(tmp_path: Path) -> None:
    """Whole numbers 1 to 26, each as often, may be letters: how to say so is told."""
    frame = pl.DataFrame({"x": range(1300), "letter": [1 + i % 26 for i in range(1300)]})
    validated = validate(tmp_path, frame, target="letter")
    assert validated.task == "regression"
    assert "set --task classification" in validated.warnings[-1].message


def test_counts_are_no_numbers_of_classes(tmp_path: Path) -> None:
    """Ages and counts, of which some are much more frequent than others, get no such hint."""
    counts = [n for n in range(30) for _ in range(600 // (n + 1))]
    frame = pl.DataFrame({"x": range(len(counts)), "visits": counts})
    told = [warning.message for warning in validate(tmp_path, frame, target="visits").warnings]
    assert not any("--task" in message for message in told)
