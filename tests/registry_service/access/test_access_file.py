"""Tokens and grants from a file that changes."""

import asyncio
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry_service.access.access_file import READ_EVERY_SECONDS, WatchedAccessFile
from registry_service.domain.access import Identity, Role
from registry_service.errors import SettingsError

OLD, NEW = "the-old-token-0123456789", "the-new-token-0123456789"
Write = Callable[..., None]


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def subject(access: WatchedAccessFile, token: str) -> str | None:
    """Return whose a token is."""
    return asyncio.run(access.subject(token))


@pytest.fixture(name="path")
def access_path(tmp_path: Path) -> Path:
    """Where the file is."""
    return tmp_path / "access.json"


@pytest.fixture(name="write")
def writes_access(path: Path) -> Write:
    """Writes the file anew, with tokens of `ci` and with grants."""

    def write(*tokens: str, grants: list[dict[str, Any]] | None = None) -> None:
        entries = [{"token": token, "subject": "ci"} for token in tokens]
        path.write_text(json.dumps({"tokens": entries, "grants": grants or []}))

    return write


def test_a_removed_token_and_grant_end_in_time(path: Path, write: Write) -> None:
    """Five seconds after the file has changed, what it no longer says counts no more."""
    clock = Clock()
    write(OLD, grants=[{"subject": "ci", "role": "writer"}])
    access = WatchedAccessFile(path, clock)
    assert subject(access, OLD) == "ci"
    assert access.identity("ci").has(Role.WRITER, "churn")
    write(NEW)
    clock.now += READ_EVERY_SECONDS
    assert (subject(access, OLD), subject(access, NEW)) == (None, "ci")
    assert not access.identity("ci").has(Role.READER, "churn")


@pytest.mark.parametrize("content", ["{", '{"tokens": [{"token": "short"}]}', None])
def test_a_mistake_in_the_file_changes_nothing(
    path: Path, write: Write, caplog: pytest.LogCaptureFixture, content: str | None
) -> None:
    """What was known before stays in force; the log says what is wrong, and no token."""
    clock = Clock()
    write(OLD)
    access = WatchedAccessFile(path, clock)
    if content is None:
        path.unlink()
    else:
        path.write_text(content)
    clock.now += READ_EVERY_SECONDS
    with caplog.at_level(logging.ERROR):
        assert subject(access, OLD) == "ci"
    assert str(path) in caplog.text
    assert "short" not in caplog.text
    write(NEW)
    clock.now += READ_EVERY_SECONDS
    assert subject(access, OLD) is None


def test_a_mistake_at_the_start_is_named(path: Path, write: Write) -> None:
    """A service does not start with a file that says two things about one grant."""
    write(grants=[{"subject": "ci", "role": "reader", "prefix": "a", "model": "b"}])
    with pytest.raises(SettingsError, match=r"grants\.0: .*a prefix or a model, not both"):
        WatchedAccessFile(path)


def test_a_grant_for_one_model_is_for_no_other(path: Path, write: Write) -> None:
    """Models whose names begin with its name are others."""
    write(grants=[{"subject": "ci", "role": "writer", "model": "churn"}])
    identity: Identity = WatchedAccessFile(path).identity("ci")
    seen = {name: identity.has(Role.WRITER, name) for name in ("churn", "churn-eu", "chur", "")}
    assert seen == {"churn": True, "churn-eu": False, "chur": False, "": False}
    assert not identity.has_everywhere(Role.READER)


def test_a_grant_of_an_empty_prefix_is_for_all(path: Path, write: Write) -> None:
    """As one without prefix and model is."""
    write(
        grants=[
            {"subject": "a", "role": "reader", "prefix": ""},
            {"subject": "b", "role": "reader"},
        ]
    )
    access = WatchedAccessFile(path)
    assert all(access.identity(name).has_everywhere(Role.READER) for name in ("a", "b"))
