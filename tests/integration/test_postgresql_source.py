"""Tables and queries of a real PostgreSQL are read, and nothing can be changed by it."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import psycopg
import pytest

from components.fingerprint_source.fingerprint import fingerprint_source
from components.ingest_table.ingest import IngestedTable, ingest_table
from components.shared.errors import InputError, SourceChangedError, SourceUnavailableError
from components.shared.sources.address import parse_source
from tests.postgres_server import new_database

ROWS = """
CREATE SCHEMA shop;
CREATE TABLE shop."Customers" (
    id integer, name text, churned boolean, since date, seen timestamptz, spent numeric(12, 2)
);
INSERT INTO shop."Customers" VALUES
    (1, 'Ann, "the first"', true, '2024-02-03', '2024-02-03 23:30:00-05', 12.50),
    (2, 'Zoë', false, '2023-12-31', NULL, 0.99),
    (3, NULL, NULL, NULL, '2024-01-01 00:00:00+00', 1234.00);
CREATE ROLE reader LOGIN;
CREATE ROLE stranger LOGIN;
GRANT USAGE ON SCHEMA shop TO reader, stranger;
GRANT SELECT ON shop."Customers" TO reader;
"""


@pytest.fixture(scope="module")
def owner(postgres_url: str) -> Iterator[str]:
    """The address of a database with a table of customers, as its owner."""
    with new_database(postgres_url, "shop") as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(ROWS)
        yield url
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA shop CASCADE; DROP ROLE reader; DROP ROLE stranger;")


@pytest.fixture
def shop(owner: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of that database, without a user: the environment names one who only reads."""
    monkeypatch.setenv("PGUSER", "reader")
    return owner.replace("registry@", "")


def ingested(source: str, folder: Path, **options: str) -> tuple[IngestedTable, pl.DataFrame]:
    """Read a source; return what was said of it, and its rows."""
    told = ingest_table(source, folder / "table.parquet", **options)
    return told, pl.read_parquet(folder / "table.parquet")


def test_a_table_is_read_with_the_types_of_its_columns(shop: str, tmp_path: Path) -> None:
    """Booleans, dates, times and decimals arrive as what they are in the database."""
    told, rows = ingested(f"{shop}?table=shop.Customers", tmp_path)
    assert told.rows == 3
    assert told.source == f"{shop}?table=shop.Customers"
    assert rows.schema == {
        "id": pl.Int64(),
        "name": pl.String(),
        "churned": pl.Boolean(),
        "since": pl.Date(),
        "seen": pl.Datetime("us"),
        "spent": pl.Float64(),
    }
    assert rows["name"].to_list() == ['Ann, "the first"', "Zoë", None]
    assert rows["churned"].to_list() == [True, False, None]
    assert str(rows["seen"][0]) == "2024-02-04 04:30:00"


def test_a_query_is_asked(shop: str, tmp_path: Path) -> None:
    """What a query answers is the table, in its order, with a semicolon at its end or not."""
    query = 'SELECT id, NOT churned AS stayed FROM shop."Customers" ORDER BY id DESC;'
    told, rows = ingested(shop, tmp_path, query=query)
    assert rows.to_dict(as_series=False) == {"id": [3, 2, 1], "stayed": [None, True, False]}
    assert "ORDER BY id DESC" in told.source


def test_a_fingerprint_promises_the_rows(shop: str, owner: str, tmp_path: Path) -> None:
    """Unchanged rows have the same fingerprint, and rows that changed since are refused."""
    source = f"{shop}?table=shop.Customers"
    first = fingerprint_source(source)
    assert fingerprint_source(source) == first
    ingested(source, tmp_path, fingerprint=first.source)
    with psycopg.connect(owner) as connection:
        connection.execute("""UPDATE shop."Customers" SET spent = 1 WHERE id = 2""")
    with pytest.raises(SourceChangedError):
        ingested(source, tmp_path, fingerprint=first.source)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ('DELETE FROM shop."Customers" RETURNING *', "syntax error"),
        (
            'SELECT 1) AS a; DROP TABLE shop."Customers"; SELECT * FROM (SELECT 1',
            "cannot insert multiple",
        ),
        ("SELECT nextval('shop.numbers')", "does not exist"),
        ("SELECT 1 AS a, 2 AS a", "several columns called 'a'"),
        ('SELECT no_such_column FROM shop."Customers"', "no_such_column"),
        ("SELECT 1/0 AS x", "division by zero"),
    ],
)
def test_a_wrong_query_ends_in_one_sentence(
    shop: str, tmp_path: Path, query: str, said: str
) -> None:
    """What cannot be asked is told in the database's words, and changes nothing."""
    with pytest.raises(InputError, match=said):
        ingested(shop, tmp_path, query=query)
    assert not list(tmp_path.iterdir())
    assert ingested(f"{shop}?table=shop.Customers", tmp_path)[0].rows == 3


def test_who_may_not_read_is_told(
    shop: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A user without the right to a table learns which right is missing."""
    monkeypatch.setenv("PGUSER", "stranger")
    with pytest.raises(InputError, match=r"permission denied.*Grant"):
        ingested(f"{shop}?table=shop.Customers", tmp_path)


def test_a_database_that_is_away_is_told(tmp_path: Path) -> None:
    """A server that does not answer is named, with what to check."""
    with pytest.raises(SourceUnavailableError, match=r"127\.0\.0\.1:9/shop.*PGUSER"):
        ingested("postgresql://127.0.0.1:9/shop?table=t", tmp_path)


@pytest.mark.parametrize(
    ("address", "query", "said"),
    [
        ("postgresql://me:secret@db/shop?table=t", "", "PGUSER and PGPASSWORD"),
        ("postgresql://db/shop", "", "either a table or a query"),
        ("postgresql://db/shop?table=t", "SELECT 1", "either a table or a query"),
        ("postgresql://db?table=t", "", "must name a database"),
        ("postgresql://db/shop?table=t&sslmode=disable", "", "'sslmode'"),
        ("postgresql://db:port/shop?table=t", "", "is no address"),
        ("s3://bucket/key.csv", "SELECT 1", "Only a database"),
    ],
)
def test_an_address_that_is_wrong_is_refused(address: str, query: str, said: str) -> None:
    """Passwords in an address, and addresses that name nothing to read, are refused."""
    with pytest.raises(InputError, match=said) as refusal:
        parse_source(address, query=query)
    assert "secret" not in str(refusal.value)
