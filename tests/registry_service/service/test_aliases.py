"""Moving aliases."""

import pytest

from registry_service.errors import (
    ConflictError,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    StaleError,
)
from registry_service.service.aliases import AliasMove
from tests.registry_service.service.use_cases import ADA, REA, WILL, UseCases


@pytest.fixture
def three(registry: UseCases) -> UseCases:
    """A model with the versions a, b and c."""
    for name in "abc":
        registry.register(name)
    return registry


def test_an_alias_moves_only_from_where_it_is_expected(three: UseCases) -> None:
    """None means that there must be none yet; without an expectation it moves from anywhere."""
    first = AliasMove(ADA, "x", expected=None)
    assert three.aliases.move("churn", "a", first).version_name == "a"
    for expected in (None, "b"):
        with pytest.raises(StaleError):
            three.aliases.move("churn", "b", AliasMove(ADA, "x", expected=expected))
    three.aliases.move("churn", "b", AliasMove(ADA, "x", expected="a"))
    assert three.promote("c", "x") == "c"


def test_rolling_back_twice_goes_two_steps(three: UseCases) -> None:
    """Each roll-back undoes one move; at the beginning there is nothing to return to."""
    for name in "abc":
        three.promote(name, "x")
    back = AliasMove(ADA, "x")
    assert three.aliases.rollback("churn", back).version_name == "b"
    assert three.aliases.rollback("churn", back).version_name == "a"
    with pytest.raises(ConflictError, match="no earlier version"):
        three.aliases.rollback("churn", back)


def test_a_protected_alias_needs_an_approval_and_an_approver(three: UseCases) -> None:
    """Others move it never, and an approver only to a version that was approved."""
    with pytest.raises(ForbiddenError):
        three.promote("a", "champion", WILL)
    with pytest.raises(ConflictError, match="not approved"):
        three.promote("a", "champion")
    three.versions.approve(ADA, "churn", "a", "good")
    assert three.promote("a", "champion") == "a"


def test_a_move_can_be_tried_without_moving(three: UseCases) -> None:
    """What would be refused is refused, and what would be moved, or returned, stays where it is."""
    trial = three.aliases.would_move
    with pytest.raises(ForbiddenError):
        trial("churn", "a", AliasMove(WILL, "champion"))
    with pytest.raises(ConflictError, match="not approved"):
        trial("churn", "a", AliasMove(ADA, "champion"))
    assert trial("churn", "a", AliasMove(ADA, "x", expected=None)).version_name == "a"
    assert three.aliases.list(ADA, "churn") == []
    for name in "ab":
        three.promote(name, "x")
    with pytest.raises(StaleError):
        trial("churn", "c", AliasMove(ADA, "x", expected="a"))
    assert three.aliases.would_roll_back("churn", AliasMove(ADA, "x")).version_name == "a"
    assert three.aliases.target(ADA, "churn", "x").name == "b"


def test_an_archived_version_gets_no_alias(three: UseCases) -> None:
    """It has to be restored before."""
    three.versions.archive(ADA, "churn", "a", None)
    with pytest.raises(ConflictError, match="archived"):
        three.promote("a")
    three.versions.restore(ADA, "churn", "a", None)
    assert three.promote("a") == "a"


def test_a_removed_alias_leads_nowhere(three: UseCases) -> None:
    """The versions stay, and an alias that is not there cannot be removed."""
    three.promote("a", "x", WILL)
    three.aliases.remove("churn", AliasMove(WILL, "x"))
    with pytest.raises(NotFoundError):
        three.aliases.target(ADA, "churn", "x")
    with pytest.raises(NotFoundError):
        three.aliases.remove("churn", AliasMove(WILL, "x"))
    assert three.actions()[:2] == ["alias.remove", "alias.set"]


@pytest.mark.parametrize("alias", ["latest", "1x", "", "a b", "a/b", "x" * 129])
def test_what_cannot_be_an_alias_is_refused(three: UseCases, alias: str) -> None:
    """`latest` has a meaning of its own; others would be no part of a path, or numbers."""
    with pytest.raises(InvalidRequestError):
        three.promote("a", alias)


def test_a_reader_moves_nothing(three: UseCases) -> None:
    """Looking is all that a reader may do."""
    with pytest.raises(ForbiddenError):
        three.promote("a", "x", REA)
    assert list(three.aliases.list(REA, "churn")) == []
