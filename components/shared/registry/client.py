"""A client of the model registry: find, download, register.

```python
registry = RegistryClient("http://127.0.0.1:8080")
champion = registry.get("churn@champion")
registry.download(champion.model_name, champion.version, "champion/")
```
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote

from urllib3.exceptions import HTTPError

from components.shared.digests import file_digest, manifest_digest
from components.shared.errors import DigestMismatchError, InputError, RegistryError
from components.shared.registry.http import DEFAULT_RETRIES, RegistryHttp, RegistryRefusalError

URL_VARIABLE: Final = "REGISTRY_URL"
TOKEN_VARIABLE: Final = "REGISTRY_TOKEN"  # noqa: S105 - the name of a variable
RETRIES_VARIABLE: Final = "REGISTRY_RETRIES"
CHUNK_BYTES: Final = 1 << 20
API: Final = "/api/registry/v1"
NOT_FOUND: Final = 404


@dataclass(frozen=True)
class RegisteredVersion:
    """One version of a model, as the registry holds it.

    Attributes:
        model_name: name of the model.
        version: name of the version, unique within the model.
        number: 1 for the first version of the model, counting up.
        digest: SHA-256 over the version's files (`components.shared.digests.folder_digest`).
        aliases: the aliases that point at it now.
        metrics: its registered metrics.
        files: SHA-256 of each file by its path.
    """

    model_name: str
    version: str
    number: int
    digest: str
    aliases: tuple[str, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Receipt:
    """What the registry answered to a registration.

    Attributes:
        version: name of the version.
        number: its number within the model.
        digest: SHA-256 over its files.
        aliases: the aliases that were set on it.
        replayed: whether an earlier attempt with the same key had already registered it.
    """

    version: str
    number: int
    digest: str
    aliases: tuple[str, ...]
    replayed: bool


class RegistryClient:
    """Speaks to one registry over HTTP; use it as a context manager, or `close` it.

    Requests that fail on the way, or that meet 502, 503 or 504, are repeated with exponential
    backoff. That is safe for every call here: each one is idempotent.

    Args:
        url: where the registry listens, such as `http://127.0.0.1:8080`.
        token: bearer token, when the registry asks for one.
        retries: how often a request is repeated before it counts as failed (6: about 30 s).

    Raises:
        InputError: `url` is no HTTP URL.
    """

    def __init__(self, url: str, token: str | None = None, retries: int = DEFAULT_RETRIES) -> None:
        self._http = RegistryHttp(url, token, retries)
        self.url = self._http.url

    @classmethod
    def from_environment(cls, url: str | None = None) -> Self:
        """Make a client of `url`, or else of `REGISTRY_URL`, with the token in `REGISTRY_TOKEN`.

        Raises:
            InputError: neither `url` nor `REGISTRY_URL` is set.
        """
        url = url or os.environ.get(URL_VARIABLE)
        if not url:
            raise InputError(
                f"no registry is named: set the parameter registry_url, or {URL_VARIABLE} in the "
                "environment of the step, to a URL such as http://registry:8080"
            )
        retries = int(os.environ.get(RETRIES_VARIABLE, DEFAULT_RETRIES))
        return cls(url, token=os.environ.get(TOKEN_VARIABLE), retries=retries)

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

    def find(self, model_name: str, ref: str = "latest") -> RegisteredVersion | None:
        """Look up the version that `ref` (its name, its number or an alias) names, if any.

        Raises:
            RegistryError: the registry could not be reached, or refused.
        """
        path = _version_path(model_name, ref)
        try:
            response = self._http.json("GET", path, f"find {model_name}@{ref}")
        except RegistryRefusalError as refusal:
            if refusal.status == NOT_FOUND:
                return None
            raise
        version = response["version"]
        return RegisteredVersion(
            model_name=response["model"]["name"],
            version=version["name"],
            number=int(version["number"]),
            digest=response["digest"],
            aliases=tuple(response["aliases"]),
            metrics=response["metrics"],
            files={file["path"]: file["sha256"] for file in response["files"]},
        )

    def get(self, name: str) -> RegisteredVersion:
        """Return the version `model@ref`; without `@ref` the latest.

        Raises:
            InputError: there is no such version.
            RegistryError: the registry could not be reached, or refused.
        """
        model_name, _, ref = name.partition("@")
        version = self.find(model_name, ref or "latest")
        if version is None:
            raise InputError(f"the registry at {self.url} has no {name}")
        return version

    def download(self, model_name: str, ref: str, folder: str | Path) -> RegisteredVersion:
        """Fetch the files of a version into `folder` and check every digest.

        Raises:
            InputError: there is no such version.
            DigestMismatchError: a file is not what was registered; it is deleted.
            RegistryError: the registry could not be reached, or refused.
        """
        found = self.get(f"{model_name}@{ref}")
        path = _version_path(model_name, found.version) + "/files"
        files = self._http.json("GET", path, f"read the files of {model_name}@{ref}")["files"]
        actual = manifest_digest({file["path"]: file["sha256"] for file in files})
        if actual != found.digest:
            raise DigestMismatchError(f"{model_name}@{found.version}", found.digest, actual)
        for file in files:
            self._fetch(file["url"], _inside(Path(folder), file["path"]), file["sha256"])
        return found

    def register(
        self, registration: Mapping[str, Any], folder: str | Path, idempotency_key: str
    ) -> Receipt:
        """Upload the files of `folder` and register them as one version, all or nothing.

        Args:
            registration: the body of `POST /api/registry/v1/register` without `files`.
            folder: the model folder, at least one file.
            idempotency_key: the same key with the same content never makes a second version.

        Raises:
            RegistryError: the registry could not be reached, or refused.
        """
        files = [_described(path, Path(folder)) for path in _files_of(Path(folder))]
        plan = self._http.json("POST", f"{API}/uploads", "prepare the upload", {"files": files})
        by_digest = {file["sha256"]: file["path"] for file in files}
        for upload in plan["files"]:
            if upload["state"] == "upload":
                self._put(upload, Path(folder) / by_digest[upload["sha256"]])
        answer = self._http.json(
            "POST",
            f"{API}/register",
            f"register {registration['model']['name']}",
            {**registration, "files": files},
            {"Idempotency-Key": idempotency_key},
        )
        return _receipt(answer)

    def _put(self, upload: Mapping[str, Any], path: Path) -> None:
        headers = {**upload.get("headers", {}), "Content-Length": str(path.stat().st_size)}
        with path.open("rb") as body:
            self._http.request(
                upload["method"], upload["url"], f"upload {path.name}", body=body, headers=headers
            ).drain_conn()

    def _fetch(self, url: str, path: Path, sha256: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        action = f"download {path.name}"
        response = self._http.request("GET", url, action, preload_content=False)
        try:
            with path.open("wb") as file:
                for chunk in response.stream(CHUNK_BYTES):
                    file.write(chunk)
        except HTTPError as error:
            path.unlink()
            raise self._http.unreachable(action, error) from error
        finally:
            response.release_conn()
        if (actual := file_digest(path)) != sha256:
            path.unlink()
            raise DigestMismatchError(path.name, sha256, actual)


def _version_path(model_name: str, ref: str) -> str:
    return f"{API}/models/{quote(model_name, safe='')}/versions/{quote(ref, safe='')}"


def _files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _inside(folder: Path, path: str) -> Path:
    """Return where `path` lies in `folder`; a registry cannot make us write anywhere else."""
    inside = (folder / path).resolve()
    if not inside.is_relative_to(folder.resolve()):
        raise RegistryError(f"the registry names a file outside of its version's folder: {path}")
    return inside


def _described(path: Path, folder: Path) -> dict[str, Any]:
    return {
        "path": path.relative_to(folder).as_posix(),
        "sha256": file_digest(path),
        "size": path.stat().st_size,
    }


def _receipt(answer: Mapping[str, Any]) -> Receipt:
    return Receipt(
        version=answer["version"]["name"],
        number=int(answer["version"]["number"]),
        digest=answer["digest"],
        aliases=tuple(answer["aliases"]),
        replayed=bool(answer["replayed"]),
    )
