"""A column that is not there is named, with the nearest ones."""

import pytest

from components.shared.errors import InputError
from components.shared.tables.columns import require_column


def test_known_column_passes() -> None:
    """A column of the table is no error."""
    require_column("age", ["age", "size"], "target")


def test_near_miss_is_suggested_whatever_its_case() -> None:
    """A misspelt name is answered with the right one."""
    with pytest.raises(InputError, match=r"no column 'damage'.*`target`.*mean 'Damaged'"):
        require_column("damage", ["Airport", "Damaged"], "target")


def test_without_near_miss_the_columns_are_listed_up_to_a_limit() -> None:
    """A wide table does not flood the message."""
    columns = [f"c{index}" for index in range(30)]
    with pytest.raises(InputError, match=r"The columns are: c0, .*c11 and 18 more\."):
        require_column("revenue", columns, "column")
