"""The walk: from a table to a deployment, a shift, an alarm, a better version, and the way back."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl
import urllib3

from components.shared.reports.number_text import number
from pipelines.demo.commands import Commands
from pipelines.demo.strikes import SHIFTED, TARGET, Strikes
from pipelines.errors import DemoError

MODEL: Final = "strikes"
TABLE: Final = f"dataset://{MODEL}"
ESTIMATOR: Final = "hist_gradient_boosting"
"""One that is named: the retraining has it from the version's record, and nothing is tried out."""
LOG: Final = "predictions"
LOG_SECONDS: Final = 60.0
NONE: Final = pl.DataFrame(schema={SHIFTED: pl.String})
ALARM: Final = 3
"""Exit code of a monitoring that alarms, as documented."""


@dataclass(frozen=True)
class Walk:
    """The steps in their order; each says in a line what happened, and in one where to look.

    Attributes:
        commands: Runs them.
        strikes: The rows that it is about.
    """

    commands: Commands
    strikes: Strikes

    def go(self) -> None:
        """Take all steps.

        Raises:
            DemoError: One of them did not come out as it should.
        """
        self.register(self.strikes.then, "data", f"the strikes before {self.strikes.changed_at}")
        self.train()
        address = self.deploy()
        self.send(address)
        self.watch()
        self.register(self.strikes.since, "labels", "the later ones, with what they damaged")
        self.retrain()
        self.ask(address, "2", "rolled on")
        self.roll_back()
        self.ask(address, "1", "rolled back")

    def register(self, table: Path, title: str, about: str) -> None:
        """Register a table as the next version of the data set."""
        began = time.monotonic()
        told = self.commands.run(
            *(title, "run", "dataset", "--source", table.name, "--name", MODEL),
            *("--target", TARGET),
        )
        version = told["registered"]["version"]
        said = f"{TABLE}@{version}: {about}"
        self.commands.show(title, began, said, f"kfp-tabular data show {MODEL}@{version}")

    def train(self) -> None:
        """Train on the earlier strikes, and make the model the champion."""
        began = time.monotonic()
        told = self.commands.run(
            *("train", "run", "training", "--source", f"{TABLE}@latest", "--target", TARGET),
            # Which estimator it is does not matter to the walk: none is compared.
            *("--estimator", "hist_gradient_boosting"),
            *("--model-name", MODEL, "--promote", "--estimator", ESTIMATOR),
        )
        said = f"{_made(told)} is the champion: {_metric(told)} on strikes that it did not see"
        self.commands.show("train", began, said, told["files"]["evaluation"])

    def deploy(self) -> str:
        """Let the champion answer; return where."""
        began = time.monotonic()
        told = self.commands.run("deploy", "run", "deployment", "--model", f"{MODEL}@champion")
        deployed = told["deployed"]
        said = f"version {deployed['version']} answers at {deployed['address']}"
        self.commands.show("deploy", began, said, f"kfp-tabular deployments show {MODEL}")
        return str(deployed["address"])

    def send(self, address: str) -> None:
        """Ask for predictions of the later strikes, and wait until their rows are in the log."""
        began, sent = time.monotonic(), 0
        logged = self._logged()
        for rows in self.strikes.requests():
            _answer(address, rows)
            sent += len(rows)
        while self._logged() < logged + sent:
            if time.monotonic() - began > LOG_SECONDS:
                raise DemoError(
                    f"requests: of {sent:,} rows that were predicted, "
                    f"{self._logged() - logged:,} came to the prediction log in {self._log()} "
                    f"within {LOG_SECONDS:.0f} s; see: kfp-tabular deployments logs {MODEL}"
                )
            time.sleep(0.2)
        said = f"{sent:,} later strikes predicted; {SHIFTED} is a code now"
        self.commands.show("requests", began, said, str(self.commands.folder / self._log()))

    def watch(self) -> None:
        """Have monitoring look at the prediction log, which alarms."""
        began = time.monotonic()
        told = self.commands.run("monitor", *self._of("monitoring"), ends_with=ALARM)
        moved = [column["column"] for column in told["columns"] if column["reasons"]]
        said = f"alarm: {len(moved)} columns of the log have moved, most surely {moved[0]}"
        self.commands.show("monitor", began, said, told["files"]["report"])

    def retrain(self) -> None:
        """Have a better version made of the labelled rows, promoted and deployed."""
        began = time.monotonic()
        told = self.commands.run(
            *("retrain", *self._of("retraining"), "--train-on", f"{TABLE}@latest", "--deploy")
        )
        training, champion = told["training"], told["training"]["comparison"]["champion"]
        if not training["registered"] or not told["deployment"]:
            raise DemoError(f"retrain: {told['outcome']}")
        said = f"{_made(training)} serves: {_metric(training)} on later strikes, where version "
        said += f"{champion['version']} has {number(champion['value'])}"
        self.commands.show("retrain", began, said, training["files"]["comparison"])

    def roll_back(self) -> None:
        """Bring the first version back."""
        began = time.monotonic()
        told = self.commands.run("roll back", "rollback", MODEL, "--reason", "the walk ends")
        seconds = told["first_answer_seconds"]
        said = f"version {told['version']} is back, {seconds:.1f} s after the command"
        self.commands.show("roll back", began, said, f"kfp-tabular registry audit {MODEL}")

    def ask(self, address: str, version: str, title: str) -> None:
        """See which version answers.

        Raises:
            DemoError: It is another.
        """
        began = time.monotonic()
        answer = _answer(address, next(self.strikes.requests())[:1])
        if answer["version"] != version:
            raise DemoError(f"{title}: version {answer['version']} answers, and not {version}")
        said = f"the same address answers with version {version}"
        self.commands.show(title, began, said, f"kfp-tabular deployments show {MODEL}")

    def _of(self, pipeline: str) -> tuple[str, ...]:
        source = f"{self._log()}/"
        return ("run", pipeline, "--model", f"{MODEL}@champion", "--source", source)

    def _log(self) -> Path:
        return Path(LOG, "predictions", f"model={MODEL}", "version=1")

    def _logged(self) -> int:
        files = [*(self.commands.folder / self._log()).rglob("*.parquet")]
        rows = pl.concat([pl.read_parquet(file, columns=[SHIFTED]) for file in files] or [NONE])
        return len(rows.filter(pl.col(SHIFTED).is_in(self.strikes.codes)))


def _answer(address: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    try:
        answer = urllib3.request("POST", f"{address}/predict", json={"rows": rows}, timeout=60)
    except urllib3.exceptions.HTTPError as error:
        raise DemoError(f"requests: {address} does not answer: {error}") from error
    told: dict[str, Any] = answer.json()
    if answer.status != 200:
        raise DemoError(f"requests: {address} answered {answer.status}: {told.get('error')}")
    return told


def _made(training: Mapping[str, Any]) -> str:
    return f"version {training['registered']['version']}"


def _metric(training: Mapping[str, Any]) -> str:
    comparison = training["comparison"]
    return f"{comparison['metric']} {number(comparison['candidate']['value'])}"
