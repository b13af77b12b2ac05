"""What can go wrong between Airflow and Kubeflow Pipelines, each said in one sentence."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

LONGEST_MESSAGE: Final = 400
LOGIN: Final = {
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.FOUND,
    HTTPStatus.SEE_OTHER,
    HTTPStatus.TEMPORARY_REDIRECT,
    HTTPStatus.UNAUTHORIZED,
}
"""What is answered to one who is not known: by KFP, or by a proxy that wants a login."""
ASKED_WRONGLY: Final = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.UNPROCESSABLE_ENTITY,
}


class KfpError(Exception):
    """Root of what is raised about Kubeflow Pipelines on purpose; another try may help."""


class MistakeError(KfpError):
    """What was asked cannot be done as asked: another try does not help."""


class UnreachableError(KfpError):
    """No answer came."""

    def __init__(self, what: str, url: str, reason: object) -> None:
        said = short(str(reason)) or type(reason).__name__
        super().__init__(f"cannot reach {what} at {url}: {said}")


class UnexpectedAnswerError(KfpError):
    """Something answered, and not as what it was taken for."""

    def __init__(self, what: str, url: str) -> None:
        super().__init__(
            f"{url} answers, but not as {what}: see whether the connection's host is its address "
            "(that of KFP ends in /pipeline behind Kubeflow's dashboard)"
        )


class RefusedError(KfpError):
    """It refused, or failed; `status` is that of HTTP."""

    def __init__(self, action: str, url: str, status: int, said: str) -> None:
        remedy = (
            " (put a token that is valid into the password of the connection, or name its file as "
            "token_file)"
            if status in LOGIN
            else ""
        )
        super().__init__(f"{url} did not {action} (HTTP {status}): {said}{remedy}")
        self.status = status


class WrongRequestError(RefusedError, MistakeError):
    """It refused what it was asked for."""


class ConflictError(RefusedError):
    """It has one of that name already."""


def refusal(action: str, url: str, status: int, content: object) -> RefusedError:
    """Return the error of an answer that is none of those hoped for.

    Args:
        action: What was asked for, such as "start the run".
        url: Who was asked.
        status: Of HTTP.
        content: The answer: JSON, or a text.
    """
    said = content
    if isinstance(content, Mapping):
        found = (content.get(key) for key in ("error_message", "message", "error"))
        said = next((each for each in found if each), content)
    kind = (
        WrongRequestError
        if status in ASKED_WRONGLY
        else ConflictError
        if status == HTTPStatus.CONFLICT
        else RefusedError
    )
    return kind(action, url, status, short(str(said)) or "no reason was given")


def short(text: str) -> str:
    """Return a text in one line of bounded length, without the tags of a web page."""
    line = " ".join(re.sub(r"<[^>]*>", " ", text).split())
    return line if len(line) <= LONGEST_MESSAGE else line[:LONGEST_MESSAGE] + " …"
