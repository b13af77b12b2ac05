"""KFP signature of `predict_table`."""

from typing import List

from kfp import dsl
from kfp.dsl import Dataset, Input, Model, Output

from components.shared.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def predict_table(
    model: Input[Model],
    table: Input[Dataset],
    predictions: Output[Dataset],
    destination: str = "",
    keep: List[str] = [],
    probabilities: bool = False,
    threshold: str = "auto",
    positive_class: str = "",
    explain: bool = False,
    first: int = 0,
    rows: int = 0,
    format: str = "auto",
    table_digest: str = "",
) -> int:
    """Predict every row of a table, in their order and in bounded memory.

    Returns the number of rows. Cache it with care: what was put elsewhere may have been removed.

    Args:
        model: The model folder that `train_model` wrote, or `fetch_model` brought.
        table: The table as `ingest_table` wrote it, best with the same model.
        predictions: Its kept columns, `prediction` and the probabilities; metadata: rows, model,
            model_name, table, target, classes, threshold, first, explained_in, explained_class.
        destination: Where the predictions are to be put as well: s3://bucket/key or a path; empty:
            nowhere.
        keep: Columns of the table that go with the predictions, such as a key; ["*"] for all.
        probabilities: Whether to write `probability_<class>` for each class.
        threshold: Of two classes, the probability from which on the positive one is predicted, a
            number from 0 to 1; best: that of the least cost on the test rows, which is registered
            with the version that `fetch_model` brings; auto: the more probable class.
        positive_class: The class that the threshold is for; empty: as in the evaluation of models.
        explain: Whether to write what each column contributes, `base` and `contribution_<column>`:
            milliseconds a row.
        first: Rows of the table before those that are predicted.
        rows: How many are; 0: all that follow.
        format: auto (by the ending of the destination, else parquet), parquet, csv or jsonl.
        table_digest: Digest of the table, for the lineage; empty: unknown.
    """
    from components.predict_table.predict import predict_table, version_name
    from components.predict_table.threshold import decide
    from components.shared.parameters import given
    from components.shared.step import step_body

    with step_body():
        decision = decide(threshold, positive_class, model.metadata)
        predicted = predict_table(
            model.path, table.path, predictions.path, keep=keep, probabilities=probabilities,
            threshold=decision.threshold, positive_class=decision.positive_class,
            explain=explain, first=first, rows=rows or None,
            destination=given(destination, ""), format=given(format, "auto"),
            model_name=version_name(model.metadata), table_digest=given(table_digest, ""),
        )  # fmt: skip
    predictions.metadata.update(predicted.metadata())
    return predicted.rows
