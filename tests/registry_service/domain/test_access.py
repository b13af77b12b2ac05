"""Who may do what."""

import pytest

from registry_service.domain.access import Grant, Identity, Role
from registry_service.errors import ForbiddenError

WRITER = Identity("will", (Grant(Role.READER), Grant(Role.WRITER, "churn-")))


@pytest.mark.parametrize(
    ("grant", "covered", "not_covered"),
    [
        (Grant(Role.READER, "churn-"), "churn-eu", "churn"),
        (Grant(Role.READER, model="churn"), "churn", "churn-eu"),
        (Grant(Role.READER, "churn-"), "churn-", "fraud"),
    ],
)
def test_a_grant_is_for_a_prefix_or_for_one_model(
    grant: Grant, covered: str, not_covered: str
) -> None:
    """The name of one model is no prefix of others."""
    assert grant.covers(covered)
    assert not grant.covers(not_covered)
    assert not grant.covers_all


def test_a_role_includes_those_before_it() -> None:
    """A writer reads, and is no approver."""
    assert WRITER.has(Role.READER, "churn-eu")
    assert WRITER.has(Role.WRITER, "churn-eu")
    assert not WRITER.has(Role.APPROVER, "churn-eu")


def test_a_refusal_names_who_may_not_do_what() -> None:
    """The message is for the caller: it says which role is missing, and where."""
    with pytest.raises(ForbiddenError, match="will is not a writer of model 'fraud'"):
        WRITER.require(Role.WRITER, "fraud")
    with pytest.raises(ForbiddenError, match="will is not a writer of all models"):
        WRITER.require_everywhere(Role.WRITER)
    with pytest.raises(ForbiddenError, match="will is not an approver of any model"):
        WRITER.require_somewhere(Role.APPROVER)


def test_what_was_granted_is_not_refused() -> None:
    """A role over all models, over some, or over one."""
    WRITER.require_everywhere(Role.READER)
    WRITER.require_somewhere(Role.WRITER)
    WRITER.require(Role.WRITER, "churn-eu")
