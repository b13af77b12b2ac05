"""The commands of `kfp-tabular registry` that put away what is not needed, and take back space."""

from typing import Final

import click

from components.shared.registry.client import RegistryClient
from components.shared.registry.records import RegisteredVersion
from pipelines.command_line.registry.connection import connected_registry, url_option
from pipelines.command_line.registry.output import examples, json_option, print_json, reason_option
from pipelines.errors import UsageError


@click.command("archive", epilog=examples("archive churn@3 --reason 'superseded'"))
@click.argument("version", metavar="MODEL@REF")
@reason_option
@url_option
def archive_command(version: str, reason: str | None, url: str | None) -> None:
    """Put a version away.

    Nothing can point to it until `restore` takes it back, and `retain` may delete it. Move its
    aliases and deployments away first.
    """
    with connected_registry(url) as client:
        found = _exactly(client, version)
        client.archive(found.model_name, found.version, reason)
    click.echo(f"{found.model_name} version {found.version} is archived")


@click.command("restore", epilog=examples("restore churn@3"))
@click.argument("version", metavar="MODEL@REF")
@reason_option
@url_option
def restore_command(version: str, reason: str | None, url: str | None) -> None:
    """Take an archived version back."""
    with connected_registry(url) as client:
        found = _exactly(client, version)
        client.restore(found.model_name, found.version, reason)
    click.echo(f"{found.model_name} version {found.version} is live")


@click.command("retain", epilog=examples("retain churn --keep 5", "retain churn --keep 5 --delete"))
@click.argument("model")
@click.option(
    "--keep",
    type=click.IntRange(0, 1_000_000),
    required=True,
    help="So many of the newest versions stay, archived or not.",
)
@click.option(
    "--older-than-days",
    type=click.FloatRange(0, 100_000),
    default=30,
    show_default=True,
    help="Younger versions stay.",
)
@click.option("--delete", is_flag=True, help="Delete them; otherwise they are only named.")
@json_option
@url_option
def retain_command(
    model: str, keep: int, older_than_days: float, delete: bool, as_json: bool, url: str | None
) -> None:
    """Delete old archived versions of MODEL.

    Versions that an alias or a deployment points to always stay.
    """
    with connected_registry(url) as client:
        gone = client.retain(
            model, keep_last=keep, older_than_days=older_than_days, dry_run=not delete
        )
    if as_json:
        print_json({"versions": gone, "dry_run": not delete})
        return
    done = "deleted" if delete else "can be deleted"
    click.echo(f"{', '.join(version.name for version in gone) or 'no version'} of {model}: {done}")
    if gone and not delete:
        click.echo("  delete them with --delete")


@click.command("delete", epilog=examples("delete churn@3 --reason 'trained on leaked data'"))
@click.argument("version", metavar="MODEL@REF")
@reason_option
@url_option
def delete_command(version: str, reason: str | None, url: str | None) -> None:
    """Delete a version that nothing points to.

    Move its aliases and deployments away first. The name of the version is not given again, and
    the log keeps who deleted it; `gc` takes back the space of its files.
    """
    with connected_registry(url) as client:
        found = _exactly(client, version)
        client.delete(found.model_name, found.version, reason)
    click.echo(f"{found.model_name} version {found.version} is deleted")


@click.command("gc", epilog=examples("gc", "gc --older-than-hours 48 --delete"))
@click.option(
    "--older-than-hours",
    type=click.FloatRange(1, 1_000_000),
    default=24,
    show_default=True,
    help="Younger files stay: their registration may be on its way.",
)
@click.option("--delete", is_flag=True, help="Delete them; otherwise they are only counted.")
@json_option
@url_option
def gc_command(older_than_hours: float, delete: bool, as_json: bool, url: str | None) -> None:
    """Count files that no version names, or delete them."""
    from pipelines.command_line.registry.tables import size

    with connected_registry(url) as client:
        found = client.collect_garbage(older_than_hours=older_than_hours, dry_run=not delete)
    if as_json:
        print_json(found)
        return
    done = "deleted" if delete else "unreferenced"
    click.echo(f"{found.blobs:,} files, {size(found.bytes)}: {done}")
    if found.blobs and not delete:
        click.echo("  delete them with --delete")


def _exactly(client: RegistryClient, version: str) -> RegisteredVersion:
    """Look up what is to go: the latest is never meant by leaving something out."""
    if not version.partition("@")[2]:
        raise UsageError(f"say which version: {version.rstrip('@')}@VERSION")
    return client.get(version)


COMMANDS: Final = (
    *(archive_command, restore_command, retain_command),
    *(delete_command, gc_command),
)
