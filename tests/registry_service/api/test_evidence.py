"""Files about a version, beside those that it consists of: over HTTP, on both pairs of stores."""

import hashlib
from typing import Any
from urllib.parse import urljoin

import pytest
import urllib3

from tests.registry_service.api.test_registration import registration
from tests.registry_service.people import as_user
from tests.registry_service.running import Caller, upload


def named(ours: Caller, path: str, content: str) -> dict[str, Any]:
    """Bring the bytes of a file; return its entry."""
    return {"path": path, **upload(ours, content.encode())}


@pytest.fixture(name="version")
def version_with_evidence(ours: Caller, unique: str) -> str:
    """The path of a version with one file, and two about it."""
    file = named(ours, "model.joblib", f"bytes of {unique}")
    evidence = [named(ours, "card.md", f"# {unique}"), named(ours, "a/report.html", unique)]
    body = registration(unique, [file], evidence=evidence)
    assert ours("POST", "/register", body, Idempotency_Key=unique)[0] == 201
    return f"/models/{unique}/versions/1"


def test_evidence_is_read_back_and_is_no_part_of_the_digest(
    ours: Caller, unique: str, version: str
) -> None:
    """The same files without evidence have the same digest; each file can be fetched."""
    _, shown = ours("GET", version)
    assert [file["path"] for file in shown["evidence"]] == ["a/report.html", "card.md"]
    assert [file["path"] for file in shown["files"]] == ["model.joblib"]
    bare = registration(f"{unique}-bare", shown["files"])
    made = ours("POST", "/register", bare, Idempotency_Key=f"{unique}-bare")[1]
    assert made["digest"] == shown["digest"]
    _, listed = ours("GET", f"{version}/evidence")
    got = urllib3.request("GET", urljoin(ours.url, listed["files"][1]["url"]))
    assert got.data.decode() == f"# {unique}"


def test_evidence_is_attached_and_replaced_by_path(ours: Caller, unique: str, version: str) -> None:
    """What somebody fills in takes the place of its path; the log keeps both digests."""
    before = ours("GET", version)[1]
    filled = named(ours, "card.md", f"# {unique}, filled in")
    status, answer = ours("POST", f"{version}/evidence", {"files": [filled]})
    assert status == 200, answer
    after = ours("GET", version)[1]
    assert answer["evidence"] == after["evidence"]
    assert [file["path"] for file in after["evidence"]] == ["a/report.html", "card.md"]
    assert after["evidence"][1]["sha256"] == filled["sha256"]
    assert after["digest"] == before["digest"]
    _, log = ours("GET", f"/audit?model={unique}&action=version.attach")
    (entry,) = log["items"]
    assert entry["detail"] == {
        "files": {"card.md": filled["sha256"]},
        "replaced": {"card.md": before["evidence"][1]["sha256"]},
    }


def test_the_log_names_what_changed_and_not_all_of_much(
    ours: Caller, unique: str, version: str
) -> None:
    """It names 20 files, counts all, and has a digest of the others; no change is no entry."""
    logged = f"/audit?model={unique}&action=version.attach"
    bytes_of = {path: named(ours, path, f"{path} {unique}") for path in ("old", "new")}
    files = [{**bytes_of["old"], "path": f"{number:02}.txt"} for number in range(25)]
    assert ours("POST", f"{version}/evidence", {"files": files})[0] == 200
    assert ours("POST", f"{version}/evidence", {"files": files})[0] == 200
    (first,) = ours("GET", logged)[1]["items"]
    lines = "".join(f"{file['sha256']}  {file['path']}\n" for file in files[20:])
    assert first["detail"] == {
        "files": {file["path"]: file["sha256"] for file in files[:20]},
        "filesInAll": 25,
        "filesRest": hashlib.sha256(lines.encode()).hexdigest(),
        "replaced": {},
    }
    files[3] = {**bytes_of["new"], "path": "03.txt"}
    assert ours("POST", f"{version}/evidence", {"files": files})[0] == 200
    assert ours("GET", logged)[1]["items"][0]["detail"] == {
        "files": {"03.txt": bytes_of["new"]["sha256"]},
        "replaced": {"03.txt": bytes_of["old"]["sha256"]},
    }


@pytest.mark.parametrize(
    ("path", "other"), [("card.md/x", "card.md"), ("a", "a/report.html"), ("Card.md", "card.md")]
)
def test_evidence_of_a_version_can_lie_in_one_folder(
    ours: Caller, unique: str, version: str, path: str, other: str
) -> None:
    """What is attached clashes with nothing that is there: 409 names both, and nothing changes."""
    before = ours("GET", version)[1]["evidence"]
    files = [named(ours, "fine.md", unique), named(ours, path, unique)]
    status, error = ours("POST", f"{version}/evidence", {"files": files})
    assert (status, error["code"]) == (409, "conflict")
    assert repr(path) in error["message"]
    assert repr(other) in error["message"]
    assert "by another name" in error["message"]
    assert ours("GET", version)[1]["evidence"] == before


def test_evidence_is_checked_as_files_are(ours: Caller, version: str) -> None:
    """Bytes have to be there, paths to be sound and distinct; verification reads it too."""
    missing = {"path": "x.md", "sha256": "0" * 64, "size": 1}
    status, error = ours("POST", f"{version}/evidence", {"files": [missing]})
    assert (status, error["code"]) == (409, "unknown_blob")
    for files in (
        [],
        [{**missing, "path": "../x"}],
        [{**missing, "path": "X.md"}, missing],
    ):
        assert ours("POST", f"{version}/evidence", {"files": files})[0] == 400
    _, checked = ours("POST", f"{version}/verification")
    assert [(each["path"], each["state"]) for each in checked["evidence"]] == [
        ("a/report.html", "sound"),
        ("card.md", "sound"),
    ]
    assert [each["path"] for each in checked["files"]] == ["model.joblib"]


def test_evidence_belongs_to_who_may_read_the_version(guarded: str, unique: str) -> None:
    """Others get neither its list nor its bytes; a reader adds none; what is approved keeps its."""
    name = f"churn-{unique}"
    writer = as_user(guarded, "writer")
    card = named(writer, "card.md", unique)
    body = registration(name, [], evidence=[card], aliases=[])
    assert writer("POST", "/register", body, Idempotency_Key=name)[0] == 201
    path, blob = f"/models/{name}/versions/1", f"/blobs/{card['sha256']}"
    version = writer("GET", path)[1]["version"]["id"]
    page = f"{guarded}/ui/versions/{version}/evidence/card.md"
    for who, listed, bytes_of, shown in (("reader", 200, 200, 200), ("keeper", 403, 404, 404)):
        caller = as_user(guarded, who)
        assert caller("GET", f"{path}/evidence")[0] == listed
        assert caller("GET", blob)[0] == bytes_of
        assert urllib3.request("GET", page, headers=caller.headers).status == shown
    assert as_user(guarded, "reader")("POST", f"{path}/evidence", {"files": [card]})[0] == 403
    approval = as_user(guarded, "approver")("POST", f"{path}/approval", {"reason": "ok"})
    assert approval[0] == 204
    for method, where, sent in (
        ("POST", f"{path}/evidence", {"files": [card]}),
        ("DELETE", f"{path}/evidence/card.md", None),
    ):
        status, error = writer(method, where, sent)
        assert (status, "is approved" in error["message"]) == (409, True)


def test_evidence_is_detached_by_its_path(ours: Caller, unique: str, version: str) -> None:
    """The others stay, the log keeps its digest, and what is not there is not found."""
    before = {file["path"]: file["sha256"] for file in ours("GET", version)[1]["evidence"]}
    gone = f"{version}/evidence/a/report.html?reason=of%20another"
    assert ours("DELETE", gone)[0] == 204
    assert ours("DELETE", gone)[0] == 404
    assert [file["path"] for file in ours("GET", version)[1]["evidence"]] == ["card.md"]
    (entry,) = ours("GET", f"/audit?model={unique}&action=version.detach")[1]["items"]
    files = {"a/report.html": before["a/report.html"]}
    assert entry["detail"] == {"files": files, "reason": "of another"}


def test_who_may_not_write_detaches_nothing(guarded: str, unique: str) -> None:
    """A reader is refused, and the file is there still."""
    name = f"churn-{unique}"
    writer = as_user(guarded, "writer")
    body = registration(name, [], evidence=[named(writer, "card.md", unique)], aliases=[])
    assert writer("POST", "/register", body, Idempotency_Key=name)[0] == 201
    path = f"/models/{name}/versions/1/evidence"
    assert as_user(guarded, "reader")("DELETE", f"{path}/card.md")[0] == 403
    assert len(writer("GET", path)[1]["files"]) == 1


def test_an_approval_names_what_was_looked_at(ours: Caller, unique: str, version: str) -> None:
    """The log has the digests of the version and of its evidence, as they were."""
    shown = ours("GET", version)[1]
    assert ours("POST", f"{version}/approval", {"reason": "read it"})[0] == 204
    (entry,) = ours("GET", f"/audit?model={unique}&action=version.approve")[1]["items"]
    assert entry["detail"] == {
        "reason": "read it",
        "digest": shown["digest"],
        "evidence": {file["path"]: file["sha256"] for file in shown["evidence"]},
    }


def test_data_sets_have_evidence_too(ours: Caller, unique: str) -> None:
    """A report of its validation, such as."""
    report = named(ours, "validation.html", unique)
    body = registration(unique, [], evidence=[report], aliases=[])
    body |= {"dataset": body.pop("model"), "contentDigest": "a" * 64}
    assert ours("POST", "/datasets", body, Idempotency_Key=unique)[0] == 201
    _, listed = ours("GET", f"/datasets/{unique}/versions/1/evidence")
    assert [file["path"] for file in listed["files"]] == ["validation.html"]
