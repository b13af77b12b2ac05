"""What a caller asks of a list, and what it gets back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from registry_service.domain.filters import Filter

OrderBy = Literal["ID", "CREATE_TIME", "LAST_UPDATE_TIME"]

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """The rows of a page, and where the next begins when there is more."""

    items: Sequence[R]
    next: Cursor | None
