"""Read lists page by page, and find names like one that is not there."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from difflib import get_close_matches
from typing import Any, Final
from urllib.parse import urlencode

from components.shared.errors import RegistryRefusalError
from components.shared.registry.http import RegistryHttp
from components.shared.registry.paths import DATASET, collection_path, model_path

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


def near_misses(http: RegistryHttp, model_name: str, ref: str) -> list[str]:
    """Return names like one that is not there: aliases of the model, or else other models."""
    # A hint is not worth an error: who may not list sees none.
    with suppress(RegistryRefusalError):
        path = f"{model_path(model_name)}/aliases"
        answer = http.json("GET", path, f"list the aliases of {model_name}")
        known = [item["alias"] for item in answer["items"]]
        return [f"{model_name}@{near}" for near in get_close_matches(ref, known)]
    with suppress(RegistryRefusalError):
        path, scheme = collection_path(model_name), DATASET * model_name.startswith(DATASET)
        listed = items(http, path, "list the models", "LAST_UPDATE_TIME", PAGE)
        return get_close_matches(model_name, [scheme + item["name"] for item in listed])
    return []
