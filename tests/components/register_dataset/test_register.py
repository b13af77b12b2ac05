"""Registering tables in a running registry, and reading them again."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from components.fingerprint_source.fingerprint import fingerprint_source
from components.ingest_table.ingest import IngestedTable, ingest_table
from components.register_dataset.register import (
    Lineage,
    Reading,
    RegisteredTable,
    register_dataset,
)
from components.shared.errors import (
    InputError,
    ReferenceChangedError,
    RegistryRefusalError,
    SourceChangedError,
)
from components.shared.registry.client import RegistryClient
from components.shared.tables.readings import table_readings
from components.validate_table.validate import validate_table

CSV = 'zip,amount,when,kind\n02116,"1.234,50",03/11/2023,a\n10001,"7,25",23/11/2023,b\n'
CHANGED = CSV.replace("7,25", "7,26")


@pytest.fixture(name="name")
def dataset_name(monkeypatch: pytest.MonkeyPatch, registry_url: str) -> str:
    """A name that no other test uses; sources look for data sets in the running registry."""
    monkeypatch.setenv("REGISTRY_URL", registry_url)
    return f"customers-{uuid.uuid4().hex}"


@pytest.fixture(name="client")
def registry_client(registry_url: str) -> Iterator[RegistryClient]:
    """A client of the running registry."""
    with RegistryClient(registry_url, retries=2) as client:
        yield client


def written(folder: Path, text: str = CSV, name: str = "customers.csv") -> str:
    """Write a table; return its address."""
    (folder / name).write_text(text)
    return str(folder / name)


def register(source: str, name: str, folder: Path, **more: Any) -> RegisteredTable:
    """Do what the pipeline does with a table."""
    folder = folder / uuid.uuid4().hex
    folder.mkdir()
    table, report, schema = (folder / each for each in ("table", "report", "schema"))
    told = fingerprint_source(source)
    ingest_table(told.pinned, table, fingerprint=told.source)
    validate_table(table, report, schema)
    more.setdefault("lineage", Lineage(source=told.pinned, source_fingerprint=told.source))
    return register_dataset(table, schema, report, name, **more)


def read(source: str, folder: Path, **more: Any) -> tuple[Path, IngestedTable]:
    """Read a source as pipelines do; return the table and what is said of it."""
    table = folder / f"{uuid.uuid4().hex}.parquet"
    told = fingerprint_source(source)
    return table, ingest_table(told.pinned, table, fingerprint=told.source, **more)


def test_everything_about_a_version_is_registered(
    name: str, tmp_path: Path, client: RegistryClient
) -> None:
    """Files, figures, columns, how it was read, and where it comes from are on the version."""
    reading = Reading(column_types="kind=string", missing_values=("?",))
    made = register(written(tmp_path), name, tmp_path, aliases=["gold"], reading=reading)
    version = client.get(f"dataset://{name}@gold")
    assert (version.version, version.content_digest) == ("1", made.content_digest)
    assert set(version.files) == {"table.parquet", "schema.json", "validation.html"}
    assert version.metrics == {"rows": 2, "columns": 4}
    assert version.lineage["source"] == str(tmp_path / "customers.csv")
    assert version.parameters["column_types"] == "kind=string"
    assert version.parameters["missing_values"] == ["?"]
    columns = {column["name"]: column["type"] for column in version.schema["columns"]}
    assert columns == {"zip": "string", "amount": "float", "when": "date", "kind": "string"}
    assert version.schema["columns"][1]["profile"]["quantiles"][0] == 7.25


def test_one_content_is_one_version(name: str, tmp_path: Path) -> None:
    """However it is stored and whoever registers it; a changed value is another one."""
    first = register(written(tmp_path), name, tmp_path)
    spaced = CSV.replace("\n", "\n\n")
    again = register(written(tmp_path, spaced, "spaced.csv"), name, tmp_path)
    other = register(written(tmp_path, CHANGED), name, tmp_path)
    assert (first.known, again.known, other.known) == (False, True, False)
    assert (first.version, again.version, other.version) == ("1", "1", "2")
    assert again.metadata()["notes"][0]["kind"] == "assumed"


def test_a_registered_table_is_read_as_it_was_registered(name: str, tmp_path: Path) -> None:
    """Codes stay text, dates are not read once more, and how texts were read is kept."""
    made = register(written(tmp_path), name, tmp_path)
    table, ingested = read(f"dataset://{name}@latest", tmp_path, target="kind")
    assert ingested.digest == made.content_digest
    assert ingested.source == f"dataset://{name}@1"
    assert table_readings(table).columns["amount"].decimal == ","
    assert pl.read_parquet(table)["zip"].to_list() == ["02116", "10001"]


def test_column_types_read_a_registered_table_anew(name: str, tmp_path: Path) -> None:
    """What users say of columns has the last word here too."""
    register(written(tmp_path), name, tmp_path)
    table, _ = read(f"dataset://{name}", tmp_path, column_types="zip=integer")
    assert pl.read_parquet(table)["zip"].to_list() == [2116, 10001]


def test_an_alias_is_pinned_when_its_fingerprint_is_taken(name: str, tmp_path: Path) -> None:
    """A run reads one version from its first step to its last, wherever the alias moves."""
    register(written(tmp_path), name, tmp_path, aliases=["gold"])
    gold, table = f"dataset://{name}@gold", tmp_path / "table.parquet"
    told = fingerprint_source(gold)
    register(written(tmp_path, CHANGED), name, tmp_path, aliases=["gold"])
    ingested = ingest_table(told.pinned, table, fingerprint=told.source)
    assert (told.pinned, ingested.source) == (f"dataset://{name}@1", f"dataset://{name}@1")
    with pytest.raises(SourceChangedError):
        ingest_table(gold, table, fingerprint=told.source)


def test_the_schema_of_a_version_holds_later_tables(name: str, tmp_path: Path) -> None:
    """A version is a curated schema where one is asked for."""
    register(written(tmp_path), name, tmp_path)
    table, _ = read(written(tmp_path, CSV.replace("1.234,50", "9.999,00")), tmp_path)
    validated = validate_table(
        table,
        tmp_path / "report",
        tmp_path / "schema",
        curated_schema=f"dataset://{name}@1",
        mode="report",
    )
    assert [finding.column for finding in validated.findings] == ["amount"]


def test_a_reference_is_read_from_its_address(
    name: str, tmp_path: Path, client: RegistryClient
) -> None:
    """The registry keeps no rows; the table is read where it lies, and is the same."""
    made = register(written(tmp_path), name, tmp_path, reference_only=True)
    version = client.get(f"dataset://{name}")
    assert "table.parquet" not in version.files
    _, ingested = read(f"dataset://{name}@latest", tmp_path)
    assert (ingested.digest, ingested.format) == (made.content_digest, "csv")


def test_rows_that_a_reference_keeps_out_are_told_of(name: str, tmp_path: Path) -> None:
    """Who wants rows to be kept hears that the version of that content only refers to them."""
    referred = register(written(tmp_path), name, tmp_path, reference_only=True)
    kept = register(written(tmp_path), name, tmp_path)
    assert (referred.bytes_left_out, kept.known, kept.bytes_left_out) == (False, True, True)
    assert [note["kind"] for note in kept.metadata()["notes"]] == ["assumed", "left out"]


def test_a_reference_to_what_changed_is_refused(name: str, tmp_path: Path) -> None:
    """Other bytes at its address, or the same read otherwise, are not what was registered."""
    register(written(tmp_path), name, tmp_path, reference_only=True)
    with pytest.raises(InputError, match="read otherwise"):
        read(f"dataset://{name}", tmp_path, column_types="zip=integer")
    written(tmp_path, CHANGED)
    with pytest.raises(ReferenceChangedError, match=r"customers\.csv"):
        read(f"dataset://{name}", tmp_path)


@pytest.mark.parametrize(
    ("source", "told"),
    [(None, "address and its fingerprint"), ("https://host/t.csv?signature=s", "query")],
)
def test_what_could_not_be_read_again_is_not_only_referred_to(
    name: str, tmp_path: Path, source: str | None, told: str
) -> None:
    """A table without an address, or with one that is signed, has to be kept."""
    lineage = Lineage(source=source, source_fingerprint="{}")
    with pytest.raises(InputError, match=told):
        register(written(tmp_path), name, tmp_path, reference_only=True, lineage=lineage)


def test_signatures_are_not_kept(name: str, tmp_path: Path, client: RegistryClient) -> None:
    """The lineage names an address without its query."""
    lineage = Lineage(source="https://host/t.csv?X-Signature=secret")
    register(written(tmp_path), name, tmp_path, lineage=lineage)
    assert client.get(f"dataset://{name}").lineage["source"] == "https://host/t.csv"


def test_what_is_made_of_a_version_names_it(
    name: str, tmp_path: Path, client: RegistryClient
) -> None:
    """The data set that a table was read from is its parent; another may be named."""
    first = register(written(tmp_path), name, tmp_path)
    register(f"dataset://{name}@1", f"{name}-copy", tmp_path)
    (parent,) = client.get(f"dataset://{name}-copy").datasets
    assert (parent["uri"], parent["digest"]) == (f"dataset://{name}@1", first.content_digest)
    assert client.trained_on(first.content_digest) == ((f"dataset://{name}-copy", "1"),)
    lineage = Lineage(parent=f"{name}@nobody")
    with pytest.raises(InputError, match="nobody"):
        register(written(tmp_path), f"{name}-other", tmp_path, lineage=lineage)


def test_values_that_tell_people_apart_are_not_described(
    name: str, tmp_path: Path, client: RegistryClient
) -> None:
    """Names that are on one row each stay in the table."""
    rows = "".join(f"Person {number},{'mf'[number % 2]}\n" for number in range(90))
    register(written(tmp_path, "person,sex\n" + rows), name, tmp_path)
    person, sex = client.get(f"dataset://{name}").schema["columns"]
    assert person["profile"]["categories"] == {}
    assert sex["profile"]["categories"] == {"f": 45, "m": 45}


def test_infinite_numbers_can_be_registered(name: str, tmp_path: Path) -> None:
    """JSON has none: their column has no quantiles."""
    table = tmp_path / "numbers.parquet"
    pl.DataFrame({"a": [1.0, float("inf")], "b": [1, 2]}).write_parquet(table)
    assert register(str(table), name, tmp_path).version == "1"


@pytest.mark.parametrize("source", ["dataset://", "dataset://a/b", "dataset://a@1@2"])
def test_an_address_that_names_no_data_set_is_a_mistake(source: str) -> None:
    """It says how to write one."""
    with pytest.raises(InputError, match="dataset://name@version"):
        fingerprint_source(source)


def test_a_version_that_is_not_there_is_a_mistake(name: str) -> None:
    """The message names it."""
    with pytest.raises(InputError, match=name):
        fingerprint_source(f"dataset://{name}@3")


def test_aliases_are_the_registrys_to_refuse(name: str, tmp_path: Path) -> None:
    """What is no alias ends the registration, and nothing is registered."""
    with pytest.raises(RegistryRefusalError):
        register(written(tmp_path), name, tmp_path, aliases=["latest"])
    with pytest.raises(InputError):
        fingerprint_source(f"dataset://{name}")


def test_a_table_that_is_not_what_was_registered_is_refused(
    name: str, tmp_path: Path, client: RegistryClient
) -> None:
    """Whoever registers a table under the digest of another one gets nobody to learn from it."""
    honest = read(written(tmp_path), tmp_path)[1].digest
    folder = tmp_path / "forged"
    folder.mkdir()
    pl.DataFrame({"zip": ["1"], "kind": ["z"]}).write_parquet(folder / "table.parquet")
    body = {"dataset": {"name": name}, "contentDigest": honest, "metrics": {"rows": 2}}
    client.register(body, folder, uuid.uuid4().hex)
    with pytest.raises(InputError, match="says something else than was registered"):
        read(f"dataset://{name}@1", tmp_path)
