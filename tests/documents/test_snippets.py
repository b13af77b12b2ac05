"""What the documents show can be done, and does what they show."""

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import dropwhile
from pathlib import Path

import click
import pytest

from pipelines.command_line.main import cli
from pipelines.definition import catalog
from tests.documents.reading import DOCUMENTS, NOT_RUN, OUTPUT, Snippet, snippets

RUN = {"bash", "python", "console"}
SHOWN = {"", "text", "json", "yaml"}
SNIPPETS = [snippet for document in DOCUMENTS for snippet in snippets(document)]
RUNNABLE = [snippet for snippet in SNIPPETS if snippet.language in RUN]
DONE = [snippet for snippet in RUNNABLE if snippet.mark != NOT_RUN]
NOT_DONE = [snippet for snippet in RUNNABLE if snippet.mark == NOT_RUN]
SESSION = re.compile(r"^\$ (?P<command>.*)\n(?P<output>(?:(?!\$ ).*\n)*)", re.MULTILINE)
# Seconds, names of runs, digests, free ports, and how the program is called from where it ran.
VARYING = {
    r"\d+\.\d s\b": "# s",
    r"training-[\d-]+": "training-#",
    # A model's digest covers the version of Python too.
    r"\b[0-9a-f]{12,64}\b": "digest",
    r"127\.0\.0\.1:\d+": "127.0.0.1:#",
    r"\S*\bkfp-tabular (?=run|registry)": "kfp-tabular ",
}
ASSIGNMENT = re.compile(r"\w+=")
FOLDERS = ("components", "data", "examples", "pipelines")
TARGETS = set(re.findall(r"^([a-z-]+):", (catalog.ROOT / "Makefile").read_text("utf-8"), re.M))


@pytest.fixture(name="checkouts", scope="module")
def one_checkout_for_each_document(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[Path], Path]]:
    """Folders that look like the checkout to a command, with a table `my.csv` of one's own."""
    made: dict[Path, Path] = {}

    def checkout_of(document: Path) -> Path:
        if document not in made:
            made[document] = tmp_path_factory.mktemp("checkout")
            _fill(made[document])
        return made[document]

    yield checkout_of
    for folder in made.values():
        shutil.rmtree(folder)


VERDICTS_PASS = """kfp-tabular() { command kfp-tabular "$@" || [ $? -eq 3 ]; }
"""
"""A document may show a run that did its work and says no: exit code 3."""


def _fill(folder: Path) -> None:
    for name in ("Makefile", *FOLDERS, ".venv"):
        (folder / name).symlink_to(catalog.ROOT / name)
    for path in (catalog.ROOT / "pyproject.toml", *catalog.ROOT.glob("*.lock")):
        copy = shutil.copyfile(path, folder / path.name)
        # Older than the environment, into which make would install this folder otherwise.
        os.utime(copy, (0, 0))
    table = (catalog.ROOT / "data" / "bird_strikes.csv").read_text("utf-8")
    (folder / "my.csv").write_text(table.replace("damaged", "churned", 1), "utf-8")


def _call(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("REGISTRY_")}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    environment["COLUMNS"] = "100"
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("snippet", DONE, ids=str)
def test_snippets_run(snippet: Snippet, checkouts: Callable[[Path], Path]) -> None:
    """Every snippet runs as it stands, after those before it; a session prints what it shows."""
    folder = checkouts(snippet.document)
    if snippet.language == "console":
        _check_session(snippet.code, folder)
        return
    interpreter = {"bash": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"]}
    code = VERDICTS_PASS + snippet.code if snippet.language == "bash" else snippet.code
    done = _call([*interpreter[snippet.language], code], folder)
    assert done.returncode == 0, done.stdout + done.stderr
    for shown in _shown_after(snippet):
        assert shown <= _lines(done.stdout + done.stderr)


def _shown_after(snippet: Snippet) -> Iterator[set[str]]:
    """Yield the lines of the output that the document shows of a snippet."""
    following = SNIPPETS[SNIPPETS.index(snippet) + 1 :][:1]
    for shown in following:
        if shown.mark == OUTPUT and shown.document == snippet.document:
            yield _lines(shown.code)


def _lines(output: str) -> set[str]:
    """Return the lines of an output without what differs from one run to the next."""
    for pattern, mask in VARYING.items():
        output = re.sub(pattern, mask, output)
    return {" ".join(line.split()) for line in output.splitlines()}


def _check_session(code: str, folder: Path) -> None:
    """Compare what each `$ command` prints with what stands below it, `...` being anything."""
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    steps = list(SESSION.finditer(code))
    assert "".join(step[0] for step in steps) == code
    for step in steps:
        done = _call(["bash", "-c", f"{{ {step['command']}\n}} 2>&1"], folder)
        assert doctest.OutputChecker().check_output(step["output"], done.stdout, flags), done.stdout


def test_every_snippet_is_run_or_says_why_not() -> None:
    """A fence is of a language that is run or only shown, and `no-run` gives a reason."""
    assert {snippet.language for snippet in SNIPPETS} <= RUN | SHOWN
    assert not [str(snippet) for snippet in NOT_DONE if len(snippet.reason.split()) < 2]
    hidden = [str(s) for s in SNIPPETS if s.language in SHOWN and re.search(r"^\$ ", s.code, re.M)]
    assert not hidden, "what has a prompt is a session: call it console"


@pytest.mark.parametrize("snippet", NOT_DONE, ids=str)
def test_what_is_not_run_could_be(snippet: Snippet) -> None:
    """A snippet that is not run is of right syntax, and its commands and options are there."""
    if snippet.language == "python":
        compile(snippet.code, str(snippet), "exec")
        return
    subprocess.run(["bash", "-n", "-c", snippet.code], check=True)
    for command in _commands(snippet.code):
        words = list(dropwhile(ASSIGNMENT.match, command))
        program = words.pop(0) if words else ""
        if program.endswith("kfp-tabular"):
            _check_command(words)
        elif program == "make":
            assert {word for word in words if re.fullmatch("[a-z-]+", word)} <= TARGETS
        elif "/" in program:
            assert os.access(catalog.ROOT / program, os.X_OK)


def _commands(code: str) -> Iterator[list[str]]:
    """Yield the words of each command, whose quotations may go over several lines."""
    read = ""
    for line in code.replace("\\\n", " ").splitlines():
        read += line
        try:
            words = shlex.split(read, comments=True)
        except ValueError:
            read += "\n"
            continue
        read = ""
        yield words


def _check_command(words: list[str]) -> None:
    command: click.Command = cli
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(click.Context(command), words.pop(0))
        assert found
        command = found
    known = {option for parameter in command.params for option in parameter.opts}
    given = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert given <= known | {"--help"}
