"""The end of a local run: where its files are, and what to run next."""

import os
import shlex
import shutil
import sys
from pathlib import Path
from socket import create_server
from typing import Final

from rich.console import Console
from rich.markup import escape

from components.shared.registry.client import URL_VARIABLE
from components.shared.work_dir import WORK_DIR, WORK_DIR_VARIABLE
from pipelines.command_line.version_page import page_of
from pipelines.definition.interface import Summary

PROGRAM: Final = "kfp-tabular"
SERVE: Final = "registry serve"
PORTS: Final = range(8080, 8100)
"""The registry's own port, and others to take where something else listens there."""


def show_next_steps(console: Console, name: str, summary: Summary, work_dir: Path) -> None:
    """Print where the files of a run are, the page of its version, and what to run next."""
    console.print()
    places = {what: short(where) for what, where in summary.files.items()}
    if (url := os.environ.get(URL_VARIABLE)) and summary.registered:
        places["version"] = page_of(url, summary.registered)
    for what, where in places.items():
        console.print(f"  {what:<22} {escape(where)}", highlight=False, soft_wrap=True)
    console.print("\nnext:")
    for command in (*summary.next_commands, f"run {name} --help"):
        line = f"  {escape(program(work_dir))} {escape(command)}"
        if command == SERVE:
            line += _where_served()
        console.print(line, highlight=False, soft_wrap=True)


def short(where: str) -> str:
    """Return an address; a path below the current folder as seen from there."""
    here = str(Path.cwd()) + os.sep
    return where.removeprefix(here)


def program(work_dir: Path | None = None) -> str:
    """Return how this program is started from here, so that a command can be copied as it stands.

    Args:
        work_dir: Folder of the runs, which the commands look into; by default the usual one.
    """
    named = PROGRAM
    beside_python = Path(sys.executable).parent / PROGRAM
    on_path = shutil.which(PROGRAM)
    if beside_python.exists() and (on_path is None or Path(on_path) != beside_python):
        named = shlex.quote(short(str(beside_python)))
    if work_dir in (None, WORK_DIR):
        return named
    return f"{WORK_DIR_VARIABLE}={shlex.quote(str(work_dir))} {named}"


def _where_served() -> str:
    """Return what makes `registry serve` take a port that is free now, and where its pages are."""
    host = os.environ.get("REGISTRY_HOST", "127.0.0.1")
    if port := os.environ.get("REGISTRY_PORT"):
        return f"  [dim]# http://{host}:{port}/ui/[/]"
    free = next((port for port in PORTS if _is_free(host, port)), PORTS[0])
    option = "" if free == PORTS[0] else f" --port {free}"
    return f"{option}  [dim]# http://{host}:{free}/ui/[/]"


def _is_free(host: str, port: int) -> bool:
    try:
        create_server((host, port)).close()
    except OSError:
        return False
    return True
