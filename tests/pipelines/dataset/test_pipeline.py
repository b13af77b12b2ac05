"""The dataset pipeline and the commands about data sets, from the command line."""

import shutil
from pathlib import Path

import polars as pl
import pytest

from pipelines.dataset.summary import REFUSED
from tests.components.model_folders import BIRD_STRIKES
from tests.pipelines.conftest import BOOSTING, Done, kfp_tabular

RUN = ("run", "dataset", "--json", "--name", "strikes")


@pytest.fixture(name="folder", scope="module")
def folder_with_two_versions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose registry has two versions, the second with a row and a column changed."""
    folder = tmp_path_factory.mktemp("dataset")
    shutil.copy(BIRD_STRIKES, folder / "strikes.csv")
    first = kfp_tabular(*RUN, "--source", "strikes.csv", "--alias", "gold", folder=folder)
    assert (first.exit_code, first.json()["registered"]["version"]) == (0, "1"), first.errors
    rows = pl.read_csv(folder / "strikes.csv", infer_schema=False)
    changed = rows.slice(1).drop("operator").with_columns(night=pl.lit("no"))
    changed.write_csv(folder / "changed.csv")
    second = kfp_tabular(*RUN, "--source", "changed.csv", folder=folder)
    assert second.json()["registered"]["version"] == "2"
    return folder


def data(folder: Path, *arguments: str) -> Done:
    """Run a command about data sets."""
    done = kfp_tabular("data", *arguments, folder=folder)
    assert done.exit_code == 0, done.errors
    return done


def test_a_table_that_breaks_its_schema_is_refused(folder: Path) -> None:
    """The reasons and the report are kept, the exit code says it, nothing is registered."""
    more = ("--source", "changed.csv", "--curated-schema", "dataset://strikes@gold")
    done = kfp_tabular(*RUN, *more, folder=folder)
    told = done.json()
    assert (done.exit_code, told["passed"], told["registered"]) == (REFUSED, False, None)
    assert "operator" in str(told["verdict"]["notes"])
    assert Path(told["files"]["verdict"]).is_file()
    assert len(data(folder, "list", "strikes", "--json").json()["versions"]) == 2
    assert data(folder, "list").output.startswith("data set ")


def test_a_difference_tells_columns_and_rows(folder: Path) -> None:
    """Columns by what was registered of them, rows by the tables themselves."""
    told = data(folder, "diff", "strikes", "gold", "2", "--json").json()
    assert (told["before"], told["after"]) == ("dataset://strikes@1", "dataset://strikes@2")
    assert set(told["columns"]["added"]) == {"night"}
    assert set(told["columns"]["removed"]) == {"operator"}
    assert (told["rows"]["added"], told["rows"]["removed"]) == (0, 1)
    assert len(told["rows"]["removed_sample"]) == 1
    assert "removed, string" in data(folder, "diff", "strikes@1", "dataset://strikes@2").output
    assert "same content" in data(folder, "diff", "strikes", "1", "gold").output


def test_only_versions_of_one_data_set_are_compared(folder: Path) -> None:
    """Two data sets, or one version alone, end in an error that shows how to ask."""
    for asked, said in ((("strikes@1", "sales@1"), "strikes and sales are two data sets"),
                        (("strikes@1",), "NAME REF REF")):  # fmt: skip
        done = kfp_tabular("data", "diff", *asked, folder=folder)
        assert (done.exit_code, said in done.errors) == (2, True), done.errors


def test_what_was_trained_on_a_version_names_it(folder: Path) -> None:
    """The lineage of the model leads to the version of the data, and back."""
    done = kfp_tabular(
        *("run", "training", "--json", "--source", "dataset://strikes@gold"),
        *("--target", "damaged", *BOOSTING, '{"max_iter": 10}'),
        folder=folder,
    )
    assert (done.exit_code, done.json()["registered"]["model_name"]) == (0, "strikes"), done.errors
    model = kfp_tabular("registry", "show", "strikes", "--json", folder=folder).json()
    assert model["lineage"]["source"] == "dataset://strikes@1"
    (table,) = (each for each in model["datasets"] if each["role"] == "table")
    assert (table["name"], table["uri"]) == ("strikes", "dataset://strikes@1")
    told = data(folder, "lineage", "strikes@1", "--json").json()
    assert told["made_from_it"] == [["strikes", "1"]]
    assert "strikes@1" in data(folder, "lineage", "strikes@1").output


def test_a_version_is_shown_and_fetched(folder: Path, tmp_path: Path) -> None:
    """Its columns are on the page, its files in the folder."""
    assert "speed_knots" in data(folder, "show", "strikes@gold").output
    data(folder, "download", "strikes@gold", str(tmp_path / "strikes"))
    assert {path.name for path in (tmp_path / "strikes").iterdir()} == {
        *("table.parquet", "schema.json", "validation.html")
    }
    assert "dataset://strikes" in data(folder, "list").output
