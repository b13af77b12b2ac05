"""`kfp-tabular run <pipeline>`: a sub-command for each pipeline, its options from its YAML."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.markup import escape

from components.shared.background_imports import importing
from components.shared.registry.client import URL_VARIABLE
from components.shared.registry.records import RegisteredVersion
from components.shared.sources.address import without_queries
from components.shared.work_dir import WORK_DIR, WORK_DIR_VARIABLE
from pipelines.command_line.again import NAME as AGAIN
from pipelines.command_line.again import RepeatingCommand, again_option, repeated_version
from pipelines.command_line.environment import variable_set
from pipelines.command_line.next_steps import short, show_next_steps
from pipelines.command_line.options import given_arguments
from pipelines.command_line.pipeline_commands import PipelineCommands
from pipelines.command_line.progress import StepProgress
from pipelines.command_line.registry.connection import connected_registry
from pipelines.definition import catalog
from pipelines.definition.arguments import filled_in
from pipelines.definition.interface import Arguments, Interface, Repetition, Summary
from pipelines.definition.outputs import RunOutputs
from pipelines.definition.packages import PipelinePackage
from pipelines.definition.said_lines import say
from pipelines.errors import INTERRUPTED, PipelineError, UsageError
from pipelines.local.history import LocalRun, new_run_folder
from pipelines.local.step_server import step_server

HOST_NETWORK: Final = "host"
DIFFERS: Final = 3
"""Exit code of a run that did its work, and made something else than the run that it repeated."""


def run_group() -> click.Group:
    """Make the group of commands that run a pipeline here."""
    return PipelineCommands(
        *("run", "Run a pipeline on this machine, without a cluster.", _local_options, _run),
        repeating=(RepeatingCommand, again_option),
    )


def work_dir_option() -> click.Option:
    """Make the option that says where the runs of this machine are."""
    return click.Option(
        ["--work-dir"],
        type=click.Path(file_okay=False, path_type=Path),
        default=WORK_DIR,
        envvar=WORK_DIR_VARIABLE,
        show_envvar=True,
        show_default=True,
        help="Folder of the runs and of this machine's registry.",
    )


def _local_options() -> list[click.Option]:
    return [
        work_dir_option(),
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
    values.pop(AGAIN, None)
    version = repeated_version()
    console = Console(file=sys.stderr if as_json else sys.stdout)
    interface = catalog.interface(name)
    arguments = filled_in(interface, given_arguments(values))
    run_folder = new_run_folder(work_dir, name)
    console.print(f"[bold]{name}[/] {escape(interface.headline(arguments))}")
    if version:
        _say_what_repeating_does(console, version)
    told = _without_credentials(interface, arguments)
    run = LocalRun(run_folder.name, name, told, os.getpid(), _now())
    network = network if in_containers else ""
    with _told_when_stopped(console, run_folder), _recorded(run, run_folder) as ended:
        summary, outputs = _run_here(run, arguments, run_folder, work_dir, console, network)
        ended(summary.outcome, outputs.metrics)
    again = interface.repeated(summary, version) if interface.repeated and version else None
    if as_json:
        content = json.loads(summary.as_json()) | ({AGAIN: asdict(again)} if again else {})
        click.echo(json.dumps(content, indent=2))
    else:
        summary.show(console)
        _show_repetition(console, again)
        show_next_steps(console, name, summary, work_dir)
    # Who repeats a run asks whether the model is the same, which the gate refuses as it is known.
    sys.exit((0 if again.same else DIFFERS) if again else summary.exit_code)


def _show_repetition(console: Console, again: Repetition | None) -> None:
    """Print whether what was repeated came out the same."""
    if again:
        colour = "green" if again.same else "yellow"
        first, *others = again.told
        console.print(
            f"\n[bold {colour}]again[/]: {escape(first)}", highlight=False, soft_wrap=True
        )
        for line in others:
            say(console, "·", line)


def _run_here(
    run: LocalRun,
    arguments: Arguments,
    run_folder: Path,
    work_dir: Path,
    console: Console,
    network: str,
) -> tuple[Summary, RunOutputs]:
    """Run the pipeline; in containers where a network for them is named."""
    name = run.pipeline
    interface = catalog.interface(name)
    needed = interface.needs_registry(arguments) and network in ("", HOST_NETWORK)
    package = PipelinePackage.read(catalog.pipeline_yaml(name))
    with ExitStack() as stack:
        server = None if network else stack.enter_context(step_server(package.components))
        # kfp takes about as long to import as the registry takes to start.
        with importing("pipelines.local.running"):
            stack.enter_context(variable_set(WORK_DIR_VARIABLE, str(work_dir.resolve())))
            stack.enter_context(_registry(work_dir, console, needed))
        from pipelines.local.compiled import CompiledPipeline
        from pipelines.local.docker_runner import docker_runner
        from pipelines.local.outputs import ARTIFACTS
        from pipelines.local.running import run_locally
        from pipelines.local.tracking import tracked

        # `KFP_TABULAR_IMAGE` names the image of containers as the pipeline is compiled.
        pipeline = catalog.load_pipeline(name) if network else CompiledPipeline(package)
        warn = partial(console.print, style="yellow", markup=False, highlight=False)
        began = datetime.fromisoformat(run.started_at)
        ended = stack.enter_context(tracked(name, run.run_id, run.arguments, warn, began))
        progress = stack.enter_context(StepProgress(console, interface.remark, package.groups))
        containers = None
        if network:
            data = [arguments[each] for each in interface.data if arguments.get(each)]
            containers = docker_runner(pipeline, data, run_folder / ARTIFACTS, network)
        outputs = run_locally(pipeline, arguments, run_folder, progress, containers, server)
        summary = interface.summarise(replace(outputs, arguments=run.arguments))
        if summary is None:
            raise PipelineError(f"the run ended without its results: see {run_folder}")
        ended(outputs, summary.outcome)
    return summary, outputs


def _without_credentials(interface: Interface, arguments: Arguments) -> Arguments:
    # What is filled in of all the others says nothing more.
    told = {key: value for key, value in arguments.items() if key != "arguments"}
    return without_queries(told, interface.data)


def _say_what_repeating_does(console: Console, version: RegisteredVersion) -> None:
    again = f"{version.model_name} version {version.version}"
    console.print(
        f"  · repeats the run of {again}: the same model makes no further version, another one is "
        "a version of its own and the challenger, if it passes the gate",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )


@contextmanager
def _told_when_stopped(console: Console, run_folder: Path) -> Iterator[None]:
    """Say what there is of a run that is stopped with Ctrl-C, which click calls aborted."""
    try:
        yield
    except KeyboardInterrupt:
        console.print(
            f"\nstopped: the step that ran was ended, and none follows. What ended before stands; "
            f"its files are in {short(str(run_folder))}\nlook at it with:\n"
            f"  kfp-tabular runs show {run_folder.name}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
        sys.exit(INTERRUPTED)


@contextmanager
def _recorded(run: LocalRun, run_folder: Path) -> Iterator[Any]:
    """Keep a record of a run, from its start to its end; yield what takes what it came to."""
    run.write(run_folder)

    def ended(outcome: str, metrics: Mapping[str, float]) -> None:
        end = replace(run, state="SUCCEEDED", outcome=outcome, metrics=metrics, ended_at=_now())
        end.write(run_folder)

    try:
        yield ended
    except KeyboardInterrupt:
        replace(run, state="INTERRUPTED", ended_at=_now()).write(run_folder)
        raise
    except Exception as error:
        first = str(error).partition("\n")[0]
        replace(run, state="FAILED", outcome=first, ended_at=_now()).write(run_folder)
        raise


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@contextmanager
def _registry(work_dir: Path, console: Console, needed: bool) -> Iterator[None]:
    """Name a registry to the steps: the user's, or else one that runs as long as they do.

    One that the run needs at its end is asked at its beginning whether it is there.
    """
    from pipelines.local.registry import local_registry

    if url := os.environ.get(URL_VARIABLE):
        console.print(f"  · registry {url}", highlight=False, markup=False)
        if needed:
            with connected_registry(url) as client:
                client.list_models(1)
        yield
        return
    data = work_dir.resolve() / "registry"
    where = f"registry on this machine, its files in {short(str(data))}"
    console.print(f"  · {where}", highlight=False, markup=False)
    with (
        local_registry(data, data.with_suffix(".log")) as url,
        variable_set(URL_VARIABLE, url),
    ):
        yield
