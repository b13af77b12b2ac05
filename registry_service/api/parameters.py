"""Query and path parameters, checked the way the Kubeflow registry checks them."""

import re
from dataclasses import replace
from typing import Annotated, get_args

from fastapi import Depends, Query

from registry_service.api.filter_query import parse_filter
from registry_service.api.tokens import decode_token
from registry_service.domain.paging import ListQuery, OrderBy
from registry_service.errors import InvalidRequestError

_ORDERS = get_args(OrderBy)
MAX_PAGE = (1 << 31) - 1
_WHOLE = re.compile(r"[-+]?[0-9]{1,19}")


# No thread is needed to read parameters: FastAPI takes one for every function that is no coroutine.
async def list_query(
    page_size: Annotated[str, Query(alias="pageSize")] = "",
    order_by: Annotated[str, Query(alias="orderBy")] = "",
    sort_order: Annotated[str, Query(alias="sortOrder")] = "",
    next_page_token: Annotated[str, Query(alias="nextPageToken")] = "",
    filter_query: Annotated[str, Query(alias="filterQuery")] = "",
) -> ListQuery:
    """Return the page that a request asks for; an empty parameter counts as absent.

    Raises:
        InvalidRequestError: A parameter has no meaning.
    """
    if order_by and order_by not in _ORDERS:
        raise InvalidRequestError(f"unsupported orderBy {order_by!r}, use one of {_ORDERS}")
    if sort_order not in ("", "ASC", "DESC"):
        raise InvalidRequestError(f"unsupported sortOrder {sort_order!r}, use ASC or DESC")
    query = ListQuery(
        page_size=_page_size(page_size),
        order_by=order_by or "ID",  # type: ignore[arg-type]
        descending=sort_order == "DESC",
        filter=parse_filter(filter_query),
    )
    return replace(query, after=decode_token(next_page_token, query)) if next_page_token else query


Listing = Annotated[ListQuery, Depends(list_query)]


def _page_size(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text[:20]) <= MAX_PAGE):
        raise InvalidRequestError(f"pageSize must be a whole number from 1, not {text!r}")
    return int(text)


def numeric_id(text: str, label: str) -> int:
    """Return an id. Raises InvalidRequestError for what cannot be one."""
    # A sign is read as Kubeflow's registry does: a number below 1 finds nothing.
    if not (_WHOLE.fullmatch(text) and abs(int(text)) < 1 << 63):
        raise InvalidRequestError(f"invalid {label} ID: {text!r} is not a number: bad request")
    return int(text)
