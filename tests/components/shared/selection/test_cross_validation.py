"""What candidates reach on the folds."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import polars as pl

from components.shared.selection.asked import ask
from components.shared.selection.candidates import candidates
from components.shared.selection.folding import fold_rows
from components.shared.selection.settings import ChoiceSettings


def test_folds_side_by_side_give_what_they_give_one_after_the_other(tmp_path: Path) -> None:
    """To the last bit, whatever the candidate."""
    random = np.random.default_rng(1)
    x = random.normal(size=120)
    label = np.where(x + random.normal(size=120) > 0, "yes", "no")
    train = tmp_path / "train.parquet"
    pl.DataFrame({"x": x, "label": label}).write_parquet(train)
    asked = ask(train, "label", "binary", "auto", "{}", ChoiceSettings())
    rows = fold_rows(train, tmp_path, asked).rows
    with ThreadPoolExecutor(3) as threads:
        for each in candidates("binary"):
            assert rows.values_side_by_side(each, threads) == tuple(rows.values(each))
