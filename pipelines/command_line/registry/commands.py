"""`kfp-tabular registry`: look at what was registered, promote it, take it back."""

from pathlib import Path
from typing import Final

import click

from components.shared.registry.client import LATEST
from pipelines.command_line.registry import looking
from pipelines.command_line.registry.changes import COMMANDS
from pipelines.command_line.registry.connection import connected_registry, url_option
from pipelines.command_line.registry.output import (
    SETTINGS,
    examples,
    json_option,
    print_json,
    print_page,
)
from pipelines.errors import RegistryCallError, UsageError

SOUND: Final = "sound"


@click.group(
    "registry",
    context_settings=SETTINGS,
    epilog=examples(
        "list", "show churn@champion", "compare churn champion challenger",
        "promote churn@challenger --reason 'better on the data of June'",
        "rollback churn --reason 'refuses too many customers'",
    ),
)  # fmt: skip
def registry_group() -> None:
    """Look at registered models, promote them, take promotions back; serve the registry.

    A version is named MODEL@REF, where REF is its name, its number or an alias; without @REF it
    is the latest; a data set is named dataset://NAME. REGISTRY_TOKEN holds the token of a registry
    that asks for one.
    """


@registry_group.command("list", epilog=examples("list", "list churn", "list --json | jq"))
@click.argument("model", required=False)
@click.option(
    "--limit",
    type=click.IntRange(1, 10_000),
    default=50,
    show_default=True,
    help="How many to list: the models changed last, or the newest versions.",
)
@json_option
@url_option
def list_command(model: str | None, limit: int, as_json: bool, url: str | None) -> None:
    """List the models, or the versions of MODEL."""
    if model is not None:
        looking.list_versions(model, limit, as_json, url)
    else:
        looking.list_models(lambda client: client.list_models(limit), "models", as_json, url)


@registry_group.command(
    "show", epilog=examples("show churn", "show churn@champion", "show churn@3 --json")
)
@click.argument("version", metavar="MODEL[@REF]")
@json_option
@url_option
def show_command(version: str, as_json: bool, url: str | None) -> None:
    """Show all that is known of a version.

    These are its metrics, parameters, data, lineage, deployments and files.
    """
    looking.show_version(version, as_json, url)


@registry_group.command(
    "compare", epilog=examples("compare churn champion challenger", "compare churn 1 2 3 --all")
)
@click.argument("model")
@click.argument("refs", metavar="REF REF...", nargs=-1, required=True)
@click.option("--all", "everything", is_flag=True, help="Show also what does not differ.")
@json_option
@url_option
def compare_command(
    model: str, refs: tuple[str, ...], everything: bool, as_json: bool, url: str | None
) -> None:
    """Show versions of MODEL side by side.

    Of 2 to 20 versions what they predict and by which estimator is shown, and all metrics; of their
    parameters, properties, data, lineage and files those that differ. With two that predict the
    same, `difference` is the second minus the first.
    """
    from pipelines.command_line.registry.tables import comparison_page

    if len(refs) < 2:
        raise UsageError(f"name two versions or more: compare {model} {refs[0]} {LATEST}")
    with connected_registry(url) as client:
        comparison = client.compare(model, refs)
    if as_json:
        print_json(comparison)
    else:
        print_page(comparison_page(comparison, everything))


@registry_group.command("audit", epilog=examples("audit", "audit churn --action alias.set"))
@click.argument("model", required=False)
@click.option("--actor", help="Only what this one did.")
@click.option("--action", help="Only this action, such as alias.set or version.delete.")
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=50,
    show_default=True,
    help="How many entries, the newest first.",
)
@json_option
@url_option
def audit_command(
    model: str | None,
    actor: str | None,
    action: str | None,
    limit: int,
    as_json: bool,
    url: str | None,
) -> None:
    """Show who changed what, when and why.

    Without MODEL the changes of all models are shown.
    """
    from pipelines.command_line.registry.tables import audit_table

    with connected_registry(url) as client:
        entries = client.audit(model, actor=actor, action=action, limit=limit)
    if as_json:
        print_json(entries)
    else:
        print_page(audit_table(entries) if entries else "no such change is in the log")


@registry_group.command(
    "download",
    epilog=examples("download churn@champion champion/", "download churn@3 --evidence evidence/"),
)
@click.argument("version", metavar="MODEL[@REF]")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--evidence",
    is_flag=True,
    help="Fetch the files about it instead: reports, figures, model card.",
)
@json_option
@url_option
def download_command(
    version: str, folder: Path, evidence: bool, as_json: bool, url: str | None
) -> None:
    """Fetch the files of a version into DIR.

    DIR is a new or an empty folder. Every digest is checked; if one is wrong, nothing stays.
    """
    if evidence:
        looking.download_evidence(version, folder, as_json, url)
    else:
        looking.download_version(version, folder, as_json, url)


@registry_group.command("verify", epilog=examples("verify churn@champion", "verify churn --json"))
@click.argument("version", metavar="MODEL[@REF]")
@json_option
@url_option
def verify_command(version: str, as_json: bool, url: str | None) -> None:
    """Read the files of a version in the store.

    The registry reads each file whole and compares its digest. The exit code is 1 when one is
    damaged or missing; registering the same file again mends it.
    """
    from pipelines.command_line.registry.tables import checks_table

    with connected_registry(url) as client:
        found = client.get(version)
        checks = client.verify(found.model_name, found.version)
    if as_json:
        print_json(checks)
    else:
        print_page(checks_table(checks))
    if any(check.state != SOUND for check in checks):
        raise RegistryCallError(f"{found.model_name} version {found.version} is not whole")


for command in COMMANDS:
    registry_group.add_command(command)
