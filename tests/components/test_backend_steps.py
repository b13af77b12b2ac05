"""Every component run as KFP's backend runs it, with what it hands to a step."""

from collections.abc import Callable, Iterator, Mapping
from graphlib import TopologicalSorter
from importlib import import_module
from pathlib import Path
from typing import Final

import polars as pl
import pytest

from components.shared.deployments.local_place import LocalPlace
from components.shared.work_dir import WORK_DIR_VARIABLE
from pipelines.definition import catalog
from pipelines.definition.compiled_yaml import documents
from tests.components.backend_steps import (
    BackendSteps,
    Given,
    Scene,
    StepFailedError,
    StepResult,
    check_namespaces,
)
from tests.components.model_folders import BIRD_STRIKES

COMPONENTS: Final = catalog.component_names()
TARGET: Final = "damaged"
METADATA_ALONE: Final = {
    *("metrics", "classification_metrics", "registered", "logged", "recorded", "concluded"),
}
LEFT_OUT, EMPTY, AUTO = "left out", "", "auto"
SCHEMES: Final = {LEFT_OUT: "minio", EMPTY: "s3", AUTO: "gs"}

Chain = Mapping[str, StepResult]


AUTO_IS_A_WISH = frozenset({"calibrate"})
"""Parameters whose `auto` is a choice of its own, beside a default that is another."""


def _unset(name: str, text: str) -> dict[str, str]:
    """Return the optional texts of a component as the dashboard sends those that say nothing."""
    if text == LEFT_OUT:
        return {}
    spec = documents(catalog.component_yaml(name))[0]
    declared = spec["root"]["inputDefinitions"].get("parameters", {})
    return {
        key: text
        for key, each in declared.items()
        if each["parameterType"] == "STRING"
        and each.get("isOptional")
        and not (text == AUTO and key in AUTO_IS_A_WISH)
    }


def _given(name: str) -> Given:
    found: Given = import_module(f"tests.components.{name}.backend_inputs").GIVEN
    return found


def _chain(steps: BackendSteps, table: Path, text: str) -> Chain:
    """Run the components one after the other, with nothing that they can do without."""
    given = {name: _given(name) for name in COMPONENTS}
    done: dict[str, StepResult] = {}
    scene = Scene(str(table), f"from {SCHEMES[text]}", done)
    for name in TopologicalSorter(
        {name: each.before for name, each in given.items()}
    ).static_order():
        taken = {
            key: done[step].artifacts[output]
            for key, (step, output) in given[name].artifacts.items()
        }
        parameters = {**_unset(name, text), **given[name].parameters(scene)}
        done[name] = steps.run(name, parameters, taken)
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
) -> Iterator[Callable[[str], BackendSteps]]:
    """Make what runs steps whose artifacts have addresses of a scheme."""
    check_namespaces()
    folder = tmp_path_factory.mktemp("backend")
    environment = {"REGISTRY_URL": registry_url, WORK_DIR_VARIABLE: str(folder / "here")}
    yield lambda scheme: BackendSteps(folder / scheme, environment, scheme)
    here = LocalPlace(folder / "here", lambda version, target: None)
    for name in here.names():
        here.remove(name)


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
    absent = {
        (step, name)
        for step, result in chain.items()
        for name, artifact in result.artifacts.items()
        if not store.path(artifact).exists()
    }
    # What the dashboard draws, and the registration, are metadata alone.
    assert {name for _, name in absent} <= METADATA_ALONE
    assert not {("train_model", "model"), ("fetch_model", "registered")} & absent


@pytest.mark.parametrize("text", [EMPTY, AUTO])
def test_empty_and_auto_are_unset_in_every_component(
    steps: Callable[[str], BackendSteps], chain: Chain, table: Path, text: str
) -> None:
    """What the dashboard sends for what nobody filled in gives what leaving it out gives."""
    told = _chain(steps(SCHEMES[text]), table, text)
    for name, step in told.items():
        same = step.parameters.keys() - _given(name).of_chain
        assert {k: step.parameters[k] for k in same} == {k: chain[name].parameters[k] for k in same}


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
