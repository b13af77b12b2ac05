"""KFP signature of `register_dataset`."""

from typing import List, NamedTuple

from kfp import dsl
from kfp.dsl import HTML, Artifact, Dataset, Input, Output

from components.shared.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def register_dataset(
    table: Input[Dataset],
    schema: Input[Artifact],
    report: Input[HTML],
    registered: Output[Artifact],
    dataset_name: str,
    aliases: List[str] = [],
    parent: str = "",
    reference_only: bool = False,
    run_id: str = "",
    pipeline: str = "",
    image: str = "",
    git_commit: str = "",
    source: str = "",
    source_fingerprint: str = "",
    format: str = "",
    column_types: str = "",
    missing_values: List[str] = [],
    curated_schema_source: str = "",
    query: str = "",
    registry_url: str = "",
) -> NamedTuple("Outputs", [("version", str), ("digest", str)]):
    """Register a table with its schema, report and lineage as one version of a data set.

    All or nothing, and by content: a table that says what a version which is not archived says is
    that version, whatever the format of its source. Never cache this step.

    Args:
        table: The table as ingest_table wrote it.
        schema: The schema that validate_table wrote.
        report: The report of the same step.
        registered: Its metadata names data set, version, digest, aliases and registry.
        dataset_name: Name in the registry; created when new.
        aliases: Aliases that the version gets.
        parent: The version that the table was made from, as name@version; empty: the data set
            that it was read from, or none.
        reference_only: Register where the table lies and what its content is, not its bytes.
        run_id: The KFP run, part of the lineage, which leaves out what is empty, and of the
            idempotency key.
        pipeline: Name of the pipeline, for the lineage; empty: unknown.
        image: Container image of the steps, for the lineage; empty: unknown.
        git_commit: Commit of the code that defined the run, for the lineage; empty: unknown.
        source: Where the table was read from, for the lineage; empty: unknown.
        source_fingerprint: What fingerprint_source said of it; needed by reference_only, else
            empty.
        format: The format that it was read as; empty: by the ending.
        column_types: The types that it was read with; empty: as the values showed.
        missing_values: Texts that stood for a missing value, besides the usual ones.
        curated_schema_source: Where the schema lies that it was held against; empty: none.
        query: What a database was asked, instead of a table; empty: nothing.
        registry_url: The registry; empty: REGISTRY_URL in the environment of the step.

    Returns:
        version: Name of the version.
        digest: SHA-256 of its content.
    """
    from components.register_dataset.register import Lineage, Reading, register_dataset
    from components.shared.parameters import given
    from components.shared.step import step_body

    with step_body() as run:
        parts = (
            run.named(run_id), pipeline, run.image(image), git_commit, source, source_fingerprint,
            parent,
        )  # fmt: skip
        lineage = Lineage(*(given(part) for part in parts))
        version = register_dataset(
            table.path, schema.path, report.path, dataset_name,
            aliases=aliases, reference_only=reference_only,
            lineage=lineage,
            reading=Reading(
                format, column_types, tuple(missing_values), curated_schema_source, query
            ),
            registry_url=given(registry_url),
        )  # fmt: skip
        run.finished(
            f"registered data set {dataset_name} version {version.version}",
            inputs=lineage.read(version.content_digest), outputs=[version.as_lineage(table.path)],
        )  # fmt: skip
    registered.metadata.update(version.metadata())
    return (version.version, version.content_digest)
