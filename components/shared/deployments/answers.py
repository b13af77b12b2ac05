"""The little of HTTP that the router knows: whether an answer is whole, and how none is told."""

import json
import math
import time
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException, parse_headers
from io import BytesIO
from typing import Final

NO_SERVER: Final = "no server of this deployment is ready: kfp-tabular deployments show says why"
CODE: Final = "unavailable"


@dataclass(frozen=True)
class Unavailable:
    """That nobody answers.

    Attributes:
        reason: What callers are told.
        until: When it is tried again, by `time.monotonic`.
    """

    reason: str
    until: float

    def answer(self) -> bytes:
        """Return what a caller is answered, in the form of the prediction server's errors."""
        body = json.dumps({"error": self.reason, "code": CODE}).encode()
        status = HTTPStatus.SERVICE_UNAVAILABLE
        seconds = max(1, math.ceil(self.until - time.monotonic()))
        head = (
            f"HTTP/1.1 {status} {status.phrase}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\nretry-after: {seconds}\r\nconnection: close\r\n\r\n"
        )
        return head.encode("ascii") + body


def is_whole(answer: bytes) -> bool:
    """Tell whether an answer is whole, and its connection is for further requests.

    Only of answers that say how long they are, as those of the prediction server do.
    """
    said = BytesIO(answer)
    try:
        while said.readline().split(b" ", 2)[1].startswith(b"1"):
            parse_headers(said)
        headers = parse_headers(said)
        length = int(headers["content-length"])
    except (HTTPException, LookupError, TypeError, ValueError):
        return False
    closes = "close" in (headers["connection"] or "").lower()
    return len(answer) - said.tell() == length and not closes
