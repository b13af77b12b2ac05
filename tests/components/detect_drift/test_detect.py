"""Whether a window has moved."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from components.detect_drift.detect import LOG_COLUMNS
from components.detect_drift.drift import Drift
from components.detect_drift.judgement import Rule
from components.shared.errors import InputError
from components.shared.models.registered import RegisteredModel
from tests.components.detect_drift.watched import Watched, drift_of

TARGET = "damaged"


def window_of(watched: Watched, rows: int = 1_000) -> pl.DataFrame:
    """Return rows that the model has not seen, without labels."""
    return watched.rows.drop(TARGET).head(rows)


def test_rows_of_the_same_birds_do_not_alarm(watched: Watched, tmp_path: Path) -> None:
    """What differs by chance alone is no drift, of inputs and of predictions."""
    found = drift_of(watched, window_of(watched), tmp_path)
    assert (found.status, found.reasons) == ("no drift", ())
    assert {c.column for c in found.columns if c.is_prediction} == {"prediction", "probability"}
    assert all(column.chance is not None for column in found.columns)


@pytest.mark.parametrize(
    ("column", "changed", "said"),
    [
        (
            "phase_of_flight",
            pl.when(pl.int_range(pl.len()) % 33 == 0)
            .then(pl.lit("Hovering"))
            .otherwise(pl.col("phase_of_flight")),
            "'Hovering'",
        ),
        ("speed_knots", pl.col("speed_knots") * 1.05, "more decimals"),
        ("speed_knots", (pl.col("speed_knots") * 1.3).cast(pl.Int64), "of the rows moved"),
        (
            "speed_knots",
            pl.when(pl.int_range(pl.len()) % 5 == 0).then(None).otherwise(pl.col("speed_knots")),
            "are missing, where",
        ),
        (
            "time_of_day",
            pl.when((pl.col("time_of_day") == "Day") & (pl.int_range(pl.len()) % 4 == 0))
            .then(pl.lit("Night"))
            .otherwise(pl.col("time_of_day")),
            "of the rows moved",
        ),
    ],
)
def test_what_moved_is_named(
    watched: Watched, tmp_path: Path, column: str, changed: pl.Expr, said: str
) -> None:
    """The column, and what has moved in it, are told."""
    window = window_of(watched).with_columns(changed.alias(column))
    found = drift_of(watched, window, tmp_path)
    moved = {each.column: "; ".join(each.reasons) for each in found.moved if not each.is_prediction}
    assert found.drifted
    assert moved.keys() == {column}
    assert said in moved[column]
    assert all(len({*each.reasons}) == len(each.reasons) for each in found.moved)


def test_a_missing_column_is_drift_whatever_the_number_of_rows(
    watched: Watched, tmp_path: Path
) -> None:
    """What the model cannot read is certain, and the model is not asked."""
    found = drift_of(watched, window_of(watched, 10).drop("speed_knots"), tmp_path)
    assert found.status == "drift"
    assert found.unreadable.keys() == {"speed_knots"}
    assert found.predicted_rows == 0


def test_few_rows_are_neither_drift_nor_none(watched: Watched, tmp_path: Path) -> None:
    """Below the least number of rows nothing is said, however odd they look."""
    window = window_of(watched, 99).with_columns(phase_of_flight=pl.lit("Hovering"))
    found = drift_of(watched, window, tmp_path)
    assert (found.status, found.drifted, found.reasons) == ("too few rows", False, ())
    assert "99 rows of at least 100" in found.notes[-1].text


def test_an_empty_window_is_too_few_rows(watched: Watched, tmp_path: Path) -> None:
    """No row is no error."""
    assert drift_of(watched, window_of(watched, 0), tmp_path).status == "too few rows"


def test_a_trifle_is_none_however_sure_it_is(watched: Watched, tmp_path: Path) -> None:
    """A floor above what has moved keeps the alarm off."""
    window = window_of(watched).with_columns((pl.col("speed_knots") * 1.3).cast(pl.Int64))
    rule = Rule(least_moved=0.9)
    found = drift_of(watched, window, tmp_path, rule=rule)
    assert not [each for each in found.moved if "rows moved" in each.reasons[0]]


def test_moved_predictions_are_drift(watched: Watched, tmp_path: Path) -> None:
    """Inputs that each stay what they were, and come together otherwise, show in what it says."""
    large = pl.when(pl.col("wildlife_size") == "Large")
    order = watched.rows.sort(large.then(0).otherwise(1), "phase_of_flight")
    sizes, speeds = order["wildlife_size"], watched.rows["speed_knots"].sort(descending=True)
    window = order.drop(TARGET).with_columns(wildlife_size=sizes, speed_knots=speeds)
    found = drift_of(watched, window.sample(fraction=1, shuffle=True, seed=0), tmp_path)
    assert {column.column for column in found.moved} <= {"prediction", "probability"}
    assert found.drifted


def test_a_version_registered_without_its_predictions_is_said(
    watched: Watched, tmp_path: Path
) -> None:
    """Inputs are compared all the same."""
    told = RegisteredModel.read(watched.registered)
    older = tmp_path / "registered.json"
    older.write_text(RegisteredModel(*(told.model_name, "0", told.digest, told.metrics)).to_json())
    found = drift_of(Watched(watched.model, older, watched.rows), window_of(watched), tmp_path)
    assert not any(column.is_prediction for column in found.columns)
    assert "register it anew" in str(found.notes)
    assert found.estimated is None


def test_labels_are_joined_by_key_and_counted(watched: Watched, tmp_path: Path) -> None:
    """Late labels, strays, repeated and contradictory ones are each told."""
    rows = watched.rows.head(1_000).with_row_index("id")
    labels = rows.select("id", TARGET).head(600)
    odd = pl.DataFrame({"id": [5000, 1, 0], TARGET: ["no", labels[TARGET][1], "other"]})
    labels = pl.concat([labels, odd.cast(labels.schema)])
    found = drift_of(watched, rows.drop(TARGET), tmp_path, labels, ("id",))
    assert found.labels is not None
    assert (found.labels.labelled, found.labels.late) == (599, 401)
    assert (found.labels.strays, found.labels.contradictory, found.labels.repeated) == (1, 1, 1)
    assert found.performance is not None
    assert not found.performance_dropped
    assert found.performance.rows == 599


def test_labels_without_a_key_are_a_mistake(watched: Watched, tmp_path: Path) -> None:
    """The message says what to name."""
    with pytest.raises(InputError, match="key"):
        drift_of(watched, window_of(watched), tmp_path, watched.rows)


def test_mixed_labels_drop_the_performance_and_leave_the_estimate(
    watched: Watched, tmp_path: Path
) -> None:
    """Where rows come to have other labels, the realised metric shows it, and CBPE cannot."""
    rng = np.random.default_rng(0)
    mixed = rng.random(len(watched.rows)) < 0.4
    truth = watched.rows[TARGET].to_numpy().copy()
    truth[mixed] = rng.permutation(truth[mixed])
    window = watched.rows.with_columns(pl.Series(TARGET, truth))
    found = drift_of(watched, window, tmp_path)
    assert found.status == "no drift"
    assert found.performance_dropped
    assert found.performance is not None
    assert found.performance.found.value is not None
    assert found.estimated is not None
    assert found.estimated.value is not None
    assert found.estimated.registered is not None
    assert abs(found.estimated.value - found.estimated.registered) < 0.05
    assert found.performance.found.value < found.estimated.value - 0.05


def test_few_labels_judge_nothing(watched: Watched, tmp_path: Path) -> None:
    """A handful of labels is said, and is no performance."""
    few = watched.rows.with_columns(
        pl.when(pl.int_range(pl.len()) < 50).then(pl.col(TARGET)).alias(TARGET)
    )
    found = drift_of(watched, few, tmp_path)
    assert (found.performance, found.dropped) == (None, "")
    assert "50 rows with a label of at least 100" in str(found.notes)


def test_what_is_found_comes_back_from_its_file(watched: Watched, tmp_path: Path) -> None:
    """Other steps and commands read all of it, and the report runs no script."""
    window = watched.rows.with_columns(pl.col("speed_knots") * 1.05)
    found = drift_of(watched, window, tmp_path)
    text = (tmp_path / "drift.json").read_text()
    assert Drift.parse(text) == found
    assert json.loads(text)["reasons"] == list(found.reasons)
    page = (tmp_path / "drift.html").read_text()
    assert "<svg" in page
    assert "<script" not in page
    assert "speed_knots" in page


@pytest.mark.parametrize(
    "wrong", [{"alpha": 0.0}, {"alpha": 0.7}, {"least_moved": 1.0}, {"least_rows": 5}]
)
def test_a_rule_that_decides_nothing_is_a_mistake(wrong: dict[str, float]) -> None:
    """Levels, shares and numbers of rows are checked."""
    with pytest.raises(InputError):
        Rule(**wrong)  # type: ignore[arg-type]


def test_a_prediction_log_is_a_window(watched: Watched, tmp_path: Path) -> None:
    """What it says of requests and answers is no new column."""
    told = {name: pl.lit("x") for name in sorted(LOG_COLUMNS)}
    found = drift_of(watched, window_of(watched).with_columns(**told), tmp_path)
    assert found.status == "no drift"
    assert not {name for note in found.notes for name in note.columns} & LOG_COLUMNS
