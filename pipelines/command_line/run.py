"""`kfp-tabular run <pipeline>`: a sub-command for each pipeline, its options from its YAML."""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.markup import escape

from components.shared.background_imports import importing
from components.shared.registry.client import URL_VARIABLE
from components.shared.tables.sources import without_query
from pipelines.command_line.arguments import filled_in
from pipelines.command_line.pipeline_commands import PipelineCommands
from pipelines.command_line.progress import StepProgress
from pipelines.definition import catalog
from pipelines.definition.version_page import page_of
from pipelines.errors import UsageError
from pipelines.local.step_server import step_server

WORK_DIR: Final = Path(".kfp-tabular")
HOST_NETWORK: Final = "host"
# What `registry serve` shows in a browser where nobody has chosen another address.
PAGES: Final = "http://127.0.0.1:8080/ui/"
REPORT_ENDINGS: Final[Mapping[str, str]] = {"system.HTML": ".html", "system.Markdown": ".md"}

EXAMPLES: Final = """
Examples:

\b
  kfp-tabular run {name} --source my.csv --target churned
  kfp-tabular run {name} --source s3://tables/sales.parquet --target amount --task regression
  kfp-tabular run {name} --source my.csv --target churned --promote \\
      --estimator random_forest --hyperparameters '{{"n_estimators": 200}}'
  kfp-tabular run {name} --source my.csv --target churned \\
      --split-strategy time --split-column month
  kfp-tabular run {name} --source my.csv --target churned --runner docker
"""


def run_group() -> click.Group:
    """Make the group of commands that run a pipeline here."""
    summary = "Run a pipeline on this machine, without a cluster."
    return PipelineCommands("run", summary, _local_options, _run, EXAMPLES)


def _local_options() -> list[click.Option]:
    return [
        click.Option(
            ["--work-dir"],
            type=click.Path(file_okay=False, path_type=Path),
            default=WORK_DIR,
            envvar="KFP_TABULAR_WORK_DIR",
            show_envvar=True,
            show_default=True,
            help="Folder of the runs and of this machine's registry.",
        ),
        click.Option(
            ["--runner"],
            type=click.Choice(["subprocess", "docker"]),
            default="subprocess",
            show_default=True,
            help="Run the steps in this environment, or in containers of their image.",
        ),
        click.Option(
            ["--docker-network"],
            default=HOST_NETWORK,
            show_default=True,
            help="Network of the containers of --runner docker.",
        ),
        click.Option(["--json", "as_json"], is_flag=True, help="Print the summary as JSON."),
    ]


def _run(name: str, values: dict[str, Any]) -> None:
    work_dir, as_json = values.pop("work_dir"), values.pop("as_json")
    in_containers, network = values.pop("runner") == "docker", values.pop("docker_network")
    if network != HOST_NETWORK and URL_VARIABLE not in os.environ:
        raise UsageError(
            f"the containers on --docker-network {network} do not reach a registry that listens "
            f"on this machine alone: name one on that network in {URL_VARIABLE}"
        )
    console = Console(file=sys.stderr if as_json else sys.stdout)
    arguments = filled_in(values)
    run_folder = work_dir.resolve() / "runs" / f"{name}-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    _make_folder(run_folder)
    about = f"of {arguments['target']} on {without_query(arguments['source'])}"
    console.print(f"[bold]{name}[/] {escape(about)}")
    with ExitStack() as stack:
        server = None if in_containers else stack.enter_context(step_server())
        # kfp and the pipeline take as long to import as the registry takes to start.
        with importing("pipelines.local.running", catalog.pipeline_module(name)):
            stack.enter_context(_registry(work_dir, console))
        from pipelines.local.docker_runner import docker_runner
        from pipelines.local.running import ARTIFACTS, artifact_types, run_locally
        from pipelines.training.summary import TrainingSummary

        pipeline = catalog.load_pipeline(name)
        progress = stack.enter_context(StepProgress(console))
        containers = None
        if in_containers:
            containers = docker_runner(pipeline, arguments, run_folder / ARTIFACTS, network)
        steps = run_locally(pipeline, arguments, run_folder, progress, containers, server)
    reports = _publish_reports(steps, artifact_types(pipeline), run_folder)
    summary = TrainingSummary.of(steps, reports)
    if as_json:
        click.echo(summary.as_json())
        return
    summary.show(console)
    _show_next_steps(console, summary, work_dir)


def _make_folder(run_folder: Path) -> None:
    try:
        run_folder.mkdir(parents=True)
    except OSError as error:
        raise UsageError(
            f"{error.filename} cannot be made ({error.strerror}): name a folder that you may "
            "write to, with --work-dir"
        ) from error


@contextmanager
def _registry(work_dir: Path, console: Console) -> Iterator[None]:
    """Name a registry to the steps: the user's, or else one that runs as long as they do."""
    from pipelines.local.registry import local_registry

    if url := os.environ.get(URL_VARIABLE):
        console.print(f"  · registry {url}", highlight=False, markup=False)
        yield
        return
    data = work_dir.resolve() / "registry"
    where = f"registry on this machine, its files in {_short(data)}"
    console.print(f"  · {where}", highlight=False, markup=False)
    with local_registry(data, data.with_suffix(".log")) as url:
        os.environ[URL_VARIABLE] = url
        try:
            yield
        finally:
            del os.environ[URL_VARIABLE]


def _publish_reports(
    steps: Mapping[str, Any], types: Mapping[str, Mapping[str, str]], run_folder: Path
) -> dict[str, Path]:
    """Give each report the ending by which a browser knows it."""
    reports = {}
    for step, outputs in steps.items():
        for artifact, path in outputs.paths.items():
            if ending := REPORT_ENDINGS.get(types[step][artifact]):
                reports[step] = run_folder / f"{step}{ending}"
                shutil.copyfile(path, reports[step])
    return reports


def _show_next_steps(console: Console, summary: Any, work_dir: Path) -> None:
    console.print()
    for step, path in sorted(summary.reports.items()):
        console.print(f"  {step:<22} {escape(str(_short(path)))}", highlight=False, soft_wrap=True)
    for name, path in (("schema", summary.schema), ("model", summary.model)):
        console.print(f"  {name:<22} {escape(str(_short(path)))}", highlight=False, soft_wrap=True)
    if (url := os.environ.get(URL_VARIABLE)) and summary.registered:
        page = escape(page_of(url, summary.registered))
        console.print(f"  {'version':<22} {page}", highlight=False, soft_wrap=True)
    console.print("\nnext:")
    # The registry commands look into the default folder, or into the one that this names.
    where = "" if work_dir == WORK_DIR else f"KFP_TABULAR_WORK_DIR={escape(str(work_dir))} "
    for command in ("registry list", "registry serve", "run training --help"):
        note = f"  [dim]# {PAGES}[/]" if command == "registry serve" else ""
        console.print(f"  {where}kfp-tabular {command}{note}", highlight=False, soft_wrap=True)


def _short(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
