"""A real Airflow in a folder of its own, and what its runs came to."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from tests.environments import ROOT, call, environment

LOCK: Final = Path(__file__).with_name("requirements-airflow.lock")
SOURCE: Final = ROOT / "integrations" / "airflow"
EXAMPLES: Final = SOURCE / "examples"
NOTHING: Final[Mapping[str, str]] = {}
TIMEOUT_SECONDS: Final = 200
OURS: Final = ("AIRFLOW_", "REGISTRY_", "KFP_", "TRAINING_")


@dataclass(frozen=True)
class Task:
    """How a task of a run of a DAG ended.

    Attributes:
        state: As Airflow says it.
        tries: How often it was tried.
        result: What it returned.
    """

    state: str
    tries: int
    result: Any


@dataclass(frozen=True)
class Airflow:
    """An Airflow.

    Attributes:
        environment: The environment that it is installed in.
        home: Its folder, with the database.
        site: The installed distribution of ours.
    """

    environment: Path
    home: Path
    site: Path

    @classmethod
    def made(cls, folder: Path) -> Self:
        """Build the wheel of our distribution; make an Airflow with it and an empty database."""
        installed = environment("airflow", LOCK)
        source = shutil.copytree(SOURCE, folder / "source")
        python = str(installed / "bin" / "python")
        build = "import sys; from setuptools import build_meta as b; b.build_wheel(sys.argv[1])"
        call([python, "-c", build, str(folder)], source)
        (wheel,) = folder.glob("*.whl")
        call([sys.executable, "-m", "zipfile", "-e", str(wheel), str(folder / "site")])
        made = cls(installed, folder / "home", folder / "site")
        made.home.mkdir()
        migrated = installed / "migrated.db"
        if not migrated.exists():
            made("db", "migrate")
            shutil.copyfile(made.home / "airflow.db", migrated)
        shutil.copyfile(migrated, made.home / "airflow.db")
        return made

    def variables(self, dags: Path, more: Mapping[str, str]) -> dict[str, str]:
        """Return the environment of its processes: of this one, but for what is set there of it."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        return {
            **kept,
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
            "PATH": f"{self.environment / 'bin'}{os.pathsep}{kept['PATH']}",
            "PYTHONPATH": str(self.site),
            **more,
        }

    def start(
        self, *arguments: str, dags: Path = EXAMPLES, variables: Mapping[str, str] = NOTHING
    ) -> subprocess.Popen[str]:
        """Start `airflow` with arguments, in a process group of its own."""
        return subprocess.Popen(
            [self.environment / "bin" / "airflow", *arguments],
            cwd=self.home,
            env=self.variables(dags, variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def __call__(self, *arguments: str) -> str:
        """Run `airflow` with arguments, and return what it printed."""
        process = self.start(*arguments)
        printed, _ = process.communicate(timeout=TIMEOUT_SECONDS)
        assert process.returncode == 0, printed
        return printed

    def test(
        self,
        dag_id: str,
        variables: Mapping[str, str],
        conf: Mapping[str, str] = NOTHING,
        dags: Path = EXAMPLES,
    ) -> str:
        """Run a DAG by `airflow dags test`, and return what was printed."""
        command = ("dags", "test", dag_id, "-c", json.dumps(dict(conf)))
        process = self.start(*command, dags=dags, variables=variables)
        printed, _ = process.communicate(timeout=TIMEOUT_SECONDS)
        return printed

    def tasks(self, dag_id: str) -> dict[str, Task]:
        """Return the tasks of the newest run of a DAG, as they are in the database."""
        # Each command takes seconds to start; its tables are told apart from its API by nothing
        # that these tests are about.
        query = (
            "SELECT t.task_id, t.state, t.try_number, x.value FROM task_instance t LEFT JOIN xcom x"
            " ON (x.dag_id, x.run_id, x.task_id, x.key)"
            " = (t.dag_id, t.run_id, t.task_id, 'return_value')"
            " WHERE t.run_id = (SELECT run_id FROM dag_run WHERE dag_id = ? ORDER BY id DESC)"
            " AND t.dag_id = ?"
        )
        with closing(sqlite3.connect(self.home / "airflow.db")) as database:
            rows = database.execute(query, (dag_id, dag_id)).fetchall()
        return {
            name: Task(state, tries, json.loads(value) if value else None)
            for name, state, tries, value in rows
        }


def connection(url: str, token: str | None = None, **extra: str) -> str:
    """Return a connection to KFP as a variable of the environment has it."""
    fields = {"conn_type": "kfp", "host": url, "password": token, "extra": extra}
    return json.dumps({name: value for name, value in fields.items() if value})
