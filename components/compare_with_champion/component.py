"""KFP signature of `compare_with_champion`."""

from kfp import dsl
from kfp.dsl import Artifact, Dataset, Input, Markdown, Model, Output

from components.shared.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def compare_with_champion(
    evaluation: Input[Artifact],
    predictions: Input[Dataset],
    test: Input[Dataset],
    reasons: Output[Markdown],
    comparison: Output[Artifact],
    model_name: str,
    metric: str = "auto",
    floor: str = "auto",
    margin: float = 0.0,
    champion_alias: str = "champion",
    registry_url: str = "",
    model: Input[Model] = None,
    train: Input[Dataset] = None,
) -> bool:
    """Decide whether a model passes a floor and beats the champion, or else the newest version.

    Returns whether it does. Never cache this step: the champion changes.

    Args:
        evaluation: The figures that `evaluate_model` wrote, with intervals of at least 100
            resamples; the comparison is of the same coverage, resamples and seed.
        predictions: The predictions that it wrote.
        test: The test split that they are of; the champion predicts it too.
        reasons: The verdict with its reasons, for the dashboard.
        comparison: The same as JSON.
        model_name: Name in the registry; a first version has the floor only to pass. A model of
            another task or target than the version to beat is refused.
        metric: A metric of the evaluation; auto is roc_auc, balanced_accuracy or r2 by the task.
        floor: What the metric must reach by its value, a number; auto: surely better than a
            constant prediction (class shares, mean), at the unfavourable end of the interval of
            the difference, and by metrics other than ROC AUC, balanced accuracy and R² also better
            than nearly all shufflings of the predictions among the rows.
        margin: How much better than the champion it must be, in units of the metric, at the
            unfavourable end of the interval of the difference; negative: how much worse it may be.
        champion_alias: Alias of the version to beat; where none has it, that is the newest version
            that is not archived.
        registry_url: The registry; empty: REGISTRY_URL in the environment of the step.
        model: The evaluated model, whose training rows are compared with those of the champion:
            rows that one of both alone was trained on do not count; none: not known.
        train: The train split, where `evaluation` is cross-validated and so of its rows too.
    """
    from components.compare_with_champion.compare import compare_with_champion
    from components.shared.parameters import given, given_number
    from components.shared.step import step_body

    with step_body() as run:
        result = compare_with_champion(
            evaluation.path, predictions.path, test.path, reasons.path, comparison.path, model_name,
            metric=given(metric, "auto"), floor=given_number(floor, "floor"), margin=margin,
            champion_alias=given(champion_alias, "champion"), registry_url=given(registry_url),
            model=model.path if model else None, train=train.path if train else None,
        )  # fmt: skip
        if not result.approved:
            run.finished("refused: no version was registered")
    comparison.metadata.update(result.metadata())
    return result.approved
