"""KFP signature of `score_trials`."""

from typing import List

from kfp import dsl
from kfp.dsl import Artifact, Dataset, Input, Output

from components.shared.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def score_trials(
    train: Input[Dataset],
    scored: Output[Artifact],
    target: str,
    numbers: str,
    trials: int = 60,
    task: str = "auto",
    estimator: str = "auto",
    hyperparameters: str = "{}",
    metric: str = "auto",
    positive_class: str = "",
    time_budget: float = 60.0,
    split_strategy: str = "auto",
    split_column: str = "",
    entity: List[str] = [],
    keep_entity: bool = False,
    drop_columns: List[str] = [],
    sample_weight_column: str = "",
    class_weight: str = "",
    seed: int = 42,
) -> int:
    """Judge some trials of hyper-parameters on folds of the training rows.

    The folds are those of `choose_estimator`, and trials points of a scrambled Sobol sequence,
    which go by rows, settings and seed alone: parts may be made anywhere and in any order. The part
    that begins with the first trial has the defaults besides. Returns the number of trials made.

    Args:
        train: Raw training rows (Parquet). Test rows are not an input.
        scored: What each trial reached on each fold, as JSON, for choose_trial.
        target: Column to predict.
        numbers: Of the first trial of this part and the last one, such as 1-15.
        trials: How many there are in all parts together, up to 1,000.
        task: auto, classification, binary, multiclass or regression.
        estimator: auto tunes those that choose_estimator compares; or the one to tune.
        hyperparameters: JSON object for an estimator that is named; what it sets is not tuned.
        metric: What they are judged by; auto is roc_auc, balanced_accuracy or r2 by the task.
        positive_class: Which of two classes counts as found, where the metric asks; empty: as
            evaluate_model decides.
        time_budget: Seconds of one core that the defaults may take, at most 3,600, and a tenth of
            what all trials may, by estimates and not by a clock; what is cut off is said.
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
    from components.score_trials.score import score_trials
    from components.shared.parameters import given
    from components.shared.selection.settings import ChoiceSettings
    from components.shared.step import step_body

    with step_body():
        made = score_trials(
            train.path, target, numbers,
            ChoiceSettings(
                metric=metric, positive_class=positive_class, time_budget=time_budget, tune=trials,
                split_strategy=split_strategy, split_column=split_column, entity=entity,
                keep_entity=keep_entity, seed=seed, drop_columns=drop_columns,
                sample_weight_column=sample_weight_column, class_weight=class_weight,
            ).as_given(train.path),
            task=given(task, "auto"), estimator=given(estimator, "auto"),
            hyperparameters=given(hyperparameters, "{}"),
        )  # fmt: skip
        made.write(scored.path)
    return len(made.scored)
