"""KFP signature of `register_model`."""

from typing import NamedTuple

from kfp import dsl
from kfp.dsl import Artifact, Input, Model, Output

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
) -> NamedTuple("Outputs", [("version", str), ("digest", str)]):
    """Register a model, its metrics, parameters, data digests and lineage as one version.

    All or nothing, and idempotent within a run: a retry makes no second version. Nor does another
    run whose model has the bytes of a version that is not archived: it is that version. The
    version gets the alias `challenger`. Never cache this step.

    Args:
        model: The model folder that `train_model` wrote.
        evaluation: The figures that `evaluate_model` wrote.
        registered: Its metadata names model, version, digest, aliases and registry.
        model_name: Name in the registry; created when new.
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
    """
    from components.register_model.register import Lineage, register_model
    from components.shared.parameters import given
    from components.shared.step import step_body

    with step_body() as run:
        lineage = Lineage(
            *map(given, (run_id, pipeline, image, git_commit, source, table_digest, arguments)),
            trigger=given(trigger), retraining_key=given(retraining_key),
        )  # fmt: skip
        verdict = comparison.path if comparison else None
        version = register_model(
            model.path, evaluation.path, model_name,
            comparison=verdict, promote=promote, lineage=lineage, registry_url=given(registry_url),
        )  # fmt: skip
        run.finished(
            f"registered {model_name} version {version.version}", f"{model_name}@{version.version}",
            inputs=lineage.read(lineage.table_digest),
            outputs=[version.as_lineage()],
        )  # fmt: skip
    registered.metadata.update(version.metadata())
    return (version.version, version.digest)
