"""Look at what a registry holds, and download it; nothing is changed."""

import json
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import unquote, urlencode, urlsplit

from components.shared.errors import InputError, RegistryRefusalError
from components.shared.registry import answers, reading, transfer
from components.shared.registry.http import DEFAULT_RETRIES, RegistryHttp
from components.shared.registry.paths import (
    API,
    DATASET,
    KUBEFLOW_API,
    collection_path,
    data_path,
    model_path,
    version_path,
)
from components.shared.registry.records import (
    LIVE,
    Alias,
    AuditEntry,
    ModelSummary,
    RegisteredVersion,
    VersionComparison,
    VersionLineage,
    VersionSummary,
)

URL_VARIABLE: Final = "REGISTRY_URL"
TOKEN_VARIABLE: Final = "REGISTRY_TOKEN"  # noqa: S105 - the name of a variable
LATEST: Final = "latest"

log = logging.getLogger(__name__)


class RegistryReader:
    """Reads one registry over HTTP; use it as a context manager, or `close` it.

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

    def download_evidence(self, version: RegisteredVersion, folder: str | Path) -> Path:
        """Fetch the files about a version into `folder`; raises like `download`.

        These are its reports, figures and model card: what was registered beside the files that
        it consists of.
        """
        transfer.download_evidence(self._http, version, Path(folder))
        return Path(folder)

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

    def newest(self, model_name: str) -> RegisteredVersion | None:
        """Return the newest version that is not archived; None where there is none."""
        latest = self.find(model_name)
        if latest is None or latest.state == LIVE:
            return latest
        path = f"{model_path(model_name)}/versions"
        action = f"find the newest version of {model_name}"
        for item in reading.items(self._http, path, action, "ID", None):
            summary = answers.version_summary(item)
            if summary.state == LIVE:
                return self.find(model_name, summary.name)
        return None

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
            properties=answer.get("properties", {}),
            comparable=answer.get("comparable", True),
            changes=answers.data_changes(answer.get("changes")),
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
        """Return model and version of all that was made from data of this digest, newest first.

        Data sets that were made from the data follow, as `dataset://name`.
        """
        action = f"look for versions made from {digest}"
        listed = reading.items(self._http, data_path(digest), action, "ID", None)
        models = [(item["model"]["name"], item["version"]["name"]) for item in listed]
        listed = reading.items(self._http, data_path(digest, "datasets"), action, "ID", None)
        made = [(DATASET + item["dataset"]["name"], item["version"]["name"]) for item in listed]
        return (*models, *made)

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
        subject: str | None = None,
        limit: int = 100,
    ) -> tuple[AuditEntry, ...]:
        """Return what was changed, of one model or of all, the newest first, 1 to 1,000 entries.

        Args:
            model: Name of a model, or `dataset://` and that of a data set; None: of all.
            actor: Only what this one did.
            action: Only this action, such as `version.register`.
            subject: Only what was done to what is called so, such as a version.
            limit: How many entries at the most.
        """
        filters = {"model": model, "actor": actor, "action": action, "subject": subject}
        filters["limit"] = str(limit)
        if model is not None and model.startswith(DATASET):
            filters |= {"model": None, "dataset": model.removeprefix(DATASET)}
        query = urlencode({name: value for name, value in filters.items() if value is not None})
        answer = self._http.json("GET", f"{API}/audit?{query}", "read the audit log")
        return tuple(map(answers.audit_entry, answer["items"]))

    def _version(self, model_name: str, ref: str) -> RegisteredVersion:
        path = version_path(model_name, ref)
        answer = self._http.json("GET", path, f"find {model_name}@{ref}")
        for warning in answer.get("warnings", ()):
            log.warning("%s", warning)
        return answers.registered_version(answer, self)
