"""The validation pipeline, from the command line."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.validation.summary import DID_NOT_PASS
from tests.components.model_folders import BIRD_STRIKES
from tests.pipelines.conftest import BOOSTING, Done, kfp_tabular

MODEL = ("--model", "bird_strikes@champion")


@pytest.fixture(name="folder", scope="module")
def folder_with_a_champion(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose registry has a champion of the bird strikes, trained on 8,000 rows of them."""
    folder = tmp_path_factory.mktemp("validation")
    # Shuffled: the file goes from the oldest to the newest strikes.
    rows = pl.read_csv(BIRD_STRIKES, infer_schema=False).sample(fraction=1, shuffle=True, seed=0)
    rows.head(8000).write_csv(folder / "bird_strikes.csv")
    rows.tail(1985).write_csv(folder / "new.csv")
    done = kfp_tabular(
        *("run", "training", "--source", "bird_strikes.csv", "--target", "damaged", "--promote"),
        *(*BOOSTING, '{"max_iter": 30}'),
        folder=folder,
    )
    assert done.exit_code == 0, done.errors
    return folder


def validate(folder: Path, source: str, *more: str) -> Done:
    """Run the pipeline on a table of the folder."""
    return kfp_tabular("run", "validation", "--json", "--source", source, *more, folder=folder)


def test_a_table_alone_is_described(folder: Path) -> None:
    """Without a schema and a model there is nothing that a sound table could break."""
    done = validate(folder, "new.csv")
    assert (done.exit_code, done.json()["passed"]) == (0, True)
    assert {"verdict", "validation", "schema"} <= done.json()["files"].keys()


def test_new_rows_pass_for_their_model(folder: Path) -> None:
    """Rows of the same birds are no skew, and the model does on them what it did."""
    told = validate(folder, "new.csv", "--target", "damaged", *MODEL).json()
    assert told["passed"] is True
    assert told["performance"]["registered"]["value"] > 0.7
    assert told["performance"]["rows"] > 1900


def test_rows_that_differ_do_not_pass(folder: Path) -> None:
    """A column that is missing, and one of other values, end in exit code 3 with their names."""
    rows = pl.read_csv(folder / "new.csv", infer_schema=False)
    changed = rows.drop("speed_knots").with_columns(phase_of_flight=pl.lit("hovering"))
    changed.write_csv(folder / "changed.csv")
    done = validate(folder, "changed.csv", *MODEL)
    assert done.exit_code == DID_NOT_PASS
    violated = {c for n in done.json()["notes"] if n["kind"] == "violation" for c in n["columns"]}
    assert violated == {"speed_knots", "phase_of_flight"}


def test_few_rows_are_read_as_the_training_table_was(folder: Path) -> None:
    """One row with a decimal comma would not show by itself that it has one."""
    rows = pl.read_csv(folder / "new.csv", infer_schema=False).head(40)
    rows.with_columns(speed_knots=pl.lit("1,500")).write_csv(folder / "thousands.csv")
    told = validate(folder, "thousands.csv", *MODEL).json()["notes"]
    assert not [note for note in told if "as was assumed" in note["text"]]


@pytest.mark.parametrize("changed", ["speed_knots is missing", "speed_knots is a word"])
def test_rows_that_the_model_cannot_read_end_in_a_verdict(folder: Path, changed: str) -> None:
    """With labels too, a column that the model lacks or cannot read is no mistake of the user."""
    rows = pl.read_csv(folder / "new.csv", infer_schema=False)
    word = rows.with_columns(speed_knots=pl.lit("fast"))
    (rows.drop("speed_knots") if "missing" in changed else word).write_csv(folder / "unread.csv")
    done = validate(folder, "unread.csv", "--target", "damaged", *MODEL)
    assert done.exit_code == DID_NOT_PASS
    told = [note["text"] for note in done.json()["notes"] if note["kind"] == "violation"]
    assert any("the model cannot be evaluated on these rows" in text for text in told)
    assert any("speed_knots" in str(note["columns"]) for note in done.json()["notes"])


def test_a_metric_of_another_task_is_a_mistake_before_the_model_is_fetched(folder: Path) -> None:
    """The metric is checked as soon as the task is known."""
    done = validate(folder, "new.csv", "--target", "damaged", *MODEL, "--metric", "r2")
    assert done.exit_code == 2
    assert "validate_table: There is no metric 'r2' for a binary model" in done.errors


def test_a_floor_that_is_not_reached_does_not_pass(folder: Path) -> None:
    """The floor is the user's, whatever the model was registered with."""
    done = validate(folder, "new.csv", "--target", "damaged", *MODEL, "--floor", "0.99")
    assert done.exit_code == DID_NOT_PASS


@pytest.mark.parametrize("more", [(), MODEL, ("--target", "damaged")])
def test_a_floor_without_an_evaluation_is_a_mistake(folder: Path, more: tuple[str, ...]) -> None:
    """A gate that would hold nothing back is refused, with what is missing."""
    done = validate(folder, "new.csv", "--floor", "0.99", *more)
    assert (done.exit_code, "--floor needs --" in done.errors) == (2, True)


def test_another_target_than_the_models_is_a_mistake(folder: Path) -> None:
    """A model that predicts another column is not judged by that."""
    done = validate(folder, "new.csv", "--target", "wildlife_size", *MODEL)
    assert (done.exit_code, "predicts 'damaged'" in done.errors) == (2, True)


def test_a_broken_schema_does_not_pass(folder: Path) -> None:
    """A curated schema that the table breaks is told rule by rule."""
    schema = '{"format": 1, "columns": [{"name": "speed_knots", "type": "integer", "maximum": 9}]}'
    (folder / "schema.json").write_text(schema)
    done = validate(folder, "new.csv", "--curated-schema", "schema.json")
    assert done.exit_code == DID_NOT_PASS
    assert "speed_knots" in str(done.json()["notes"])


def test_nothing_is_changed(folder: Path) -> None:
    """A table that does not pass leaves the registry as it was, but for the run itself."""

    def actions() -> list[str]:
        entries = kfp_tabular(
            "registry", "audit", "--limit", "1000", "--json", folder=folder
        ).json()
        return [entry["action"] for entry in entries]  # type: ignore[index]

    before = actions()
    validate(folder, "new.csv", "--target", "damaged", *MODEL, "--floor", "0.99")
    after = actions()
    added = set(after[: len(after) - len(before)])
    assert added <= {"experiment.create", "experiment_run.create", "experiment_run.update"}
    assert after[len(after) - len(before) :] == before


def test_a_model_that_is_not_there_is_a_mistake(folder: Path) -> None:
    """An unknown version ends with exit code 2 and its name."""
    done = validate(folder, "new.csv", "--model", "bird_strikes@nobody")
    assert (done.exit_code, "bird_strikes@nobody" in done.errors) == (2, True)
