"""The training pipeline."""

from typing import List, NamedTuple

from kfp import dsl

from components.choose_estimator.component import choose_estimator
from components.compare_with_champion.component import compare_with_champion
from components.evaluate_model.component import evaluate_model
from components.log_to_mlflow.component import log_to_mlflow as log_run_to_mlflow
from components.log_to_wandb.component import log_to_wandb as log_run_to_wandb
from components.preprocess_table.component import preprocess_table
from components.register_model.component import register_model
from components.shared.image import IMAGE
from components.split_table.component import split_table
from components.train_model.component import train_model
from components.validate_table.component import validate_table
from pipelines.definition.needs import equip
from pipelines.definition.reading import TableInputs, read_table


class Trained(NamedTuple):
    """What a run says: whether its model passed the gate, and the digest of that model."""

    approved: bool
    model_digest: str


@dsl.pipeline(name="training")
def training(
    source: str,
    target: str,
    model_name: str,
    task: str = "auto",
    query: str = "",
    arguments: str = "",
    format: str = "auto",
    column_types: str = "",
    missing_values: List[str] = [],
    curated_schema: str = "",
    validation_mode: str = "fail",
    split_strategy: str = "auto",
    split_column: str = "",
    entity: List[str] = [],
    keep_entity: bool = False,
    test_size: float = 0.2,
    seed: int = 42,
    estimator: str = "auto",
    hyperparameters: str = "{}",
    time_budget: float = 60.0,
    tune: int = 0,
    drop_columns: List[str] = [],
    sample_weight_column: str = "",
    class_weight: str = "",
    calibrate: str = "none",
    slice_columns: List[str] = [],
    positive_class: str = "",
    cost_fp: float = 1.0,
    cost_fn: float = 1.0,
    metric: str = "auto",
    floor: str = "auto",
    margin: float = 0.0,
    promote: bool = False,
    log_to_mlflow: bool = False,
    log_to_wandb: bool = False,
    git_commit: str = "unknown",
    trigger: str = "",
    retraining_key: str = "",
) -> Trained:
    """Ingest a table, validate it, train and evaluate a model, and register it if it is better.

    The gate before the registration asks for a floor and, once there is a version, for a paired
    comparison with the champion, or else the newest version, on the same test rows.

    Args:
        source: The table: local path, file://, s3:// or http(s):// URL of CSV, Parquet or
            JSON Lines, what DVC tracks (table.csv.dvc), a Delta table (delta+s3://…?version=3),
            postgresql://host/database?table=schema.table, or dataset://name@version of a registered
            data set.
        target: Column to predict.
        model_name: Name of the model in the registry: all versions of it predict one target.
        task: auto, classification, binary, multiclass or regression.
        query: What to ask a database (SELECT …), instead of a table; empty: none.
        arguments: What the run is asked for, as JSON, which the commands fill in: `run --again`
            repeats by it what made a version; empty: unknown.
        format: auto (by the ending of the source), csv (TSV too), parquet or jsonl.
        column_types: Types of columns that have the last word, such as
            zip=string,when=datetime:%d/%m/%Y,amount=number; empty: as the
            values show.
        missing_values: JSON list of texts for a missing value, besides the usual ones.
        curated_schema: What the table must be like: local path or URL of the JSON schema that
            validate_table wrote in an earlier run, changed where it is too narrow or too wide;
            empty: the table is only described.
        validation_mode: Fail (a violation ends the run) or report.
        split_strategy: auto, stratified, random or time.
        split_column: Column that split_strategy time goes by; empty: none. It stays a feature
            unless drop_columns names it too.
        entity: JSON list of columns that tell whose rows they are, such as customer_id: all rows of
            one are on one side of the split, instead of a strategy. They are no features.
        keep_entity: Let the columns of the entity be features all the same.
        test_size: Share of the rows that the model is tested on, between 0 and 1.
        seed: Seed of the split, the estimator and the bootstraps. Keep it from run to run: after
            another split, the champion has learnt from most of the test rows, which then cannot
            compare it with another model.
        estimator: auto compares a linear model, boosting and extra trees on folds of the training
            rows; or hist_gradient_boosting, random_forest, extra_trees, lightgbm, linear, or a
            member of the linear family by name.
        hyperparameters: JSON object with scikit-learn's names for the parameters of an estimator
            that is named; or what the pipeline tuning found, as JSON or where it lies: a path,
            s3:// or http(s)://.
        time_budget: Seconds of one core that the comparison may take, at most 3,600, by estimates
            and not by a clock, so that the same run gives the same model; trials may take ten times
            as long.
        tune: How many further hyper-parameters are tried on the same folds, up to 1,000: of the
            estimators that are compared, or of the one that is named, where those that it is given
            stay.
        drop_columns: JSON list of columns that the model must not see.
        sample_weight_column: Column with the weight of each row, which is not a feature; empty:
            none.
        class_weight: balanced, or a JSON object from class to weight; empty: all weigh the same.
        calibrate: Of a classifier's probabilities none, sigmoid, isotonic, or auto: by the method
            that lowers the cross-validated log loss most, if by more than its standard error. It
            fits the estimator for five folds more.
        slice_columns: JSON list of columns by which the report breaks the metrics down.
        positive_class: Which of two classes counts as found; empty or auto: the one that says so
            (yes, true, 1), is not the usual state (no, control, healthy) or has clearly fewer rows,
            else the second in sorted order; the run says which and why.
        cost_fp: Of two classes, what it costs to call a row positive that is not, in a unit of
            one's own, such as the price of a letter.
        cost_fn: What it costs to miss a positive row. The threshold of the least cost on the test
            rows is kept with the version, for predictions that ask for it.
        metric: Metric of the gate: auto is roc_auc, balanced_accuracy or r2 by the task.
        floor: Number that the metric must reach by its value; auto: surely better than a constant
            prediction, at the unfavourable end of the interval.
        margin: How much better than the champion, or without one than the newest version, a model
            must be, surely; a negative margin accepts one that is worse by no more than that.
        promote: Make the registered model the champion.
        log_to_mlflow: Log the run, its model and a version of it to the MLflow server that
            MLFLOW_TRACKING_URI names in the environment of the step; without that it says that
            nothing was logged.
        log_to_wandb: Log the run and its model to Weights & Biases, with the key that is
            WANDB_API_KEY in the environment of the step; without that it says that nothing was
            logged.
        git_commit: Commit of the code that defined the run, for the lineage; with -dirty and a
            digest of the difference where the code was another.
        trigger: What started the run, and why, for the lineage, which the pipeline `retraining`
            fills in; empty: nobody says.
        retraining_key: Names the table and the settings, by which `retraining` finds what it made
            before; empty: it is none.
    """
    steps = read_table(
        TableInputs(
            *(source, query, format, column_types, missing_values, curated_schema, target),
            hyperparameters=hyperparameters,
        )
    )
    fingerprints, ingest = steps.fingerprints, steps.ingest
    table = ingest.outputs["table"]
    table_digest = ingest.outputs["digest"]
    validate = validate_table(
        table=table,
        curated_schema_source=curated_schema,
        curated_schema_fingerprint=fingerprints.outputs["curated_schema_fingerprint"],
        target=target,
        task=task,
        mode=validation_mode,
        metric=metric,
    )
    split = split_table(
        table=table,
        target=target,
        task=validate.outputs["task"],
        strategy=split_strategy,
        column=split_column,
        test_size=test_size,
        seed=seed,
        entity=entity,
    )
    choose = choose_estimator(
        train=split.outputs["train"],
        target=target,
        task=validate.outputs["task"],
        estimator=estimator,
        hyperparameters=fingerprints.outputs["hyperparameters"],
        metric=metric,
        positive_class=positive_class,
        time_budget=time_budget,
        tune=tune,
        split_strategy=split_strategy,
        split_column=split_column,
        entity=entity,
        keep_entity=keep_entity,
        drop_columns=drop_columns,
        sample_weight_column=sample_weight_column,
        class_weight=class_weight,
        seed=seed,
    )
    preprocess = preprocess_table(
        train=split.outputs["train"],
        target=target,
        task=validate.outputs["task"],
        estimator=choose.outputs["estimator"],
        drop_columns=drop_columns,
        sample_weight_column=sample_weight_column,
        entity=entity,
        keep_entity=keep_entity,
    )
    train = train_model(
        train=split.outputs["train"],
        features=preprocess.outputs["features"],
        preprocessor=preprocess.outputs["preprocessor"],
        target=target,
        task=validate.outputs["task"],
        estimator=choose.outputs["estimator"],
        hyperparameters=choose.outputs["hyperparameters"],
        seed=seed,
        sample_weight_column=sample_weight_column,
        class_weight=class_weight,
        train_digest=split.outputs["train_digest"],
        entity=entity,
        choice=choose.outputs["choice"],
        calibrate=calibrate,
    )
    evaluate = evaluate_model(
        model=train.outputs["model"],
        test=split.outputs["test"],
        train=split.outputs["train"],
        model_name=model_name,
        slice_columns=slice_columns,
        positive_class=positive_class,
        cost_fp=cost_fp,
        cost_fn=cost_fn,
        seed=seed,
        test_digest=split.outputs["test_digest"],
    )
    compare = compare_with_champion(
        evaluation=evaluate.outputs["evaluation"],
        predictions=evaluate.outputs["predictions"],
        test=split.outputs["test"],
        model=train.outputs["model"],
        train=split.outputs["train"],
        model_name=model_name,
        metric=metric,
        floor=floor,
        margin=margin,
    ).set_caching_options(False)
    with dsl.If(compare.outputs["Output"] == True, name="registration"):
        register = register_model(
            model=train.outputs["model"],
            evaluation=evaluate.outputs["evaluation"],
            comparison=compare.outputs["comparison"],
            evaluation_report=evaluate.outputs["report"],
            validation_report=validate.outputs["report"],
            schema=validate.outputs["schema"],
            model_name=model_name,
            promote=promote,
            run_id=dsl.PIPELINE_JOB_ID_PLACEHOLDER,
            pipeline="training",
            image=IMAGE,
            git_commit=git_commit,
            source=fingerprints.outputs["pinned_source"],
            table_digest=table_digest,
            arguments=arguments,
            trigger=trigger,
            retraining_key=retraining_key,
            source_fingerprint=fingerprints.outputs["fingerprint"],
            hyperparameters=fingerprints.outputs["hyperparameters"],
            curated_schema_fingerprint=fingerprints.outputs["curated_schema_fingerprint"],
        ).set_caching_options(False)
        equip(register)
    tracked = {
        "model": train.outputs["model"],
        "evaluation": evaluate.outputs["evaluation"],
        "report": evaluate.outputs["report"],
        "comparison": compare.outputs["comparison"],
        "model_name": model_name,
        "promote": promote,
        "run_id": dsl.PIPELINE_JOB_ID_PLACEHOLDER,
        "pipeline": "training",
        "git_commit": git_commit,
        "source": fingerprints.outputs["pinned_source"],
        "table_digest": table_digest,
    }
    with dsl.If(log_to_mlflow == True, name="tracking"):
        equip(log_run_to_mlflow(**tracked)).set_caching_options(False)
    with dsl.If(log_to_wandb == True, name="tracking-wandb"):
        equip(log_run_to_wandb(**tracked)).set_caching_options(False)
    for step in (validate, split, choose, preprocess, train, evaluate, compare):
        equip(step)
    return Trained(compare.outputs["Output"], train.outputs["Output"])
