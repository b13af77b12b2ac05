"""What commands that look at models and those that look at data sets do alike."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from components.shared.registry.client import RegistryClient
from components.shared.registry.records import (
    Alias,
    ModelSummary,
    RegisteredVersion,
    VersionSummary,
    plain,
)
from components.shared.work_dir import WORK_DIR, WORK_DIR_VARIABLE
from pipelines.command_line.registry.connection import connected_registry, shown
from pipelines.command_line.registry.output import print_json, print_page
from pipelines.errors import UsageError


def list_models(
    listed: Callable[[RegistryClient], Sequence[ModelSummary]],
    called: str,
    as_json: bool,
    url: str | None,
) -> None:
    """Print a list of models or of data sets, each with its newest version and its aliases."""
    from pipelines.command_line.registry.tables import models_table

    with connected_registry(url) as client:
        rows = [_with_newest(client, found, whole=called == "models") for found in listed(client)]
    if as_json:
        print_json([plain(m) | {"latest": plain(v), "aliases": plain(a)} for m, v, a, _ in rows])
    else:
        table = models_table(rows, called.removesuffix("s"))
        print_page(table if rows else f"there are no {called}")


def _with_newest(
    client: RegistryClient, found: ModelSummary, *, whole: bool
) -> tuple[ModelSummary, VersionSummary | None, Sequence[Alias], RegisteredVersion | None]:
    """Return a model or a data set, its newest version, its aliases, and that version's figures."""
    newest = next(iter(client.list_versions(found.name, 1)), None)
    figures = client.get(f"{found.name}@{newest.name}") if newest and whole else None
    return found, newest, client.aliases(found.name), figures


def list_versions(name: str, limit: int, as_json: bool, url: str | None) -> None:
    """Print the newest versions of a model or a data set."""
    from pipelines.command_line.registry.tables import versions_table

    with connected_registry(url) as client:
        versions, aliases = client.list_versions(name, limit), client.aliases(name)
    if as_json:
        print_json({"versions": versions, "aliases": aliases})
    else:
        print_page(versions_table(versions, aliases))


def show_version(named: str, as_json: bool, url: str | None) -> None:
    """Print all that is known of a version."""
    from pipelines.command_line.registry.tables import version_page
    from pipelines.local.history import find_run

    with connected_registry(url) as client:
        found = client.get(named)
        lineage = client.lineage(found.model_name, found.version)
        made = client.audit(
            found.model_name, action="version.register", subject=found.version, limit=1
        )
    if as_json:
        print_json(plain(found) | {"deployments": plain(lineage.deployments)})
    else:
        run_id = str(found.lineage.get("run_id", ""))
        work_dir = Path(os.environ.get(WORK_DIR_VARIABLE) or WORK_DIR)
        ran = find_run(work_dir, run_id) if run_id else None
        who = made[0].actor if made else None
        print_page(version_page(found, lineage, who, shown(ran[0]) if ran else None))


def download_version(named: str, folder: Path, as_json: bool, url: str | None) -> None:
    """Fetch the files of a version.

    Raises:
        UsageError: The folder is not empty, or cannot be written to.
    """
    _refuse_full(folder)
    with connected_registry(url) as client:
        found = client.get(named)
        try:
            found.download(folder)
        except OSError as error:
            raise UsageError(f"cannot write to {folder}: {error.strerror or error}") from error
    if as_json:
        print_json(plain(found) | {"folder": str(folder)})
    else:
        click.echo(
            f"{found.model_name} version {found.version}, {len(found.files)} files, {folder}"
        )
        click.echo(f"  sha256 {found.digest}")


def download_evidence(named: str, folder: Path, as_json: bool, url: str | None) -> None:
    """Fetch the files about a version. Raises UsageError as `download_version`, or without any."""
    _refuse_full(folder)
    with connected_registry(url) as client:
        found = client.get(named)
        if not found.evidence:
            raise UsageError(f"{found.model_name} version {found.version} has no evidence")
        try:
            client.download_evidence(found, folder)
        except OSError as error:
            raise UsageError(f"cannot write to {folder}: {error.strerror or error}") from error
    if as_json:
        print_json(plain(found) | {"folder": str(folder)})
    else:
        count = f"{len(found.evidence)} files of evidence"
        click.echo(f"{found.model_name} version {found.version}, {count}, {folder}")


def _refuse_full(folder: Path) -> None:
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty: name a folder that is new or empty")
