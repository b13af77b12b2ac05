"""The prediction log: what was asked and answered, kept for monitoring."""

import threading
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl
import pytest
from prometheus_client import CollectorRegistry

from components.shared.models.description import ColumnProfile, InputColumn
from predictor.errors import LogError, SettingsError
from predictor.prediction_log.entries import OURS, Columns
from predictor.prediction_log.log import LogFigures, PredictionLog
from predictor.prediction_log.places import FolderPlace, Place, place_of
from predictor.scorer import Row, Scores
from tests.minio_server import Minio
from tests.predictor.calling import DIGEST, ROW, application, description, predict, served

YES = Scores(["yes"], [[0.25, 0.75]])


class HeldPlace:
    """A fake that keeps files when it is let, and fails as often as it is told."""

    def __init__(self, failures: int = 0) -> None:
        self.let = threading.Event()
        self.failures = failures
        self.files: dict[PurePosixPath, bytes] = {}

    def prepare(self) -> None:
        """Do nothing."""

    def put(self, path: PurePosixPath, content: bytes) -> None:
        """Wait, and keep or fail."""
        self.let.wait(10)
        if self.failures:
            self.failures -= 1
            raise LogError("no room")
        self.files[path] = content

    def rows(self) -> int:
        """Return how many rows are in the files."""
        return sum(len(pl.read_parquet(content)) for content in self.files.values())


class Figures:
    """The figures of a log, read."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.log = LogFigures(self.registry)

    def rows(self, outcome: str) -> float:
        """Return how many rows came to that."""
        return self.registry.get_sample_value("predictor_log_rows_total", {"outcome": outcome}) or 0

    def failures(self) -> float:
        """Return how many files could not be written."""
        return self.registry.get_sample_value("predictor_log_failures_total") or 0


def opened(place: Place, figures: Figures, **changes: Any) -> PredictionLog:
    """Open a log."""
    options = {"sample": 1.0, "seconds": 0.01, "most_waiting": 1_000, **changes}
    return PredictionLog(place, figures.log, **options)


def read(folder: Path) -> pl.DataFrame:
    """Return all rows of a log with what its folders say."""
    return pl.read_parquet(folder / "predictions" / "**" / "*.parquet", hive_partitioning=True)


def test_rows_are_kept_with_what_was_answered(tmp_path: Path) -> None:
    """Raw columns have the types of the training table; folders name model, version and day."""
    figures = Figures()
    log = opened(FolderPlace(tmp_path), figures)
    rows: list[Row] = [{**ROW, "customer": "0042"}, {"age": None, "city": None}]
    log.add(served(), "r-1", rows, Scores(["no", "yes"], [[0.6, 0.4], [0.2, 0.8]]))
    log.close()
    found = read(tmp_path)
    constant: dict[str, Any] = {"_request": "r-1", "_digest": DIGEST, "_given_otherwise": None}
    constant |= {"churned": None, "model": "churn", "version": 1}
    first = {"_row": 1, "age": 41, "city": "Oslo", "customer": "0042"}
    second = {"_row": 2, "age": None, "city": None, "customer": None}
    assert found.drop("_time", "date").to_dicts() == [
        {**constant, **first, "_prediction": "no", "_probability": 0.4},
        {**constant, **second, "_prediction": "yes", "_probability": 0.8},
    ]
    assert found.schema["_time"] == pl.Datetime("us", "UTC")
    assert found["date"].item(0) == found["_time"].dt.date().item(0)
    assert (figures.rows("written"), figures.rows("dropped")) == (2, 0)


def test_a_value_of_another_kind_is_kept_as_it_came(tmp_path: Path) -> None:
    """A number as text, one that is too large, and a text that is a number stand beside."""
    log = opened(FolderPlace(tmp_path), Figures())
    rows: list[Row] = [{"age": "41", "city": 7}, {"age": 1 << 63, "city": "Oslo"}]
    rows += [{"age": 4.0, "city": None}]
    for row in rows:
        log.add(served(), "r", [row], YES)
    log.close()
    found = read(tmp_path).sort("_time")
    assert found["age"].to_list() == [None] * 3
    assert found["city"].to_list() == [None, "Oslo", None]
    assert found["_given_otherwise"].to_list() == [
        '{"age":"41","city":7}',
        '{"age":9223372036854775808}',
        '{"age":4.0}',
    ]


@pytest.mark.parametrize(
    ("classes", "label", "kind"),
    [
        ([False, True], True, pl.Boolean()),
        ([0, 1], 1, pl.Int64()),
        (["a", "b", "c"], "c", pl.String()),
        (None, 2.5, pl.Float64()),
    ],
)
def test_predictions_keep_their_type(tmp_path: Path, classes: Any, label: Any, kind: Any) -> None:
    """Labels are logged as the model has them, and numbers of a regression without probability."""
    count = len(classes or ())
    task = {0: "regression", 2: "binary"}.get(count, "multiclass")
    version = served(description=replace(description(), task=task, classes=classes))
    log = opened(FolderPlace(tmp_path), Figures())
    probabilities = [[0.1] * (count - 1) + [0.7]] if classes else None
    log.add(version, "r", [ROW], Scores([label], probabilities))
    log.close()
    found = read(tmp_path)
    assert (found["_prediction"].to_list(), found.schema["_prediction"]) == ([label], kind)
    assert found["_probability"].to_list() == [0.7 if classes else None]


def test_a_share_of_the_rows_is_kept() -> None:
    """What the sampling leaves out is counted."""
    figures, place = Figures(), HeldPlace()
    place.let.set()
    log = opened(place, figures, sample=0.5, most_waiting=100_000)
    log.add(served(), "r", [ROW] * 10_000, Scores(["yes"] * 10_000, [[0.2, 0.8]] * 10_000))
    log.close()
    assert 4_500 < place.rows() < 5_500
    assert figures.rows("written") == place.rows()
    assert figures.rows("written") + figures.rows("left_out") == 10_000


def test_more_rows_than_may_wait_are_dropped_and_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Requests never wait for a slow store; that rows are missing is said, and once."""
    figures, place = Figures(), HeldPlace()
    log = opened(place, figures, most_waiting=10)
    for _ in range(25):
        log.add(served(), "r", [ROW], YES)
    place.let.set()
    log.close()
    assert (figures.rows("dropped"), figures.rows("written"), place.rows()) == (15, 10, 10)
    assert caplog.text.count("not logged, and perhaps more") == 1


def test_what_could_not_be_written_is_tried_again() -> None:
    """A store that fails for a while loses nothing."""
    figures, place = Figures(), HeldPlace(failures=2)
    place.let.set()
    log = opened(place, figures)
    log.add(served(), "r", [ROW], YES)
    while not place.files:
        threading.Event().wait(0.01)
    log.close()
    assert (figures.failures(), figures.rows("written"), place.rows()) == (2, 1, 1)


def test_what_cannot_be_written_at_the_end_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """Rows that are lost with the process are counted and said."""
    figures, place = Figures(), HeldPlace(failures=99)
    place.let.set()
    log = opened(place, figures, seconds=60)
    log.add(served(), "r", [ROW], YES)
    log.close()
    assert figures.rows("dropped") == 1
    assert "the server ended" in caplog.text


def test_versions_do_not_share_a_file(tmp_path: Path) -> None:
    """Where one follows another, each has its own folder."""
    log = opened(FolderPlace(tmp_path), Figures(), seconds=60)
    for version in ("1", "2/a"):
        log.add(served(version), "r", [ROW], YES)
    log.close()
    folders = {path.parent.parent.name for path in tmp_path.rglob("*.parquet")}
    assert folders == {"version=1", "version=2%2Fa"}


@pytest.mark.parametrize("name", OURS)
def test_a_column_that_is_called_like_one_of_the_log_is_refused(name: str) -> None:
    """The mistake is found when the server starts."""
    changed = replace(description(), features=(InputColumn(name, "string", True),))
    with pytest.raises(SettingsError, match=name):
        Columns.of(served(description=changed))


def test_ignored_columns_have_the_type_of_the_profile() -> None:
    """A number that the model does not read is a number in the log."""
    changed = replace(description(), profile={"customer": ColumnProfile("integer", 0.0)})
    types = Columns.of(served(description=changed)).types
    assert (types["customer"], types["churned"]) == ("integer", "string")


def test_a_folder_that_cannot_be_is_refused(tmp_path: Path) -> None:
    """So is what is neither a folder nor an S3 store."""
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="PREDICTION_LOG"):
        place_of(str(tmp_path / "file" / "log")).prepare()
    for address in ("gs://bucket/log", "s3://"):
        with pytest.raises(SettingsError, match="PREDICTION_LOG"):
            place_of(address)


def test_a_folder_keeps_no_half_a_file(tmp_path: Path) -> None:
    """What is seen is whole: a file is renamed when its bytes are on the disk."""
    place = FolderPlace(tmp_path)
    place.put(PurePosixPath("a/b.parquet"), b"whole")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["b.parquet"]
    (tmp_path / "c").touch()
    with pytest.raises(LogError):
        place.put(PurePosixPath("c/d.parquet"), b"")


def test_an_s3_store_keeps_files(minio: Minio, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows are below the prefix; a bucket that is not there is found at the start."""
    for name, value in minio.environment().items():
        monkeypatch.setenv(name, value)
    client = minio.client()
    client.make_bucket("logged")
    place = place_of("s3://logged/of/churn")
    place.prepare()
    figures = Figures()
    log = opened(place, figures)
    log.add(served(), "r", [ROW], YES)
    log.close()
    (found,) = client.list_objects("logged", recursive=True)
    assert str(found.object_name).startswith("of/churn/predictions/model=churn/version=1/date=")
    assert figures.rows("written") == 1
    with pytest.raises(SettingsError, match="no such bucket"):
        place_of("s3://elsewhere").prepare()


def test_what_is_refused_is_not_logged(tmp_path: Path) -> None:
    """The log has predictions, and the request's own id."""
    log = opened(FolderPlace(tmp_path), Figures())
    app = application(prediction_log=log)
    predict(app, [ROW, {"age": "old", "city": ""}])
    predict(app, {"rows": [ROW], "threshold": 0.1}, x_request_id="mine")
    app.close()
    found = read(tmp_path)
    assert found["_request"].to_list() == ["mine"]
    assert found["_prediction"].to_list() == ["yes"]


def test_what_a_version_proves_itself_by_is_not_logged(tmp_path: Path) -> None:
    """A deployment asks for the examples, which are nobody's rows; others are kept."""
    log = opened(FolderPlace(tmp_path), Figures())
    app = application(served(example_rows=(ROW, ROW)), prediction_log=log)
    assert [predict(app, {"rows": rows}).status for rows in ([ROW, ROW], [ROW])] == [200, 200]
    log.close()
    assert len(read(tmp_path)) == 1
