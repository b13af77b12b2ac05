"""KFP signature of `choose_trial`."""

from typing import List, NamedTuple

from kfp import dsl
from kfp.dsl import Artifact, Input, Markdown, Metrics, Output

from components.shared.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def choose_trial(
    trials: Input[List[Artifact]],
    found: Output[Artifact],
    choice: Output[Artifact],
    leaderboard: Output[Markdown],
    metrics: Output[Metrics],
) -> NamedTuple("Outputs", [("estimator", str), ("hyperparameters", str)]):
    """Choose among the trials of all tasks of a loop.

    The best trial is taken if it is more than two standard errors ahead of what `choose_estimator`
    would take of the defaults; else that is. The outputs are what `preprocess_table` and
    `train_model` take.

    Args:
        trials: What score_trials wrote of each part.
        found: The estimator and its hyper-parameters as JSON, with what they were found on: what
            the pipeline training takes as `hyperparameters`.
        choice: The decision and the best candidates as JSON; metadata: the same in short.
        leaderboard: The best candidates with their intervals, for the dashboard.
        metrics: The mean of each of these over the folds.
    """
    from components.choose_trial.choose import choose_trial
    from components.shared.step import step_body

    with step_body():
        chosen = choose_trial([each.path for each in trials])
        chosen.write(choice.path, leaderboard.path, found.path)
    choice.metadata.update(chosen.choice.metadata())
    metrics.metadata.update(chosen.choice.values())
    return (chosen.found.estimator, chosen.choice.hyperparameters)
