"""Every component run as KFP's backend runs it, with what it hands to a step."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import polars as pl
import pytest

from pipelines.definition import catalog
from pipelines.definition.compiled_yaml import documents
from tests.components.backend_steps import (
    Artifact,
    BackendSteps,
    StepFailedError,
    StepResult,
    check_namespaces,
)
from tests.components.model_folders import BIRD_STRIKES

COMPONENTS: Final = catalog.component_names()
TARGET: Final = "damaged"
LEFT_OUT, EMPTY, AUTO = "left out", "", "auto"
SCHEMES: Final = {LEFT_OUT: "minio", EMPTY: "s3", AUTO: "gs"}

Chain = Mapping[str, StepResult]


def _unset(name: str, text: str) -> dict[str, str]:
    """Return the optional texts of a component as the dashboard sends those that say nothing."""
    if text == LEFT_OUT:
        return {}
    spec = documents(catalog.component_yaml(name))[0]
    declared = spec["root"]["inputDefinitions"]["parameters"]
    return {
        key: text
        for key, each in declared.items()
        if each["parameterType"] == "STRING" and each.get("isOptional")
    }


def _chain(steps: BackendSteps, table: Path, text: str) -> Chain:
    """Run the components one after the other, with nothing that they can do without."""
    done: dict[str, StepResult] = {}

    def run(name: str, artifacts: Mapping[str, tuple[str, str]], **parameters: Any) -> None:
        taken = {key: done[step].artifacts[output] for key, (step, output) in artifacts.items()}
        done[name] = steps.run(name, {**_unset(name, text), **parameters}, taken)

    train, test = ("split_table", "train"), ("split_table", "test")
    model, evaluation = ("train_model", "model"), ("evaluate_model", "evaluation")
    run("fingerprint_source", {}, source=str(table))
    fingerprint = done["fingerprint_source"].parameters["fingerprint"]
    run("ingest_table", {}, source=str(table), fingerprint=fingerprint)
    run("validate_table", {"table": ("ingest_table", "table")}, target=TARGET)
    run("split_table", {"table": ("ingest_table", "table")}, target=TARGET)
    run("preprocess_table", {"train": train}, target=TARGET)
    features = {name: ("preprocess_table", name) for name in ("features", "preprocessor")}
    run("train_model", {"train": train, **features}, target=TARGET)
    run("evaluate_model", {"model": model, "test": test}, bootstrap_samples=20)
    compared = {"evaluation": evaluation, "predictions": ("evaluate_model", "predictions")}
    run("compare_with_champion", {**compared, "test": test}, model_name=f"from {SCHEMES[text]}")
    verdict = ("compare_with_champion", "comparison")
    registered = {"model": model, "evaluation": evaluation, "comparison": verdict}
    run("register_model", registered, model_name=f"from {SCHEMES[text]}", promote=True)
    run("fetch_model", {}, model=f"from {SCHEMES[text]}")
    schema, fetched = ("validate_table", "schema"), ("fetch_model", "fetched")
    told = {"registered": ("fetch_model", "registered"), "evaluation": evaluation}
    judged = {"table": ("ingest_table", "table"), "schema": schema, "model": fetched, **told}
    run("judge_table", judged)
    return done


@pytest.fixture(name="table", scope="module")
def few_rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of 800 rows."""
    path = tmp_path_factory.mktemp("table") / "strikes.csv"
    pl.read_csv(BIRD_STRIKES, null_values=["NA"]).head(800).write_csv(path)
    return path


@pytest.fixture(name="steps", scope="module")
def backend_steps(
    tmp_path_factory: pytest.TempPathFactory, registry_url: str
) -> Callable[[str], BackendSteps]:
    """Make what runs steps whose artifacts have addresses of a scheme."""
    check_namespaces()
    folder = tmp_path_factory.mktemp("backend")
    environment = {"REGISTRY_URL": registry_url}
    return lambda scheme: BackendSteps(folder / scheme, environment, scheme)


@pytest.fixture(name="chain", scope="module")
def chain_of_steps(steps: Callable[[str], BackendSteps], table: Path) -> Chain:
    """All steps, with every parameter left out that may be."""
    return _chain(steps(SCHEMES[LEFT_OUT]), table, LEFT_OUT)


@pytest.mark.parametrize("name", COMPONENTS)
def test_each_component_runs_as_the_backend_runs_it(chain: Chain, name: str) -> None:
    """Ids for names, no types, and addresses of a store are what each component copes with."""
    assert name in chain


def test_artifacts_land_where_the_launcher_takes_them_from(
    steps: Callable[[str], BackendSteps], chain: Chain
) -> None:
    """Each output artifact of a step that writes files lies below the folder of its scheme."""
    store = steps(SCHEMES[LEFT_OUT])
    artifacts: list[Artifact] = [a for step in chain.values() for a in step.artifacts.values()]
    written = [store.path(artifact).exists() for artifact in artifacts]
    # What the dashboard draws (of two steps), and the registration, are metadata alone.
    assert written.count(False) == 4


@pytest.mark.parametrize("text", [EMPTY, AUTO])
def test_empty_and_auto_are_unset_in_every_component(
    steps: Callable[[str], BackendSteps], chain: Chain, table: Path, text: str
) -> None:
    """What the dashboard sends for what nobody filled in gives what leaving it out gives."""
    told = _chain(steps(SCHEMES[text]), table, text)
    assert {name: step.parameters for name, step in told.items()} == {
        name: step.parameters for name, step in chain.items()
    }


def test_a_curated_schema_may_be_an_artifact(
    steps: Callable[[str], BackendSteps], chain: Chain
) -> None:
    """An artifact that need not be given reaches the component when it is."""
    table = chain["ingest_table"].artifacts["table"]
    schema = chain["validate_table"].artifacts["schema"]
    validated = steps(SCHEMES[LEFT_OUT]).run(
        "validate_table", {"target": TARGET}, {"table": table, "curated_schema": schema}
    )
    assert validated.artifacts["schema"]["metadata"]["curated"] is True


def test_a_model_is_registered_without_a_comparison(
    steps: Callable[[str], BackendSteps], chain: Chain
) -> None:
    """The artifact that a promotion needs may be absent where there is none."""
    registered = steps(SCHEMES[LEFT_OUT]).run(
        "register_model",
        {"model_name": "alone"},
        {
            "model": chain["train_model"].artifacts["model"],
            "evaluation": chain["evaluate_model"].artifacts["evaluation"],
        },
    )
    assert registered.parameters["version"] == "1"


def test_a_mistake_is_said_in_the_log(steps: Callable[[str], BackendSteps], chain: Chain) -> None:
    """A number that is none ends the step in words."""
    evaluated = chain["evaluate_model"].artifacts
    artifacts = {name: evaluated[name] for name in ("evaluation", "predictions")}
    artifacts["test"] = chain["split_table"].artifacts["test"]
    told = {"model_name": "alone", "floor": "high"}
    with pytest.raises(StepFailedError, match=r"error: 'high' is no finite number .*`floor`"):
        steps(SCHEMES[LEFT_OUT]).run("compare_with_champion", told, artifacts)
