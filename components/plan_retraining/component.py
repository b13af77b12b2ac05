"""KFP signature of `plan_retraining`."""

from typing import List, NamedTuple

from kfp import dsl
from kfp.dsl import Artifact, Input, Output

from components.shared.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def plan_retraining(
    registered: Input[Artifact],
    plan: Output[Artifact],
    drifted: bool,
    performance_dropped: bool,
    reasons: List[str],
    table_digest: str,
    source: str,
    query: str = "",
    format: str = "auto",
    column_types: str = "",
    missing_values: List[str] = [],
    train_on: str = "",
    force: bool = False,
    max_age: str = "",
    settings: str = "{}",
    promote: bool = True,
    registry_url: str = "",
    has_target: bool = True,
) -> NamedTuple(
    "Outputs",
    [
        ("retrain", bool),
        ("model_name", str),
        ("training_source", str),
        ("training_query", str),
        ("training_format", str),
        ("arguments", str),
        ("trigger", str),
        ("key", str),
        ("target", str),
        ("task", str),
        ("column_types", str),
        ("missing_values", List[str]),
        ("curated_schema", str),
        ("validation_mode", str),
        ("split_strategy", str),
        ("split_column", str),
        ("entity", List[str]),
        ("keep_entity", bool),
        ("test_size", float),
        ("seed", int),
        ("estimator", str),
        ("hyperparameters", str),
        ("time_budget", float),
        ("tune", int),
        ("drop_columns", List[str]),
        ("sample_weight_column", str),
        ("class_weight", str),
        ("calibrate", str),
        ("slice_columns", List[str]),
        ("positive_class", str),
        ("cost_fp", float),
        ("cost_fn", float),
        ("metric", str),
        ("floor", str),
        ("margin", float),
        ("log_to_mlflow", bool),
        ("log_to_wandb", bool),
    ],
):
    """Decide whether a registered model is trained again, why, on what and with which settings.

    It is where monitoring alarms, the version is too old, or somebody wants it; not where a version
    of the model was made of the same table with the same settings, which would come out the same.
    The settings are those that the version was trained with, as its record has them, unless told
    otherwise. Never cache this step: the registry changes.

    Args:
        registered: What the registry says of the watched version, from fetch_model.
        plan: The decision with its reasons, as JSON; metadata: decision, trigger, watched, made,
            notes.
        drifted: Whether what the model is given, or says, has moved, from detect_drift.
        performance_dropped: Whether its metric is worse than registered, from the same step.
        reasons: Why it alarms, from the same step.
        table_digest: Content digest of the window, from ingest_table.
        source: Where the window was read from; of a data set the version.
        query: What a database was asked for the window; empty: nothing.
        format: Format of the window; auto: by its ending.
        column_types: Types of columns that have the last word; empty: those that the version was
            trained with.
        missing_values: Texts that stand for a missing value; none: those that the version was
            trained with.
        train_on: The table to train on, an address; empty: the window, which has the target then.
        force: Whether it is wanted whatever monitoring found.
        max_age: Number of days after which a version is due; empty: it gets as old as it likes.
        settings: JSON object of inputs of the training pipeline that are to be other than those of
            the version.
        promote: Whether a better model becomes the champion.
        registry_url: The registry; empty: REGISTRY_URL in the environment of the step.
        has_target: Whether the window has values of the model's target, from detect_drift; where
            not, train_on is needed.

    Returns:
        retrain: Whether the model is trained again.
        model_name: Name of the model.
        training_source: The table to train on.
        training_query: What a database is asked for it.
        training_format: Its format.
        arguments: What the training is asked for, as JSON, by which it can be repeated.
        trigger: What starts it, and why; empty where nothing does.
        key: Names the table and the settings: equal ones make the same model.
        target: As the training pipeline's input of that name, as are all that follow.
    """
    from components.plan_retraining.plan import Window, Wish, plan_retraining
    from components.shared.parameters import given, given_number
    from components.shared.step import step_body

    with step_body():
        window = Window(
            drifted, performance_dropped, reasons, table_digest, source,
            given(query, ""), given(format, "auto"), given(column_types, ""), missing_values,
            has_target,
        )  # fmt: skip
        wish = Wish(given(train_on), force, given_number(max_age, "max_age"),
                    given(settings, "{}"), promote)  # fmt: skip
        planned = plan_retraining(registered.path, plan.path, window, wish, given(registry_url))
    plan.metadata.update(planned.metadata())
    return planned.outputs()
