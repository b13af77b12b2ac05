"""The lines of a local run's steps."""

from io import StringIO

from rich.console import Console

from pipelines.command_line.progress import StepProgress
from pipelines.definition import catalog
from pipelines.definition.packages import PipelinePackage


def shown(pipeline: str, *steps: str) -> list[str]:
    """Return what the steps of a pipeline are called as they end, in this order."""
    package = PipelinePackage.read(catalog.pipeline_yaml(pipeline))
    written = StringIO()
    console = Console(file=written, width=80, color_system=None)
    with StepProgress(console, lambda step, outputs: "", package.groups) as progress:
        for step in steps:
            progress.step_started(step)
            progress.step_ended(step, True, {})
    lines = written.getvalue().splitlines()
    return [line[4:].rsplit(maxsplit=2)[0].strip() for line in lines if "✓" in line]


def test_a_repeated_step_has_the_name_of_what_it_is_in() -> None:
    """The number by which kfp tells them apart says nothing to people."""
    read = ("ingest_table", "ingest_table_2", "ingest_table_3")
    repeated = shown("retraining", *read, "train_model")
    assert repeated == [
        "ingest_table",
        "ingest_table (with labels)",
        "ingest_table (training)",
        "train_model",
    ]


def test_a_step_of_one_branch_alone_has_its_plain_name() -> None:
    """Nothing else ran that it could be taken for."""
    assert shown("validation", "judge_table_2") == ["judge_table"]
