"""KFP signature of `register_model`."""

from typing import NamedTuple

from kfp import dsl
from kfp.dsl import HTML, Artifact, Input, Model, Output

from components.shared.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def register_model(
    model: Input[Model],
    evaluation: Input[Artifact],
    registered: Output[Artifact],
    model_name: str,
    comparison: Input[Artifact] = None,
    promote: bool = False,
    run_id: str = "",
    pipeline: str = "",
    image: str = "",
    git_commit: str = "",
    source: str = "",
    table_digest: str = "",
    arguments: str = "",
    trigger: str = "",
    retraining_key: str = "",
    registry_url: str = "",
    evaluation_report: Input[HTML] = None,
    validation_report: Input[HTML] = None,
    schema: Input[Artifact] = None,
    source_fingerprint: str = "",
    hyperparameters: str = "",
    curated_schema_fingerprint: str = "",
) -> NamedTuple("Outputs", [("version", str), ("digest", str)]):
    """Register a model, its metrics, data digests, lineage and evidence as one version.

    Its evidence, files beside the model that are no part of its digest, is what is given here of
    evaluation, comparison, reports and schema, and a model card.

    All or nothing, and idempotent within a run: a retry makes no second version. Nor does another
    run whose model has the bytes of a version that is not archived: it is that version. The
    version gets the alias `challenger`. Never cache this step.

    Args:
        model: The model folder that `train_model` wrote.
        evaluation: The figures that `evaluate_model` wrote.
        registered: Its metadata names model, version, digest, aliases and registry.
        model_name: Name in the registry; created when new. A model of another task or target than
            its newest version is refused.
        comparison: The verdict of `compare_with_champion`; needed to promote.
        promote: Also give it the alias `champion`, if the champion is still the compared one.
        run_id: The KFP run, part of the lineage, which leaves out what is empty, and of the
            idempotency key.
        pipeline: Name of the pipeline, for the lineage; empty: unknown.
        image: Container image of the steps, for the lineage; empty: unknown.
        git_commit: Commit of the code that defined the run, for the lineage; empty: unknown.
        source: Where the table was read from, for the lineage; empty: unknown.
        table_digest: Content digest of the ingested table, for the lineage; empty: unknown.
        arguments: What the run was asked for, as JSON, by which it can be repeated; empty: unknown.
        trigger: What started the run, and why, for the lineage; empty: unknown.
        retraining_key: Names the table and the settings of a retraining, a property of the version
            by which another of the same finds it; empty: it is none.
        registry_url: The registry; empty: REGISTRY_URL in the environment of the step.
        evaluation_report: The report that `evaluate_model` wrote.
        validation_report: The report that `validate_table` wrote.
        schema: The schema that `validate_table` wrote; its metadata tell the rows of the table.
        source_fingerprint: What fingerprint_source said of the source, by which a retraining knows
            an unchanged table, for the lineage; empty: unknown.
        hyperparameters: Those that `arguments` name, as fingerprint_source read them, which stand
            in their place: an address may hold others one day; empty: they stay as named.
        curated_schema_fingerprint: What it said of the curated schema, of which a retraining asks
            the same, for the lineage; empty: there was none.
    """
    from components.register_model.evidence import path_of, reports_of
    from components.register_model.register import Lineage, register_model
    from components.shared.parameters import given
    from components.shared.step import step_body

    with step_body() as run:
        lineage = Lineage.of_step(map(given, (
            run.named(run_id), pipeline, run.image(image), git_commit, source, table_digest,
            arguments, trigger, retraining_key, source_fingerprint, hyperparameters,
            curated_schema_fingerprint,
        )))  # fmt: skip
        version = register_model(
            model.path, evaluation.path, model_name,
            comparison=path_of(comparison), promote=promote, lineage=lineage,
            registry_url=given(registry_url),
            reports=reports_of(evaluation_report, validation_report, schema),
        )  # fmt: skip
        run.finished(
            f"registered {model_name} version {version.version}", f"{model_name}@{version.version}",
            inputs=lineage.read(lineage.table_digest),
            outputs=[version.as_lineage()],
        )  # fmt: skip
    registered.metadata.update(version.metadata())
    return (version.version, version.digest)
