"""KFP signature of `log_to_wandb`."""

from typing import NamedTuple

from kfp import dsl
from kfp.dsl import HTML, Artifact, Input, Model, Output

from components.shared.image import WANDB_IMAGE


@dsl.component(base_image=WANDB_IMAGE, install_kfp_package=False)
def log_to_wandb(
    model: Input[Model],
    evaluation: Input[Artifact],
    report: Input[HTML],
    logged: Output[Artifact],
    model_name: str,
    comparison: Input[Artifact] = None,
    promote: bool = False,
    project: str = "",
    run_id: str = "",
    pipeline: str = "",
    git_commit: str = "",
    source: str = "",
    table_digest: str = "",
) -> NamedTuple("Outputs", [("wandb_run", str), ("version", str)]):
    """Log a run to Weights & Biases: measures, plots, the report, the model.

    Without WANDB_API_KEY in the environment of the step it logs nothing, and says so; where
    WANDB_MODE is offline, into the folder `logged`, which `wandb sync` sends later. A repeated
    step makes no second run, and the same bytes no second version. Never cache this step.

    Args:
        model: The model folder that `train_model` wrote.
        evaluation: The figures that `evaluate_model` wrote.
        report: The report that `evaluate_model` wrote.
        logged: Its metadata names run, version, aliases and server; a folder with the run where
            W&B is offline.
        model_name: Name of the artifact of the model in W&B.
        comparison: The verdict of `compare_with_champion`: a refused model is logged under a name
            of its own, without aliases; without it the model counts as approved.
        promote: Give the version the alias `champion` besides `challenger`.
        project: Name of the project; empty: WANDB_PROJECT in the environment of the step, or the
            name of the model.
        run_id: The KFP run, of which W&B's is made, so that a repeated step finds it; empty: a
            run of its own each time.
        pipeline: Name of the pipeline, in the config; empty: unknown.
        git_commit: Commit of the code that defined the run, in the config; empty: unknown.
        source: Where the table was read from, in the config; its query is not kept; empty:
            unknown.
        table_digest: Content digest of the ingested table, in the config; empty: unknown.
    """
    from components.log_to_wandb.log import log_to_wandb
    from components.shared.parameters import given
    from components.shared.step import step_body

    with step_body():
        lineage = {
            "kfp_run": given(run_id), "pipeline": given(pipeline), "git_commit": given(git_commit),
            "source": given(source), "table_digest": given(table_digest),
        }  # fmt: skip
        verdict = comparison.path if comparison else None
        told = log_to_wandb(
            model.path, evaluation.path, report.path, logged.path, model_name,
            comparison=verdict, promote=promote, project=given(project), lineage=lineage,
        )  # fmt: skip
    logged.metadata.update(told.metadata())
    return (told.run_id or "", told.version or "")
