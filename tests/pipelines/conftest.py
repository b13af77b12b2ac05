"""The command line, run as a user runs it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


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
