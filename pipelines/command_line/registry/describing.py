"""The commands of `kfp-tabular registry` that name and describe what is registered."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click

from components.shared.registry.file_paths import folded
from pipelines.command_line.registry.connection import connected_registry, url_option
from pipelines.command_line.registry.output import examples, reason_option
from pipelines.errors import UsageError


@click.command("unalias", epilog=examples("unalias churn challenger --reason 'it lost'"))
@click.argument("model")
@click.argument("alias")
@reason_option
@url_option
def unalias_command(model: str, alias: str, reason: str | None, url: str | None) -> None:
    """Remove ALIAS of MODEL; the version that it points to stays."""
    with connected_registry(url) as client:
        client.remove_alias(model, alias, reason)
    click.echo(f"{model} has no alias {alias} any more")


@click.command(
    "describe",
    epilog=examples(
        "describe churn --owner growth --description 'Who leaves within a month'",
        "describe churn@7 --tag reviewed=yes --untag draft",
    ),
)
@click.argument("named", metavar="MODEL[@REF]")
@click.option("--description", help="Text for people; an empty one takes it away.")
@click.option("--owner", help="Who answers for the model.")
@click.option("--tag", "tags", metavar="NAME=VALUE", multiple=True, help="Set a property, a text.")
@click.option("--untag", "gone", metavar="NAME", multiple=True, help="Remove a property.")
@url_option
def describe_command(
    named: str,
    description: str | None,
    owner: str | None,
    tags: tuple[str, ...],
    gone: tuple[str, ...],
    url: str | None,
) -> None:
    """Set what is said of a model, or with @REF of a version.

    What is not named stays as it is. The tags of an approved version are part of what was approved.
    """
    model, _, ref = named.partition("@")
    wanted = {**_parsed(tags), **dict.fromkeys(gone)}
    if description is None and owner is None and not wanted:
        raise UsageError("say what to set: --description, --owner, --tag or --untag")
    if ref and owner is not None:
        raise UsageError(f"a version has no owner: describe {model} --owner {owner!r}")
    with connected_registry(url) as client:
        if ref:
            found = client.get(named)
            client.describe_version(model, found.version, description=description, tags=wanted)
        else:
            client.describe_model(model, description=description, owner=owner, tags=wanted)
    click.echo(f"{named} is described")


@click.command(
    "attach",
    epilog=examples(
        "download churn@7 --evidence evidence/", "attach churn@7 evidence/model-card.md"
    ),
)
@click.argument("version", metavar="MODEL@REF")
@click.argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@url_option
def attach_command(version: str, files: tuple[Path, ...], url: str | None) -> None:
    """Add FILEs to the evidence of a version.

    Such as its model card, once the fields that a person has to write are written. A file takes
    the place of that of its name, and the log keeps the digests of both; the version itself stays
    as it is. An approved version keeps its evidence too.
    """
    if not version.partition("@")[2]:
        raise UsageError(f"say which version: {version.rstrip('@')}@VERSION")
    _refuse_alike(files)
    with TemporaryDirectory() as folder, connected_registry(url) as client:
        for file in files:
            shutil.copyfile(file, Path(folder) / file.name)
        found = client.get(version)
        paths = client.attach(found.model_name, found.version, folder)
    click.echo(f"{found.model_name} version {found.version} has {', '.join(paths)}")


@click.command("detach", epilog=examples("detach churn@7 draft.html --reason 'of another version'"))
@click.argument("version", metavar="MODEL@REF")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@reason_option
@url_option
def detach_command(
    version: str, files: tuple[str, ...], reason: str | None, url: str | None
) -> None:
    """Take FILEs from the evidence of a version.

    By the names that `registry show` has. The log keeps their digests. An approved version keeps
    its evidence.
    """
    if not version.partition("@")[2]:
        raise UsageError(f"say which version: {version.rstrip('@')}@VERSION")
    with connected_registry(url) as client:
        found = client.get(version)
        named = f"{found.model_name} version {found.version}"
        if missing := [path for path in files if path not in found.evidence]:
            raise UsageError(
                f"{named} has no evidence {', '.join(map(repr, missing))}, and nothing was taken "
                f"from it. It has: {', '.join(sorted(found.evidence)) or 'none'}"
            )
        for path in dict.fromkeys(files):
            client.detach(found.model_name, found.version, path, reason)
            click.echo(f"{named} has no {path} any more")


def _refuse_alike(files: tuple[Path, ...]) -> None:
    """Raise UsageError for files of one name: one would take the place of the other in silence."""
    known: dict[str, Path] = {}
    for file in files:
        other = known.setdefault(folded(file.name), file)
        if other != file:
            raise UsageError(
                f"{other} and {file} would both be {other.name!r} of the version: give one of "
                "them another name"
            )


def _parsed(tags: tuple[str, ...]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for tag in tags:
        name, sign, value = tag.partition("=")
        if not (name and sign):
            raise UsageError(f"--tag {tag!r} should be NAME=VALUE, such as --tag reviewed=yes")
        found[name] = value
    return found


COMMANDS: Final = (unalias_command, describe_command, attach_command, detach_command)
