"""Fill a registry's database with any number of versions: the rows that registering writes."""

from typing import Final

from sqlalchemy import text

from registry_service.db.engine import open_engine, unbounded
from registry_service.db.migrate import migrate

VERSIONS_OF_A_MODEL: Final = 100
TEAMS: Final = 100
"""Each team has ten of the first thousand versions, and none of the others."""

# Models and versions count from one: version v of model m has the id (m - 1) * 100 + v.
_NUMBERS: Final = {
    "sqlite": "n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)",
    "postgresql": "n(i) AS (SELECT generate_series(1, :count))",
}
_PARTS: Final = {
    "model": "(i - 1) / 100 + 1",
    "number": "(i - 1) % 100 + 1",
    "then": "1700000000000 + i",
    "team": "'team-' || CASE WHEN i > 1000 THEN 1000 + i ELSE i % 100 END",
    "roc_auc": "(i % 1000) / 1000.0",
    "none": "CAST(NULL AS FLOAT)",
}
_MODELS: Final = """
INSERT INTO registered_models
    (id, name, description, custom_properties, created_at, updated_at, state, last_number)
WITH RECURSIVE {numbers}
SELECT i, 'model-' || i, 'Churn, monthly', '{{}}'{json}, {then}, {then}, 'LIVE', 100 FROM n
"""
_VERSIONS: Final = (
    """
INSERT INTO model_versions
    (id, name, external_id, description, custom_properties, created_at, updated_at,
     registered_model_id, author, state, number, digest)
WITH RECURSIVE {numbers}
SELECT i, CAST({number} AS TEXT), 'run-' || i, 'Churn, monthly',
    ('{{"team": ["string", "' || {team} || '"], "framework": ["string", "sklearn"]'
     || ', "roc_auc": ["double", ' || {roc_auc} || ']}}'){json},
    {then}, {then}, {model}, 'author-' || (i % 7), 'LIVE', {number}, 'digest-' || i
FROM n
""",
    """
INSERT INTO version_documents (model_version_id, lineage)
WITH RECURSIVE {numbers} SELECT i, '{{}}'{json} FROM n
""",
    """
INSERT INTO artifacts
    (id, name, custom_properties, created_at, updated_at, artifact_type, model_version_id, state,
     uri)
WITH RECURSIVE {numbers}
SELECT i, 'model-' || {model}, ('{{"digest": ["string", "digest-' || i || '"]}}'){json},
    {then}, {then}, 'model-artifact', i, 'LIVE', 'registry://model-' || {model}
FROM n
""",
    """
INSERT INTO properties (resource, owner_id, name, string_key, string_value, double_value)
WITH RECURSIVE {numbers}
SELECT 'artifacts', i, 'digest', 'digest-' || i, 'digest-' || i, {none} FROM n
UNION ALL SELECT 'model_versions', i, 'team', {team}, {team}, {none} FROM n
UNION ALL SELECT 'model_versions', i, 'framework', 'sklearn', 'sklearn', {none} FROM n
UNION ALL SELECT 'model_versions', i, 'roc_auc', NULL, NULL, {roc_auc} FROM n
""",
    """
INSERT INTO audit (at, actor, action, model_name, subject, detail)
WITH RECURSIVE {numbers}
SELECT {then}, 'anonymous', 'version.register', 'model-' || {model}, CAST({number} AS TEXT),
    '{{}}'{json}
FROM n
""",
    """
INSERT INTO idempotency_keys (key, fingerprint, answer, created_at)
WITH RECURSIVE {numbers} SELECT 'key-' || i, 'print-' || i, '{{}}'{json}, {then} FROM n
""",
)


def fill(url: str, versions: int) -> None:
    """Make the tables of a new database, and so many versions in them."""
    engine = open_engine(url, 1)
    migrate(engine)
    name = engine.dialect.name
    parts = {**_PARTS, "numbers": _NUMBERS[name], "json": "" if name == "sqlite" else "::json"}
    models = versions // VERSIONS_OF_A_MODEL
    with engine.connect() as connection:
        if name == "sqlite":
            unbounded(connection)
        else:
            connection.exec_driver_sql("SET statement_timeout = 0")
        connection.execute(text(_MODELS.format(**parts)), {"count": models})
        for statement in _VERSIONS:
            connection.execute(text(statement.format(**parts)), {"count": versions})
        if name == "postgresql":
            newest = {
                "registered_models": models,
                "model_versions": versions,
                "artifacts": versions,
            }
            for table, number in newest.items():
                ids = {"ids": f"{table}_id_seq", "newest": number}
                connection.execute(text("SELECT setval(:ids, :newest)"), ids)
            connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()
