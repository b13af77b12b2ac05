"""Commands that exist once for each pipeline, with the pipeline's inputs as their options."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from pipelines.command_line.options import options_for
from pipelines.definition import catalog
from pipelines.definition.packages import PipelinePackage


class PipelineCommand(click.Command):
    """A command whose help shows the options in groups, as a person thinks of them.

    Args:
        groups: Names of parameters by the title that they stand under; the rest comes last.
    """

    def __init__(self, *args: Any, groups: Mapping[str, tuple[str, ...]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._groups = groups

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each group under its title."""
        rest = {option.name: option for option in self.get_params(ctx)}
        groups = {
            title: [rest.pop(name) for name in names if name in rest]
            for title, names in self._groups.items()
        }
        for title, options in {**groups, "Other options": [*rest.values()]}.items():
            records = [record for option in options if (record := option.get_help_record(ctx))]
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


class PipelineCommands(click.Group):
    """A group with a sub-command for each pipeline; they are made when they are asked for.

    Args:
        name: Name of the group.
        summary: What its commands do.
        options: Makes the options that its commands have besides the pipeline's inputs.
        action: Is called with the name of the pipeline and the value of every option.
        remarks: Ends the help of a command, after the pipeline's own examples.
        repeating: The class of the commands of pipelines that can repeat a run, and makes the
            option that says which; None where no command does.
    """

    def __init__(
        self,
        name: str,
        summary: str,
        options: Callable[[], list[click.Option]],
        action: Callable[[str, dict[str, Any]], None],
        remarks: str = "",
        repeating: tuple[type[PipelineCommand], Callable[[], click.Option]] | None = None,
    ) -> None:
        super().__init__(name, help=summary)
        self._repeating = repeating
        self._options = options
        self._action = action
        self._remarks = remarks

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name every pipeline."""
        return catalog.pipeline_names()

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Make the command of pipeline `name`."""
        if name not in catalog.pipeline_names():
            return None
        interface = catalog.interface(name)
        package = PipelinePackage.read(catalog.pipeline_yaml(name))
        inputs = options_for(package.inputs, interface.filled_in, interface.types)
        command, options = PipelineCommand, self._options()
        if self._repeating and interface.repeated:
            command, option = self._repeating
            options.append(option())
        return command(
            name,
            groups=interface.groups,
            params=[*inputs, *options],
            callback=lambda **values: self._action(name, values),
            help=package.description,
            epilog=self._examples(name, interface.examples.get(str(self.name), ())),
            context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        )

    def _examples(self, pipeline: str, examples: tuple[str, ...]) -> str:
        lines = [f"  kfp-tabular {self.name} {pipeline} {example}" for example in examples]
        shown = "\n\n".join(f"\b\n{line}" for line in lines)
        return f"Examples:\n\n{shown}\n\n{self._remarks}".rstrip()


def override_options() -> list[click.Option]:
    """Make the options that change what the steps ask of the cluster."""
    return [
        click.Option(
            ["--set-resource", "resources"],
            multiple=True,
            metavar="STEP.RESOURCE=AMOUNT",
            help="Such as train_model.memory=8Gi or ingest_table.cpu_limit=2. May be repeated.",
        ),
        click.Option(
            ["--node-selector", "selectors"],
            multiple=True,
            metavar="LABEL=VALUE",
            help="Run the steps on nodes with this label. May be repeated.",
        ),
        click.Option(
            ["--toleration", "tolerations"],
            multiple=True,
            metavar="KEY[=VALUE][:EFFECT]",
            help="Let the steps run on nodes with this taint. May be repeated.",
        ),
        click.Option(
            ["--experiment"], default="Default", show_default=True, help="Experiment of the runs."
        ),
        click.Option(
            ["--service-account"],
            help="ServiceAccount of the steps; by default what KFP gives to runs.",
        ),
    ]


def overridden_package(path: Path, values: dict[str, Any]) -> PipelinePackage:
    """Read a compiled pipeline, and take its overrides out of the values of a command.

    Raises:
        UsageError: An override is not possible.
    """
    resources, selectors, tolerations = (
        values.pop(name) for name in ("resources", "selectors", "tolerations")
    )
    package = PipelinePackage.read(path)
    if resources or selectors or tolerations:
        # Reading amounts takes the kubernetes package, which takes half a second to import.
        from pipelines.definition.resources import on_nodes, with_resources

        package = on_nodes(with_resources(package, resources), selectors, tolerations)
    return package
