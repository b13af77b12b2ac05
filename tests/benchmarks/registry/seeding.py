"""Fill both registries with the same models, each with a version and the alias `champion`."""

import json
import subprocess
from pathlib import Path

from tests.benchmarks.registry.load import send_all
from tests.benchmarks.registry.operations import (
    MODELS,
    describe,
    model_name,
    model_properties,
    our_registration,
    version_properties,
)
from tests.benchmarks.registry.servers import mlflow_store
from tests.mlflow.programs import SETTINGS, mlflow_program

CLIENTS = 4
# Through its own store 10,000 models take minutes: the tables that the store makes are filled
# with the rows that it would write.
_FILL_MLFLOW = """
import json, sys
from sqlalchemy import insert
from mlflow.store.model_registry.dbmodels import models as tables
from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore

store, now = SqlAlchemyStore(sys.argv[1]), 1_700_000_000_000
given = json.load(sys.stdin)
rows = {
    tables.SqlRegisteredModel: [
        {"name": name, "description": text, "creation_time": now, "last_updated_time": now}
        for name, text, _, _ in given
    ],
    tables.SqlRegisteredModelTag: [
        {"name": name, "key": key, "value": value}
        for name, _, tags, _ in given for key, value in tags.items()
    ],
    tables.SqlModelVersion: [
        {"name": name, "version": 1, "description": text, "creation_time": now,
         "last_updated_time": now, "source": "s3://models/" + name,
         "storage_location": "s3://models/" + name}
        for name, text, _, _ in given
    ],
    tables.SqlModelVersionTag: [
        {"name": name, "version": 1, "key": key, "value": value}
        for name, _, _, tags in given for key, value in tags.items()
    ],
    tables.SqlRegisteredModelAlias: [
        {"name": name, "alias": "champion", "version": 1} for name, *_ in given
    ],
}
with store.engine.begin() as connection:
    for table, values in rows.items():
        connection.execute(insert(table), values)
"""


def seed_ours(port: int) -> None:
    """Register the models one by one over HTTP."""
    registrations = [our_registration(model_name(i), i, alias="champion") for i in range(MODELS)]
    send_all(port, registrations, CLIENTS)


def seed_mlflow(folder: Path, database_url: str | None) -> None:
    """Fill the database of an mlflow server that is not running yet."""
    folder.mkdir(parents=True, exist_ok=True)
    given = [
        (model_name(i), describe(i), model_properties(i), version_properties(i))
        for i in range(MODELS)
    ]
    command = [mlflow_program("python"), "-c", _FILL_MLFLOW, mlflow_store(folder, database_url)]
    subprocess.run(command, input=json.dumps(given).encode(), env=SETTINGS, cwd=folder, check=True)
