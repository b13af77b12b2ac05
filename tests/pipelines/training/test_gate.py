"""What the training registers, and what it does not: real runs of the pipeline in one folder."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.datasets import load_wine

from pipelines.training.summary import REFUSED
from tests.pipelines.conftest import Done, kfp_tabular


@pytest.fixture(name="folder", scope="module")
def work_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a table of wines, to which a column that says nothing of them was added."""
    folder = tmp_path_factory.mktemp("gate")
    frame = load_wine(as_frame=True).frame
    table = pl.DataFrame({name: frame[name].to_numpy() for name in frame})
    noise = np.random.default_rng(0).choice(["heads", "tails"], len(table))
    table.with_columns(coin=pl.Series(noise)).write_csv(folder / "wine.csv")
    return folder


def train(folder: Path, *more: str, ends_with: int = 0) -> Done:
    """Train a linear model on the wines."""
    asked = ("run", "training", "--source", "wine.csv", "--model-name", "wine")
    done = kfp_tabular(*asked, "--estimator", "linear", *more, folder=folder)
    assert done.exit_code == ends_with, done.errors
    return done


@pytest.fixture(name="first", scope="module")
def first_training(folder: Path) -> Done:
    """A first training, which nothing promotes."""
    return train(folder, "--target", "target")


def test_how_to_promote_is_said(first: Done) -> None:
    """A registered version that is no champion comes with the command that makes it one."""
    assert "registered wine version 1 (challenger)" in first.output
    assert "registry promote wine@1" in first.output


def test_the_same_bytes_are_the_version_that_they_are(folder: Path, first: Done) -> None:
    """The same training again makes no further version, and promotes what is there where asked."""
    assert first.exit_code == 0
    again = train(folder, "--target", "target", "--promote", "--json").json()
    assert (again["registered"]["version"], again["registered"]["known"]) == ("1", True)
    assert "champion" in again["registered"]["aliases"]
    assert "byte for byte" in " ".join(again["comparison"]["reasons"])
    unchanged = train(folder, "--target", "target", ends_with=0)
    assert "unchanged: version 1, the champion, is this very model" in unchanged.output


def test_without_a_champion_the_newest_version_is_to_beat(tmp_path: Path, folder: Path) -> None:
    """A second training that is no better is refused, and the version that it met is named."""
    (tmp_path / "wine.csv").write_bytes((folder / "wine.csv").read_bytes())
    train(tmp_path, "--target", "target")
    weaker = ("--hyperparameters", '{"C": 0.001}')
    second = train(tmp_path, "--target", "target", *weaker, "--json", ends_with=REFUSED).json()
    assert second["registered"] is None
    compared = second["comparison"]["champion"]
    assert (compared["version"], compared["alias"]) == ("1", None)
    assert "version 1, the newest, is the one to beat" in second["comparison"]["reasons"][-1]


def test_another_target_under_the_name_is_refused(folder: Path, first: Done) -> None:
    """The reason has the remedy; a floor lets it pass, so that nothing else refuses."""
    assert first.exit_code == 0
    other = train(folder, "--target", "coin", "--floor", "0", ends_with=REFUSED)
    assert "refused: no version was registered" in other.output
    assert "a name of its own" in other.output


def test_noise_is_refused(folder: Path) -> None:
    """What a coin shows cannot be learnt: no version, and what would be enough is said."""
    coin = ("--target", "coin", "--model-name", "coin", "--json")
    noise = train(folder, *coin, ends_with=REFUSED).json()
    assert noise["registered"] is None
    assert "surely better is asked for" in " ".join(noise["comparison"]["reasons"])
