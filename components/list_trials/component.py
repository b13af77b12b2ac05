"""KFP signature of `list_trials`."""

from typing import Dict, List

from kfp import dsl

from components.shared.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def list_trials(
    trials: int = 60, parallel: int = 4, task: str = "auto", hyperparameters: str = "{}"
) -> List[Dict[str, str]]:
    """Divide the trials of hyper-parameters among the tasks of a loop.

    Returns for each task of the loop `numbers`, those of the first trial and the last one as 1-15,
    `resolved_task` and `hyperparameters`, as kfp.local brings no outputs of other steps into it.

    Args:
        trials: Number of trials, from 1 to 1,000.
        parallel: Number of tasks, from 1 to 100; of fewer trials each has one.
        task: What each of them is told: auto, classification, binary, multiclass or regression.
        hyperparameters: JSON object that trials leave as it is, which each of them is told.
    """
    from components.list_trials.list import list_trials
    from components.shared.parameters import given
    from components.shared.step import step_body

    with step_body():
        return [*list_trials(
            trials, parallel, given(task, "auto"), given(hyperparameters, "{}"),
        )]  # fmt: skip
