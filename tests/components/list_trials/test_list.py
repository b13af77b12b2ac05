"""Which trials each task makes."""

import pytest

from components.list_trials.list import list_trials
from components.shared.errors import InputError


def test_parts_follow_each_other_and_have_all_trials() -> None:
    """Seven trials in three parts; of two trials each is a part."""
    assert [each["numbers"] for each in list_trials(7, 3, "binary")] == ["1-2", "3-4", "5-7"]
    assert [each["numbers"] for each in list_trials(2, 9, "binary")] == ["1-1", "2-2"]
    assert {each["resolved_task"] for each in list_trials(7, 3, "binary")} == {"binary"}


@pytest.mark.parametrize(("trials", "parallel"), [(0, 4), (1001, 4), (5, 0), (5, 101)])
def test_no_trials_or_too_many_are_refused(trials: int, parallel: int) -> None:
    """So are parts."""
    with pytest.raises(InputError, match=r"parameter `trials`|`parallel` is"):
        list_trials(trials, parallel, "auto")
