"""The commands of `kfp-tabular registry` that name and describe what is registered."""

from typing import Final

import click

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


def _parsed(tags: tuple[str, ...]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for tag in tags:
        name, sign, value = tag.partition("=")
        if not (name and sign):
            raise UsageError(f"--tag {tag!r} should be NAME=VALUE, such as --tag reviewed=yes")
        found[name] = value
    return found


COMMANDS: Final = (unalias_command, describe_command)
