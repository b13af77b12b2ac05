"""What the steps of a run left behind."""

from collections.abc import Mapping
from typing import Any

from pipelines.definition.outputs import RunOutputs, StepOutputs

FETCHED = {"model_name": "churn", "version": "3", "digest": "d"}
MADE = {**FETCHED, "version": "4", "registry_url": "http://registry"}


def outputs(**steps: Mapping[str, Mapping[str, Any]]) -> RunOutputs:
    """The outputs of steps whose artifacts have these metadata."""
    made = {name: StepOutputs(metadata=metadata) for name, metadata in steps.items()}
    return RunOutputs(made, lambda uri: None)


def test_a_version_that_was_fetched_is_not_one_that_was_registered() -> None:
    """Both have an artifact of the same name; only who registered knows where."""
    found = outputs(fetch_model={"registered": FETCHED}, register_model={"registered": MADE})
    assert (found.registered, found.fetched) == (MADE, FETCHED)
    assert outputs(fetch_model={"registered": FETCHED}).registered is None


def test_a_figure_that_several_steps_measured_is_kept_of_each() -> None:
    """It has the name of the step before it; what one step measured keeps its name."""
    found = outputs(
        detect_drift={"metrics": {"roc_auc": 0.5, "rows": 100}},
        evaluate_model={"metrics": {"roc_auc": 0.75}},
    )
    assert found.metrics == {
        "detect_drift.roc_auc": 0.5,
        "evaluate_model.roc_auc": 0.75,
        "rows": 100.0,
    }


def test_a_nested_pipeline_has_its_steps_by_their_own_names() -> None:
    """The third table of a run is the only one of the pipeline that read it."""
    found = outputs(ingest_table={"table": {"rows": 1}}, ingest_table_3={"table": {"rows": 3}})
    nested = found.within({"ingest_table_3": "ingest_table"})
    assert nested.metadata("ingest_table", "table") == {"rows": 3}


def test_what_a_step_says_of_the_run_is_kept_with_it() -> None:
    """Texts of any artifact, under the name for them."""
    said = {"trigger": "drift", "watched": "churn@3"}
    found = outputs(conclude_retraining={"concluded": {"version": "4", "said_of_run": said}})
    assert found.properties == said
