"""What came of a retraining, and whether its version is to be deployed."""

import uuid
from pathlib import Path
from typing import Any

import pytest

from components.conclude_retraining.conclude import Conclusion, Training, conclude_retraining
from components.shared.registry.client import Receipt, RegistryClient
from components.shared.registry.serving import Facts
from components.shared.retraining import KEY_PROPERTY, RetrainingPlan


@pytest.fixture(name="model", scope="module")
def model_of_two_versions(
    registry_url: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, tuple[Receipt, Receipt]]:
    """A model with two versions, of which the second is the champion."""
    name = f"strikes-{uuid.uuid4().hex}"
    made = []
    with RegistryClient(registry_url) as registry:
        for number in ("1", "2"):
            folder = tmp_path_factory.mktemp(f"version-{number}")
            (folder / "model.json").write_text(uuid.uuid4().hex)
            body = {"model": {"name": name}, "aliases": ["champion"]}
            made.append(registry.register(body, folder, uuid.uuid4().hex))
    return name, (made[0], made[1])


def conclude(
    plan: RetrainingPlan, training: Training, folder: Path, registry_url: str, deploy: bool = True
) -> Conclusion:
    """Conclude what was planned."""
    (folder / "plan.json").write_text(plan.to_json())
    return conclude_retraining(folder / "plan.json", training, deploy, registry_url)


def planned(name: str, decision: Any, made: str = "") -> RetrainingPlan:
    """A plan of the first version."""
    told = ("drift",) if decision != "nothing to do" else ()
    return RetrainingPlan(name, "1", decision, told, ("it moved",), "k", "april.csv", {}, made)


def test_a_version_that_was_registered_is_to_be_deployed(
    model: tuple[str, tuple[Receipt, Receipt]], tmp_path: Path, registry_url: str
) -> None:
    """It is found by its digest, whatever alias has moved meanwhile; only if that is wanted."""
    name, (_, second) = model
    told = (planned(name, "retrain"), Training(True, second.digest), tmp_path, registry_url)
    found = conclude(*told)
    assert (found.version, found.deploy) == (f"{name}@2", True)
    assert found.properties() == {
        "trigger": f"drift of {name}@1: it moved",
        "watched": f"{name}@1",
        "decision": "retrain",
    }
    assert conclude(*told, deploy=False).deploy is False
    # Another run had registered it: from now on it is known by what this one was made of, too.
    with RegistryClient(registry_url) as registry:
        assert registry.get(f"{name}@2").properties[KEY_PROPERTY] == "k"


@pytest.mark.parametrize(
    ("decision", "word"), [("retrain", "refused"), ("nothing to do", "nothing to do")]
)
def test_without_a_version_nothing_is_deployed(
    model: tuple[str, tuple[Receipt, Receipt]],
    tmp_path: Path,
    registry_url: str,
    decision: str,
    word: str,
) -> None:
    """What the gate refused, and what did not begin, says so."""
    found = conclude(planned(model[0], decision), Training(), tmp_path, registry_url)
    assert (found.version, found.deploy) == ("", False)
    assert found.outcome.startswith(word)


def test_what_was_made_before_is_deployed_where_it_never_was(
    model: tuple[str, tuple[Receipt, Receipt]], tmp_path: Path, registry_url: str
) -> None:
    """A champion of a run that broke is; one that served once, or is none any more, is not."""
    name, (first, second) = model

    def of(made: str) -> Conclusion:
        return conclude(planned(name, "made before", made), Training(), tmp_path, registry_url)

    assert (of("2").version, of("2").deploy, of("1").deploy) == (f"{name}@2", True, False)
    with RegistryClient(registry_url) as registry:
        for receipt in (second, first):
            facts = Facts(name, receipt.version, receipt.digest, "deployed", "http://here", "{}")
            registry.serving.record("local:test", name, "local", facts)
    assert of("2").deploy is False
