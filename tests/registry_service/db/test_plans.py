"""The SQL with which a database has no choice but the good plan."""

from sqlalchemy import create_engine, select, text, union_all

from registry_service.db import tables
from registry_service.db.plans import Among


def test_few_ids_are_looked_up_and_no_table_is_scanned() -> None:
    """SQLite goes from the ids that were found to their rows, though other conditions follow."""
    versions, index = tables.model_versions, tables.properties.c
    ids = [
        select(index.owner_id).where(
            index.resource == "model_versions", index.name == "team", index.string_key == team
        )
        for team in ("red", "green")
    ]
    statement = select(versions.c.name).where(
        Among(versions.c.id, union_all(*ids)), versions.c.author.is_not(None)
    )
    engine = create_engine("sqlite://")
    tables.metadata.create_all(engine)
    compiled = statement.compile(engine, compile_kwargs={"literal_binds": True})
    with engine.connect() as connection:
        steps = [row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))]
    assert not [step for step in steps if step.startswith("SCAN")], steps
    assert "SEARCH model_versions USING INTEGER PRIMARY KEY (rowid=?)" in steps
