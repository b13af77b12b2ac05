"""Command-line options made from a compiled pipeline."""

from pathlib import Path

import click
import pytest
from kfp import compiler

from pipelines.command_line.options import (
    given_arguments,
    options_for,
)
from pipelines.definition.packages import PipelinePackage
from tests.pipelines.two_steps import two_steps


@pytest.fixture(name="compiled")
def compiled_pipeline(tmp_path: Path) -> PipelinePackage:
    """A compiled pipeline of one required and two optional inputs."""
    compiler.Compiler().compile(two_steps, str(tmp_path / "pipeline.yaml"))
    return PipelinePackage.read(tmp_path / "pipeline.yaml")


def test_each_input_becomes_an_option(compiled: PipelinePackage) -> None:
    """Inputs without a default come first and are required."""
    options = options_for(compiled.inputs, defaulted=set())
    assert [(option.opts, option.required) for option in options] == [
        (["--rows"], True),
        (["--failure"], False),
        (["--note"], False),
    ]


def test_a_required_input_that_is_missing_is_a_usage_error(compiled: PipelinePackage) -> None:
    """A command made of the options ends with exit code 2 where a required one is left out."""
    command = click.Command("run", params=[*options_for(compiled.inputs, set())])
    with pytest.raises(click.MissingParameter, match="rows"):
        command.main([], standalone_mode=False)


def test_an_option_has_the_type_of_its_input(compiled: PipelinePackage) -> None:
    """An integer input refuses what is no integer."""
    rows = options_for(compiled.inputs, defaulted=set())[0]
    assert isinstance(rows.type, click.types.IntParamType)


def test_help_tells_the_default(compiled: PipelinePackage) -> None:
    """The help of an option ends with the default of its input."""
    failure = options_for(compiled.inputs, defaulted=set())[1]
    assert (failure.help or "").endswith("[default: none]")


def test_description_is_the_docstring(compiled: PipelinePackage) -> None:
    """The text of a command is the pipeline's own."""
    assert compiled.description == "Write, then check."


def test_what_the_user_left_out_is_left_to_the_pipeline() -> None:
    """Options that were not given are not passed on."""
    assert given_arguments({"a": None, "b": (), "c": ("x",), "d": False}) == {
        "c": ["x"],
        "d": False,
    }
