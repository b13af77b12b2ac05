"""Routes of MLflow's artifact proxy, those that read the files of versions."""

from collections.abc import Sequence
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from registry_service.api.identity import Caller
from registry_service.api.json import json_response
from registry_service.api.mlflow.errors import NOT_OFFERED, mlflow_error
from registry_service.api.mlflow.views import ROOT
from registry_service.api.openapi import api_router
from registry_service.api.turns import LONG
from registry_service.domain.access import Identity
from registry_service.domain.registration import FileEntry
from registry_service.errors import NotFoundError
from registry_service.service.possession import Possession
from registry_service.service.resources import Resources

PREFIX: Final = "/api/2.0/mlflow-artifacts/artifacts"
METHODS: Final = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def artifacts_router(resources: Resources) -> APIRouter:
    """Return the route that lists files."""
    router = api_router(PREFIX, "MLflow")

    @router.get("")
    def list_artifacts(who: Caller, path: str = "") -> Response:
        """List what lies in a folder of a version, `versions/<id>` or below."""
        files, below = _files(resources, who, path)
        prefix = f"{below}/" if below else ""
        inside = [(f.path.removeprefix(prefix), f) for f in files if f.path.startswith(prefix)]
        shown: dict[str, dict[str, Any]] = {}
        for name, file in inside:
            first, _, rest = name.partition("/")
            shown[first] = {"path": first, "is_dir": bool(rest)}
            if not rest:
                shown[first]["file_size"] = file.size
        return json_response({"files": list(shown.values())})

    return router


def bytes_router(resources: Resources, possession: Possession) -> APIRouter:
    """Return the route that passes the bytes of files on."""
    router = api_router(PREFIX, "MLflow", LONG)

    @router.get("/{path:path}", response_class=StreamingResponse)
    def download_artifact(who: Caller, path: str) -> Response:
        """Pass a file of a version on, `versions/<id>/<path>`."""
        files, below = _files(resources, who, path)
        file = next((file for file in files if file.path == below), None)
        if file is None:
            raise NotFoundError(f"there is no file {below!r} in {path.removesuffix(below)!r}")
        size, chunks = possession.read(who, file.sha256)
        headers = {"Content-Length": str(size), "ETag": f'"{file.sha256}"'}
        return StreamingResponse(chunks, media_type="application/octet-stream", headers=headers)

    return router


def absent_router() -> APIRouter:
    """Return what answers all else that MLflow's clients may ask for; it comes last."""
    router = api_router("/api/2.0", "MLflow")

    def refuse(request: Request, who: Caller) -> Response:
        """Say that this is not offered."""
        return mlflow_error(
            404,
            f"{request.method} {request.url.path} is not offered: this registry lets MLflow's "
            "clients read models, versions, aliases and their files. Register with kfp-tabular or "
            "through /api/registry/v1, and log runs to an MLflow server.",
            NOT_OFFERED,
        )

    for below in ("/mlflow/{rest:path}", "/mlflow-artifacts/{rest:path}"):
        router.add_api_route(below, refuse, methods=METHODS, include_in_schema=False)
    return router


def _files(resources: Resources, who: Identity, path: str) -> tuple[Sequence[FileEntry], str]:
    """Return the files of the version that a path is about, and what the path says of them.

    Raises:
        NotFoundError: It is about no version that there is.
    """
    root, _, rest = path.strip("/").partition("/")
    number, _, below = rest.partition("/")
    if root != ROOT or not (number.isascii() and number.isdigit() and len(number) < 19):
        raise NotFoundError(f"there is nothing at {path!r}: files are below {ROOT}/<id>/")
    return resources.files_of(who, int(number)), below
