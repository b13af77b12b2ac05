"""KFP signature of `judge_table`."""

from kfp import dsl
from kfp.dsl import HTML, Artifact, Dataset, Input, Metrics, Model, Output

from components.shared.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def judge_table(
    table: Input[Dataset],
    schema: Input[Artifact],
    report: Output[HTML],
    metrics: Output[Metrics],
    verdict: Output[Artifact],
    model: Input[Model] = None,
    registered: Input[Artifact] = None,
    evaluation: Input[Artifact] = None,
    metric: str = "auto",
    floor: str = "auto",
) -> bool:
    """Decide whether a table is fit for use: by its schema, and by a model that is to read it.

    Returns whether it is.

    Args:
        table: The table as Parquet.
        schema: The schema that validate_table wrote; its metadata say which rules are broken.
        report: The verdict and its reasons on one page.
        metrics: Number of violations and remarks and, of a model, its metric on the table and at
            its registration.
        verdict: The same as JSON; metadata: passed.
        model: A model that is to read the table, from fetch_model; by default none.
        registered: What the registry says of it, from the same step.
        evaluation: What evaluate_model found of it on this table; by default it is not evaluated.
        metric: A metric of the evaluation; auto is roc_auc, balanced_accuracy or r2 by the task.
        floor: What the metric must reach, a number; auto: nothing but what it was registered with.
    """
    from components.judge_table.judge import judge_table
    from components.shared.parameters import given, given_number
    from components.shared.reports.notes import read_notes
    from components.shared.step import step_body

    with step_body() as run:
        result = judge_table(
            table.path, report.path, verdict.path, read_notes(schema.metadata),
            model=model and model.path, registered=registered and registered.path,
            evaluation=evaluation and evaluation.path,
            metric=given(metric, "auto"), floor=given_number(floor, "floor"),
        )  # fmt: skip
        run.finished("passed" if result.passed else "did not pass", metrics=result.figures())
    metrics.metadata.update(result.figures())
    verdict.metadata["passed"] = result.passed
    return result.passed
