"""What a caller asks of a list, and what it gets back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, Literal, TypeVar

from registry_service.domain.filters import Filter

OrderBy = Literal["ID", "CREATE_TIME", "LAST_UPDATE_TIME"]
SORTED_BY: Final[Mapping[OrderBy, str]] = {
    "ID": "id",
    "CREATE_TIME": "created_at",
    "LAST_UPDATE_TIME": "updated_at",
}
"""The field of a row that each order goes by."""

R = TypeVar("R")


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """The last row of a page: its sort value and, to break ties, its id."""

    value: int
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """One page of a list; without a `page_size` the largest that there is."""

    page_size: int | None = None
    order_by: OrderBy = "ID"
    descending: bool = False
    after: Cursor | None = None
    filter: Filter | None = None

    def place_of(self, row: Any) -> Cursor:
        """Return where in the list a row is."""
        return Cursor(getattr(row, SORTED_BY[self.order_by]), row.id)


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """The rows of a page, and where the next begins when there is more."""

    items: Sequence[R]
    next: Cursor | None
