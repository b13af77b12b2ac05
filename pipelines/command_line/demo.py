"""`kfp-tabular demo`: the whole life of a model on the shipped data, on this machine."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from rich.console import Console

from components.shared.registry.client import TOKEN_VARIABLE, URL_VARIABLE
from components.shared.work_dir import WORK_DIR, WORK_DIR_VARIABLE
from pipelines.command_line.next_steps import program, short
from pipelines.errors import DemoError, UsageError

if TYPE_CHECKING:
    from pipelines.demo.commands import Commands

FILES: Final = "files"


@click.command("demo")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="A new folder, in which all of it happens; by default one below "
    f"{WORK_DIR / 'demo'} with the time as its name.",
)
@click.option("--keep", is_flag=True, help="Let the deployment go on at the end.")
def demo_command(folder: Path | None, keep: bool) -> None:
    """Walk through the whole life of a model, on the shipped data and on this machine.

    Register a table, train, deploy, send requests in which something has shifted, see monitoring
    alarm, retrain, roll the deployment forward and back: a minute or two. All of it is in one
    folder, with a registry of its own.
    """
    from pipelines.demo.commands import Commands
    from pipelines.demo.strikes import write_strikes
    from pipelines.demo.walk import LOG, MODEL, Walk
    from pipelines.local.registry import local_registry

    console = Console()
    folder = _new_folder(folder)
    console.print("[bold]demo[/]: the life of a model, from its first rows to the way back")
    console.print(f"  · all of it in {short(str(folder))}", highlight=False, markup=False)
    work_dir = folder / FILES
    registry = work_dir / "registry"
    with local_registry(registry, registry.with_suffix(".log")) as url:
        console.print(f"  · registry {url}/ui/ as long as it takes\n", highlight=False)
        own = {WORK_DIR_VARIABLE: FILES, URL_VARIABLE: url, TOKEN_VARIABLE: ""}
        logged = {"PREDICTION_LOG": str(folder / LOG), "PREDICTION_LOG_SECONDS": "1"}
        commands = Commands(folder, own | logged, console)
        with _deployment_ended(commands, MODEL, keep):
            Walk(commands, write_strikes(folder)).go()
    _say_what_is_left(console, folder, MODEL, keep)


def _new_folder(folder: Path | None) -> Path:
    named = folder or WORK_DIR / "demo" / f"{datetime.now(UTC):%Y%m%d-%H%M%S}"
    named = named.resolve()
    try:
        named.mkdir(parents=True)
    except FileExistsError as error:
        raise UsageError(f"{named} is there: name a folder that is not, with --folder") from error
    except OSError as error:
        raise UsageError(f"{named} cannot be made ({error.strerror}): name another") from error
    return named


@contextmanager
def _deployment_ended(commands: "Commands", model: str, keep: bool) -> Iterator[None]:
    """End the deployment with the walk, however that ends, unless it is to go on."""
    try:
        yield
    except BaseException:
        # What went wrong is told, also where nothing had been deployed yet.
        with suppress(DemoError):
            commands.end("deployments", "stop", model)
        raise
    if not keep:
        commands.end("deployments", "stop", model)


def _say_what_is_left(console: Console, folder: Path, model: str, keep: bool) -> None:
    name, inside = program(), shlex.quote(short(str(folder)))
    here = f"{WORK_DIR_VARIABLE}={shlex.quote(short(str(folder / FILES)))} {name}"
    console.print()
    if keep:
        lines = (
            ("the deployment goes on:", f"{here} deployments show {model}"),
            ("end it, and remove all:", f"{here} deployments stop {model} && rm -r {inside}"),
        )
    else:
        lines = (
            ("what was started has ended; what was made is there:", f"{here} registry serve"),
            ("remove all of it:", f"rm -r {inside}"),
        )
    for text, command in lines:
        console.print(text, highlight=False)
        console.print(f"  {command}", highlight=False, soft_wrap=True, markup=False)
