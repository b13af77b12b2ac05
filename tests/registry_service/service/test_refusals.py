"""Refusals for want of rights, in the audit log."""

import pytest

from registry_service.domain.access import Role
from registry_service.domain.registration import AuditQuery
from registry_service.errors import ForbiddenError
from registry_service.service.refusals import EVERY_SECONDS, Refusals
from tests.registry_service.service.use_cases import ADA, REA, UseCases


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def refused(model: str = "churn") -> ForbiddenError:
    """The error of a reader who would write."""
    with pytest.raises(ForbiddenError) as caught:
        REA.require(Role.WRITER, model)
    return caught.value


def noted(registry: UseCases) -> list[tuple[str, str | None, str, object]]:
    """Who was refused what, the newest first."""
    entries = registry.audit.entries(ADA, AuditQuery(action="access.refuse", limit=5000))
    return [
        (entry.actor, entry.model_name, entry.subject, entry.detail["leftOut"]) for entry in entries
    ]


def test_a_refusal_is_noted_with_who_and_what(registry: UseCases) -> None:
    """Also the model whose name the answer does not tell."""
    Refusals(registry.database).note(refused(), "POST /register")
    assert noted(registry) == [("rea", "churn", "POST /register", 0)]


def test_the_same_is_noted_once_a_minute(registry: UseCases) -> None:
    """The next entry says how many were left out."""
    clock = Clock()
    refusals = Refusals(registry.database, clock)
    for _ in range(3):
        refusals.note(refused(), "POST /register")
    refusals.note(refused("churn-eu"), "POST /register")
    clock.now += EVERY_SECONDS
    refusals.note(refused(), "POST /register")
    assert [(model, left_out) for _, model, _, left_out in noted(registry)] == [
        ("churn", 2),
        ("churn-eu", 0),
        ("churn", 0),
    ]


def test_nobody_fills_the_log(registry: UseCases) -> None:
    """Names that a caller makes up are noted so many times a minute."""
    clock = Clock()
    refusals = Refusals(registry.database, clock, most=3)
    for number in range(5):
        refusals.note(refused(f"made-up-{number}"), "GET /")
    assert len(noted(registry)) == 3
    clock.now += EVERY_SECONDS
    refusals.note(refused("later"), "GET /")
    assert noted(registry)[0][1] == "later"
