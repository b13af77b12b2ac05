"""All rows of a table, from the command line: the pipeline, and `predict` without one."""

import json
from pathlib import Path

import polars as pl
import pytest

from tests.components.model_folders import BIRD_STRIKES
from tests.pipelines.conftest import BOOSTING, Done, kfp_tabular

MODEL = "bird_strikes@champion"


@pytest.fixture(name="folder", scope="module")
def folder_with_a_champion(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose registry has a champion, and another version of it."""
    folder = tmp_path_factory.mktemp("batch")
    for trees, promote in ((3, ["--promote"]), (40, [])):
        done = kfp_tabular(
            *("run", "training", "--source", str(BIRD_STRIKES), "--target", "damaged"),
            *(*BOOSTING, json.dumps({"max_iter": trees}), "--floor", "0.5", *promote),
            folder=folder,
        )
        assert done.exit_code == 0, done.errors
    return folder


def predict(folder: Path, *arguments: str) -> Done:
    """Run `kfp-tabular predict` in a folder."""
    return kfp_tabular("predict", *arguments, folder=folder)


def test_pipeline_and_command_predict_the_same(folder: Path) -> None:
    """Both write every row with what was kept, and say which version of the model spoke."""
    done = kfp_tabular(
        *("run", "batch_prediction", "--json", "--source", str(BIRD_STRIKES), "--model", MODEL),
        *("--destination", "by_pipeline.parquet", "--keep", "airport", "--probabilities"),
        *("--shards", "3"),
        folder=folder,
    )
    assert done.exit_code == 0, done.errors
    told = done.json()["predicted"]
    assert (told["model_name"], told["rows"]) == ("bird_strikes@1", 9985)
    done = predict(
        *(folder, MODEL, str(BIRD_STRIKES), "-o", "by_command.parquet"),
        *("--keep", "airport", "--probabilities"),
    )
    assert done.exit_code == 0, done.errors
    assert "predicted damaged of 9,985 rows: by_command.parquet" in done.output
    first, second = (pl.read_parquet(folder / f"by_{by}.parquet") for by in ("pipeline", "command"))
    assert first.equals(second)
    assert first.columns == ["airport", "prediction", "probability_no", "probability_yes"]
    assert not list((folder / ".kfp-tabular" / "predictions").iterdir())


def test_a_threshold_is_told(folder: Path) -> None:
    """Which class is predicted from which probability on, also of the one that the version has."""
    done = predict(folder, MODEL, str(BIRD_STRIKES), "-o", "decided.parquet", "--threshold", "best")
    assert done.exit_code == 0, done.errors
    _, _, told = done.output.partition("decided.parquet\n  yes from a probability of ")
    assert 0 < float(told.removesuffix(" on\n")) < 1


def test_predictions_become_a_version_of_a_data_set(folder: Path) -> None:
    """By the pipeline, and by the command the same content, which is the same version."""
    few = folder / "few.csv"
    few.write_text("".join(BIRD_STRIKES.read_text().splitlines(keepends=True)[:300]))
    done = kfp_tabular(
        *("run", "batch_prediction", "--source", "few.csv", "--model", MODEL),
        *("--register-as", "scores"),
        folder=folder,
    )
    assert done.exit_code == 0, done.errors
    assert "kfp-tabular data show scores@1" in done.output
    done = predict(folder, MODEL, "few.csv", "-o", "dataset://scores")
    assert done.exit_code == 0, done.errors
    assert "predicted damaged of 299 rows: dataset://scores@1" in done.output
    shown = kfp_tabular("data", "show", "scores@latest", folder=folder)
    assert "prediction" in shown.output
    refused = kfp_tabular(
        *("run", "batch_prediction", "--source", "few.csv", "--model", MODEL),
        *("--register-as", "scores", "--destination", "few_scores.csv"),
        folder=folder,
    )
    assert refused.exit_code == 2
    assert "--register-as takes predictions as Parquet" in refused.errors


def test_two_versions_are_compared_on_a_table(folder: Path) -> None:
    """In how many rows they differ is said, for people and for scripts."""
    asked = (MODEL, str(BIRD_STRIKES), "--against", "bird_strikes@2")
    done = predict(folder, *asked)
    assert done.exit_code == 0, done.errors
    assert "bird_strikes@1 and bird_strikes@2 differ in" in done.output
    told = predict(folder, *asked, "-o", "compared.csv", "--json").json()["against"]
    assert told["rows"] == 9985
    assert pl.read_csv(folder / "compared.csv").columns == ["prediction"]
    assert 0 < told["different"] == sum(change["rows"] for change in told["changes"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((MODEL, "nope.csv", "-o", "p.csv"), "There is no file nope.csv"),
        (("bird_strikes@9", str(BIRD_STRIKES), "-o", "p.csv"), "has no bird_strikes@9"),
        ((MODEL, str(BIRD_STRIKES), "-o", "p.csv.gz"), "neither compressed nor with tabs"),
        ((MODEL, "there.csv", "-o", "there.csv", "--overwrite"), "is the table that is to be"),
        ((MODEL, str(BIRD_STRIKES), "-o", "there.csv"), "--overwrite it"),
        ((MODEL, str(BIRD_STRIKES)), "say where the predictions go"),
        ((MODEL, str(BIRD_STRIKES), "-o", "p.csv", "--keep", "id"), "no column 'id'"),
    ],
)
def test_mistakes_are_told_and_nothing_is_written(
    folder: Path, arguments: tuple[str, ...], message: str
) -> None:
    """One message says what is wrong, and no file is left, nor another one changed."""
    (folder / "there.csv").write_text("a\n1\n")
    done = predict(folder, *arguments)
    assert done.exit_code == 2
    assert message in " ".join(done.errors.split())
    assert "Traceback" not in done.errors
    assert not (folder / "p.csv").exists()
    assert (folder / "there.csv").read_text() == "a\n1\n"


def test_a_place_on_this_machine_is_no_place_for_a_cluster(folder: Path) -> None:
    """Steps of a cluster would write into their own pods."""
    done = kfp_tabular(
        *("submit", "batch_prediction", "--source", "s3://t/a.csv", "--model", MODEL),
        *("--destination", "here.csv", "--host", "http://127.0.0.1:1"),
        folder=folder,
    )
    assert done.exit_code == 2
    assert "--destination here.csv is a file on this machine" in done.errors
