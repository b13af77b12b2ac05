"""KFP signature of `validate_table`."""

from typing import NamedTuple

from kfp import dsl
from kfp.dsl import HTML, Artifact, Dataset, Input, Output

from components.shared.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def validate_table(
    table: Input[Dataset],
    report: Output[HTML],
    schema: Output[Artifact],
    curated_schema: Input[Artifact] = None,
    curated_schema_source: str = "",
    curated_schema_fingerprint: str = "",
    target: str = "",
    task: str = "auto",
    mode: str = "fail",
    metric: str = "auto",
) -> NamedTuple("Outputs", [("task", str), ("violations", int)]):
    """Check a table against a schema and its target, and report what is wrong or odd.

    Args:
        table: The table as Parquet.
        report: What was found, with counts and a sample of at most ten values each.
        schema: The schema checked, as JSON; metadata: task, violations, warnings, rows, columns.
        curated_schema: A schema of an earlier run, perhaps changed; else one is inferred.
        curated_schema_source: Where such a schema lies, as a local path, file://, s3:// or
            http(s):// URL, instead of an artifact; empty: none.
        curated_schema_fingerprint: What fingerprint_source said of it: the step fails where it
            reads something else; empty: whatever is there is read. Without it, turn caching off
            for this step: KFP's cache does not see what is behind an address.
        target: The target column; empty: none.
        task: auto, classification, binary, multiclass or regression.
        mode: Fail on a broken rule, or only report it. A wrong target fails in both.
        metric: What a model is to be judged by: one of the target's task, else the step fails;
            auto: the usual one.

    Returns:
        task: binary, multiclass or regression; none without a target.
        violations: Number of rules that the table breaks.
    """
    from components.shared.parameters import given
    from components.shared.step import step_body
    from components.shared.tables.columns import given_column
    from components.validate_table.validate import validate_table

    with step_body() as run:
        validated = validate_table(
            table.path,
            report.path,
            schema.path,
            curated_schema=curated_schema.path if curated_schema else given(curated_schema_source),
            curated_schema_fingerprint=given(curated_schema_fingerprint),
            target=given_column(target, table.path),
            task=given(task, "auto"),
            mode=given(mode, "fail"),
            metric=given(metric, "auto"),
            source=table.metadata.get("source"),
        )
        if run.tells_lineage and "source" in table.metadata:
            run.read(validated.as_lineage(table.metadata["source"], table.metadata["digest"]))
    schema.metadata.update(validated.metadata())
    return (validated.task or "none", validated.violations)
