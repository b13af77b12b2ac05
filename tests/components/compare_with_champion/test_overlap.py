"""Only rows that none of two models alone was trained on compare them."""

import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from components.compare_with_champion.compare import compare_with_champion
from components.compare_with_champion.comparison import Comparison
from components.evaluate_model.evaluate import Origin, evaluate_model
from components.preprocess_table.preprocess import preprocess_table
from components.shared.errors import InputError
from components.shared.registry.client import RegistryClient
from components.split_table.split import split_table
from components.train_model.train import train_model
from tests.registry_service.running import start_registry


@dataclass(frozen=True)
class Run:
    """A model of a table, evaluated, with its rows."""

    folder: Path

    @property
    def test(self) -> pl.DataFrame:
        """The test rows."""
        return pl.read_parquet(self.folder / "test")

    @property
    def train(self) -> pl.DataFrame:
        """The training rows."""
        return pl.read_parquet(self.folder / "train")

    def register(self, url: str) -> str:
        """Make the model the champion of a new name."""
        name = f"model-{uuid.uuid4().hex[:12]}"
        body = {"model": {"name": name}, "version": {}, "aliases": ["champion"]}
        with RegistryClient(url) as client:
            client.register(body, self.folder / "model", uuid.uuid4().hex)
        return name

    def against(self, url: str, name: str, *, model: bool = True, train: bool = True) -> Comparison:
        """Compare with the champion of a name."""
        return compare_with_champion(
            self.folder / "evaluation",
            self.folder / "predictions",
            self.folder / "test",
            self.folder / "reasons",
            self.folder / "comparison",
            name,
            model=self.folder / "model" if model else None,
            train=self.folder / "train" if train else None,
            registry_url=url,
        )

    def written(self) -> Any:
        """Return what the last comparison wrote of its rows."""
        return json.loads((self.folder / "comparison").read_text())["compared_rows"]


def run(
    folder: Path,
    frame: pl.DataFrame,
    entity: Sequence[str] = (),
    drop: Sequence[str] = (),
    **options: Any,
) -> Run:
    """Train and evaluate a model of a table."""
    folder.mkdir()
    frame.write_parquet(folder / "table")
    train, test, model = (folder / name for name in ("train", "test", "model"))
    made = split_table(folder / "table", train, test, target="y", entity=entity, **options)
    preprocess_table(
        *(train, folder / "features", folder / "preprocessor", "y"),
        estimator="linear",
        entity=entity,
        drop_columns=drop,
    )
    train_model(
        *(train, folder / "features", folder / "preprocessor", model, "y"),
        estimator="linear",
        entity=entity,
    )
    files = [folder / name for name in ("report", "evaluation", "predictions")]
    origin = Origin(train=train, split=made.test_metadata())
    evaluate_model(model, test, *files, bootstrap_samples=100, origin=origin)
    return Run(folder)


def visits(rows: int = 600, seed: int = 1) -> pl.DataFrame:
    """Return rows of 150 customers, whose target follows from two columns, loosely."""
    random = np.random.default_rng(seed)
    one, two = random.normal(size=(2, rows))
    return pl.DataFrame(
        {
            "customer": [f"c{n % 150}" for n in range(rows)],
            "one": one,
            "two": two,
            "y": np.where(one + two + random.normal(size=rows) > 0, "yes", "no"),
        }
    )


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a running registry."""
    running = start_registry(tmp_path_factory.mktemp("registry"))
    yield running.url
    running.stop()


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A model of the table as it is at first."""
    return run(tmp_path_factory.mktemp("runs") / "first", visits())


def test_rows_that_the_champion_was_trained_on_are_left_out(
    registry: str, first: Run, tmp_path: Path
) -> None:
    """After another split, most test rows are the champion's: they do not count, which is said."""
    later = run(tmp_path / "later", pl.concat([visits(), visits(400, 2)]), seed=7)
    result = later.against(registry, first.register(registry))
    common = later.test.join(first.train, on=later.test.columns, how="semi").height
    rows = later.test.height
    assert common > 50
    assert later.written()["of_champion"] == common
    assert later.written()["compared"] == rows - common
    assert result.reasons[0].startswith(
        f"{common} of {rows} rows were in the champion's training rows and were left out"
    )
    assert result.champion is not None
    assert result.champion.difference.value is not None


def test_the_same_split_of_a_grown_table_loses_few_rows(
    registry: str, first: Run, tmp_path: Path
) -> None:
    """Of old rows hardly one changes sides, and the new ones are nobody's."""
    later = run(tmp_path / "later", pl.concat([visits(), visits(60, 2)]))
    later.against(registry, first.register(registry))
    assert later.written()["of_champion"] <= 8
    assert later.written()["of_candidate"] == 0


def test_too_few_rows_decide_nothing(registry: str, first: Run, tmp_path: Path) -> None:
    """A candidate whose test rows the champion has learnt from is refused, with the remedy."""
    frame = pl.concat([first.train, first.test.head(10)])
    later = run(tmp_path / "later", frame, seed=11)
    result = later.against(registry, first.register(registry))
    assert not result.approved
    assert "at least 30 decide" in result.reasons[-1]
    assert "the split and the seed" in result.reasons[-1]


def test_the_floor_is_for_all_test_rows(registry: str, first: Run, tmp_path: Path) -> None:
    """What is left out of the comparison is in the candidate's own metric, as it was evaluated."""
    later = run(tmp_path / "later", pl.concat([visits(), visits(400, 2)]), seed=7)
    result = later.against(registry, first.register(registry))
    evaluation = json.loads((later.folder / "evaluation").read_text())
    assert result.candidate.value == evaluation["metrics"]["roc_auc"]["value"]


def test_an_entity_is_known_though_its_rows_have_changed(registry: str, tmp_path: Path) -> None:
    """New rows of customers that the champion was trained on do not count; of new ones they do."""
    champion = run(tmp_path / "champion", visits(), ["customer"])
    later = run(tmp_path / "later", visits(800, 3), ["customer"], seed=5)
    result = later.against(registry, champion.register(registry))
    customers = set(champion.train["customer"])
    common = later.test.filter(pl.col("customer").is_in(customers)).height
    assert later.test.join(champion.train, on=later.test.columns, how="semi").is_empty()
    assert later.written()["of_champion"] == common > 0
    assert "were of entities (customer) in the champion's training rows" in result.reasons[0]


def test_all_rows_that_the_champion_has_not_seen_compare_small_tables(
    registry: str, tmp_path: Path
) -> None:
    """Cross-validated, a candidate's training rows compare it too, but not the champion's."""
    champion = run(tmp_path / "champion", visits(100))
    later = run(tmp_path / "later", pl.concat([visits(100), visits(80, 2)]))
    result = later.against(registry, champion.register(registry))
    assert later.test.height < 40
    assert later.written()["of_champion"] == champion.train.height
    assert later.written()["compared"] == 180 - champion.train.height
    assert later.written()["of_candidate"] == 0
    assert result.champion is not None
    assert result.champion.difference.low is not None


def test_models_of_one_small_table_are_compared_in_folds(registry: str, tmp_path: Path) -> None:
    """Where too few rows are new to the champion, its kind is judged in the candidate's folds."""
    champion = run(tmp_path / "champion", visits(100), drop=["two"])
    later = run(tmp_path / "later", visits(100))
    result = later.against(registry, champion.register(registry))
    assert later.written()["folds"] == 5
    assert result.champion is not None
    found = (result.candidate, result.champion.estimate, result.champion.difference)
    own, other, difference = (each.value or 0.0 for each in found)
    assert difference > 0
    assert own - other == pytest.approx(difference)
    assert result.champion.difference.low is not None


def test_the_same_model_of_a_small_table_is_as_good_as_itself(
    registry: str, tmp_path: Path
) -> None:
    """Models of one kind have the same figures in the same folds: nothing is better."""
    champion = run(tmp_path / "champion", visits(100))
    later = run(tmp_path / "later", visits(100), seed=7)
    result = later.against(registry, champion.register(registry))
    told = " ".join(result.reasons)
    assert not result.approved
    assert "20 of 100 rows are no training rows of the champion's, too few" in told
    assert "ROC AUC is as good as that of the champion" in told
    assert later.written()["folds"] == 5


def test_a_cross_validated_evaluation_needs_the_train_rows(registry: str, tmp_path: Path) -> None:
    """Without the train rows a comparison says which input is missing."""
    small = run(tmp_path / "small", visits(100))
    with pytest.raises(InputError, match=r"pass them \(`train`\)"):
        small.against(registry, "small", train=False)


def test_equal_rows_of_both_count(registry: str, tmp_path: Path) -> None:
    """In a table of few different rows, what both were trained on is as good for both."""
    few = visits(2000).with_columns(pl.col("one", "two").round(0)).drop("customer")
    champion = run(tmp_path / "champion", few)
    later = run(tmp_path / "later", pl.concat([few, few.head(300)]))
    result = later.against(registry, champion.register(registry))
    told = later.written()
    assert told["of_both"] > 300
    assert told["compared"] == told["rows"] - told["of_champion"] - told["of_candidate"] > 300
    assert any("equal training rows of both" in reason for reason in result.reasons)
    alone = later.against(registry, champion.register(registry), model=False)
    assert "at least 30 decide" in alone.reasons[-1]


def test_an_unknown_overlap_is_said(registry: str, first: Run, tmp_path: Path) -> None:
    """A champion without hashes, or of other columns, is compared on all rows, which is said."""
    later = run(tmp_path / "later", visits(600, 4))
    old = json.loads((first.folder / "model" / "model.json").read_text())
    aged = tmp_path / "aged" / "model"
    aged.mkdir(parents=True)
    for file in (first.folder / "model").iterdir():
        (aged / file.name).write_bytes(file.read_bytes())
    (aged / "model.json").write_text(json.dumps(old | {"trained_on": None}))
    result = later.against(registry, Run(aged.parent).register(registry))
    assert result.reasons[0].startswith("Overlap not known: it does not hold which rows")
    assert later.written()["compared"] == later.test.height

    narrow = run(tmp_path / "narrow", visits(600, 4).drop("customer"))
    champion = run(tmp_path / "wide", visits(300, 5).with_columns(extra=pl.col("customer")))
    result = narrow.against(registry, champion.register(registry))
    assert "trained on a table with a column 'customer'" in result.reasons[0]
