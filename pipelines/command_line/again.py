"""`run --again MODEL@REF`: repeat the run that registered a version."""

import json
import os
from pathlib import Path
from typing import Any, Final

import click

from components.shared.registry.client import URL_VARIABLE
from components.shared.registry.paths import DATASET
from components.shared.registry.records import RegisteredVersion
from components.shared.work_dir import WORK_DIR
from pipelines.command_line.pipeline_commands import PipelineCommand
from pipelines.command_line.registry.connection import connected_registry
from pipelines.errors import UsageError

NAME: Final = "again"
VERSION: Final = f"{__name__}.version"
"""Where the context of a command holds the version that it repeats."""


def again_option() -> click.Option:
    """Make the option that names a version to make again."""
    return click.Option(
        [f"--{NAME}"],
        metavar="MODEL@REF",
        help="Repeat the run that registered this version, with its arguments and its version of "
        "the data; other options have the last word. Says whether the same came out, and ends "
        "with exit code 3 where not.",
    )


class RepeatingCommand(PipelineCommand):
    """A command whose options have the values that made a version, where one is to be repeated."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options; those that are not given are the version's."""
        if not ctx.resilient_parsing:
            asked = self.make_context(
                str(ctx.info_name), [*args], parent=ctx.parent, resilient_parsing=True
            ).params
            if named := asked.get(NAME):
                version = _version(named, asked.get("work_dir") or WORK_DIR)
                ctx.meta[VERSION] = version
                ctx.default_map = _arguments(version)
        return super().parse_args(ctx, args)


def repeated_version() -> RegisteredVersion | None:
    """Return the version that the command which runs now repeats, if it does."""
    found: RegisteredVersion | None = click.get_current_context().meta.get(VERSION)
    return found


def _version(named: str, work_dir: Path) -> RegisteredVersion:
    data = work_dir.resolve() / "registry"
    url = os.environ.get(URL_VARIABLE)
    with connected_registry(url, data if data.is_dir() else None) as client:
        return client.get(named)


def _arguments(version: RegisteredVersion) -> dict[str, Any]:
    """Return what the run that registered a version was asked for.

    An alias of a data set is the version that it named then.
    """
    record = version.lineage.get("arguments")
    if record is None:
        raise UsageError(
            f"{version.model_name} version {version.version} was registered without the arguments "
            "of its run, as one that was started from KFP's dashboard is: give them as options"
        )
    arguments: dict[str, Any] = json.loads(record)
    source = version.lineage.get("source", "")
    return arguments | ({"source": source} if source.startswith(DATASET) else {})
