"""How the fields of a CSV file are written."""

from pathlib import Path

from components.ingest_table.csv_dialect import SAMPLE_BYTES, find_dialect, sample_records


def test_a_sample_of_long_records_has_fewer_of_them(tmp_path: Path) -> None:
    """Its bytes are bounded, and the separator is found all the same."""
    record = ";".join(["1.5"] * 10_000) + "\n"
    path = tmp_path / "wide.csv"
    path.write_text(record * 250)
    dialect = find_dialect(path)
    assert dialect.separator == ";"
    sample = sample_records(path, dialect)
    assert {len(each.fields) for each in sample} == {10_000}
    assert SAMPLE_BYTES <= len(sample) * len(record) < 1.1 * SAMPLE_BYTES
