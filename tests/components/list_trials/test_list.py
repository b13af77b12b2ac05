"""Which trials each task makes."""

import pytest

from components.list_trials.list import list_trials
from components.shared.errors import InputError


def test_parts_follow_each_other_and_have_all_trials() -> None:
    """Seven trials in three parts; of two trials each is a part."""
    assert [each["numbers"] for each in list_trials(7, 3, "binary")] == ["1-2", "3-4", "5-7"]
    assert [each["numbers"] for each in list_trials(2, 9, "binary")] == ["1-1", "2-2"]
    assert {each["resolved_task"] for each in list_trials(7, 3, "binary")} == {"binary"}


def test_each_part_is_told_the_hyperparameters_that_stay() -> None:
    """Without blanks, as there may be a hundred parts."""
    told = list_trials(3, 2, "binary", '{\n  "C": 0.5\n}')
    assert [each["hyperparameters"] for each in told] == ['{"C": 0.5}'] * 2
    with pytest.raises(InputError, match="not valid JSON"):
        list_trials(3, 2, "binary", "{")


@pytest.mark.parametrize(("trials", "parallel"), [(0, 4), (1001, 4), (5, 0), (5, 101)])
def test_no_trials_or_too_many_are_refused(trials: int, parallel: int) -> None:
    """So are parts."""
    with pytest.raises(InputError, match=r"parameter `trials`|`parallel` is"):
        list_trials(trials, parallel, "auto")
