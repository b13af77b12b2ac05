"""A real Airflow in a folder of its own, and what its runs came to."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from tests.environments import ROOT, call, environment

LOCK: Final = Path(__file__).with_name("requirements-airflow.lock")
SOURCE: Final = ROOT / "integrations" / "airflow"
EXAMPLES: Final = SOURCE / "examples"
DAGS: Final = Path(__file__).with_name("dags")
COMMANDS: Final = """
import json, sys
from airflow.__main__ import main

for sys.argv in json.loads(sys.argv[1]):
    try:
        main()
    except SystemExit as ended:
        print(sys.argv, "ended with", ended.code)
"""
"""Runs commands of `airflow` in one process: its start takes far longer than they do."""
NOTHING: Final[Mapping[str, str]] = {}
TIMEOUT_SECONDS: Final = 280
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
        dags: The folder of DAGs: the examples, and those of these tests.
    """

    environment: Path
    home: Path
    site: Path
    dags: Path

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
        made = cls(installed, folder / "home", folder / "site", folder / "dags")
        for dags in (EXAMPLES, DAGS):
            shutil.copytree(dags, made.dags, dirs_exist_ok=True)
        made.home.mkdir()
        migrated = installed / "migrated.db"
        if not migrated.exists():
            made("db", "migrate")
            shutil.copyfile(made.home / "airflow.db", migrated)
        shutil.copyfile(migrated, made.home / "airflow.db")
        return made

    def variables(self, more: Mapping[str, str] = NOTHING) -> dict[str, str]:
        """Return the environment of its processes: of this one, but for what is set there of it."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        return {
            **kept,
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.dags),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
            "PATH": f"{self.environment / 'bin'}{os.pathsep}{kept['PATH']}",
            "PYTHONPATH": str(self.site),
            **more,
        }

    def start(
        self, *arguments: str, variables: Mapping[str, str] = NOTHING
    ) -> subprocess.Popen[str]:
        """Start `airflow` with arguments, in a process group of its own."""
        return self._start(str(self.environment / "bin" / "airflow"), *arguments, more=variables)

    def __call__(self, *arguments: str) -> str:
        """Run `airflow` with arguments, and return what it printed."""
        return _printed(self.start(*arguments))

    def python(self, script: str, *arguments: str, variables: Mapping[str, str] = NOTHING) -> str:
        """Run a script in its environment, and return what it printed."""
        python = str(self.environment / "bin" / "python")
        return _printed(self._start(python, "-c", script, *arguments, more=variables))

    def test(self, runs: Sequence[tuple[str, Mapping[str, str]]], more: Mapping[str, str]) -> str:
        """Run DAGs by `airflow dags test`, one after the other, and return what was printed.

        Args:
            runs: The DAG of each run, and its configuration.
            more: Variables of the environment.
        """
        commands = [["airflow", "dags", "test", dag, "-c", json.dumps(conf)] for dag, conf in runs]
        return self.python(COMMANDS, json.dumps(commands), variables=more)

    def tasks(self, dag_id: str, before: int = 0) -> dict[str, Task]:
        """Return the tasks of a run of a DAG, as they are in the database.

        Args:
            dag_id: The DAG.
            before: How many newer runs there are.
        """
        # Each command takes seconds to start; its tables are told apart from its API by nothing
        # that these tests are about.
        query = (
            "SELECT t.task_id, t.state, t.try_number, x.value FROM task_instance t LEFT JOIN xcom x"
            " ON (x.dag_id, x.run_id, x.task_id, x.key)"
            " = (t.dag_id, t.run_id, t.task_id, 'return_value')"
            " WHERE t.run_id = (SELECT run_id FROM dag_run WHERE dag_id = ?"
            " ORDER BY id DESC LIMIT 1 OFFSET ?)"
            " AND t.dag_id = ?"
        )
        with closing(sqlite3.connect(self.home / "airflow.db")) as database:
            rows = database.execute(query, (dag_id, before, dag_id)).fetchall()
        return {
            name: Task(state, tries, json.loads(value) if value else None)
            for name, state, tries, value in rows
        }

    def _start(self, *command: str, more: Mapping[str, str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command,
            cwd=self.home,
            env=self.variables(more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )


def _printed(process: subprocess.Popen[str]) -> str:
    printed, _ = process.communicate(timeout=TIMEOUT_SECONDS)
    assert process.returncode == 0, printed
    return printed


def connection(url: str, token: str | None = None, **extra: str) -> str:
    """Return a connection to KFP as a variable of the environment has it."""
    fields = {"conn_type": "kfp", "host": url, "password": token, "extra": extra}
    return json.dumps({name: value for name, value in fields.items() if value})
