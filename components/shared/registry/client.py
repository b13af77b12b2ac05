"""A client of the model registry: look, download, register, promote.

```python
registry = RegistryClient("http://127.0.0.1:8080")
registry.get("churn@champion").download("champion/")
registry.promote("churn", "champion", "7", reason="better on June's data")
registry.get("dataset://churn_customers@latest").download("customers/")
```

Whatever takes the name of a model takes that of a data set too, as `dataset://name`.
"""

import json
import logging
import os
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import unquote, urlencode, urlsplit

from components.shared.errors import InputError, RegistryRefusalError
from components.shared.registry import answers, reading, transfer
from components.shared.registry.experiments import TrackedRun
from components.shared.registry.http import DEFAULT_RETRIES, PATIENT, RegistryHttp
from components.shared.registry.paths import (
    API,
    DATASET,
    KUBEFLOW_API,
    alias_path,
    collection_path,
    data_path,
    model_path,
    version_path,
)
from components.shared.registry.records import (
    Alias,
    AuditEntry,
    Collected,
    FileCheck,
    ModelSummary,
    Receipt,
    RegisteredVersion,
    VersionComparison,
    VersionLineage,
    VersionSummary,
)

URL_VARIABLE: Final = "REGISTRY_URL"
TOKEN_VARIABLE: Final = "REGISTRY_TOKEN"  # noqa: S105 - the name of a variable
LATEST: Final = "latest"
UPLOADS: Final = 3
UNKNOWN_BLOB: Final = "unknown_blob"

__all__ = ["ANYTHING", "Receipt", "RegisteredVersion", "RegistryClient"]


Scalar = str | int | float | bool

log = logging.getLogger(__name__)


class Expected(Enum):
    """Stands for an alias that may point anywhere before it is moved."""

    ANYTHING = "anything"


ANYTHING: Final = Expected.ANYTHING


class RegistryClient:
    """Speaks to one registry over HTTP; use it as a context manager, or `close` it.

    A `ref` names a version by its name, its number or an alias; `latest` is the newest. Requests
    that fail on the way, or that meet 502, 503 or 504, are repeated with exponential backoff,
    where repeating them changes nothing more. Every method raises RegistryError when the registry
    cannot be reached, and its subclass RegistryRefusalError when it refuses: because there is no
    such model or version (`code` is not_found), the token may not do it, or someone was faster.
    Over HTTPS, the authorities in the PEM file `REGISTRY_CA_FILE` are trusted besides the usual.

    Args:
        url: Where the registry listens, such as `http://127.0.0.1:8080`.
        token: Bearer token, when the registry asks for one.
        retries: How often a request is repeated before it counts as failed (6: about 30 s).
        wait_seconds: How long it is repeated instead, printing what is waited for.

    Raises:
        InputError: `url` is no HTTP URL, or a file of certificate authorities cannot be read.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        retries: int = DEFAULT_RETRIES,
        wait_seconds: float | None = None,
    ) -> None:
        self._http = RegistryHttp(url, token, retries, wait_seconds)
        self.url = self._http.url

    @classmethod
    def from_environment(
        cls,
        url: str | None = None,
        retries: int = DEFAULT_RETRIES,
        wait_seconds: float | None = None,
    ) -> Self:
        """Make a client of `url`, or else of `REGISTRY_URL`, with the token in `REGISTRY_TOKEN`.

        Raises:
            InputError: Neither `url` nor `REGISTRY_URL` is set.
        """
        url = url or os.environ.get(URL_VARIABLE)
        if not url:
            raise InputError(
                f"no registry is named: set the parameter registry_url, or {URL_VARIABLE} in the "
                "environment of the step, to a URL such as http://registry:8080"
            )
        token = os.environ.get(TOKEN_VARIABLE)
        return cls(url, token=token, retries=retries, wait_seconds=wait_seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def find(self, model_name: str, ref: str = LATEST) -> RegisteredVersion | None:
        """Return the version that `ref` names, or None when there is none."""
        try:
            return self._version(model_name, ref)
        except RegistryRefusalError as refusal:
            if reading.is_absence(refusal):
                return None
            raise

    def get(self, name: str) -> RegisteredVersion:
        """Return the version `model@ref`; without `@ref` the latest.

        Raises:
            InputError: There is no such version; near misses are named.
        """
        model_name, _, ref = name.partition("@")
        if not model_name:
            raise InputError(f"{name!r} names no model: write model@version, as in churn@champion")
        try:
            return self._version(model_name, ref or LATEST)
        except RegistryRefusalError as refusal:
            if not reading.is_absence(refusal):
                raise
            near = reading.near_misses(self._http, model_name, ref)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            raise InputError(
                f"the registry at {self.url} has no {name} ({refusal.message}){hint}"
            ) from refusal

    def download(self, model_name: str, ref: str, folder: str | Path) -> RegisteredVersion:
        """Fetch the files of a version into `folder` and check every size and digest.

        Raises:
            InputError: There is no such version.
            DigestMismatchError: A file is not what was registered; the folder stays as it was.
        """
        return self.download_version(self.get(f"{model_name}@{ref}"), folder)

    def download_version(self, version: RegisteredVersion, folder: str | Path) -> RegisteredVersion:
        """Do the same as `download` for a version that was looked up before."""
        transfer.download(self._http, version, Path(folder))
        return version

    def download_file(self, version: RegisteredVersion, file: str, folder: str | Path) -> Path:
        """Fetch one file of a version into `folder`; raises like `download`."""
        transfer.download(self._http, version, Path(folder), only=file)
        return Path(folder) / file

    def register(
        self, registration: Mapping[str, Any], folder: str | Path, idempotency_key: str
    ) -> Receipt:
        """Upload the files of `folder` and register them as one version, all or nothing.

        Args:
            registration: The body of `POST /api/registry/v1/register`, or for a data set of
                `POST /api/registry/v1/datasets`, without `files`.
            folder: The folder of the version, at least one file.
            idempotency_key: The same key with the same content never makes a second version.
        """
        owner, path = registration.get("model"), f"{API}/register"
        if owner is None:
            owner, path = registration["dataset"], f"{API}/datasets"
        action, key = f"register {owner['name']}", {"Idempotency-Key": idempotency_key}
        for left in reversed(range(UPLOADS)):
            files = transfer.upload(self._http, Path(folder))
            body = {**registration, "files": files}
            try:
                answer = self._http.json("POST", path, action, body, key)
            except RegistryRefusalError as refusal:
                # Someone else brought the same bytes meanwhile, or a collection took them back.
                if not left or refusal.code != UNKNOWN_BLOB:
                    raise
            else:
                return answers.receipt(answer)
        raise AssertionError("unreachable")

    def list_models(self, limit: int | None = None) -> list[ModelSummary]:
        """Return the models, those that were changed last first, at the most `limit`."""
        listed = reading.items(
            self._http, f"{API}/models", "list the models", "LAST_UPDATE_TIME", limit
        )
        return [answers.model_summary(item) for item in listed]

    def list_datasets(self, limit: int | None = None) -> list[ModelSummary]:
        """Return the data sets, as `list_models`; their names begin with `dataset://`."""
        path, action = collection_path(DATASET), "list the data sets"
        listed = reading.items(self._http, path, action, "LAST_UPDATE_TIME", limit)
        return [answers.model_summary(item, DATASET) for item in listed]

    def list_versions(self, model_name: str, limit: int | None = None) -> list[VersionSummary]:
        """Return the versions of a model, the newest first, at the most `limit`."""
        path = f"{model_path(model_name)}/versions"
        listed = reading.items(self._http, path, f"list versions of {model_name}", "ID", limit)
        return [answers.version_summary(item) for item in listed]

    def aliases(self, model_name: str) -> tuple[Alias, ...]:
        """Return the aliases of a model by name."""
        path = f"{model_path(model_name)}/aliases"
        answer = self._http.json("GET", path, f"list the aliases of {model_name}")
        return tuple(map(answers.alias, answer["items"]))

    def compare(self, model_name: str, refs: Sequence[str]) -> VersionComparison:
        """Return 2 to 20 versions of a model side by side."""
        query = urlencode([("version", ref) for ref in refs])
        path = f"{model_path(model_name)}/compare?{query}"
        answer = self._http.json("GET", path, f"compare versions of {model_name}")
        return VersionComparison(
            versions=tuple(answers.registered_version(item, self) for item in answer["versions"]),
            metrics=answer["metrics"],
            parameters=answer["parameters"],
            datasets=answer["datasets"],
            files=answer["files"],
            lineage=answer["lineage"],
        )

    def lineage(self, model_name: str, ref: str = LATEST) -> VersionLineage:
        """Return where a version comes from, and where it is served."""
        path = version_path(model_name, ref) + "/lineage"
        answer = self._http.json("GET", path, f"trace {model_name}@{ref}")
        return VersionLineage(
            model_name,
            answer["version"],
            answer["lineage"],
            tuple(answer["datasets"]),
            tuple(answer["deployments"]),
        )

    def trained_on(self, digest: str) -> tuple[tuple[str, str], ...]:
        """Return model and version of all that was made from data of this digest, newest first."""
        action = f"look for versions made from {digest}"
        listed = reading.items(self._http, data_path(digest), action, "ID", None)
        return tuple((item["model"]["name"], item["version"]["name"]) for item in listed)

    def registered_by(self, run_id: str) -> tuple[RegisteredVersion, ...]:
        """Return the versions that a KFP run registered, the newest first."""
        query = {
            "filterQuery": f"modelSourceId = {json.dumps(run_id)}",
            "orderBy": "ID",
            "sortOrder": "DESC",
        }
        path = f"{KUBEFLOW_API}/model_artifacts?{urlencode(query)}"
        answer = self._http.json("GET", path, f"look for what run {run_id} registered")
        # registry://model/version, as the registry itself names the bytes of a version.
        named = (urlsplit(str(item.get("uri"))) for item in answer["items"])
        return tuple(
            self._version(unquote(uri.netloc), unquote(uri.path.lstrip("/")))
            for uri in named
            if uri.scheme == "registry"
        )

    def audit(
        self,
        model: str | None = None,
        *,
        actor: str | None = None,
        action: str | None = None,
        limit: int = 100,
    ) -> tuple[AuditEntry, ...]:
        """Return what was changed, of one model or of all, the newest first, 1 to 1,000 entries."""
        filters = {"model": model, "actor": actor, "action": action, "limit": limit}
        if model is not None and model.startswith(DATASET):
            filters |= {"model": None, "dataset": model.removeprefix(DATASET)}
        query = urlencode({name: value for name, value in filters.items() if value is not None})
        answer = self._http.json("GET", f"{API}/audit?{query}", "read the audit log")
        return tuple(map(answers.audit_entry, answer["items"]))

    def begin_run(self, experiment: str, name: str, **properties: str) -> TrackedRun:
        """Begin a run of an experiment, to which what it was given and found can be logged.

        Args:
            experiment: Name of the experiment; it is made when new.
            name: Name of the run, unique in the experiment.
            properties: What else there is to say of it, as texts.
        """
        return TrackedRun.begin(self._http, experiment, name, **properties)

    def promote(
        self,
        model_name: str,
        alias: str,
        ref: str,
        expected: str | Expected | None = ANYTHING,
        reason: str | None = None,
    ) -> Alias:
        """Point an alias to a version, provided that it points to `expected` now.

        Args:
            model_name: Name of the model.
            alias: Such as champion; it is made when new.
            ref: The version.
            expected: Name of the version that it must point to now, None when it must not exist
                yet; elsewhere the registry refuses with the code stale. Not given: anything.
            reason: Why, for the audit log.
        """
        body: dict[str, Any] = {"version": ref, "reason": reason}
        if expected is not ANYTHING:
            body["expected"] = expected
        action = f"promote {model_name}@{ref} to {alias}"
        # A repeated move would find its own first attempt and call it someone else's.
        return answers.alias(
            self._http.json("PUT", alias_path(model_name, alias), action, body, repeat=False)
        )

    def rollback(self, model_name: str, alias: str, reason: str | None = None) -> Alias:
        """Return an alias to where it pointed before; twice goes back two steps."""
        path = alias_path(model_name, alias) + "/rollback"
        action = f"roll back {alias} of {model_name}"
        # Two rollbacks go back two steps.
        return answers.alias(
            self._http.json("POST", path, action, {"reason": reason}, repeat=False)
        )

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
        return tuple(FileCheck(**file) for file in answer["files"])

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

    def _version(self, model_name: str, ref: str) -> RegisteredVersion:
        path = version_path(model_name, ref)
        answer = self._http.json("GET", path, f"find {model_name}@{ref}")
        for warning in answer.get("warnings", ()):
            log.warning("%s", warning)
        return answers.registered_version(answer, self)


def _given(**fields: Any) -> dict[str, Any]:
    """Return the fields of a body that were given."""
    return {name: value for name, value in fields.items() if value is not None}


def _query(**fields: str | None) -> str:
    """Return the query of a path, empty when nothing is asked."""
    given = _given(**fields)
    return f"?{urlencode(given)}" if given else ""
