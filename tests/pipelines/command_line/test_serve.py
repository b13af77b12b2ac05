"""`kfp-tabular serve`."""

from pathlib import Path

from tests.pipelines.conftest import CommandLine


def test_something_must_be_named(command_line: CommandLine) -> None:
    """Neither a version nor a folder, and both, are mistakes."""
    for arguments in ([], ["churn", "--folder", "."]):
        done = command_line("serve", *arguments)
        assert done.exit_code == 2
        assert "say what to serve" in done.errors


def test_a_folder_that_is_no_model_is_named(command_line: CommandLine, tmp_path: Path) -> None:
    """It ends with one message, and nothing listens."""
    done = command_line("serve", "--folder", str(tmp_path), "--port", "0")
    assert done.exit_code == 2
    assert f"{tmp_path} is not a model" in done.errors
    assert "Traceback" not in done.errors


def test_a_setting_that_cannot_be_is_named(command_line: CommandLine, tmp_path: Path) -> None:
    """The message names the variable."""
    done = command_line("serve", "--folder", str(tmp_path), PREDICTOR_MAX_ROWS="many")
    assert done.exit_code == 2
    assert "PREDICTOR_MAX_ROWS" in done.errors
