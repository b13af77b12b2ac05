"""A pipeline of one's own, made of compiled components: a table is split and evaluated by time.

It needs kfp and the files `component.yaml`, and not this package, to be compiled:

    python examples/own_pipeline.py compile

To run it on this machine, the steps do need the package, in the environment that runs it:

    python examples/own_pipeline.py run
"""

import sys
from pathlib import Path

from kfp import compiler, components, dsl, local

COMPONENTS = Path(__file__).resolve().parents[1] / "components"


def load(name: str) -> dsl.base_component.BaseComponent:
    """Return the compiled component `name`."""
    return components.load_component_from_file(str(COMPONENTS / name / "component.yaml"))


ingest_table = load("ingest_table")
split_table = load("split_table")
preprocess_table = load("preprocess_table")
train_model = load("train_model")
evaluate_model = load("evaluate_model")


@dsl.pipeline
def by_time(source: str, target: str, column: str) -> None:
    """Train on the earlier rows of a table and evaluate on its latest ones.

    Args:
        source: Where the table is.
        target: Column to predict.
        column: Column with the time of each row.
    """
    # Not cached: what is behind an address may have changed under the same name.
    table = ingest_table(source=source).set_caching_options(False)
    split = split_table(
        table=table.outputs["table"],
        target=target,
        strategy="time",
        column=column,
    )
    features = preprocess_table(train=split.outputs["train"], target=target)
    model = train_model(
        train=split.outputs["train"],
        features=features.outputs["features"],
        preprocessor=features.outputs["preprocessor"],
        target=target,
        train_digest=split.outputs["train_digest"],
    )
    evaluate_model(
        model=model.outputs["model"],
        test=split.outputs["test"],
        test_digest=split.outputs["test_digest"],
    )


if __name__ == "__main__":
    if sys.argv[1:] == ["compile"]:
        compiler.Compiler().compile(by_time, "by_time.yaml")
    elif sys.argv[1:] == ["run"]:
        # KFP's own default, use_venv=True, makes an environment without this package for each step.
        local.init(local.SubprocessRunner(use_venv=False))
        by_time(source="data/bird_strikes.csv", target="damaged", column="flight_date")
    else:
        sys.exit(f"usage: {sys.argv[0]} compile|run")
