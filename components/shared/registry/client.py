"""A client of the model registry: look, download, register, promote.

```python
registry = RegistryClient("http://127.0.0.1:8080")
registry.get("churn@champion").download("champion/")
registry.promote("churn", "champion", "7", reason="better on June's data")
registry.get("dataset://churn_customers@latest").download("customers/")
```

Whatever takes the name of a model takes that of a data set too, as `dataset://name`.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from components.shared.errors import RegistryRefusalError
from components.shared.registry import answers, transfer
from components.shared.registry.experiments import TrackedRun
from components.shared.registry.http import PATIENT
from components.shared.registry.paths import API, DATASET, alias_path, model_path, version_path
from components.shared.registry.reader import (
    LATEST,
    TOKEN_VARIABLE,
    URL_VARIABLE,
    RegistryReader,
)
from components.shared.registry.records import (
    Alias,
    Collected,
    FileCheck,
    ModelSummary,
    Receipt,
    RegisteredVersion,
    VersionSummary,
)
from components.shared.registry.serving import ServingRecords

UPLOADS: Final = 3
UNKNOWN_BLOB: Final = "unknown_blob"

__all__ = [
    "ANYTHING",
    "LATEST",
    "TOKEN_VARIABLE",
    "URL_VARIABLE",
    "Receipt",
    "RegisteredVersion",
    "RegistryClient",
]


Scalar = str | int | float | bool


class Expected(Enum):
    """Stands for an alias that may point anywhere before it is moved."""

    ANYTHING = "anything"


ANYTHING: Final = Expected.ANYTHING


class RegistryClient(RegistryReader):
    """Reads one registry over HTTP, as `RegistryReader` does, and changes it."""

    def register(
        self,
        registration: Mapping[str, Any],
        folder: str | Path,
        idempotency_key: str,
        evidence: str | Path | None = None,
    ) -> Receipt:
        """Upload the files of `folder` and register them as one version, all or nothing.

        Args:
            registration: The body of `POST /api/registry/v1/register`, or for a data set of
                `POST /api/registry/v1/datasets`, without `files`.
            folder: The folder of the version, at least one file.
            idempotency_key: The same key with the same content never makes a second version.
            evidence: Folder of files about the version, such as reports.
        """
        owner, path = registration.get("model"), f"{API}/register"
        if owner is None:
            owner, path = registration["dataset"], f"{API}/datasets"
        action, key = f"register {owner['name']}", {"Idempotency-Key": idempotency_key}
        for left in reversed(range(UPLOADS)):
            files = transfer.upload(self._http, Path(folder))
            body = {**registration, "files": files}
            if evidence is not None:
                body["evidence"] = transfer.upload(self._http, Path(evidence))
            try:
                answer = self._http.json("POST", path, action, body, key)
            except RegistryRefusalError as refusal:
                # Someone else brought the same bytes meanwhile, or a collection took them back.
                if not left or refusal.code != UNKNOWN_BLOB:
                    raise
            else:
                return answers.receipt(answer)
        raise AssertionError("unreachable")

    def attach(self, model_name: str, ref: str, folder: str | Path) -> tuple[str, ...]:
        """Upload the files of `folder` as evidence of a version; return the paths of all it has.

        A file takes the place of that of its path. An approved version keeps what it has.
        """
        path = version_path(model_name, ref) + "/evidence"
        action = f"attach files to {model_name}@{ref}"
        for left in reversed(range(UPLOADS)):
            body = {"files": transfer.upload(self._http, Path(folder))}
            try:
                answer = self._http.json("POST", path, action, body)
            except RegistryRefusalError as refusal:
                if not left or refusal.code != UNKNOWN_BLOB:
                    raise
            else:
                return tuple(file["path"] for file in answer["evidence"])
        raise AssertionError("unreachable")

    def detach(self, model_name: str, ref: str, path: str, reason: str | None = None) -> None:
        """Take a file from the evidence of a version; an approved one keeps what it has."""
        named = f"{version_path(model_name, ref)}/evidence/{quote(path)}{_query(reason=reason)}"
        action = f"detach {path} from {model_name}@{ref}"
        self._http.send("DELETE", named, action, repeat=False)

    def begin_run(
        self,
        experiment: str,
        name: str,
        *,
        started_at: datetime | None = None,
        **properties: str,
    ) -> TrackedRun:
        """Begin a run of an experiment, to which what it was given and found can be logged.

        Args:
            experiment: Name of the experiment; it is made when new.
            name: Name of the run, unique in the experiment.
            started_at: When it began; None: now.
            properties: What else there is to say of it, as texts.
        """
        return TrackedRun.begin(self._http, experiment, name, started_at=started_at, **properties)

    def find_run(self, name: str) -> TrackedRun | None:
        """Return the run of this name that goes on, of whichever experiment; None if none does."""
        return TrackedRun.find(self._http, name)

    def join_run(self, experiment: str, name: str, **properties: str) -> TrackedRun:
        """Join a run that another process may have begun, as `begin_run`; else begin it."""
        return TrackedRun.join(self._http, experiment, name, **properties)

    @property
    def serving(self) -> ServingRecords:
        """What the registry keeps of deployments."""
        return ServingRecords(self._http)

    def promote(
        self,
        model_name: str,
        alias: str,
        ref: str,
        expected: str | Expected | None = ANYTHING,
        reason: str | None = None,
        dry_run: bool = False,
    ) -> Alias:
        """Point an alias to a version, provided that it points to `expected` now.

        Args:
            model_name: Name of the model.
            alias: Such as champion; it is made when new.
            ref: The version.
            expected: Name of the version that it must point to now, None when it must not exist
                yet; elsewhere the registry refuses with the code stale. Not given: anything.
            reason: Why, for the audit log.
            dry_run: Ask whether it can be moved, and move nothing.
        """
        body: dict[str, Any] = {"version": ref, "reason": reason}
        if dry_run:
            body["dryRun"] = True
        if expected is not ANYTHING:
            body["expected"] = expected
        action = f"promote {model_name}@{ref} to {alias}"
        # A repeated move would find its own first attempt and call it someone else's.
        return answers.alias(
            self._http.json("PUT", alias_path(model_name, alias), action, body, repeat=False)
        )

    def rollback(
        self, model_name: str, alias: str, reason: str | None = None, dry_run: bool = False
    ) -> Alias:
        """Return an alias to where it pointed before; twice goes back two steps.

        Args:
            model_name: Name of the model.
            alias: The alias.
            reason: Why, for the audit log.
            dry_run: Ask where it would point, and move nothing.
        """
        path = alias_path(model_name, alias) + "/rollback"
        action = f"roll back {alias} of {model_name}"
        # Two rollbacks go back two steps.
        body = {"reason": reason} | ({"dryRun": True} if dry_run else {})
        return answers.alias(self._http.json("POST", path, action, body, repeat=False))

    def remove_alias(self, model_name: str, alias: str, reason: str | None = None) -> None:
        """Remove an alias; the version that it points to stays."""
        path = alias_path(model_name, alias) + _query(reason=reason)
        self._http.send("DELETE", path, f"remove {alias} of {model_name}", repeat=False)

    def describe_model(
        self,
        model_name: str,
        *,
        description: str | None = None,
        owner: str | None = None,
        tags: Mapping[str, Scalar | None] | None = None,
    ) -> ModelSummary:
        """Set what is said of a model.

        Args:
            model_name: Name of the model.
            description: Text for people; None leaves it as it is, as for the others.
            owner: Who answers for it.
            tags: Properties by name; those that are None are removed, all others stay.
        """
        body = _given(description=description, owner=owner, customProperties=tags)
        answer = self._http.json("PATCH", model_path(model_name), f"describe {model_name}", body)
        found, scheme = answer.get("model") or answer["dataset"], DATASET * ("dataset" in answer)
        return answers.model_summary(found, scheme)

    def describe_version(
        self,
        model_name: str,
        ref: str,
        *,
        description: str | None = None,
        tags: Mapping[str, Scalar | None] | None = None,
    ) -> VersionSummary:
        """Set what is said of a version, as `describe_model`; an approved one keeps its tags."""
        body = _given(description=description, properties=tags)
        path, action = version_path(model_name, ref), f"describe {model_name}@{ref}"
        return answers.version_summary(self._http.json("PATCH", path, action, body)["version"])

    def withdraw_approval(self, model_name: str, ref: str, reason: str | None = None) -> None:
        """Take the approval of a version back, when no protected alias points to it any more."""
        path = version_path(model_name, ref) + "/approval" + _query(reason=reason)
        action = f"withdraw the approval of {model_name}@{ref}"
        self._http.send("DELETE", path, action, repeat=False)

    def approve(self, model_name: str, ref: str, reason: str | None = None) -> None:
        """Find a version fit for the registry's protected aliases."""
        path = version_path(model_name, ref) + "/approval"
        self._http.send("POST", path, f"approve {model_name}@{ref}", {"reason": reason})

    def archive(self, model_name: str, ref: str, reason: str | None = None) -> None:
        """Put a version away that no alias and no deployment holds; `restore` takes it back."""
        path = version_path(model_name, ref) + "/archive"
        self._http.send("POST", path, f"archive {model_name}@{ref}", {"reason": reason})

    def restore(self, model_name: str, ref: str, reason: str | None = None) -> None:
        """Take an archived version back."""
        path = version_path(model_name, ref) + "/restore"
        self._http.send("POST", path, f"restore {model_name}@{ref}", {"reason": reason})

    def verify(self, model_name: str, ref: str = LATEST) -> tuple[FileCheck, ...]:
        """Have the registry read every file of a version in its store and compare the digests.

        What is damaged is not served again; registering the same file anew mends it.
        """
        path = version_path(model_name, ref) + "/verification"
        answer = self._http.json("POST", path, f"verify {model_name}@{ref}", {}, timeout=PATIENT)
        files = [FileCheck(**file) for file in answer["files"]]
        return (*files, *(FileCheck(**file, evidence=True) for file in answer.get("evidence", ())))

    def delete(self, model_name: str, ref: str, reason: str | None = None) -> None:
        """Delete a version that no alias and no deployment holds; its name stays taken."""
        path = version_path(model_name, ref) + _query(reason=reason)
        self._http.send("DELETE", path, f"delete {model_name}@{ref}", repeat=False)

    def retain(
        self, model_name: str, *, keep_last: int, older_than_days: float, dry_run: bool = True
    ) -> tuple[VersionSummary, ...]:
        """Delete, or in a dry run name, archived versions beyond the newest `keep_last`."""
        body = {"keepLast": keep_last, "olderThanDays": older_than_days, "dryRun": dry_run}
        path = f"{model_path(model_name)}/retention"
        answer = self._http.json(
            "POST", path, f"apply the retention of {model_name}", body, repeat=False
        )
        return tuple(map(answers.version_summary, answer["versions"]))

    def collect_garbage(self, *, older_than_hours: float = 24, dry_run: bool = True) -> Collected:
        """Delete, or in a dry run count, bytes of that age (at least 1) that no version names."""
        body = {"olderThanHours": older_than_hours, "dryRun": dry_run}
        answer = self._http.json("POST", f"{API}/gc", "collect unreferenced bytes", body)
        return Collected(answer["blobs"], answer["bytes"], answer["dryRun"])


def _given(**fields: Any) -> dict[str, Any]:
    """Return the fields of a body that were given."""
    return {name: value for name, value in fields.items() if value is not None}


def _query(**fields: str | None) -> str:
    """Return the query of a path, empty when nothing is asked."""
    given = _given(**fields)
    return f"?{urlencode(given)}" if given else ""
