"""Read what a registry holds: lists page by page, comparisons, lineage, the audit log."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from typing import Any, Final
from urllib.parse import unquote, urlencode, urlsplit

from components.shared.registry import answers
from components.shared.registry.http import RegistryHttp, RegistryRefusalError
from components.shared.registry.paths import (
    API,
    KUBEFLOW_API,
    dataset_path,
    model_path,
    version_path,
)
from components.shared.registry.records import (
    Alias,
    AuditEntry,
    Downloads,
    VersionComparison,
    VersionLineage,
)

PAGE: Final = 200
NOT_FOUND: Final = 404
NOT_FOUND_CODE: Final = "not_found"


def is_absence(refusal: RegistryRefusalError) -> bool:
    """Tell a registry's own "there is none" from a 404 of something that is no registry."""
    return refusal.status == NOT_FOUND and refusal.code == NOT_FOUND_CODE


def items(
    http: RegistryHttp, path: str, action: str, order_by: str, limit: int | None
) -> Iterator[Mapping[str, Any]]:
    """Yield the items of a list, newest first, page after page, at the most `limit`."""
    left, token = limit, ""
    while left is None or left > 0:
        size = PAGE if left is None else min(PAGE, left)
        query = {"pageSize": size, "orderBy": order_by, "sortOrder": "DESC"}
        if token:
            query["nextPageToken"] = token
        page = http.json("GET", f"{path}?{urlencode(query)}", action)
        yield from page["items"]
        token = page["nextPageToken"]
        if not token:
            return
        left = None if left is None else left - len(page["items"])


def aliases(http: RegistryHttp, model_name: str) -> tuple[Alias, ...]:
    """Return the aliases of a model by name."""
    path = f"{model_path(model_name)}/aliases"
    answer = http.json("GET", path, f"list the aliases of {model_name}")
    return tuple(map(answers.alias, answer["items"]))


def compare(
    http: RegistryHttp, model_name: str, refs: Sequence[str], registry: Downloads
) -> VersionComparison:
    """Return versions of a model side by side."""
    query = urlencode([("version", ref) for ref in refs])
    path = f"{model_path(model_name)}/compare?{query}"
    answer = http.json("GET", path, f"compare versions of {model_name}")
    return VersionComparison(
        versions=tuple(answers.registered_version(item, registry) for item in answer["versions"]),
        metrics=answer["metrics"],
        parameters=answer["parameters"],
        datasets=answer["datasets"],
        files=answer["files"],
        lineage=answer["lineage"],
    )


def lineage(http: RegistryHttp, model_name: str, ref: str) -> VersionLineage:
    """Return where a version comes from, and where it is served."""
    path = version_path(model_name, ref) + "/lineage"
    answer = http.json("GET", path, f"trace {model_name}@{ref}")
    return VersionLineage(
        answer["model"],
        answer["version"],
        answer["lineage"],
        tuple(answer["datasets"]),
        tuple(answer["deployments"]),
    )


def trained_on(http: RegistryHttp, digest: str) -> tuple[tuple[str, str], ...]:
    """Return model and version of what was made from data of this digest."""
    answer = http.json("GET", dataset_path(digest), f"look for versions made from {digest}")
    return tuple((item["model"]["name"], item["version"]["name"]) for item in answer["items"])


def registered_by(http: RegistryHttp, run_id: str) -> tuple[tuple[str, str], ...]:
    """Return model and version of what a KFP run registered, the newest first."""
    query = {
        "filterQuery": f"modelSourceId = {json.dumps(run_id)}",
        "orderBy": "ID",
        "sortOrder": "DESC",
    }
    path = f"{KUBEFLOW_API}/model_artifacts?{urlencode(query)}"
    answer = http.json("GET", path, f"look for what run {run_id} registered")
    # registry://model/version, as the registry itself names the bytes of a version.
    named = (urlsplit(str(item.get("uri"))) for item in answer["items"])
    return tuple(
        (unquote(uri.netloc), unquote(uri.path.lstrip("/")))
        for uri in named
        if uri.scheme == "registry"
    )


def audit(
    http: RegistryHttp, model_name: str | None, actor: str | None, action: str | None, limit: int
) -> tuple[AuditEntry, ...]:
    """Return what was changed, the newest first."""
    filters = {"model": model_name, "actor": actor, "action": action, "limit": limit}
    query = urlencode({name: value for name, value in filters.items() if value is not None})
    answer = http.json("GET", f"{API}/audit?{query}", "read the audit log")
    return tuple(map(answers.audit_entry, answer["items"]))


def near_misses(http: RegistryHttp, model_name: str, ref: str) -> list[str]:
    """Return names like one that is not there: aliases of the model, or else other models."""
    # A hint is not worth an error: who may not list sees none.
    with suppress(RegistryRefusalError):
        known = [alias.name for alias in aliases(http, model_name)]
        return [f"{model_name}@{near}" for near in get_close_matches(ref, known)]
    with suppress(RegistryRefusalError):
        listed = items(http, f"{API}/models", "list the models", "LAST_UPDATE_TIME", PAGE)
        return get_close_matches(model_name, [item["name"] for item in listed])
    return []
