"""What the README shows can be done, and does what it shows."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.definition import catalog

README = (catalog.ROOT / "README.md").read_text("utf-8")
BLOCK = re.compile(r"^```(?P<language>bash|python)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = [(found["language"], found["code"]) for found in BLOCK.finditer(README)]
RUNS_THE_TESTS = "make test\n"
WITH_EXAMPLES = {"", "run training", "submit training", "schedule training", "registry"}


@pytest.fixture(name="checkout", scope="module")
def checkout_with_a_table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder that looks like the checkout to a command, with a table `my.csv` of one's own."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("Makefile", "components", "data", "pipelines", "pyproject.toml", ".venv"):
        (folder / name).symlink_to(catalog.ROOT / name)
    for lock in catalog.ROOT.glob("*.lock"):
        (folder / lock.name).symlink_to(lock)
    table = (catalog.ROOT / "data" / "bird_strikes.csv").read_text("utf-8")
    (folder / "my.csv").write_text(table.replace("damaged", "churned", 1), "utf-8")
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("language", "code"),
    [block for block in BLOCKS if block[1] != RUNS_THE_TESTS],
    ids=lambda value: value.split("\n")[0][:40],
)
def test_snippets_run(language: str, code: str, checkout: Path) -> None:
    """Every shell and Python snippet of the README runs as it stands."""
    bin_folder = Path(sys.executable).parent
    shell = ["bash", "-euo", "pipefail", "-c", code]
    command = shell if language == "bash" else [sys.executable, "-c", code]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("REGISTRY_")}
    environment["PATH"] = f"{bin_folder}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(
        command, cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_readme_tells_the_test_command() -> None:
    """The command that CI calls is in the README."""
    assert RUNS_THE_TESTS in [code for _, code in BLOCKS]
    assert "make test" in (catalog.ROOT / ".ci" / "run").read_text("utf-8")


@pytest.mark.parametrize(
    "command",
    [
        "",
        "run",
        "run training",
        "submit training",
        "schedule training",
        "runs",
        "compile",
        "registry",
    ],
)
def test_every_help_text_teaches(command: str) -> None:
    """Each level of help says what it does; the runs also show examples."""
    done = subprocess.run(
        [sys.executable, "-m", "pipelines", *command.split(), "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Usage: kfp-tabular" in done.stdout
    assert ("Examples" in done.stdout) == (command in WITH_EXAMPLES)
