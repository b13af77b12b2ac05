"""What is filled into the arguments of a run."""

import subprocess
from pathlib import Path

import pytest

from pipelines.definition.arguments import git_commit, model_named_after_source


def _git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    command = ["git", *who, *arguments]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture(name="checkout")
def a_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder under git with one file, which commands are run in."""
    (tmp_path / "code.py").write_text("a = 1\n", "utf-8")
    _git(tmp_path, "init", "--quiet")
    _git(tmp_path, "add", "code.py")
    _git(tmp_path, "commit", "--quiet", "--message", "Begin")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_clean_commit_is_named_as_it_is(checkout: Path) -> None:
    """Files that git does not know are no part of it."""
    (checkout / "notes.txt").write_text("mine", "utf-8")
    assert git_commit({}) == _git(checkout, "rev-parse", "HEAD")


def test_changed_code_is_no_clean_commit(checkout: Path) -> None:
    """Each difference from the commit has a name of its own, and the same one the same."""
    commit, named = _git(checkout, "rev-parse", "HEAD"), []
    for text in ("a = 2\n", "a = 3\n", "a = 2\n"):
        (checkout / "code.py").write_text(text, "utf-8")
        named.append(git_commit({}))
    assert all(name and name.startswith(f"{commit}-dirty.") for name in named)
    assert named[0] == named[2] != named[1]
    _git(checkout, "add", "code.py")
    assert git_commit({}) == named[0]


def test_a_folder_without_git_has_no_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is made up."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert git_commit({}) is None


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("data/churn.2024.csv", "churn"),
        ("data/churn.csv.dvc", "churn"),
        ("dvc.lock#data/churn.parquet", "churn"),
        ("data.dvc#churn.csv", "churn"),
        ("delta+s3://tables/churn?version=3", "churn"),
        ("postgresql://db/shop?table=eu.churn", "churn"),
        ("dataset://churn@3", "churn"),
    ],
)
def test_a_model_is_named_after_its_table(source: str, name: str) -> None:
    """Whatever the address, it is the table that gives the name, and not what points to it."""
    assert model_named_after_source({"source": source}) == name
