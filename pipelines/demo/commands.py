"""Run the commands of the walk as a user would, and show what came of each in a line."""

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.markup import escape

from pipelines.errors import DemoError

PROGRAM: Final = "kfp-tabular"
TITLE_WIDTH: Final = 12
ERROR: Final = "error: "


@dataclass(frozen=True)
class Commands:
    """Runs commands in the folder of the walk.

    Attributes:
        folder: Where they run.
        environment: Variables that they have besides those of this process.
        console: Where is shown what they came to.
    """

    folder: Path
    environment: Mapping[str, str]
    console: Console

    def run(self, title: str, *arguments: str, ends_with: int = 0) -> dict[str, Any]:
        """Run a command, which prints JSON; return that.

        Args:
            title: What it does, in a word.
            arguments: The command, without the name of the program.
            ends_with: The exit code that it ends with where it went as it should.

        Raises:
            DemoError: It ended otherwise.
        """
        with self.console.status(f"{title}: {PROGRAM} {shlex.join(arguments)}"):
            done = self._ended(*arguments, "--json")
        if done.returncode != ends_with:
            raise DemoError(
                f"{title}: {_message(done)}\n  it was, in {self.folder}:\n"
                f"  {PROGRAM} {shlex.join(arguments)}"
            )
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    def end(self, *arguments: str) -> None:
        """Run a command that ends what was started.

        Raises:
            DemoError: It did not.
        """
        done = self._ended(*arguments)
        if done.returncode:
            raise DemoError(f"{shlex.join(arguments)}: {_message(done)}")

    def _ended(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(  # noqa: S603 - our own program, our own arguments
            [sys.executable, "-m", "pipelines", *arguments],
            cwd=self.folder,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def show(self, title: str, began: float, said: str, look: str = "") -> None:
        """Print a line of what happened, and one of where to look."""
        seconds = time.monotonic() - began
        line = f"  [green]✓[/] {title:<{TITLE_WIDTH}} {seconds:5.1f} s   {escape(said)}"
        self.console.print(line, highlight=False, soft_wrap=True)
        if look:
            seen_from_here = look.removeprefix(f"{Path.cwd()}{os.sep}")
            self.console.print(
                f"  {'':<{TITLE_WIDTH + 2}}           [dim]{escape(seen_from_here)}[/]",
                highlight=False,
                soft_wrap=True,
            )


def _message(done: "subprocess.CompletedProcess[str]") -> str:
    """Return what a command says went wrong, or else the last that it said, and how it ended."""
    _, mark, error = done.stderr.rpartition(ERROR)
    lines = done.stderr.strip().splitlines()[-1:]
    said = error.strip() if mark else "".join(lines).strip()
    return f"{said or 'it said nothing'} (exit code {done.returncode})"
