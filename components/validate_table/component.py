"""KFP signature of `validate_table`."""

from typing import NamedTuple, Optional

from kfp import dsl
from kfp.dsl import HTML, Artifact, Dataset, Input, Output

from components.shared.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def validate_table(
    table: Input[Dataset],
    report: Output[HTML],
    schema: Output[Artifact],
    curated_schema: Optional[Input[Artifact]] = None,
    curated_schema_source: Optional[str] = None,
    target: Optional[str] = None,
    task: str = "auto",
    mode: str = "fail",
    table_digest: Optional[str] = None,
    curated_schema_digest: Optional[str] = None,
) -> NamedTuple("Outputs", [("task", str), ("violations", int)]):
    """Check a table against a schema and its target, and report what is wrong or odd.

    Args:
        table: The table as Parquet.
        report: What was found, with counts and a sample of at most ten values each.
        schema: The schema checked, as JSON; metadata: task, violations, warnings, rows, columns.
        curated_schema: A schema of an earlier run, perhaps changed; else one is inferred.
        curated_schema_source: Where such a schema lies, as a local path, file://, s3:// or
            http(s):// URL, instead of an artifact. KFP's cache does not see what is behind it:
            turn caching off for this step.
        target: The target column.
        task: auto, classification, binary, multiclass or regression.
        mode: fail on a broken rule, or only report it. A wrong target fails in both.
        table_digest: Digest of `table`, so that KFP's cache notices new data; not read otherwise.
        curated_schema_digest: The same of `curated_schema`.

    Returns:
        task: binary, multiclass or regression; none without a target.
        violations: Number of rules that the table breaks.
    """
    from components.shared.step import step_body
    from components.validate_table.validate import validate_table

    with step_body():
        validated = validate_table(
            table.path,
            report.path,
            schema.path,
            curated_schema=curated_schema.path if curated_schema else curated_schema_source,
            target=target,
            task=task,
            mode=mode,
        )
    schema.metadata.update(validated.metadata())
    return (validated.task or "none", validated.violations)
