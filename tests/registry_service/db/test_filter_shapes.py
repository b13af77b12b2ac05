"""The shapes of filters."""

from registry_service.db.filter_shapes import Group, Term, unfound


def term(name: str) -> Term:
    """Return a comparison with a text."""
    return Term(name, None, "=", True, ("text",), 0)


def test_what_the_found_rows_fulfil_is_not_looked_at_again() -> None:
    """A term that found the rows is left out, and so are several of which each row has one."""
    rare, other, red, green = map(term, ("rare", "common", "red", "green"))
    assert unfound(Group(True, (rare, other)), frozenset({rare})) == Group(True, (other,))
    assert unfound(Group(False, (red, green)), frozenset({red, green})) == Group(True, ())


def test_what_the_found_rows_may_not_fulfil_is_still_looked_at() -> None:
    """Rows that a part of an alternative found may lack its other parts."""
    rare, other, red = map(term, ("rare", "common", "red"))
    either = Group(False, (Group(True, (rare, other)), red))
    assert unfound(either, frozenset({rare, red})) == Group(True, (either,))
