"""Comparison with the champion of a real registry."""

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.stats import bootstrap
from sklearn.metrics import roc_auc_score

from components.compare_with_champion.compare import compare_with_champion
from components.compare_with_champion.comparison import Comparison
from components.evaluate_model.evaluate import evaluate_model
from components.shared.errors import InputError, RegistryError
from components.shared.evaluation.comparisons import ComparisonRecord
from components.shared.registry.client import RegistryClient
from tests.components.model_folders import TEXT, Trained, train_bird_strikes
from tests.registry_service.running import free_port, start_registry


@dataclass(frozen=True)
class Candidate:
    """An evaluated model."""

    trained: Trained
    folder: Path

    def compare(self, url: str | None, name: str, **options: Any) -> Comparison:
        """Compare it with the champion of that name."""
        return compare_with_champion(
            self.folder / "evaluation",
            self.folder / "predictions",
            self.trained.test,
            self.folder / "reasons",
            self.folder / "comparison",
            name,
            registry_url=url,
            **options,
        )

    def written(self) -> dict[str, Any]:
        """Return the JSON that the last comparison wrote."""
        content: dict[str, Any] = json.loads((self.folder / "comparison").read_text())
        return content

    def said(self) -> str:
        """Return the Markdown that the last comparison wrote."""
        return (self.folder / "reasons").read_text()


def evaluated(trained: Trained, folder: Path, samples: int = 200) -> Candidate:
    """Evaluate a model into a folder."""
    folder.mkdir(exist_ok=True)
    files = [folder / name for name in ("report", "evaluation", "predictions")]
    evaluate_model(trained.model, trained.test, *files, bootstrap_samples=samples)
    return Candidate(trained, folder)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a running registry."""
    running = start_registry(tmp_path_factory.mktemp("registry"))
    yield running.url
    running.stop()


@pytest.fixture(scope="module")
def strong(binary_model: Trained, tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    """A model that reads all the columns it should."""
    return evaluated(binary_model, tmp_path_factory.mktemp("strong"))


@pytest.fixture(scope="module")
def weak(tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    """A model that reads a column which says little."""
    folder = tmp_path_factory.mktemp("weak")
    return evaluated(train_bird_strikes(folder, ("phase_of_flight",)), folder)


def champion(url: str, candidate: Candidate) -> str:
    """Register a model as the champion of a new name, and return the name."""
    return versions(url, candidate, aliases=["champion"])


def versions(url: str, *candidates: Candidate, aliases: Sequence[str] = ()) -> str:
    """Register models as versions of a new name, and return the name."""
    name = f"model-{uuid.uuid4().hex[:12]}"
    body = {"model": {"name": name}, "version": {}, "aliases": list(aliases)}
    with RegistryClient(url) as client:
        for candidate in candidates:
            client.register(body, candidate.trained.model, uuid.uuid4().hex)
    return name


def test_first_model_passes_on_the_floor(registry: str, weak: Candidate) -> None:
    """Without a champion, surely better than a constant prediction is enough."""
    assert weak.compare(registry, "never-seen").approved
    written = weak.written()
    assert (written["champion"], written["difference"], written["floor"]) == (None, None, 0.5)
    assert written["floor_of_constant"]
    assert written["over_constant"]["low"] > 0
    assert "no version to beat yet" in weak.said()
    assert "Difference (candidate − constant)" in weak.said()


def test_what_may_be_chance_is_refused(registry: str, tmp_path: Path) -> None:
    """A ROC AUC above 0.5 whose interval reaches below it passes no floor but one by its value."""
    chance = evaluated(train_bird_strikes(tmp_path, ("time_of_day", "speed_knots")), tmp_path)
    assert not chance.compare(registry, "never-seen").approved
    assert chance.written()["candidate"]["value"] > 0.5
    assert "surely better is asked for" in chance.said()
    assert chance.compare(registry, "never-seen", floor=0.5).approved


@pytest.mark.parametrize("metric", ["f1", "recall", "average_precision"])
def test_chance_is_the_floor_of_what_a_constant_does_not_find(
    registry: str, strong: Candidate, weak: Candidate, metric: str
) -> None:
    """No number is asked for: the shufflings tell a model that knows from one that calls all."""
    assert strong.compare(registry, "never-seen", metric=metric).approved
    chance = strong.written()["chance"]
    assert chance["as_good"] < 10
    assert chance["mean"] < strong.written()["candidate"]["value"]
    assert "Candidate, shuffled among the rows" in strong.said()
    assert ComparisonRecord.parse((strong.folder / "comparison").read_text()).chance is not None
    weak.compare(registry, "never-seen")
    assert weak.written()["chance"] is None


def test_the_candidate_has_one_interval(registry: str, strong: Candidate, weak: Candidate) -> None:
    """What the evaluation says of it stands in the comparison, with a champion and without."""
    for name in ("never-seen", champion(registry, weak)):
        compared = strong.compare(registry, name, metric="log_loss")
        figures = json.loads((strong.folder / "evaluation").read_text())
        assert strong.written()["candidate"] == figures["metrics"]["log_loss"]
        assert strong.written()["confidence"] == figures["confidence"]
        assert compared.confidence == figures["confidence"]


def test_floor_of_the_user_refuses(registry: str, strong: Candidate) -> None:
    """A floor that the metric does not reach refuses, with both numbers in the reason."""
    assert not strong.compare(registry, "never-seen", floor=0.99).approved
    (reason,) = strong.written()["reasons"]
    assert "below the floor 0.9900 that was asked for" in reason
    assert not strong.written()["floor_of_constant"]


def test_better_model_replaces_the_champion(
    registry: str, strong: Candidate, weak: Candidate
) -> None:
    """A candidate that is surely better is approved, and the figures say by how much."""
    name = champion(registry, weak)
    assert strong.compare(registry, name).approved
    written = strong.written()
    assert written["champion"]["version"] == "1"
    assert written["champion"]["digest"] == weak.trained.digest
    assert written["difference"]["low"] > 0
    assert written["difference"]["value"] == pytest.approx(
        written["candidate"]["value"] - written["champion"]["value"]
    )
    assert strong.said().startswith("## Approved")


def test_champion_scores_what_its_own_evaluation_said(
    registry: str, strong: Candidate, weak: Candidate
) -> None:
    """The downloaded champion gets the same value on these rows as when it was evaluated."""
    strong.compare(registry, champion(registry, weak), metric="log_loss")
    own = json.loads((weak.folder / "evaluation").read_text())["metrics"]["log_loss"]["value"]
    assert strong.written()["champion"]["value"] == pytest.approx(own)


def test_worse_model_is_refused(registry: str, strong: Candidate, weak: Candidate) -> None:
    """A candidate that is worse is refused, whatever the direction of the metric."""
    name = champion(registry, strong)
    for metric in ("roc_auc", "log_loss", "brier"):
        assert not weak.compare(registry, name, metric=metric).approved
        assert "worse" in weak.written()["reasons"][-1]


def test_margin_decides(registry: str, strong: Candidate, weak: Candidate) -> None:
    """A margin beyond the lead refuses; a generous negative one lets a worse model pass."""
    better, worse = champion(registry, weak), champion(registry, strong)
    assert not strong.compare(registry, better, margin=0.5).approved
    assert weak.compare(registry, worse, margin=-0.5).approved
    assert weak.compare(registry, worse, margin=-0.5, metric="log_loss", floor=1.0).approved


def test_interval_of_the_difference_agrees_with_scipy(
    registry: str, strong: Candidate, weak: Candidate, tmp_path: Path
) -> None:
    """The paired interval is that of scipy's paired bootstrap, up to its own noise."""
    candidate = evaluated(strong.trained, tmp_path, samples=1000)
    candidate.compare(registry, champion(registry, weak))
    ours = candidate.written()["difference"]
    rows = [pl.read_parquet(c.folder / "predictions") for c in (strong, weak)]
    truth = (rows[0]["actual"] == "yes").to_numpy()
    scores = [frame["probability_1"].to_numpy() for frame in rows]
    expected = bootstrap(
        (truth, *scores),
        lambda t, a, b: roc_auc_score(t, a) - roc_auc_score(t, b),
        paired=True,
        vectorized=False,
        n_resamples=300,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    assert (ours["low"], ours["high"]) == pytest.approx(
        (expected.low, expected.high), abs=0.15 * (expected.high - expected.low)
    )


def test_same_model_is_refused(registry: str, strong: Candidate) -> None:
    """The champion itself is no news, and is not even downloaded."""
    assert not strong.compare(registry, champion(registry, strong)).approved
    assert "byte for byte" in strong.written()["reasons"][-1]
    assert strong.written()["difference"] is None


def test_champion_that_cannot_be_scored_refuses(
    registry: str, strong: Candidate, multiclass_model: Trained, tmp_path: Path
) -> None:
    """Another task, or columns that the rows lack, make no comparison, and it is said which."""
    other = evaluated(multiclass_model, tmp_path / "other")
    assert not strong.compare(registry, champion(registry, other)).approved
    assert "its task is multiclass" in strong.written()["reasons"][-1]
    assert "a name of its own" in strong.written()["reasons"][-1]

    trained = train_bird_strikes(tmp_path / "wide", (*TEXT, "operator"))
    name = champion(registry, Candidate(trained, tmp_path))
    rows = tmp_path / "test.parquet"
    pl.read_parquet(strong.trained.test).drop("operator").write_parquet(rows)
    narrow = Candidate(Trained(strong.trained.model, rows, ""), strong.folder)
    assert not narrow.compare(registry, name).approved
    assert "operator" in narrow.written()["reasons"][-1]


def test_alias_names_the_version_to_beat(registry: str, strong: Candidate, weak: Candidate) -> None:
    """Another alias than champion can be compared with; where it is unset, the newest version."""
    name = champion(registry, weak)
    strong.compare(registry, name, champion_alias="staging")
    assert strong.written()["champion_alias"] == "staging"
    assert strong.written()["champion"]["alias"] is None


def test_without_a_champion_the_newest_live_version_is_compared_with(
    registry: str, strong: Candidate, weak: Candidate
) -> None:
    """A second training is held against the first, and what was archived is passed over."""
    name = versions(registry, strong, weak)
    assert strong.compare(registry, name).approved
    assert strong.written()["champion"]["version"] == "2"
    assert "| Newest, version 2 |" in strong.said()
    with RegistryClient(registry) as client:
        client.archive(name, "2")
    assert not weak.compare(registry, name).approved
    assert "There is no champion: version 1, the newest" in weak.said()
    with RegistryClient(registry) as client:
        client.archive(name, "1")
    assert weak.compare(registry, name).approved


def test_another_question_under_the_name_is_refused_with_the_remedy(
    registry: str, strong: Candidate, multiclass_model: Trained, tmp_path: Path
) -> None:
    """Without a champion too: the version is named, and both ways out."""
    name = versions(registry, evaluated(multiclass_model, tmp_path))
    assert not strong.compare(registry, name).approved
    (reason, _) = strong.written()["reasons"]
    assert reason.startswith("Version 1, the newest, cannot be scored on these rows: its task")
    assert "a name of its own" in reason
    assert f"kfp-tabular registry archive {name}@1" in reason


def test_predictions_of_another_evaluation_are_refused(
    registry: str, strong: Candidate, weak: Candidate, tmp_path: Path
) -> None:
    """Evaluation and predictions that do not match are an error, never a verdict."""
    mixed = Candidate(strong.trained, tmp_path)
    for name, source in (("evaluation", strong), ("predictions", weak)):
        (tmp_path / name).write_bytes((source.folder / name).read_bytes())
    with pytest.raises(InputError, match="of one evaluation"):
        mixed.compare(registry, champion(registry, weak))
    assert not (tmp_path / "comparison").exists()


def test_undefined_metric_refuses(registry: str, binary_model: Trained, tmp_path: Path) -> None:
    """One class only in the test rows: no ROC AUC, no approval."""
    rows = tmp_path / "test.parquet"
    test = pl.read_parquet(binary_model.test)
    test.with_columns(pl.lit("no").alias("damaged")).write_parquet(rows)
    candidate = evaluated(Trained(binary_model.model, rows, ""), tmp_path)
    assert not candidate.compare(registry, "never-seen").approved
    assert "undefined" in candidate.written()["reasons"][0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"metric": "roc_acu"}, "roc_auc"),
        ({"margin": float("nan")}, "finite"),
        ({"floor": float("inf")}, "finite"),
    ],
)
def test_wrong_parameters_are_explained(
    registry: str, strong: Candidate, options: dict[str, Any], message: str
) -> None:
    """A parameter that cannot be is refused with what could."""
    with pytest.raises(InputError, match=message):
        strong.compare(registry, "never-seen", **options)


def test_an_evaluation_of_few_resamples_is_no_ground(
    registry: str, strong: Candidate, tmp_path: Path
) -> None:
    """An interval of twenty resamples has no outermost 2.5 %; the message says who makes more."""
    with pytest.raises(InputError, match=r"20 resamples.*bootstrap_samples of evaluate_model"):
        evaluated(strong.trained, tmp_path, samples=20).compare(registry, "never-seen")


def test_no_registry_named(strong: Candidate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither parameter nor environment: the message names both."""
    monkeypatch.delenv("REGISTRY_URL", raising=False)
    with pytest.raises(InputError, match="REGISTRY_URL"):
        strong.compare(None, "never-seen")


def test_registry_down_is_no_verdict(strong: Candidate, monkeypatch: pytest.MonkeyPatch) -> None:
    """A registry that cannot be reached fails the step: it is not the absence of a champion."""
    monkeypatch.setenv("KFP_TABULAR_WAIT_SECONDS", "0")
    with pytest.raises(RegistryError):
        strong.compare(f"http://127.0.0.1:{free_port()}", "never-seen")


def test_first_run_imports_no_science(registry: str, strong: Candidate) -> None:
    """Without a champion the step pays for neither scikit-learn nor pandas, nor numpy."""
    code = f"""
import sys
from components.compare_with_champion.compare import compare_with_champion as compare
files = [{str(strong.folder)!r} + "/" + n for n in ("evaluation", "predictions")]
out = [{str(strong.folder)!r} + "/" + n for n in ("reasons", "comparison")]
test, url = {str(strong.trained.test)!r}, {registry!r}
assert compare(*files, test, *out, "new", registry_url=url).approved
print([m for m in ("numpy", "pandas", "polars", "sklearn") if m in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_probabilities_worse_than_a_constants_are_said(
    registry: str, strong: Candidate, tmp_path: Path
) -> None:
    """The verdict stays, as the ranking is good; Markdown and JSON say it besides."""
    figures = json.loads((strong.folder / "evaluation").read_text())
    figures["metrics"]["log_loss"]["value"] = figures["baseline"]["log_loss"] + 0.1
    (tmp_path / "evaluation").write_text(json.dumps(figures))
    poor = Candidate(strong.trained, tmp_path)
    assert poor.compare(registry, "never-seen").approved
    (remark,) = poor.written()["remarks"]
    assert "worse than a constant's" in remark
    assert f"- Besides: {remark}." in poor.said()
