"""Change what stands: move aliases, approve, delete, take back space; each is in the audit log."""

from enum import Enum
from typing import Any, Final
from urllib.parse import urlencode

from components.shared.registry import answers
from components.shared.registry.http import PATIENT, RegistryHttp
from components.shared.registry.paths import API, alias_path, model_path, version_path
from components.shared.registry.records import Alias, Collected, FileCheck, VersionSummary


class Expected(Enum):
    """Stands for an alias that may point anywhere before it is moved."""

    ANYTHING = "anything"


ANYTHING: Final = Expected.ANYTHING


def promote(
    http: RegistryHttp,
    model_name: str,
    alias: str,
    ref: str,
    expected: str | Expected | None,
    reason: str | None,
) -> Alias:
    """Point an alias to the version that `ref` names."""
    body: dict[str, Any] = {"version": ref, "reason": reason}
    if expected is not ANYTHING:
        body["expected"] = expected
    action = f"promote {model_name}@{ref} to {alias}"
    # A repeated move would find its own first attempt and call it someone else's.
    return answers.alias(
        http.json("PUT", alias_path(model_name, alias), action, body, repeat=False)
    )


def rollback(http: RegistryHttp, model_name: str, alias: str, reason: str | None) -> Alias:
    """Return an alias to where it pointed before."""
    path = alias_path(model_name, alias) + "/rollback"
    action = f"roll back {alias} of {model_name}"
    # Two rollbacks go back two steps.
    return answers.alias(http.json("POST", path, action, {"reason": reason}, repeat=False))


def approve(http: RegistryHttp, model_name: str, ref: str, reason: str | None) -> None:
    """Find a version fit for protected aliases."""
    path = version_path(model_name, ref) + "/approval"
    http.send("POST", path, f"approve {model_name}@{ref}", {"reason": reason})


def archive(http: RegistryHttp, model_name: str, ref: str, reason: str | None) -> None:
    """Put a version away."""
    path = version_path(model_name, ref) + "/archive"
    http.send("POST", path, f"archive {model_name}@{ref}", {"reason": reason})


def restore(http: RegistryHttp, model_name: str, ref: str, reason: str | None) -> None:
    """Take an archived version back."""
    path = version_path(model_name, ref) + "/restore"
    http.send("POST", path, f"restore {model_name}@{ref}", {"reason": reason})


def verify(http: RegistryHttp, model_name: str, ref: str) -> tuple[FileCheck, ...]:
    """Have the files of a version read in the store."""
    path = version_path(model_name, ref) + "/verification"
    answer = http.json("POST", path, f"verify {model_name}@{ref}", {}, timeout=PATIENT)
    return tuple(FileCheck(**file) for file in answer["files"])


def delete(http: RegistryHttp, model_name: str, ref: str, reason: str | None) -> None:
    """Delete a version."""
    query = f"?{urlencode({'reason': reason})}" if reason else ""
    path = version_path(model_name, ref) + query
    http.send("DELETE", path, f"delete {model_name}@{ref}", repeat=False)


def retain(
    http: RegistryHttp, model_name: str, keep_last: int, older_than_days: float, dry_run: bool
) -> tuple[VersionSummary, ...]:
    """Delete archived versions that nothing holds."""
    body = {"keepLast": keep_last, "olderThanDays": older_than_days, "dryRun": dry_run}
    path = f"{model_path(model_name)}/retention"
    answer = http.json("POST", path, f"apply the retention of {model_name}", body, repeat=False)
    return tuple(map(answers.version_summary, answer["versions"]))


def collect_garbage(http: RegistryHttp, older_than_hours: float, dry_run: bool) -> Collected:
    """Delete the bytes that no version names."""
    body = {"olderThanHours": older_than_hours, "dryRun": dry_run}
    answer = http.json("POST", f"{API}/gc", "collect unreferenced bytes", body)
    return Collected(answer["blobs"], answer["bytes"], answer["dryRun"])
