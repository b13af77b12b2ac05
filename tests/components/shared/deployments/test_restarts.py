"""When servers that ended are started again."""

from components.shared.deployments.restarts import Restarts


def test_pauses_grow_while_a_server_does_not_get_ready() -> None:
    """However long it had stayed before the first of its restarts."""
    restarts = Restarts().after_another(0, 3_600)
    pauses = [restarts.not_before]
    for _ in range(6):
        restarts = restarts.after_another(0, 0)
        pauses.append(restarts.not_before)
    assert pauses == [1, 2, 4, 8, 16, 30, 30]


def test_a_server_that_stayed_begins_anew() -> None:
    """One that is ready and soon ends again does not."""
    many = Restarts(5, 0)
    assert many.after_another(100, 61) == Restarts(1, 101)
    assert many.after_another(100, 59) == Restarts(6, 130)
