"""`kfp-tabular upload`: put compiled pipelines into KFP."""

from difflib import get_close_matches
from typing import Any

import click

from pipelines.cluster.address import Address, address_options
from pipelines.definition import catalog
from pipelines.definition.arguments import git_commit
from pipelines.errors import UsageError

HELP = """Put compiled pipelines into Kubeflow Pipelines, to be started from its dashboard.

Without NAME, all of them. A version is called after the version of this package, the Git commit
and the digest of its YAML; what is there already is left as it is.
"""
EXAMPLES = """
Examples:

\b
  kfp-tabular upload
  kfp-tabular upload training --host https://kubeflow.example.com/pipeline --namespace my-profile
"""


def upload_command() -> click.Command:
    """Make the command that uploads pipelines."""
    names = click.Argument(["names"], metavar="[NAME...]", nargs=-1)
    params: list[click.Parameter] = [names, *address_options()]
    return click.Command("upload", params=params, callback=_upload, help=HELP, epilog=EXAMPLES)


def _upload(names: tuple[str, ...], **values: Any) -> None:
    known = catalog.pipeline_names()
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
            raise UsageError(f"there is no pipeline {name}: {meant}")
    address = Address.taken_from(values)

    from pipelines.cluster.connection import connected
    from pipelines.cluster.uploading import upload

    commit = git_commit({})
    with connected(address) as connection:
        for name in names or known:
            made = upload(connection, name, catalog.pipeline_yaml(name), commit)
            click.echo(
                f"{'uploaded' if made.is_new else 'is there already:'} {name} {made.version}"
            )
            click.echo(f"  {made.page}")
