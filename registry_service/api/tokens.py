"""Page tokens: opaque to clients, and bound to the order they were made for."""

import base64
import binascii
import json

from registry_service.domain.paging import Cursor, ListQuery
from registry_service.errors import InvalidRequestError


def encode_token(cursor: Cursor | None, query: ListQuery) -> str:
    """Return the token of the next page, empty when there is none."""
    if cursor is None:
        return ""
    position = [query.order_by, query.descending, cursor.value, cursor.id]
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode()


def decode_token(token: str, query: ListQuery) -> Cursor:
    """Return where the page that a token names begins.

    Raises:
        InvalidRequestError: It is not a token of ours, or one of another order.
    """
    try:
        position = json.loads(base64.urlsafe_b64decode(token.encode("ascii")))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise InvalidRequestError("nextPageToken is not one of ours: bad request") from error
    match position:
        case [query.order_by, query.descending, int(value), int(id)] if (
            abs(value) < 1 << 63 and abs(id) < 1 << 63
        ):
            return Cursor(value, id)
    raise InvalidRequestError("nextPageToken belongs to another list: bad request")
