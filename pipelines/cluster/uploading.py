"""Put compiled pipelines into KFP, where people start them from the dashboard."""
# mypy: disable-error-code="import-untyped"

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import kfp_server_api

from components.shared.image import VERSION
from pipelines.cluster.connection import Connection
from pipelines.cluster.errors import ConflictError, RefusedError

COMMIT_DIGITS: Final = 12
DIGEST_DIGITS: Final = 8


@dataclass(frozen=True)
class UploadedVersion:
    """A version of a pipeline in KFP.

    Attributes:
        pipeline: Name of the pipeline.
        version: Name of the version.
        is_new: Whether it was not there before.
        page: Address of its page in the dashboard.
    """

    pipeline: str
    version: str
    is_new: bool
    page: str


def version_name(package: Path, commit: str | None) -> str:
    """Return what a version of a compiled pipeline is called: the same content, the same name.

    Args:
        package: The compiled pipeline.
        commit: Git commit of the code, where that is known.

    Returns:
        Version of this package, the beginning of the commit and of the SHA-256 of the YAML, with
        hyphens between.
    """
    digest = hashlib.sha256(package.read_bytes()).hexdigest()[:DIGEST_DIGITS]
    return "-".join([VERSION, *([commit[:COMMIT_DIGITS]] if commit else []), digest])


def upload(connection: Connection, name: str, package: Path, commit: str | None) -> UploadedVersion:
    """Put a compiled pipeline into KFP as a version of the pipeline `name`.

    Repeated, it finds what it put there: nothing is there twice.

    Raises:
        PipelineError: It did not succeed.
    """
    version = version_name(package, commit)
    pipeline_id = _pipeline_id(connection, name)
    found = _find_version(connection, pipeline_id, version)
    made = found or connection.call(
        f"upload version {version} of pipeline {name}",
        connection.uploads.upload_pipeline_version,
        str(package),
        name=version,
        display_name=version,
        pipelineid=pipeline_id,
    )
    page = f"#/pipelines/details/{quote(pipeline_id)}/version/{quote(made.pipeline_version_id)}"
    return UploadedVersion(name, version, found is None, connection.page(page))


def _pipeline_id(connection: Connection, name: str) -> str:
    """Return the id of the pipeline `name`, which is made where there is none."""
    if found := _find_pipeline(connection, name):
        return found
    create = connection.pipelines.pipeline_service_create_pipeline
    pipeline = kfp_server_api.V2beta1Pipeline(
        name=name, display_name=name, namespace=connection.namespace
    )
    try:
        return str(connection.call(f"create pipeline {name}", create, pipeline).pipeline_id)
    except ConflictError:
        # Another upload created it in between.
        if found := _find_pipeline(connection, name):
            return found
        raise


def _find_pipeline(connection: Connection, name: str) -> str | None:
    find = connection.pipelines.pipeline_service_get_pipeline_by_name
    try:
        found = connection.call(f"find pipeline {name}", find, name, namespace=connection.namespace)
    except RefusedError as error:
        if error.status == 404:
            return None
        raise
    return str(found.pipeline_id)


def _find_version(connection: Connection, pipeline_id: str, version: str) -> Any:
    predicate = {"operation": "EQUALS", "key": "display_name", "stringValue": version}
    found = connection.call(
        f"find version {version}",
        connection.pipelines.pipeline_service_list_pipeline_versions,
        pipeline_id,
        filter=json.dumps({"predicates": [predicate]}),
    )
    return next(iter(found.pipeline_versions or []), None)
