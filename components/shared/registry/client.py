"""A client of the model registry: look, download, register, promote.

```python
registry = RegistryClient("http://127.0.0.1:8080")
registry.get("churn@champion").download("champion/")
registry.promote("churn", "champion", "7", reason="better on June's data")
```
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from components.shared.errors import InputError
from components.shared.registry import answers, governance, reading, transfer
from components.shared.registry.governance import ANYTHING, Expected
from components.shared.registry.http import DEFAULT_RETRIES, RegistryHttp, RegistryRefusalError
from components.shared.registry.paths import API, model_path, version_path
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
RETRIES_VARIABLE: Final = "REGISTRY_RETRIES"
LATEST: Final = "latest"

__all__ = ["ANYTHING", "Receipt", "RegisteredVersion", "RegistryClient"]


class RegistryClient:
    """Speaks to one registry over HTTP; use it as a context manager, or `close` it.

    A `ref` names a version by its name, its number or an alias; `latest` is the newest. Requests
    that fail on the way, or that meet 502, 503 or 504, are repeated with exponential backoff,
    where repeating them changes nothing more. Every method raises RegistryError when the registry
    cannot be reached, and its subclass RegistryRefusalError when it refuses: because there is no
    such model or version (`code` is not_found), the token may not do it, or someone was faster.
    Over HTTPS, the authorities in the PEM file `REGISTRY_CA_FILE` are trusted besides the usual.

    Args:
        url: where the registry listens, such as `http://127.0.0.1:8080`.
        token: bearer token, when the registry asks for one.
        retries: how often a request is repeated before it counts as failed (6: about 30 s).

    Raises:
        InputError: `url` is no HTTP URL, or a file of certificate authorities cannot be read.
    """

    def __init__(self, url: str, token: str | None = None, retries: int = DEFAULT_RETRIES) -> None:
        self._http = RegistryHttp(url, token, retries)
        self.url = self._http.url

    @classmethod
    def from_environment(cls, url: str | None = None, retries: int = DEFAULT_RETRIES) -> Self:
        """Make a client of `url`, or else of `REGISTRY_URL`, with the token in `REGISTRY_TOKEN`.

        Requests are repeated `REGISTRY_RETRIES` times, where that is set, or else `retries` times.

        Raises:
            InputError: neither `url` nor `REGISTRY_URL` is set, or `REGISTRY_RETRIES` is no number.
        """
        url = url or os.environ.get(URL_VARIABLE)
        if not url:
            raise InputError(
                f"no registry is named: set the parameter registry_url, or {URL_VARIABLE} in the "
                "environment of the step, to a URL such as http://registry:8080"
            )
        text = os.environ.get(RETRIES_VARIABLE) or str(retries)
        if not text.isdecimal():
            raise InputError(f"{RETRIES_VARIABLE} must be a whole number, not {text!r}")
        return cls(url, token=os.environ.get(TOKEN_VARIABLE), retries=int(text))

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
            InputError: there is no such version; near misses are named.
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
            InputError: there is no such version.
            DigestMismatchError: a file is not what was registered; the folder stays as it was.
        """
        return self.download_version(self.get(f"{model_name}@{ref}"), folder)

    def download_version(self, version: RegisteredVersion, folder: str | Path) -> RegisteredVersion:
        """Do the same as `download` for a version that was looked up before."""
        transfer.download(self._http, version, Path(folder))
        return version

    def register(
        self, registration: Mapping[str, Any], folder: str | Path, idempotency_key: str
    ) -> Receipt:
        """Upload the files of `folder` and register them as one version, all or nothing.

        Args:
            registration: the body of `POST /api/registry/v1/register` without `files`.
            folder: the model folder, at least one file.
            idempotency_key: the same key with the same content never makes a second version.
        """
        files = transfer.upload(self._http, Path(folder))
        answer = self._http.json(
            "POST",
            f"{API}/register",
            f"register {registration['model']['name']}",
            {**registration, "files": files},
            {"Idempotency-Key": idempotency_key},
        )
        return answers.receipt(answer)

    def list_models(self, limit: int | None = None) -> list[ModelSummary]:
        """Return the models, those that were changed last first, at the most `limit`."""
        listed = reading.items(
            self._http, f"{API}/models", "list the models", "LAST_UPDATE_TIME", limit
        )
        return [answers.model_summary(item) for item in listed]

    def list_versions(self, model_name: str, limit: int | None = None) -> list[VersionSummary]:
        """Return the versions of a model, the newest first, at the most `limit`."""
        path = f"{model_path(model_name)}/versions"
        listed = reading.items(self._http, path, f"list versions of {model_name}", "ID", limit)
        return [answers.version_summary(item) for item in listed]

    def aliases(self, model_name: str) -> tuple[Alias, ...]:
        """Return the aliases of a model by name."""
        return reading.aliases(self._http, model_name)

    def compare(self, model_name: str, refs: Sequence[str]) -> VersionComparison:
        """Return 2 to 20 versions of a model side by side."""
        return reading.compare(self._http, model_name, refs, self)

    def lineage(self, model_name: str, ref: str = LATEST) -> VersionLineage:
        """Return where a version comes from, and where it is served."""
        return reading.lineage(self._http, model_name, ref)

    def trained_on(self, digest: str) -> tuple[tuple[str, str], ...]:
        """Return model and version of everything that was made from data of this digest."""
        return reading.trained_on(self._http, digest)

    def registered_by(self, run_id: str) -> tuple[RegisteredVersion, ...]:
        """Return the versions that a KFP run registered, the newest first."""
        named = reading.registered_by(self._http, run_id)
        return tuple(self._version(model, version) for model, version in named)

    def audit(
        self,
        model: str | None = None,
        *,
        actor: str | None = None,
        action: str | None = None,
        limit: int = 100,
    ) -> tuple[AuditEntry, ...]:
        """Return what was changed, of one model or of all, the newest first, 1 to 1,000 entries."""
        return reading.audit(self._http, model, actor, action, limit)

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
            model_name: name of the model.
            alias: such as champion; it is made when new.
            ref: the version.
            expected: name of the version that it must point to now, None when it must not exist
                yet; elsewhere the registry refuses with the code stale. Not given: anything.
            reason: why, for the audit log.
        """
        return governance.promote(self._http, model_name, alias, ref, expected, reason)

    def rollback(self, model_name: str, alias: str, reason: str | None = None) -> Alias:
        """Return an alias to where it pointed before; twice goes back two steps."""
        return governance.rollback(self._http, model_name, alias, reason)

    def approve(self, model_name: str, ref: str, reason: str | None = None) -> None:
        """Find a version fit for the registry's protected aliases."""
        governance.approve(self._http, model_name, ref, reason)

    def archive(self, model_name: str, ref: str, reason: str | None = None) -> None:
        """Put a version away that no alias and no deployment holds; `restore` takes it back."""
        governance.archive(self._http, model_name, ref, reason)

    def restore(self, model_name: str, ref: str, reason: str | None = None) -> None:
        """Take an archived version back."""
        governance.restore(self._http, model_name, ref, reason)

    def verify(self, model_name: str, ref: str = LATEST) -> tuple[FileCheck, ...]:
        """Have the registry read every file of a version in its store and compare the digests.

        What is damaged is not served again; registering the same file anew mends it.
        """
        return governance.verify(self._http, model_name, ref)

    def delete(self, model_name: str, ref: str, reason: str | None = None) -> None:
        """Delete a version that no alias and no deployment holds; its name stays taken."""
        governance.delete(self._http, model_name, ref, reason)

    def retain(
        self, model_name: str, *, keep_last: int, older_than_days: float, dry_run: bool = True
    ) -> tuple[VersionSummary, ...]:
        """Delete, or in a dry run name, archived versions beyond the newest `keep_last`."""
        return governance.retain(self._http, model_name, keep_last, older_than_days, dry_run)

    def collect_garbage(self, *, older_than_hours: float = 24, dry_run: bool = True) -> Collected:
        """Delete, or in a dry run count, bytes of that age (at least 1) that no version names."""
        return governance.collect_garbage(self._http, older_than_hours, dry_run)

    def _version(self, model_name: str, ref: str) -> RegisteredVersion:
        path = version_path(model_name, ref)
        answer = self._http.json("GET", path, f"find {model_name}@{ref}")
        return answers.registered_version(answer, self)
