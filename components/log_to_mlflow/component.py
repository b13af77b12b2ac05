"""KFP signature of `log_to_mlflow`."""

from typing import NamedTuple

from kfp import dsl
from kfp.dsl import HTML, Artifact, Input, Model, Output

from components.shared.image import MLFLOW_IMAGE


@dsl.component(base_image=MLFLOW_IMAGE, install_kfp_package=False)
def log_to_mlflow(
    model: Input[Model],
    evaluation: Input[Artifact],
    report: Input[HTML],
    logged: Output[Artifact],
    model_name: str,
    comparison: Input[Artifact] = None,
    promote: bool = False,
    experiment: str = "",
    run_id: str = "",
    pipeline: str = "",
    git_commit: str = "",
    source: str = "",
    table_digest: str = "",
) -> NamedTuple("Outputs", [("mlflow_run", str), ("version", str)]):
    """Log a run to the MLflow server that MLFLOW_TRACKING_URI names: measures, plots, the model.

    Without that variable in the environment of the step it logs nothing, and says so. A repeated
    step makes no second run, and the same bytes no second version. Where MLFLOW_RUN_ID is set,
    that run is added to. Never cache this step. Outputs are empty where there is none.

    Args:
        model: The model folder that `train_model` wrote.
        evaluation: The figures that `evaluate_model` wrote.
        report: The report that `evaluate_model` wrote.
        logged: Its metadata names run, version, aliases and server.
        model_name: Name of the registered model in MLflow; created when new.
        comparison: The verdict of `compare_with_champion`: a refused model is logged and not
            registered; without it the model is registered.
        promote: Give the version the alias `champion` besides `challenger`.
        experiment: Name of the experiment; empty: MLFLOW_EXPERIMENT_NAME in the environment of
            the step, or the name of the model.
        run_id: The KFP run, a tag by which a repeated step finds its run; empty: unknown.
        pipeline: Name of the pipeline, a tag; empty: unknown.
        git_commit: Commit of the code that defined the run, a tag; empty: unknown.
        source: Where the table was read from, a tag; its query is not kept; empty: unknown.
        table_digest: Content digest of the ingested table, a tag; empty: unknown.
    """
    from components.log_to_mlflow.log import log_to_mlflow
    from components.shared.parameters import given
    from components.shared.step import step_body

    with step_body():
        lineage = {
            "kfp_run": given(run_id), "pipeline": given(pipeline), "git_commit": given(git_commit),
            "source": given(source), "table_digest": given(table_digest),
        }  # fmt: skip
        verdict = comparison.path if comparison else None
        told = log_to_mlflow(
            model.path, evaluation.path, report.path, model_name, comparison=verdict,
            promote=promote, experiment=given(experiment), lineage=lineage,
        )  # fmt: skip
    logged.metadata.update(told.metadata())
    return (told.run_id or "", told.version or "")
