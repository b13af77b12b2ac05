"""KFP signature of `choose_estimator`."""

from typing import List, NamedTuple

from kfp import dsl
from kfp.dsl import Artifact, Dataset, Input, Markdown, Metrics, Output

from components.shared.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def choose_estimator(
    train: Input[Dataset],
    choice: Output[Artifact],
    leaderboard: Output[Markdown],
    metrics: Output[Metrics],
    target: str,
    task: str = "auto",
    estimator: str = "auto",
    hyperparameters: str = "{}",
    metric: str = "auto",
    positive_class: str = "",
    time_budget: float = 60.0,
    tune: int = 0,
    split_strategy: str = "auto",
    split_column: str = "",
    entity: List[str] = [],
    keep_entity: bool = False,
    drop_columns: List[str] = [],
    sample_weight_column: str = "",
    class_weight: str = "",
    seed: int = 42,
) -> NamedTuple("Outputs", [("estimator", str), ("hyperparameters", str)]):
    """Choose the estimator by cross-validation on the training rows.

    Compared are a linear model, boosting and, on at most 10,000 rows, extra trees, on at most
    20,000 of the rows, in five folds (three above 2,000 rows), each with its own preprocessing. An
    estimator that is named is taken as it is. With `tune`, further hyper-parameters of these, or of
    the one that is named, are tried on the same folds. The outputs are what `preprocess_table` and
    `train_model` take.

    Args:
        train: Raw training rows (Parquet). Test rows are not an input.
        choice: The decision and the candidates as JSON, of trials the best; metadata: the same in
            short.
        leaderboard: The candidates with their intervals, for the dashboard.
        metrics: The mean of each candidate over the folds.
        target: Column to predict.
        task: auto, classification, binary, multiclass or regression.
        estimator: auto, or the one to take without a comparison.
        hyperparameters: JSON object for an estimator that is named; what it sets is not tuned.
        metric: What they are compared by; auto is roc_auc, balanced_accuracy or r2 by the task.
        positive_class: Which of two classes counts as found, where the metric asks; empty: as
            evaluate_model decides.
        time_budget: Seconds of one core that the comparison may take, at most 3,600, by estimates
            and not by a clock: fewer rows and then fewer candidates where it is short, which is
            said. Trials may take ten times as long.
        tune: How many trials of further hyper-parameters there are besides the defaults, up to
            1,000, each proposed by what earlier ones reached and stopped where it falls behind.
        split_strategy: How the test rows were split off: time, whose folds are cut alike; auto and
            all others: at random.
        split_column: Column of a split in time; empty: none.
        entity: Columns that tell whose rows they are: folds keep all rows of one on one side.
        keep_entity: Whether these columns are features all the same.
        drop_columns: Columns to leave out.
        sample_weight_column: Column with the weight of each row; empty: none.
        class_weight: balanced, or a JSON object from class to weight; empty: all weigh the same.
        seed: Seed of folds, sample, estimators and trials.
    """
    from components.choose_estimator.choose import choose_estimator
    from components.shared.parameters import given
    from components.shared.selection.settings import ChoiceSettings
    from components.shared.step import step_body

    with step_body():
        chosen = choose_estimator(
            train.path, target, task=given(task, "auto"), estimator=given(estimator, "auto"),
            hyperparameters=given(hyperparameters, "{}"),
            settings=ChoiceSettings(
                metric=metric, positive_class=positive_class, time_budget=time_budget, tune=tune,
                split_strategy=split_strategy, split_column=split_column, entity=entity,
                keep_entity=keep_entity, seed=seed, drop_columns=drop_columns,
                sample_weight_column=sample_weight_column, class_weight=class_weight,
            ).as_given(train.path),
        )  # fmt: skip
        chosen.write(choice.path, leaderboard.path)
    choice.metadata.update(chosen.metadata())
    metrics.metadata.update(chosen.values())
    return (chosen.record.estimator, chosen.hyperparameters)
