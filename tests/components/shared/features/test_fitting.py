"""Fitting fast, and like scikit-learn."""

import io
from pathlib import Path

import joblib
import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from components.shared.features.feature_plan import FeaturePlan
from components.shared.features.fitting import fit_features
from components.shared.features.transforms import build_transformer
from components.shared.features.treatments import choose_treatment
from components.shared.models.description import InputColumn
from components.shared.tables.frames import read_frame

STRINGS = st.one_of(st.none(), st.sampled_from(["a", "b", "c", "d", "e", "É", "", "missing"]))


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(STRINGS, STRINGS), min_size=1, max_size=40),
    min_frequency=st.integers(1, 6),
    max_categories=st.integers(2, 5),
)
@example(rows=[("a", "b")], min_frequency=5, max_categories=2)
@example(rows=[(None, None), ("a", None)], min_frequency=1, max_categories=2)
def test_short_fit_is_the_whole_fit(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str | None, str | None]],
    min_frequency: int,
    max_categories: int,
) -> None:
    """Codes learnt from representative rows are those that scikit-learn learns from all rows."""
    path: Path = tmp_path_factory.mktemp("table") / "train.parquet"
    schema = {"one": pl.String, "two": pl.String}
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(path)
    frame = read_frame(path)
    inputs = tuple(InputColumn(name, "string", nullable=True) for name in schema)
    treatment = choose_treatment(
        "trees", min_frequency=min_frequency, max_categories=max_categories
    )
    plan = FeaturePlan(inputs, (), len(rows), dict.fromkeys(schema, "codes"))
    whole = build_transformer(plan, treatment, {}).fit(frame.astype(object))
    fitted = fit_features(plan, treatment, frame)
    np.testing.assert_array_equal(fitted.table.to_numpy(), whole.transform(frame.astype(object)))
    assert _bytes(fitted.transformer) == _bytes(whole)
    highest = fitted.table.select(pl.all().fill_nan(None).max()).row(0)
    assert list(fitted.codes.values()) == [0 if top is None else top + 1 for top in highest]


def _bytes(fitted: object) -> bytes:
    buffer = io.BytesIO()
    joblib.dump(fitted, buffer)
    return buffer.getvalue()
