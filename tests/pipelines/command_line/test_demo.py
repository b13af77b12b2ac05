"""The walk through the life of a model, where it cannot go on; README's runs through all of it."""

from pathlib import Path

import pytest
from rich.console import Console

from pipelines.demo.commands import Commands
from pipelines.demo.strikes import SHIFTED, TARGET, write_strikes
from pipelines.errors import DemoError
from tests.pipelines.conftest import CommandLine


def test_a_folder_that_is_there_is_left_alone(command_line: CommandLine, tmp_path: Path) -> None:
    """The message names it, and what to do; nothing is written to it."""
    (tmp_path / "mine").mkdir()
    done = command_line("demo", "--folder", "mine")
    assert done.exit_code == 2
    assert f"{tmp_path / 'mine'} is there" in done.errors
    assert not list((tmp_path / "mine").iterdir())


@pytest.mark.parametrize(
    ("arguments", "ends_with", "message"),
    [
        (("predict", "nothing@1", "no.csv"), 0, r"predict: .*\(exit code 2\)\n.*no\.csv"),
        (("registry", "list"), 3, r"\(exit code 0\)"),
    ],
)
def test_a_step_that_ends_otherwise_ends_the_walk(
    tmp_path: Path, registry_url: str, arguments: tuple[str, ...], ends_with: int, message: str
) -> None:
    """The message has what the command said, its exit code, and how it is repeated."""
    commands = Commands(tmp_path, {"REGISTRY_URL": registry_url}, Console())
    with pytest.raises(DemoError, match=f"(?s){message}"):
        commands.run(arguments[0], *arguments, ends_with=ends_with)


def test_what_is_shifted_can_be_learnt_anew(tmp_path: Path) -> None:
    """Each later species has one code, no earlier one has, and what is sent has no outcome."""
    strikes = write_strikes(tmp_path)
    then, since = (path.read_text().splitlines() for path in (strikes.then, strikes.since))
    assert len(then) + len(since) - 2 == 9_985
    assert strikes.sent.columns == [name for name in then[0].split(",") if name != TARGET]
    assert set(strikes.sent[SHIFTED].unique()) <= strikes.codes
    assert not any(code in row.split(",") for row in then for code in strikes.codes)
