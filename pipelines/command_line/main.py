"""The command line of kfp-tabular."""

import atexit
import gc
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape

from components.shared.image import VERSION
from pipelines.command_line.data.commands import data_group
from pipelines.command_line.demo import demo_command
from pipelines.command_line.deployments.commands import deployments_group
from pipelines.command_line.deployments.rollback import rollback_command
from pipelines.command_line.predict import predict_command
from pipelines.command_line.registry.commands import registry_group
from pipelines.command_line.run import run_group
from pipelines.command_line.runs import runs_group
from pipelines.command_line.schedule import schedule_group, schedules_group
from pipelines.command_line.serve import serve_command
from pipelines.command_line.submit import submit_group
from pipelines.command_line.upload import upload_command
from pipelines.definition import catalog
from pipelines.errors import PipelineError

EXAMPLES = """
Examples:

\b
  # the whole life of a model on the shipped data, in a minute or two
  kfp-tabular demo

\b
  # the shipped data, everything on this machine
  kfp-tabular run training --source data/bird_strikes.csv --target damaged

\b
  # your own table; the model that it registers becomes the champion
  kfp-tabular run training --source my.csv --target churned --promote

\b
  # the same on a cluster with Kubeflow Pipelines
  kfp-tabular submit training --source s3://tables/churn.parquet --target churned --wait

\b
  # look at what was registered, and at one version of it
  kfp-tabular registry list
  kfp-tabular registry show bird_strikes@champion

\b
  # ask it for predictions over HTTP
  kfp-tabular serve bird_strikes@champion
"""


@click.group(epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="kfp-tabular")
def cli() -> None:
    """Train, compare, register and serve models on tables, on a laptop or on a cluster."""


@cli.command("compile")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=catalog.ROOT,
    help="Folder that receives components/*/component.yaml and pipelines/*/pipeline.yaml; "
    "by default this checkout.",
)
def compile_command(output: Path) -> None:
    """Compile every component and pipeline to YAML that KFP 2.17 takes as it is."""
    from pipelines.definition.compiling import compile_all

    for path in compile_all(output):
        click.echo(path.relative_to(output))


for group in (
    run_group(),
    submit_group(),
    schedule_group(),
    schedules_group(),
    runs_group(),
    upload_command(),
    predict_command,
    registry_group,
    serve_command,
    data_group,
    deployments_group,
    rollback_command,
    demo_command,
):
    cli.add_command(group)


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; errors of the user's or of a step end it without a traceback."""
    # At its end, Python looks for cycles in all that was ever imported: a seventh of a second.
    atexit.register(gc.freeze)
    try:
        return cli(arguments, prog_name="kfp-tabular")
    except PipelineError as error:
        message = f"[bold red]error:[/] {escape(str(error))}"
        Console(stderr=True).print(message, highlight=False, soft_wrap=True)
        sys.exit(error.exit_code)
