"""The steps of the training pipeline as plain functions on paths: no cluster, no kfp, no registry.

python examples/plain_python.py
"""

import sys
from pathlib import Path

import pandas

from components.evaluate_model.evaluate import evaluate_model
from components.ingest_table.ingest import ingest_table
from components.preprocess_table.preprocess import preprocess_table
from components.shared.errors import ComponentError
from components.shared.models.folders import load_model
from components.split_table.split import split_table
from components.train_model.train import train_model
from components.validate_table.validate import validate_table


def main(source: str, target: str, folder: Path) -> None:
    """Train on a table, write all files into `folder`, and predict three raw rows.

    Raises:
        ComponentError: What is wrong with the table or the arguments, in one message.
    """
    folder.mkdir(parents=True, exist_ok=True)
    table, train, test = (folder / f"{name}.parquet" for name in ("table", "train", "test"))
    ingest_table(source, table)
    checked = validate_table(
        table, folder / "validation.html", folder / "schema.json", target=target
    )
    split_table(table, train, test, target=target)
    preprocess_table(train, folder / "features.parquet", folder / "preprocessor", target)
    train_model(
        train, folder / "features.parquet", folder / "preprocessor", folder / "model", target
    )
    result = evaluate_model(
        folder / "model",
        test,
        folder / "evaluation.html",
        folder / "evaluation.json",
        folder / "predictions.parquet",
    )
    print(f"{checked.task}, {result.rows:,} test rows")
    for name, value in result.values().items():
        print(f"  {name:18} {value:.4f}")

    # The model takes rows as they are in the source; its digests are checked before it is loaded.
    rows = pandas.read_csv(source).head(3)
    print(*load_model(folder / "model").pipeline.predict(rows))


if __name__ == "__main__":
    try:
        main("data/bird_strikes.csv", "damaged", Path("plain"))
    except ComponentError as error:
        sys.exit(f"error: {error}")
