"""Close a run of a cluster in the registry, where none of its steps lived to say how it ended."""

import os
from typing import TYPE_CHECKING, Final

import click

from components.shared.errors import ComponentError
from components.shared.registry.client import URL_VARIABLE, RegistryClient

if TYPE_CHECKING:
    from components.shared.registry.experiments import End

RETRIES: Final = 1


def close_run(run_id: str, status: "End", outcome: str) -> None:
    """Say in the registry of `REGISTRY_URL`, if it has the run as going on, how it ended.

    Args:
        run_id: The run.
        status: How it ended.
        outcome: Why, in words.
    """
    if not os.environ.get(URL_VARIABLE):
        return
    try:
        with RegistryClient.from_environment(retries=RETRIES) as client:
            if run := client.find_run(run_id):
                run.end(status, outcome=outcome)
    except ComponentError as error:
        click.echo(f"the registry still has it as running: {error}", err=True)
