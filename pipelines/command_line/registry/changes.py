"""The commands of `kfp-tabular registry` that change something, and the one that serves."""

import os
import sys
from pathlib import Path
from typing import Final

import click

from components.shared.registry.client import RegistryClient
from components.shared.registry.records import CHAMPION
from pipelines.command_line.registry.clearing import COMMANDS as CLEARING
from pipelines.command_line.registry.connection import (
    connected_registry,
    local_data,
    shown,
    url_option,
)
from pipelines.command_line.registry.describing import COMMANDS as DESCRIBING
from pipelines.command_line.registry.output import examples, json_option, print_json, reason_option

# Who set one of these has said where the data are.
PLACES: Final = ("REGISTRY_DATA", "REGISTRY_DATABASE_URL")

alias_option = click.option(
    "--alias", default=CHAMPION, show_default=True, help="The alias that is moved."
)


@click.command(
    "promote",
    epilog=examples(
        "promote churn@7 --reason 'better on the data of June'",
        "promote churn@challenger --expected 6",
        "promote churn --alias shadow",
    ),
)
@click.argument("version", metavar="MODEL[@REF]")
@alias_option
@reason_option
@click.option(
    "--expected",
    metavar="VERSION",
    help="Name of the version that the alias must point to now, or nothing is moved.",
)
@json_option
@url_option
def promote_command(
    version: str,
    alias: str,
    reason: str | None,
    expected: str | None,
    as_json: bool,
    url: str | None,
) -> None:
    """Point an alias to a version.

    If someone else moves the alias at the same time, nothing is moved, and that is said.
    """
    with connected_registry(url) as client:
        found = client.get(version)
        before = _target(client, found.model_name, alias)
        # Each move is remembered: one from a version to itself would only fill the log.
        if before != found.version or expected not in (None, before):
            client.promote(found.model_name, alias, found.version, expected or before, reason)
    _print_move(found.model_name, alias, before, found.version, as_json)
    if before not in (None, found.version) and not as_json:
        click.echo(f"  undo: kfp-tabular registry rollback {found.model_name} --alias {alias}")


@click.command("rollback", epilog=examples("rollback churn --reason 'refuses too many customers'"))
@click.argument("model")
@alias_option
@reason_option
@json_option
@url_option
def rollback_command(
    model: str, alias: str, reason: str | None, as_json: bool, url: str | None
) -> None:
    """Return an alias of MODEL to where it was.

    It points to its previous version again; two rollbacks in a row go back two steps.
    """
    with connected_registry(url) as client:
        before = _target(client, model, alias)
        moved = client.rollback(model, alias, reason)
    _print_move(model, alias, before, moved.version, as_json)


@click.command(
    "approve",
    epilog=examples("approve churn@7 --reason 'reviewed'", "approve churn@7 --withdraw"),
)
@click.argument("version", metavar="MODEL[@REF]")
@reason_option
@click.option("--withdraw", is_flag=True, help="Take the approval back instead.")
@url_option
def approve_command(version: str, reason: str | None, withdraw: bool, url: str | None) -> None:
    """Approve a version for protected aliases.

    A registry may have aliases that only an approved version can have. What an approved version
    consists of does not change any more, unless its approval is withdrawn.
    """
    with connected_registry(url) as client:
        found = client.get(version)
        change = client.withdraw_approval if withdraw else client.approve
        change(found.model_name, found.version, reason)
    done = "is not approved any more" if withdraw else "is approved"
    click.echo(f"{found.model_name} version {found.version} {done}")


@click.command("serve", epilog=examples("serve", "serve --data .kfp-tabular/registry --port 9090"))
@click.option("--host", help="Address to listen on (REGISTRY_HOST, or else 127.0.0.1).")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="TCP port (REGISTRY_PORT, or else 8080)."
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the data (REGISTRY_DATA, or else .kfp-tabular/registry where that exists, "
    "or else ~/.local/share/kfp-tabular/registry).",
)
def serve_command(host: str | None, port: int | None, data: Path | None) -> None:
    """Serve the registry until Ctrl-C."""
    from registry_service.__main__ import main as serve_registry

    if data is None and not any(os.environ.get(place) for place in PLACES):
        data = local_data()
        if data:
            click.echo(f"· the data in {shown(data)}", err=True)
    given = {"--host": host, "--port": port, "--data": data}
    arguments = [f"{name}={value}" for name, value in given.items() if value is not None]
    sys.exit(serve_registry(arguments, "kfp-tabular registry serve"))


def _target(client: RegistryClient, model: str, alias: str) -> str | None:
    return {held.name: held.version for held in client.aliases(model)}.get(alias)


def _print_move(model: str, alias: str, before: str | None, after: str, as_json: bool) -> None:
    if as_json:
        print_json({"model": model, "alias": alias, "before": before, "version": after})
        return
    if before == after:
        click.echo(f"{alias} of {model} is version {after} already")
        return
    click.echo(f"{alias} of {model}: version {f'{before} → ' if before else ''}{after}")


COMMANDS: Final = (
    *(promote_command, rollback_command, approve_command, serve_command),
    *DESCRIBING,
    *CLEARING,
)
