"""The command line, run as a user runs it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipelines.command_line.main import main
from tests.pipelines.fake_kfp import FakeKfp

TRAINING_STEPS = (
    *("fingerprint_source", "ingest_table", "validate_table", "split_table"),
    *("choose_estimator", "preprocess_table", "train_model"),
    *("evaluate_model", "compare_with_champion", "register_model"),
)
TABLE = ("--source", "s3://tables/churn.parquet", "--target", "churned")
BOOSTING = ("--estimator", "hist_gradient_boosting", "--hyperparameters")
"""What makes any model in an instant, with hyper-parameters that follow."""

WATCHED = ("--wait", "--poll", "0.01")


@dataclass(frozen=True)
class Done:
    """A command that ended."""

    exit_code: int
    output: str
    errors: str

    def json(self) -> dict[str, Any]:
        """Parse what it printed."""
        content: dict[str, Any] = json.loads(self.output)
        return content


CommandLine = Callable[..., Done]


def kfp_tabular(*arguments: str, folder: Path, **variables: str) -> Done:
    """Run `kfp-tabular` in `folder`, away from any registry that the environment names."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("REGISTRY_")}
    done = subprocess.run(
        [sys.executable, "-m", "pipelines", *arguments],
        cwd=folder,
        env={**environment, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture(name="command_line")
def command_line_fixture(tmp_path: Path) -> CommandLine:
    """`kfp-tabular` in a folder of its own."""
    return lambda *arguments, **variables: kfp_tabular(*arguments, folder=tmp_path, **variables)


@pytest.fixture(name="kfp")
def fake_kfp(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeKfp]:
    """A cluster's KFP whose runs have the steps of the training pipeline."""
    for variable in ("KFP_HOST", "KF_PIPELINES_ENDPOINT", "KFP_TOKEN", "KFP_COOKIES"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("KFP_RETRIES", "2")
    with FakeKfp(list(TRAINING_STEPS)).running() as kfp:
        yield kfp


@pytest.fixture(name="on_cluster")
def command_line_on_cluster(kfp: FakeKfp, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """`kfp-tabular … --host` in this process, which is quicker than in one of its own."""

    def run(*arguments: str) -> Done:
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--host", kfp.url])
        output, errors = capsys.readouterr()
        assert "Traceback" not in errors
        return Done(int(ended.value.code or 0), output, errors)

    return run


@pytest.fixture(name="submit")
def submission(on_cluster: CommandLine) -> CommandLine:
    """`kfp-tabular submit training` of a table in a bucket."""
    return lambda *more: on_cluster("submit", "training", *TABLE, *more)
