"""What the objects of a cluster say of the versions that they serve."""

from typing import Any

import pytest

from components.shared.deployments import kserve_objects, objects
from tests.components.shared.deployments.conftest import CANARY, ONE, TWO, plan_of


def _arguments(made: Any) -> list[list[str]]:
    if isinstance(made, dict):
        own = [made["args"]] if "args" in made else []
        return own + [found for each in made.values() for found in _arguments(each)]
    if isinstance(made, list):
        return [found for each in made for found in _arguments(each)]
    return []


@pytest.mark.parametrize("mode", ["deployment", "kserve"])
def test_servers_are_told_the_name_of_their_version(mode: str) -> None:
    """As they tell it in answers, metrics and the prediction log; and its digest, which is it."""
    plan = plan_of(ONE, mode, canary=CANARY)
    made = objects.objects(plan, 60) if mode == "deployment" else kserve_objects.objects(plan)
    told = [each[: each.index("--port")] for each in _arguments(made)]
    expected = [["--model", f"churn@{v.version}", "--digest", v.digest] for v in (ONE, TWO)]
    assert sorted(told) == expected
