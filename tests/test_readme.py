"""The README is a page, and the command line explains itself."""

import subprocess
import sys

import pytest

from pipelines.definition import catalog

README = (catalog.ROOT / "README.md").read_text("utf-8")
WITH_EXAMPLES = {"", "run training", "submit training", "schedule training", "registry"}


def test_the_readme_stays_short() -> None:
    """The README is read in minutes: what is longer goes to docs/."""
    assert len(README.splitlines()) <= 200


def test_the_readme_tells_the_test_command() -> None:
    """The command that CI calls is in the README."""
    assert "\nmake test\n" in README
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
