"""How often the gate lets a model of noise pass, and whether it lets real models pass.

A table of noise has columns that say nothing of its target: whatever passes, passes by chance. Each
is split, trained on, evaluated and held against the gate as the training pipeline does it, with a
registry that has no champion. Beside the rule (surely better than a constant prediction) stands the
one that is in common use: the metric is better than the constant's. At the end the exit code is 1
where noise passes more often than the rule promises, up to the error of so many tables.

`python -m tests.benchmarks.noise_gate [--seeds N] [--rows N] [--estimator NAME] [--target KIND]`
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import polars as pl
from scipy.stats import binom
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine

from components.compare_with_champion.candidate_predictions import candidate_predictions
from components.compare_with_champion.chance import chance_of
from components.compare_with_champion.comparison import Comparison
from components.compare_with_champion.gate import Floor, decide
from components.evaluate_model.figures import Evaluation
from components.shared.evaluation.evaluated_rows import evaluated_rows
from components.shared.evaluation.metrics import METRICS
from components.shared.evaluation.records import EvaluationRecord
from components.shared.models.estimators import DEFAULT_ESTIMATOR
from pipelines.training.plain import (
    Registry,
    TrainingSettings,
    compare_fitted,
    evaluate_fitted,
    fit_table,
)
from tests.components.model_folders import BIRD_STRIKES
from tests.registry_service.running import start_registry

LEVEL: Final = 0.025
"""The share of noise that a 95 % interval lets pass: half of what it leaves out."""

TARGETS: Final[Mapping[str, Callable[[np.random.Generator, int], Any]]] = {
    "two classes": lambda rng, rows: rng.choice(["no", "yes"], rows),
    "two classes, 15 %": lambda rng, rows: np.where(rng.random(rows) < 0.15, "yes", "no"),
    "three classes": lambda rng, rows: rng.choice(["a", "b", "c"], rows),
    "regression": lambda rng, rows: rng.lognormal(size=rows),
}


def noise(path: Path, kind: str, rows: int, seed: int) -> None:
    """Write a table whose columns say nothing of its target."""
    rng = np.random.default_rng(seed)
    columns: dict[str, Any] = {f"number_{k}": rng.normal(size=rows) for k in range(6)}
    columns |= {f"level_{k}": rng.choice(["u", "v", "w"], rows) for k in range(2)}
    pl.DataFrame({**columns, "target": TARGETS[kind](rng, rows)}).write_parquet(path)


def real_tables(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield real tables and their targets."""
    yield BIRD_STRIKES, "damaged"
    for load in (load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine):
        bunch: Any = load(as_frame=True)
        path = folder / f"{load.__name__.removeprefix('load_')}.parquet"
        pl.DataFrame({c: bunch.frame[c].to_numpy() for c in bunch.frame}).write_parquet(path)
        yield path, "target"


def judged(
    source: Path, target: str, folder: Path, settings: TrainingSettings, url: str
) -> tuple[Evaluation, Comparison]:
    """Split, train, evaluate and compare, as the training pipeline does."""
    registry = Registry(model_name="never-seen", url=url)
    with redirect_stdout(StringIO()):
        fitted = fit_table(str(source), target, folder, settings, print)
        split = fitted.split.test_metadata()
        evaluation = evaluate_fitted(folder, settings, print, split=split)
        return evaluation, compare_fitted(folder, registry, print)


def passing(evaluation: Evaluation, folder: Path) -> Iterator[tuple[str, bool, bool]]:
    """Yield each metric, and whether it passes by its value, and by the gate."""
    record = EvaluationRecord.parse((folder / "evaluation.json").read_text("utf-8"))
    test = folder / "test.parquet"
    evaluated: AbstractContextManager[Path] = nullcontext(test)
    if record.cross_validation:
        evaluated = evaluated_rows(folder / "train.parquet", test, record.target)
    with evaluated as rows:
        for metric in METRICS[evaluation.task]:
            found, constant = evaluation.metrics.get(metric.name), evaluation.baseline
            if found is None or found.value is None:
                continue
            chance = None
            if not metric.same_of_constants:
                predicted, entities = candidate_predictions(
                    record, folder / "predictions.parquet", rows, metric
                )
                chance = chance_of(predicted, metric, record.seed, entities, folds=record.folds)
            over = evaluation.over_constant[metric.name]
            floor = Floor(constant[metric.name], over, chance)
            ahead = evaluation.over_constant[metric.name].value or 0.0
            by_value = ahead > 0 if metric.greater_is_better else ahead < 0
            yield metric.name, by_value, decide(metric, found.value, floor, None).approved


def measure(kind: str, rows: int, seeds: int, settings: TrainingSettings, url: str) -> bool:
    """Print how much noise of a kind passes; return whether each metric keeps the promise."""
    by_value: Counter[str] = Counter()
    surely: Counter[str] = Counter()
    gate: Counter[str] = Counter()
    for seed in range(seeds):
        with TemporaryDirectory() as folder:
            table = Path(folder) / "noise.parquet"
            noise(table, kind, rows, seed)
            evaluation, comparison = judged(table, "target", Path(folder), settings, url)
            gate[comparison.metric.name] += comparison.approved
            for name, value, sure in passing(evaluation, Path(folder)):
                by_value[name] += value
                surely[name] += sure
    most = int(binom.ppf(0.975, seeds, LEVEL))
    (metric,) = gate
    print(f"\n{kind}: {seeds} tables of {rows} rows, {settings.estimator}")
    print(f"{'':28}{'better than a constant':>24}{'surely better':>16}")
    for name in by_value:
        mark = "the gate's" if name == metric else ""
        print(f"  {name:<26}{by_value[name]:>24}{surely[name]:>16}   {mark}")
    print(
        f"  the gate approved {gate[metric]}; of {seeds}, chance lets at most {most} pass",
        flush=True,
    )
    return max(surely.values()) <= most


def main() -> int:
    """Print how much noise passes, and which real models do."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--rows", type=int, default=600, help="of each table")
    parser.add_argument("--estimator", default=DEFAULT_ESTIMATOR)
    parser.add_argument("--hyperparameters", default="{}")
    parser.add_argument("--target", choices=TARGETS, action="append", help="all by default")
    given = parser.parse_args()
    settings = TrainingSettings(estimator=given.estimator, hyperparameters=given.hyperparameters)
    began = time.monotonic()
    with TemporaryDirectory() as folder:
        registry = start_registry(Path(folder) / "registry", REGISTRY_LOG_LEVEL="warning")
        try:
            kept = [
                measure(kind, given.rows, given.seeds, settings, registry.url)
                for kind in given.target or TARGETS
            ]
            print("\nreal tables")
            for number, (source, target) in enumerate(real_tables(Path(folder))):
                into = Path(folder) / str(number)
                _, comparison = judged(source, target, into, settings, registry.url)
                verdict = "approved" if comparison.approved else "refused"
                print(f"  {source.stem:<16}{verdict}: {' '.join(comparison.decision.reasons)}")
        finally:
            registry.stop()
    print(f"\n{time.monotonic() - began:.0f} s")
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
