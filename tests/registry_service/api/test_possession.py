"""Bytes are for those who may read a version that names them, and for those who brought them."""

import hashlib
from typing import Any

import pytest

from tests.registry_service.api.test_registration import registration
from tests.registry_service.people import as_user
from tests.registry_service.running import Caller, send, upload

LARGE = 1 << 20


@pytest.fixture(name="secret", params=[100, LARGE], ids=["small", "large"])
def secret_bytes(request: pytest.FixtureRequest, unique: str) -> bytes:
    """Bytes of this test alone; the store is asked about the large ones."""
    return unique.encode().ljust(request.param, b".")


def entry_of(content: bytes) -> dict[str, Any]:
    """How a registration names bytes."""
    return {"path": "file", "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}


def register_file(caller: Caller, model: str, content: bytes) -> tuple[int, Any]:
    """Register a version with these bytes, which are not brought."""
    body = registration(model, [entry_of(content)], aliases=[])
    return caller("POST", "/register", body, Idempotency_Key=f"{model}-{len(content)}")


def planned(caller: Caller, content: bytes) -> dict[str, Any]:
    """What is to be done to upload bytes."""
    file: dict[str, Any] = caller("POST", "/uploads", {"files": [entry_of(content)]})[1]["files"][0]
    return file


def test_others_bytes_are_neither_read_nor_registered_nor_told_of(
    guarded: str, unique: str, secret: bytes
) -> None:
    """A writer of other models gets the answers that bytes nobody has would get."""
    admin, writer = as_user(guarded, "admin"), as_user(guarded, "writer")
    upload(admin, secret)
    sha256, absent = entry_of(secret)["sha256"], b"-" + secret

    def answers() -> list[Any]:
        found: list[list[Any]] = []
        for content in (secret, absent):
            digest = entry_of(content)["sha256"]
            read = writer("GET", f"/blobs/{digest}")
            made = register_file(writer, f"churn-{unique}", content)
            found.append(
                [
                    (read[0], read[1]["message"].replace(digest, "D")),
                    (made[0], made[1]["message"].replace(digest, "D")),
                    planned(writer, content)["state"],
                ]
            )
        assert found[0] == found[1]
        return found[0]

    before_a_version_names_them = answers()
    assert register_file(admin, f"fraud-{unique}", secret)[0] == 201
    assert answers() == before_a_version_names_them
    assert [answer[0] for answer in before_a_version_names_them[:2]] == [404, 409]
    assert before_a_version_names_them[2] == "upload"
    assert admin("GET", f"/blobs/{sha256}") == (200, secret)


def test_who_may_read_a_version_may_use_its_bytes(guarded: str, unique: str, secret: bytes) -> None:
    """They are read, need not be brought, and are registered under another model."""
    admin, writer = as_user(guarded, "admin"), as_user(guarded, "writer")
    upload(admin, secret)
    assert register_file(admin, f"churn-{unique}", secret)[0] == 201
    assert writer("GET", f"/blobs/{entry_of(secret)['sha256']}") == (200, secret)
    assert planned(writer, secret)["state"] == "present"
    assert register_file(writer, f"churn-{unique}-copy", secret)[0] == 201


def test_who_brings_bytes_may_register_them(guarded: str, unique: str, secret: bytes) -> None:
    """Also bytes that others have already: it is seen who brought them last."""
    admin, writer = as_user(guarded, "admin"), as_user(guarded, "writer")
    upload(admin, secret)
    assert register_file(admin, f"fraud-{unique}", secret)[0] == 201
    plan = planned(writer, secret)
    assert plan["state"] == "upload"
    send(guarded, plan, secret, writer.headers)
    assert register_file(writer, f"churn-{unique}", secret)[0] == 201
    assert writer("GET", f"/blobs/{entry_of(secret)['sha256']}") == (200, secret)
    assert register_file(admin, f"fraud-{unique}-again", secret)[0] == 201


def test_who_was_overtaken_brings_the_bytes_again(guarded: str, unique: str, secret: bytes) -> None:
    """Two who bring the same bytes before either registers them both get there, on either store."""
    callers = {"fraud": as_user(guarded, "admin"), "churn": as_user(guarded, "writer")}
    for caller in callers.values():
        upload(caller, secret)
    for prefix, caller in callers.items():
        status, answer = register_file(caller, f"{prefix}-{unique}", secret)
        if status != 201:
            # An S3 keeps with an object who brought it last.
            assert (status, answer["code"]) == (409, "unknown_blob")
            upload(caller, secret)
            status, answer = register_file(caller, f"{prefix}-{unique}", secret)
        assert status == 201, answer
